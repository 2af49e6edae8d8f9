"""A file of an older register is sent, looked at, then taken over whole or left (ADR 0119)."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Member
from core import audit, keys
from core.db import lock, violated_constraint
from patients import likeness, texts
from patients.actions import designation, hooks, inclusion, nir
from patients.actions.duplicates import note_pair
from patients.actions.exit import mark_treated
from patients.duplicates import Candidate
from patients.enums import DuplicateState, EndReason, NoteKind
from patients.models import Enrolment, Nir, TakenOver, TakeoverFile
from patients.takeover import columns, reading, tables
from patients.takeover.plan import Answer, Entry, Plan, Running, Told
from programmes.models import Programme


# Days that a file nobody confirmed is kept. As for the other imports: ADR 0102.
KEPT_DAYS = 7
FORMER = "patients.TakenOver.former"
# Somebody wrote the same person between the reading and the writing.
_RACES = {"patients_person_known_once", "patients_one_live_enrolment", "patients_taken_over_once"}


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
    made = [keys.create_keys(purpose, file.lines) for purpose in ("patient", "enrolment")]
    every = {key for purpose in made for key in purpose}
    try:
        with keys.destroyed_if_refused(every):
            locked, used = _confirm(file, answer, list(zip(*made, strict=True)), by, at)
    except inclusion.AlreadyFollowed as error:
        raise PlanChanged from error
    except IntegrityError as error:
        if violated_constraint(error) in _RACES:
            raise PlanChanged from error
        raise
    keys.destroy_keys(every - used)
    return locked


def _confirm(
    file: TakeoverFile,
    answer: Answer,
    pairs: Collection[tuple[UUID, UUID]],
    by: Member,
    at: datetime,
) -> tuple[TakeoverFile, set[UUID]]:
    with audit.acting("takeover.confirmed", by=by):
        # Two files of one structure wait for each other.
        lock(f"takeover {by.site_id}")
        locked = _waiting(file)
        plan = preview(locked, by=by, at=at)
        if plan.errors:
            raise CannotTakeOver("Ce fichier contient des erreurs\u202f: rien n’a été repris.")
        if plan.digest != answer.seen:
            raise PlanChanged
        used, written = set[UUID](), dict[int, Enrolment]()
        # The first participation of somebody before the next one.
        in_order = sorted(plan.to_create, key=attrgetter("told.inclusion.information.included_on"))
        for entry, new_keys in zip(in_order, pairs, strict=False):
            different = answer.different.get(entry.line, frozenset())
            enrolment = _take_over(locked, entry, (different, new_keys), by=by, at=at)
            used |= {enrolment.patient.key_id, enrolment.key_id}
            written[entry.line] = enrolment
        _note_near(in_order, written, by=by, at=at)
        key_id, locked.counts = _key_id(locked), plan.counts
        locked.confirmed_at, locked.confirmed_by = at, by
        _empty(locked, key_id, ["confirmed_at", "confirmed_by", "counts"])
        audit.record("takeover.confirmed", locked, by=by, counts=plan.counts)
    return locked, used


def _take_over(
    file: TakeoverFile,
    entry: Entry,
    given: tuple[frozenset[UUID], tuple[UUID, UUID]],
    *,
    by: Member,
    at: datetime,
) -> Enrolment:
    """One line: the participation, then what the older register knew of it."""
    (different, new_keys), told = given, entry.told
    asked = replace(told.inclusion, different=different, alike=entry.candidates)
    enrolment = inclusion.write(asked, new_keys, by=by, at=at)
    TakenOver.objects.create(
        enrolment=enrolment,
        file=file,
        line=entry.line,
        former=entry.former,
        former_sealed=texts.seal(enrolment, FORMER, told.number),
    )
    _write_facts(enrolment, told, by, at)
    audit.record("patient.taken_over", enrolment, by=by, subject=str(enrolment.public_id))
    return enrolment


def _write_facts(enrolment: Enrolment, told: Told, by: Member, at: datetime) -> None:
    """What the older register knew of the participation, its exit last."""
    designation.take_over(enrolment, told.since, by=by, at=at)
    for hook in (*hooks.ON_INCLUDED, *hooks.ON_TAKEN_OVER):
        hook(enrolment, by, at)
    if told.treated_on:
        mark_treated(enrolment, on=told.treated_on)
    if told.nir:
        _record_nir(enrolment, told.nir, by, at)
    _note(enrolment, told.running, by, at)
    if enrolment.ended_on:
        _leave(enrolment, by, at)


def _note_near(
    entries: Iterable[Entry], written: Mapping[int, Enrolment], *, by: Member, at: datetime
) -> None:
    """Lines of the file that look alike are left to examine, like patients known before."""
    for entry in entries:
        mine = written[entry.line]
        for near in entry.near:
            other = written.get(near.line)
            if other is None or near.score.points < likeness.KEPT_FROM:
                continue
            candidate = Candidate(other.patient, near.score, other, None)
            note_pair(mine.patient, candidate, DuplicateState.OPEN, by=by, at=at)


def _record_nir(enrolment: Enrolment, number: str, by: Member, at: datetime) -> None:
    is_out = enrolment.ended_on is not None
    if is_out and Nir.objects.filter(patient=enrolment.patient_id).exists():
        # That of the participation that goes on.
        return
    try:
        nir.record_nir(enrolment, number, by=by, at=at, out_too=is_out)
    except nir.CannotRecordNir as refusal:
        raise PlanChanged from refusal


def _leave(enrolment: Enrolment, by: Member, at: datetime) -> None:
    """What an exit brings, for somebody written as being out."""
    if enrolment.end_reason == EndReason.CONSENT_WITHDRAWN:
        enrolment.consents.in_hand().update(withdrawn_on=enrolment.ended_on)
    for hook in hooks.ON_ENDED:
        hook(enrolment, by, at)
    subject, state = str(enrolment.public_id), enrolment.state
    audit.record("enrolment.ended", enrolment, by=by, subject=subject, state=state)


def _note(enrolment: Enrolment, running: Running, by: Member, at: datetime) -> None:
    """What runs today, for both doctors to read: no prescription is signed by an import."""
    if not running.text:
        return
    words = f"Repris de l’ancien registre\u202f: {running.text}"
    if running.starts_on and running.ends_on:
        words += f" – ordonnance du {running.starts_on:%d/%m/%Y} au {running.ends_on:%d/%m/%Y}"
    designation.write_note(enrolment, NoteKind.TITRATION, words, by=by, at=at)


# --- Read again ------------------------------------------------------------------------------


def former_number(enrolment: Enrolment) -> str:
    """The number of the patient in the older register; "" for those included here."""
    origin = TakenOver.objects.filter(enrolment=enrolment).first()
    return texts.read(enrolment, FORMER, origin.former_sealed) if origin else ""


def reindex() -> int:
    """Compute the indexes of former numbers again, under the key that is given; how many."""
    rows = TakenOver.objects.select_related("enrolment", "file__site", "file__programme")
    done = 0
    for row in rows.order_by("pk"):
        if number := texts.read(row.enrolment, FORMER, row.former_sealed):
            row.former = reading.former_index(row.file.site, row.file.programme, number)
            row.save(update_fields=["former"])
            done += 1
    return done
