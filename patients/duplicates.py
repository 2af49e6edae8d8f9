"""Who may be the person that is being typed: found by blind indexes, compared in memory.

National in its search, so that two structures cannot follow one person unknowingly; but somebody
of another structure is shown without a name: how much alike, why, and whom to call.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Member, Site
from patients import identity, likeness
from patients.enums import DuplicateState, Likeness
from patients.identity import Person
from patients.likeness import Score
from patients.models import Enrolment, IdentityIndex, Patient, PossibleDuplicate


# Persons opened for one comparison, birth date first; a frequent name stops there.
MOST_OPENED = 200
# Candidates shown.
MOST_SHOWN = 5
# Persons compared together: at most so many times `MOST_OPENED` identities in memory.
BITE = 25


@dataclass(frozen=True)
class Candidate:
    """Somebody known who looks alike. `person` is None for whom the member may not read."""

    patient: Patient
    score: Score
    enrolment: Enrolment
    person: Person | None

    @property
    def is_mine(self) -> bool:
        return self.person is not None

    @property
    def site(self) -> Site:
        return self.enrolment.site


def candidates(person: Person, *, by: Member, besides: Collection[int] = ()) -> list[Candidate]:
    """The most alike first, those whose score is too low left out.

    :param besides: patients left out: the person themselves, and whom it was said not to be
    """
    return _candidates([person], by, besides)[0]


def candidates_of_each(people: Sequence[Person], *, by: Member) -> list[list[Candidate]]:
    """The same of many persons, in their order; whoever is known is opened once a bite."""
    found: list[list[Candidate]] = []
    for start in range(0, len(people), BITE):
        found += _candidates(people[start : start + BITE], by, ())
    return found


def _candidates(
    people: Sequence[Person], by: Member, besides: Collection[int]
) -> list[list[Candidate]]:
    near = [[pk for pk in found if pk not in besides] for found in _near(people)]
    patients = Patient.objects.in_bulk({pk for pks in near for pk in pks})
    known = identity.open_many(patients.values())
    alike = [
        _alike(person, {pk: known[pk] for pk in pks if pk in known})
        for person, pks in zip(people, near, strict=True)
    ]
    shown = {pk for found in alike for pk, _ in found}
    followed = _last_enrolments(shown)
    visible = Enrolment.objects.visible_to(by).filter(patient__in=shown)
    mine = set(visible.values_list("patient", flat=True)) if shown else set()
    return [
        [
            Candidate(patients[pk], score, followed[pk], known[pk] if pk in mine else None)
            for pk, score in found
            if pk in followed
        ]
        for found in alike
    ]


def _alike(person: Person, known: Mapping[int, Person]) -> list[tuple[int, Score]]:
    scored = [(pk, likeness.compare(person, who)) for pk, who in known.items()]
    kept = [one for one in scored if one[1].points >= likeness.SHOWN_FROM]
    return sorted(kept, key=lambda one: (-one[1].points, one[0]))[:MOST_SHOWN]


# A digest is found in the column that it was made for, and in no other. Each look-up is cut short,
# without an order: sorting a frequent name would read it whole.
_NEAR = """
SELECT asked.rank, near.patient_id
FROM unnest(%(ranks)s::int[], %(digests)s::bytea[]) WITH ORDINALITY AS asked(rank, digest, place)
CROSS JOIN LATERAL (
    (SELECT patient_id FROM patients_identityindex JOIN patients_patient ON id = patient_id
     WHERE birth_date = asked.digest AND merged_into_id IS NULL LIMIT %(most)s)
    UNION ALL
    (SELECT patient_id FROM patients_identityindex JOIN patients_patient ON id = patient_id
     WHERE birth_name = asked.digest AND merged_into_id IS NULL LIMIT %(most)s)
    UNION ALL
    (SELECT patient_id FROM patients_identityindex JOIN patients_patient ON id = patient_id
     WHERE used_name = asked.digest AND merged_into_id IS NULL LIMIT %(most)s)
) AS near
ORDER BY asked.place
"""


def _near(people: Sequence[Person]) -> list[list[int]]:
    """Of each, the patients of that birth date, then of that name: one query for all."""
    asked = [
        (rank, digest)
        for rank, person in enumerate(people)
        for digest in (*identity.birth_date_indexes(person), *identity.name_indexes(person))
    ]
    given: dict[str, Any] = {
        "ranks": [rank for rank, _ in asked],
        "digests": [digest for _, digest in asked],
        "most": MOST_OPENED,
    }
    found: list[dict[int, None]] = [{} for _ in people]
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, given)
        for rank, patient in cursor.fetchall():
            if len(found[rank]) < MOST_OPENED:
                found[rank][patient] = None
    return [list(patients) for patients in found]


def _last_enrolments(patients: Collection[int]) -> dict[int, Enrolment]:
    if not patients:
        return {}
    rows = Enrolment.objects.filter(patient__in=patients).select_related("site")
    return {row.patient_id: row for row in rows.order_by("included_on", "pk")}


# --- What was decided ------------------------------------------------------------------------


def said_different(patient: Patient) -> set[int]:
    """Patients it was said not to be: nobody is asked again."""
    pairs = PossibleDuplicate.objects.of(patient).filter(state=DuplicateState.DIFFERENT)
    return {pk for pair in pairs.values_list("first", "second") for pk in pair} - {patient.pk}


def pair_of(one: Patient, other: Patient) -> tuple[Patient, Patient]:
    """In the order the database keeps."""
    return (one, other) if one.pk < other.pk else (other, one)


def exact(person: Person) -> IdentityIndex | None:
    """Who has the same five traits; the first of the homonyms."""
    return exact_of_each([person])[0]


def exact_of_each(people: Iterable[Person]) -> list[IdentityIndex | None]:
    """The same of many persons, in their order, with one query."""
    indexes = [identity.person_index(person) for person in people]
    rows = IdentityIndex.objects.filter(person__in=indexes).select_related("patient")
    first = {bytes(row.person): row for row in rows.order_by("-homonym_no", "-pk")}
    return [first.get(index) for index in indexes]


def elsewhere(known: IdentityIndex, *, by: Member) -> list[Enrolment]:
    """The last participation of somebody whom the member does not follow; nothing otherwise."""
    mine = Enrolment.objects.visible_to(by).filter(patient=known.patient_id)
    return [] if mine.exists() else list(_last_enrolments([known.patient_id]).values())


def labels(reasons: Collection[str]) -> str:
    return " · ".join(Likeness(reason).label for reason in reasons)


def public_ids(found: Collection[Candidate]) -> set[UUID]:
    return {candidate.patient.public_id for candidate in found}
