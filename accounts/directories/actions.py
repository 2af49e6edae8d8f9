"""A file is sent, looked at, then confirmed whole or left: nothing of it is half imported."""

import hashlib
import io
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import BinaryIO

from accounts.directories.plan import READERS, Job, Plan
from accounts.models import ImportedFile, Member
from core import audit
from core.db import lock
from core.tables import cleaned


# Bytes a page takes. A national file is read by `manage import_directory`, on the server.
MOST_BYTES = 8 * 1024 * 1024
# Days that a file nobody confirmed is kept. No legal source: ADR 0102.
KEPT_DAYS = 7


class CannotImport(Exception):
    """The message is in French and may be shown."""


class PlanChanged(CannotImport):
    def __init__(self) -> None:
        super().__init__(
            "Le registre a changé depuis cet aperçu\u202f: relisez-le, puis confirmez de nouveau."
        )


@dataclass(frozen=True)
class Sent:
    """A file as it was sent: its name is shown, never used as a path."""

    kind: str
    name: str
    raw: BinaryIO
    is_whole: bool = False


def stage(sent: Sent, *, by: Member, at: datetime) -> ImportedFile:
    """Keep the file until somebody confirms it or leaves it."""
    content = sent.raw.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise CannotImport(f"Ce fichier dépasse {MOST_BYTES // 1024 // 1024}\u202fMo.")
    with audit.acting("import.sent", by=by):
        file = ImportedFile.objects.create(
            kind=sent.kind,
            name=(cleaned(PurePath(sent.name.replace("\\", "/")).name) or "sans nom")[:100],
            is_whole=sent.is_whole,
            sha256=hashlib.sha256(content).digest(),
            size_bytes=len(content),
            content=zlib.compress(content),
            uploaded_at=at,
            uploaded_by=by,
        )
        audit.record("import.sent", file, by=by, kind=file.kind, sha256=file.fingerprint)
    return file


def preview(file: ImportedFile, *, by: Member, today: date, at: datetime) -> Plan:
    """What the file would change now. Writes nothing.

    :raises core.tables.CannotRead: the file is no table
    """
    return READERS[file.kind].run(Job(file, _opened(file), today, at, by))


def confirm(
    file: ImportedFile, *, seen: str, by: Member, at: datetime, today: date
) -> ImportedFile:
    """Do all that the preview told, or nothing.

    :param seen: digest of the preview that was read
    :raises CannotImport: settled already, faults left, or the base changed since the preview
    """
    with audit.acting("import.confirmed", by=by):
        # Two files of one kind wait for each other.
        lock(f"import {file.kind}")
        locked = _waiting(file)
        plan = READERS[locked.kind].run(Job(locked, _opened(locked), today, at, by, writes=True))
        if plan.errors:
            raise _faulty(plan)
        if plan.digest != seen:
            raise PlanChanged
        _settle(locked, plan, by=by, at=at)
    return locked


def abandon(file: ImportedFile, *, by: audit.Actor, at: datetime) -> None:
    """Leave the file: its content is erased, its fingerprint stays."""
    with audit.acting("import.abandoned", by=by):
        locked = _waiting(file)
        locked.abandoned_at, locked.content = at, None
        locked.save(update_fields=["abandoned_at", "content"])
        audit.record("import.abandoned", locked, by=by, kind=locked.kind)


def read_on_server(sent: Sent, size: int, *, at: datetime, today: date, writes: bool) -> Plan:
    """Read a national file where it stands, without keeping it; import it when `writes`."""
    hashed = hashlib.sha256()
    while part := sent.raw.read(1 << 20):
        hashed.update(part)
    sent.raw.seek(0)
    with audit.acting("import.confirmed", by=audit.SYSTEM):
        lock(f"import {sent.kind}")
        file = ImportedFile.objects.create(
            kind=sent.kind,
            name=PurePath(sent.name).name[:100],
            is_whole=sent.is_whole,
            sha256=hashed.digest(),
            size_bytes=size,
            uploaded_at=at,
        )
        plan = READERS[sent.kind].run(Job(file, sent.raw, today, at, writes=writes))
        if plan.errors and writes:
            raise _faulty(plan)
        if writes:
            _settle(file, plan, by=None, at=at)
        else:
            file.abandoned_at = at
            file.save(update_fields=["abandoned_at"])
    return plan


def _faulty(plan: Plan) -> CannotImport:
    """Says where the first fault stands; the preview tells them all."""
    first = next(one for one in plan.problems if not one.is_warning)
    where = f"ligne {first.line}, {first.column}\u202f: {first.message}"
    return CannotImport(f"Ce fichier contient des erreurs, rien n’a été importé\u202f: {where}")


def _waiting(file: ImportedFile) -> ImportedFile:
    locked = ImportedFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if locked.is_settled:
        raise CannotImport("Ce fichier a déjà été importé ou abandonné.")
    return locked


def _settle(file: ImportedFile, plan: Plan, *, by: Member | None, at: datetime) -> None:
    file.confirmed_at, file.confirmed_by, file.content = at, by, None
    file.counts = {**plan.counts, "rows": plan.rows, "warnings": plan.warnings}
    file.save(update_fields=["confirmed_at", "confirmed_by", "content", "counts"])
    counts = dict(plan.counts)
    audit.record("import.confirmed", file, by=by or audit.SYSTEM, kind=file.kind, counts=counts)


def _opened(file: ImportedFile) -> BinaryIO:
    return io.BytesIO(zlib.decompress(bytes(file.content or b"")))
