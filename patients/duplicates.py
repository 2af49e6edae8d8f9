"""Who may be the person that is being typed: found by blind indexes, compared in memory.

National in its search, so that two structures cannot follow one person unknowingly; but somebody
of another structure is shown without a name: how much alike, why, and whom to call.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

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
    near = [[pk for pk in _near(person) if pk not in besides] for person in people]
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


def _near(person: Person) -> list[int]:
    """Patients of that birth date, then of that name: three index look-ups, each cut short.

    Without an order: sorting a frequent name would read it whole.
    """
    indexes = IdentityIndex.objects.filter(patient__merged_into=None)
    dated = Q(birth_date__in=identity.birth_date_indexes(person))
    named = identity.name_indexes(person)
    found: dict[int, None] = {}
    for condition in (dated, Q(birth_name__in=named), Q(used_name__in=named)):
        left = MOST_OPENED - len(found)
        found |= dict.fromkeys(indexes.filter(condition).values_list("patient", flat=True)[:left])
    return list(found)


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
    rows = IdentityIndex.objects.filter(person=identity.person_index(person))
    return rows.select_related("patient").order_by("homonym_no").first()


def elsewhere(known: IdentityIndex, *, by: Member) -> list[Enrolment]:
    """The last participation of somebody whom the member does not follow; nothing otherwise."""
    mine = Enrolment.objects.visible_to(by).filter(patient=known.patient_id)
    return [] if mine.exists() else list(_last_enrolments([known.patient_id]).values())


def labels(reasons: Collection[str]) -> str:
    return " · ".join(Likeness(reason).label for reason in reasons)


def public_ids(found: Collection[Candidate]) -> set[UUID]:
    return {candidate.patient.public_id for candidate in found}
