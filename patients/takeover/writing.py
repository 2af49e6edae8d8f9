"""The participations of a file, written together: a few inserts, whatever the number of lines."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.models import Member
from core import audit, keys
from patients import identity, likeness, texts
from patients.actions import designation, hooks, nir, participation
from patients.actions.duplicates import Noted, note_pairs
from patients.actions.exit import mark_each_treated
from patients.actions.participation import Whole
from patients.duplicates import Candidate
from patients.enums import EndReason, NoteKind
from patients.inclusion import Inclusion
from patients.models import Consent, Enrolment, TakenOver, TakeoverFile
from patients.takeover.plan import Answer, Entry, Running


FORMER = "patients.TakenOver.former"

Written = Sequence[tuple[Entry, Enrolment]]


class Keys:
    """All that were made for a file, and those that serve: the others go."""

    def __init__(self, lines: int) -> None:
        self.made, self.used = set[UUID](), set[UUID]()
        self.patients, self.enrolments = self.make("patient", lines), self.make("enrolment", lines)
        self.pairs = iter(zip(self.patients, self.enrolments, strict=True))

    def make(self, purpose: str, count: int) -> list[UUID]:
        new = keys.create_keys(purpose, count)
        self.made.update(new)
        return new

    @property
    def useless(self) -> set[UUID]:
        return self.made - self.used


class Writing:
    def __init__(
        self, file: TakeoverFile, answer: Answer, new_keys: Keys, by: Member, at: datetime
    ) -> None:
        self.file, self.answer, self.by, self.at = file, answer, by, at
        self.keys = new_keys

    def write(self, entries: Iterable[Entry]) -> None:
        """Create what the preview told, inside the act that decided it."""
        written: list[tuple[Entry, Enrolment]] = []
        for wave in waves(entries):
            written += self._write(wave)
        self._note_near(written)

    def _write(self, wave: Sequence[Entry]) -> Written:
        wholes = [Whole(self._asked(entry), *next(self.keys.pairs)) for entry in wave]
        enrolments = participation.write(wholes, by=self.by, at=self.at)
        written = list(zip(wave, enrolments, strict=True))
        self.keys.used |= {key for one in enrolments for key in (one.patient.key_id, one.key_id)}
        self._origins(written)
        self._facts(written)
        self._leave([one for one in enrolments if one.ended_on])
        self._record("patient.taken_over", enrolments)
        return written

    def _asked(self, entry: Entry) -> Inclusion:
        different = self.answer.different.get(entry.line, frozenset())
        return replace(entry.told.inclusion, different=different, alike=entry.candidates)

    def _origins(self, written: Written) -> None:
        opened = keys.open_keys(one.key_id for _, one in written)
        TakenOver.objects.bulk_create(
            TakenOver(
                enrolment=one,
                file=self.file,
                line=entry.line,
                former=entry.former,
                former_sealed=texts.seal_under(opened[one.key_id], FORMER, entry.told.number),
            )
            for entry, one in written
        )

    def _facts(self, written: Written) -> None:
        """What the older register knew of each participation, but its exit."""
        by, at, enrolments = self.by, self.at, [one for _, one in written]
        designation.take_over(((one, entry.told.since) for entry, one in written), by=by, at=at)
        for hook in (*hooks.ON_INCLUDED, *hooks.ON_TAKEN_OVER):
            hook(enrolments, by, at)
        mark_each_treated(
            (one, entry.told.treated_on) for entry, one in written if entry.told.treated_on
        )
        self._numbers(written)
        notes = [(one, _words(entry.told.running)) for entry, one in written]
        told = [(one, words) for one, words in notes if words]
        designation.write_notes(told, NoteKind.TITRATION, by=by, at=at)

    def _numbers(self, written: Written) -> None:
        told = [(one, entry.told.nir) for entry, one in written if entry.told.nir]
        made = self.keys.make("nir", len(told))
        numbers = [(*one, key_id) for one, key_id in zip(told, made, strict=True)]
        self.keys.used |= nir.take_over(numbers, by=self.by, at=self.at)

    def _leave(self, out: Sequence[Enrolment]) -> None:
        """What exits bring, for people written as being out."""
        if not out:
            return
        withdrawn = [one for one in out if one.end_reason == EndReason.CONSENT_WITHDRAWN]
        ends = Enrolment.objects.filter(pk=OuterRef("enrolment")).values("ended_on")
        Consent.objects.in_hand().filter(enrolment__in=withdrawn).update(
            withdrawn_on=Subquery(ends[:1])
        )
        for hook in hooks.ON_ENDED:
            hook(out, self.by, self.at)
        self._record("enrolment.ended", out, state=out[0].state)

    def _record(self, action: str, enrolments: Iterable[Enrolment], **detail: object) -> None:
        lines = [audit.Line(one, str(one.public_id), detail) for one in enrolments]
        audit.record_each(action, lines, by=self.by)

    def _note_near(self, written: Written) -> None:
        """Lines of the file that look alike are left to examine, like patients known before."""
        by_line = {entry.line: one for entry, one in written}
        noted = [
            Noted(mine.patient, Candidate(other.patient, near.score, other, None))
            for entry, mine in written
            for near in entry.near
            if near.score.points >= likeness.KEPT_FROM
            and (other := by_line.get(near.line)) is not None
            and other.patient_id != mine.patient_id
        ]
        note_pairs(noted, by=self.by, at=self.at)


def waves(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Groups in which nobody comes twice: the first participation of somebody before the next one,
    whoever is said to be a namesake to the last trait after the person themselves."""
    in_order = sorted(
        entries,
        key=lambda one: (
            bool(one.told.inclusion.homonym_reason),
            one.told.inclusion.information.included_on,
        ),
    )
    met, found = Counter[bytes](), list[list[Entry]]()
    for entry in in_order:
        person = identity.person_index(entry.told.inclusion.person)
        if met[person] == len(found):
            found.append([])
        found[met[person]].append(entry)
        met[person] += 1
    return found


def _words(running: Running) -> str:
    """What runs today, for both doctors to read: no prescription is signed by an import."""
    if not running.text:
        return ""
    words = f"Repris de l’ancien registre\u202f: {running.text}"
    if running.starts_on and running.ends_on:
        words += f" – ordonnance du {running.starts_on:%d/%m/%Y} au {running.ends_on:%d/%m/%Y}"
    return words
