"""What was erased, written outside the database, so that a restored backup can be purged again.

One JSON line a step, each with the digest of the line before. It names nobody: a subject is a keyed
digest of a pseudonym whose rows are gone.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings


INTENT, DONE = "intent", "done"


def subject(public_id: object) -> str:
    message = f"retention.ledger {public_id}".encode()
    return hmac.new(settings.INDEX_KEY.encode(), message, "sha256").hexdigest()


def write(step: str, *, about: str, run: object, at: datetime, **said: object) -> None:
    """Append one line and wait until the disk has it: only then may a key be destroyed."""
    path = Path(settings.PURGE_LEDGER)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        line = {"at": at.isoformat(), "run": str(run), "step": step, "subject": about, **said}
        line["previous"] = _digest(_last_line(file.fileno()))
        file.write(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def lines() -> Iterator[dict[str, Any]]:
    """Every line, the oldest first.

    :raises ValueError: a line was changed, added or taken away
    """
    path = Path(settings.PURGE_LEDGER)
    previous = b""
    for raw in path.read_bytes().splitlines() if path.exists() else ():
        line: dict[str, Any] = json.loads(raw)
        if line["previous"] != _digest(previous):
            raise ValueError("The ledger of erasures was altered.")
        previous = raw
        yield line


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _last_line(descriptor: int) -> bytes:
    """The end of the file is read, never the whole: lines are short."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, 8192, max(size - 8192, 0))
    return tail.splitlines()[-1] if tail else b""
