"""A file of an older register is sent, looked at, then taken over whole or left (ADR 0119)."""

import hashlib
import zlib
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Member
from core import audit, keys
from core.db import lock, violated_constraint
from patients import texts
from patients.actions import AlreadyFollowed
from patients.models import Enrolment, TakenOver, TakeoverFile
from patients.takeover import columns, reading, tables, writing
from patients.takeover.plan import Answer, Plan
from programmes.models import Programme


# Days that a file nobody confirmed is kept. As for the other imports: ADR 0102.
KEPT_DAYS = 7
# Somebody wrote the same person or number between the reading and the writing.
_RACES = {
    "patients_person_known_once",
    "patients_one_live_enrolment",
    "patients_taken_over_once",
    "patients_nir_of_one_person",
}


class CannotTakeOver(Exception):
    """The message is in French and may be shown."""


class PlanChanged(CannotTakeOver):
    def __init__(self) -> None:
        super().__init__(
            "Le registre a changé depuis cet aperçu\u202f: relisez-le, puis confirmez de nouveau."
        )


# --- The file --------------------------------------------------------------------------------


def stage(programme: Programme, content: bytes, *, by: Member, at: datetime) -> TakeoverFile:
    """Keep the file, sealed, until somebody confirms it or leaves it.

    :raises core.tables.CannotRead: it is no table: nothing is kept
    """
    lines = len(tables.read(content, columns.of(programme)))
    file = TakeoverFile(
        programme=programme,
        site=by.site,
        sha256=hashlib.sha256(content).digest(),
        size_bytes=len(content),
        lines=lines,
        key_id=keys.create_key("takeover"),
        sent_at=at,
        sent_by=by,
    )
    with keys.destroyed_if_refused([_key_id(file)]), audit.acting("takeover.sent", by=by):
        file.content_sealed = _key(file).seal(zlib.compress(content), _aad(file))
        file.save(force_insert=True)
        audit.record("takeover.sent", file, by=by, lines=lines, sha256=file.fingerprint)
    return file


def preview(file: TakeoverFile, *, by: Member, at: datetime) -> Plan:
    """What the file would create now. Writes nothing."""
    content = zlib.decompress(_key(file).unseal(bytes(file.content_sealed or b""), _aad(file)))
    return reading.read(content, file.programme, by=by, today=by.site.local_day(at))


def abandon(file: TakeoverFile, *, by: audit.Actor, at: datetime) -> None:
    """Leave the file: its content and its key are erased, its fingerprint stays.

    :raises CannotTakeOver: it was settled meanwhile
    """
    with audit.acting("takeover.abandoned", by=by):
        locked = _waiting(file)
        key_id, locked.abandoned_at = _key_id(locked), at
        _empty(locked, key_id, ["abandoned_at"])
        audit.record("takeover.abandoned", locked, by=by)


def _aad(file: TakeoverFile) -> str:
    return f"patients.TakeoverFile {file.public_id}"


def _key_id(file: TakeoverFile) -> UUID:
    """A file that waits has its key: `patients_takeover_content_goes_when_settled`."""
    if file.key_id is None:
        raise CannotTakeOver("Ce fichier a déjà été repris ou abandonné.")
    return file.key_id


def _key(file: TakeoverFile) -> keys.DataKey:
    return keys.open_key(_key_id(file))


def _waiting(file: TakeoverFile) -> TakeoverFile:
    rows = TakeoverFile.objects.select_for_update(of=("self",)).select_related("programme")
    locked = rows.get(pk=file.pk)
    _key_id(locked)
    return locked


def _empty(file: TakeoverFile, key_id: UUID, changed: list[str]) -> None:
    """The key goes last: if the act is rolled back, the file must still open."""
    file.key_id = file.content_sealed = None
    file.save(update_fields=["key_id", "content_sealed", *changed])
    transaction.on_commit(partial(keys.destroy_keys, [key_id]))


# --- Taken over ------------------------------------------------------------------------------


def confirm(file: TakeoverFile, answer: Answer, *, by: Member, at: datetime) -> TakeoverFile:
    """Create all that the preview told, in one transaction, or nothing.

    :raises CannotTakeOver: settled already, faults left, or the registry changed since
    """
    new_keys = writing.Keys(file.lines)
    try:
        with keys.destroyed_if_refused(new_keys.made):
            locked = _confirm(file, answer, new_keys, by, at)
    except AlreadyFollowed as error:
        raise PlanChanged from error
    except IntegrityError as error:
        if violated_constraint(error) in _RACES:
            raise PlanChanged from error
        raise
    keys.destroy_keys(new_keys.useless)
    return locked


def _confirm(
    file: TakeoverFile, answer: Answer, new_keys: writing.Keys, by: Member, at: datetime
) -> TakeoverFile:
    with audit.acting("takeover.confirmed", by=by):
        # Two files of one structure wait for each other.
        lock(f"takeover {by.site_id}")
        locked = _waiting(file)
        plan = preview(locked, by=by, at=at)
        if plan.errors:
            raise CannotTakeOver("Ce fichier contient des erreurs\u202f: rien n’a été repris.")
        if plan.digest != answer.seen:
            raise PlanChanged
        writing.Writing(locked, answer, new_keys, by, at).write(plan.to_create)
        key_id, locked.counts = _key_id(locked), plan.counts
        locked.confirmed_at, locked.confirmed_by = at, by
        _empty(locked, key_id, ["confirmed_at", "confirmed_by", "counts"])
        audit.record("takeover.confirmed", locked, by=by, counts=plan.counts)
    return locked


# --- Read again ------------------------------------------------------------------------------


def former_number(enrolment: Enrolment) -> str:
    """The number of the patient in the older register; "" for those included here."""
    origin = TakenOver.objects.filter(enrolment=enrolment).first()
    return texts.read(enrolment, writing.FORMER, origin.former_sealed) if origin else ""


def reindex() -> int:
    """Compute the indexes of former numbers again, under the key that is given; how many."""
    rows = TakenOver.objects.select_related("enrolment", "file__site", "file__programme")
    done = 0
    for row in rows.order_by("pk"):
        if number := texts.read(row.enrolment, writing.FORMER, row.former_sealed):
            row.former = reading.former_index(row.file.site, row.file.programme, number)
            row.save(update_fields=["former"])
            done += 1
    return done
