"""Where everything of one running registry stands: a single folder, by default `var/`."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent

# Bytes. The path of a Unix socket is cut at 108; a longer folder is replaced by a short one.
LONGEST_SOCKET_FOLDER = 85


@dataclass(frozen=True)
class Place:
    """The folder of one stack, and the name of each thing in it."""

    var: Path

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def logs(self) -> Path:
        return self.var / "logs"

    @property
    def mail(self) -> Path:
        return self.var / "mail"

    @property
    def static(self) -> Path:
        return self.var / "static"

    @property
    def lock(self) -> Path:
        return self.var / "run.lock"

    @property
    def sockets(self) -> Path:
        """The folder of the sockets: in `var`, or a private temporary one if its path is long."""
        folder = self.var / "run"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            return folder
        digest = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"recann-{os.geteuid()}-{digest}"

    def note(self, name: str, text: str) -> None:
        (self.var / name).write_text(text)

    def noted(self, name: str, *, default: str) -> str:
        """What the running stack, or the last one, left under this name."""
        path = self.var / name
        return path.read_text() if path.exists() else default

    def make(self) -> None:
        """Make the folders; only their owner may enter the private ones."""
        self.var.mkdir(parents=True, exist_ok=True)
        for folder in (self.secrets, self.sockets, self.logs, self.mail):
            folder.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.secrets, self.sockets):
            refuse_foreign(folder)


def refuse_foreign(folder: Path) -> None:
    """Refuse a private folder that somebody else made, or that others may enter."""
    found = folder.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} n'est pas un dossier privé")
