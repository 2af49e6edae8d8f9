"""The QR and short codes printed on documents, and the public answer they lead to."""

import base64
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from core.identifiers import DOCUMENT, draw_code, read_code
from core.models import VerificationCode


# Kind of document → French label. Kind → its state in French for a target id, None if unknown.
# Filled by the apps that own the kinds, in `AppConfig.ready`.
LABELS: dict[str, str] = {}
STATES: dict[str, Callable[[int], str | None]] = {}
# Kind → whether a person of that name, born that day, is the one the document names. Kinds that
# name nobody to be checked are absent.
BEARERS: dict[str, Callable[[int, str, date], bool]] = {}


@dataclass(frozen=True)
class IssuedCode:
    """What is printed. Token and short code are known here only: the database keeps HMACs."""

    token: str
    short: str
    fingerprint: str
    record: VerificationCode

    @property
    def url(self) -> str:
        return settings.PUBLIC_URL + reverse("core:verify_code", args=[self.token])


@dataclass(frozen=True)
class Answer:
    """All that the public page shows."""

    kind: str
    issued_on: date
    state: str
    fingerprint: str
    # Whether the person who bears it may be checked.
    names_somebody: bool = False


def _mac(value: str) -> bytes:
    return hmac.digest(settings.CODE_KEY.encode(), value.encode(), "sha256")


def fingerprint(content: str | bytes) -> str:
    """Ten characters of base 32: the reader compares them with the printed ones.

    Keyed: the content names a person, whom nobody may guess from a copy of the table.
    """
    content = content.encode() if isinstance(content, str) else content
    mac = hmac.digest(settings.CODE_KEY.encode(), b"fingerprint\0" + content, "sha256")
    return base64.b32encode(mac).decode()[:10]


def issue(
    kind: str, target_label: str, target_id: int, on: date, *, content: str | bytes
) -> IssuedCode:
    """Make the codes of a document that is about to be printed.

    :param content: canonical content of the document; its fingerprint is printed and shown
    """
    token = secrets.token_urlsafe(24)
    short = draw_code(secrets.choice, DOCUMENT)
    record = VerificationCode.objects.create(
        kind=kind,
        target_label=target_label,
        target_id=target_id,
        token_mac=_mac(token),
        short_mac=_mac(short),
        issued_on=on,
        fingerprint=fingerprint(content),
    )
    return IssuedCode(token, short, record.fingerprint, record)


def attach(code: VerificationCode, sha256: bytes) -> None:
    """Tie the code to the bytes that were delivered, once they exist."""
    code.document_sha256 = sha256
    code.save(update_fields=["document_sha256"])


def end(target_label: str, target_id: int, *, at: datetime) -> int:
    """Make the codes of a target answer as if they had never existed."""
    live = VerificationCode.objects.filter(
        target_label=target_label, target_id=target_id, ended_at=None
    )
    return live.update(ended_at=at)


def find(text: str) -> VerificationCode | None:
    """The live code behind a token or a typed short code. Always one query."""
    short = read_code(text, DOCUMENT)
    wanted = {"short_mac": _mac(short)} if short else {"token_mac": _mac(text.strip())}
    return VerificationCode.objects.filter(**wanted, ended_at=None).first()


def answer(text: str) -> Answer | None:
    """What may be told of a code; None for unknown, ended and purged ones alike."""
    code = find(text)
    if code is None or code.kind not in STATES:
        return None
    state = STATES[code.kind](code.target_id)
    if state is None:
        return None
    label = LABELS.get(code.kind, "Document")
    return Answer(label, code.issued_on, state, code.fingerprint, code.kind in BEARERS)


def bears(code: VerificationCode | None, *, name: str, birth_date: date) -> bool:
    """Whether the document of this code names that person. False too for a code that is unknown,
    ended or over: nothing is learnt of it here."""
    if code is None or code.kind not in BEARERS or STATES[code.kind](code.target_id) is None:
        return False
    return BEARERS[code.kind](code.target_id, name, birth_date)
