"""Scanned papers that people send: what is taken, and the clean bytes that are kept.

The name and the type that the browser gives are not read: the first bytes decide, then the whole
file is read again by `core.scanning`, in a process that can neither write nor grow.
"""

import subprocess
import sys
from dataclasses import dataclass

from django.conf import settings

from core import scanning


# Bytes, pixels, pages. No legal source: a form of a few pages at 300 dpi takes a tenth of that.
MOST_BYTES, MOST_PIXELS, MOST_PAGES = 10_000_000, 40_000_000, 30
# Seconds. The reader's own limit is in processor time.
_PATIENCE = 45

# First bytes: media type, ending of the name it is given back under.
KINDS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
ENDINGS = dict(KINDS.values())
ACCEPT = ".pdf,.jpg,.jpeg,.png"

_WHY = {
    scanning.TOO_BIG: "Cette image est trop grande\u202f: "
    "numérisez la page à 300 points par pouce.",
    scanning.TOO_LONG: f"Ce document a plus de {MOST_PAGES} pages\u202f: "
    "n’envoyez que le papier signé.",
    scanning.LOCKED: "Ce PDF est protégé par un mot de passe\u202f: "
    "envoyez une copie sans protection.",
    scanning.ACTIVE: "Ce PDF contient un programme ou un fichier joint\u202f: "
    "numérisez le papier, ou imprimez-le en PDF, puis envoyez ce nouveau fichier.",
}
_NOT_READ = "Ce fichier n’a pas pu être lu\u202f: numérisez le papier à nouveau (PDF, JPEG ou PNG)."


class BadScan(Exception):
    """The message is in French and may be shown beside the field."""


@dataclass(frozen=True)
class Scan:
    """`content` shows the same paper, without metadata."""

    content: bytes
    media_type: str


def read(content: bytes) -> Scan:
    """Return the paper as it may be kept.

    :raises BadScan: too big, another type, unreadable, locked, or able to act
    """
    if not content:
        raise BadScan("Ce fichier est vide.")
    if len(content) > MOST_BYTES:
        raise BadScan("Ce fichier dépasse 10 Mo\u202f: numérisez-le avec moins de détail.")
    kind = next((kind for magic, kind in KINDS.items() if content.startswith(magic)), None)
    if kind is None:
        raise BadScan("Seuls les fichiers PDF, JPEG et PNG sont acceptés.")
    command = [sys.executable, "-m", "core.scanning", str(MOST_PIXELS), str(MOST_PAGES)]
    try:
        done = subprocess.run(
            command,
            input=content,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadScan(_NOT_READ) from error
    if done.returncode != scanning.OK or not done.stdout:
        raise BadScan(_WHY.get(done.returncode, _NOT_READ))
    return Scan(done.stdout, kind[0])


def media_type(content: bytes) -> str:
    """The type of what `read` returned, from its first bytes."""
    return next(kind[0] for magic, kind in KINDS.items() if content.startswith(magic))
