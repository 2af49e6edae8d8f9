"""Who a patient is: one sealed blob, and the blind digests that find it again."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q

from accounts.models import Member
from core import blind, keys
from core.text import fold
from patients import rules
from patients.enums import Precision, Sex
from patients.models import Enrolment, Identity, IdentityIndex, Patient
from patients.models.enrolment import EnrolmentQuerySet


# INSEE code of a birth place that nobody knows.
UNKNOWN_PLACE = "99999"


@dataclass(frozen=True)
class Person:
    """The traits of civil status, and how to reach the person. `birth_date` is the first day of
    what is known: `birth_precision` tells how much of it is true."""

    birth_name: str
    first_names: list[str]
    sex: str
    birth_date: date
    birth_precision: str = Precision.DAY
    used_name: str = ""
    birth_place: str = UNKNOWN_PLACE
    phone: str = ""
    email: str = ""
    address: str = ""

    @property
    def name(self) -> str:
        """DUPONT Jeanne: the used name first, as a form calls the person."""
        return f"{(self.used_name or self.birth_name).upper()} {self.first_name}"

    @property
    def full_name(self) -> str:
        """DUPONT Jeanne (née MARTIN), or the name alone when there is one only."""
        if not self.used_name or fold(self.used_name) == fold(self.birth_name):
            return self.name
        return f"{self.name} ({self.born} {self.birth_name.upper()})"

    @property
    def first_name(self) -> str:
        return self.first_names[0] if self.first_names else ""

    @property
    def born(self) -> str:
        """Agrees with the person: «né», «née»."""
        return {"F": "née", "M": "né"}.get(self.sex, "né(e)")

    @property
    def sex_label(self) -> str:
        return Sex(self.sex).label

    @property
    def has_day(self) -> bool:
        return self.birth_precision == Precision.DAY

    @property
    def birth_text(self) -> str:
        """12/05/1960, 05/1960 or 1960: never a day that is not known."""
        shape = {Precision.YEAR: "%Y", Precision.MONTH: "%m/%Y"}
        return self.birth_date.strftime(shape.get(Precision(self.birth_precision), "%d/%m/%Y"))

    @property
    def born_text(self) -> str:
        """«née le 12/05/1960», «né en 1960»."""
        return f"{self.born} {'le' if self.has_day else 'en'} {self.birth_text}"

    @property
    def birth_iso(self) -> str:
        shape = {Precision.YEAR: 4, Precision.MONTH: 7}
        return self.birth_date.isoformat()[: shape.get(Precision(self.birth_precision), 10)]

    def age_text(self, on: date) -> str:
        """«46 ans», or «45 ou 46 ans» when civil status does not know the day."""
        least, greatest = rules.ages_on(self.birth_date, self.birth_precision, on)
        age = str(greatest) if least == greatest else f"{least} ou {greatest}"
        return f"{age} an{'s' if greatest > 1 else ''}"


# --- Sealed ----------------------------------------------------------------------------------


def dump(person: Person) -> bytes:
    content = asdict(person) | {"birth_date": person.birth_date.isoformat()}
    return json.dumps(content, ensure_ascii=False).encode()


def _load(plain: bytes) -> Person:
    content: dict[str, Any] = json.loads(plain)
    return Person(**content | {"birth_date": date.fromisoformat(content["birth_date"])})


def seal(person: Person, key: keys.DataKey, patient_public_id: UUID) -> bytes:
    """Seal under the patient's own key: the blob opens nowhere but beside its patient."""
    return key.seal(dump(person), str(patient_public_id))


def write(patient: Patient, person: Person, *, homonym_no: int = 0) -> None:
    """Write identity and indexes of a patient that has none yet.

    :param homonym_no: above 0 for another person with the same five traits
    """
    opened = {patient.key_id: keys.open_key(patient.key_id)}
    write_each([(patient, person, homonym_no)], opened)


def write_each(
    written: Iterable[tuple[Patient, Person, int]], opened: Mapping[UUID, keys.DataKey]
) -> None:
    """The same of many patients, whose keys are open: two inserts."""
    rows = list(written)
    Identity.objects.bulk_create(
        Identity(patient=patient, sealed=seal(person, opened[patient.key_id], patient.public_id))
        for patient, person, _ in rows
    )
    IdentityIndex.objects.bulk_create(
        IdentityIndex(patient=patient, homonym_no=homonym_no, **index_values(person))
        for patient, person, homonym_no in rows
    )


def next_homonym(person: Person) -> int:
    """0 for somebody unknown; else the number after the greatest of the namesakes.

    They are not counted: a correction may have taken one of them away.
    """
    same = IdentityIndex.objects.filter(person=person_index(person))
    greatest = same.aggregate(greatest=Max("homonym_no"))["greatest"]
    return 0 if greatest is None else greatest + 1


def rewrite(patient: Patient, person: Person) -> dict[str, str]:
    """Replace contacts and used name; the traits of civil status and their indexes stay.

    Return what the journal keeps of it: both identities, sealed under the patient's key.
    """
    key, before = keys.open_key(patient.key_id), bytes(patient.identity.sealed)
    patient.identity.sealed = seal(person, key, patient.public_id)
    patient.identity.save(update_fields=["sealed"])
    used_name = index_values(person)["used_name"]
    IdentityIndex.objects.filter(patient=patient).update(used_name=used_name)
    kept = {"before": before, "after": patient.identity.sealed}
    return {name: base64.b64encode(blob).decode() for name, blob in kept.items()}


_LABELS = {
    "birth_name": "Nom de naissance",
    "used_name": "Nom utilisé",
    "first_names": "Prénoms",
    "sex": "Sexe",
    "birth_date": "Date de naissance",
    "birth_precision": "Précision de la date de naissance",
    "birth_place": "Lieu de naissance (code INSEE)",
    "phone": "Téléphone",
    "email": "Adresse électronique",
    "address": "Adresse",
}


def read_trace(patient: Patient, detail: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Name, label, before and after of each trait that a line of the journal tells of.

    Nothing once the key is destroyed, nor from a line that holds no identity.
    """
    key = keys.open_keys([patient.key_id]).get(patient.key_id)
    if key is None or not {"before", "after"} <= detail.keys():
        return []
    before, after = (
        _load(key.unseal(base64.b64decode(detail[name]), str(patient.public_id)))
        for name in ("before", "after")
    )
    return [
        (name, label, was, now)
        for name, label in _LABELS.items()
        if (was := _told(before, name)) != (now := _told(after, name))
    ]


def _told(person: Person, name: str) -> str:
    """One trait in words."""
    match name:
        case "first_names":
            return ", ".join(person.first_names)
        case "sex":
            return person.sex_label
        case "birth_date":
            return person.birth_text
        case "birth_precision":
            return Precision(person.birth_precision).label
    return str(getattr(person, name))


def replace_all(patient: Patient, person: Person) -> dict[str, str]:
    """Replace the whole identity, what it is found by, and what the pseudonym tells of it.

    Return what the journal keeps of it, as `rewrite` does.
    """
    trace = rewrite(patient, person)
    index = IdentityIndex.objects.get(patient=patient)
    values = index_values(person)
    if bytes(index.person) != values["person"]:
        index.homonym_no = 0
    for name, value in values.items():
        setattr(index, name, value)
    index.save(update_fields=["homonym_no", *values])
    patient.birth_year, patient.sex = person.birth_date.year, person.sex
    patient.save(update_fields=["birth_year", "sex"])
    return trace


# --- The key of the indexes ------------------------------------------------------------------

# Identities opened together.
_BATCH = 2_000


def reindex() -> Iterator[int]:
    """Compute every index again, under the key that is given; how many, batch by batch."""
    rows = IdentityIndex.objects.select_for_update(of=("self",)).order_by("pk")
    after = 0
    while batch := list(rows.filter(pk__gt=after).select_related("patient")[:_BATCH]):
        after = batch[-1].pk
        people = open_many(row.patient for row in batch)
        known = [row for row in batch if row.pk in people]
        for row in known:
            for name, value in index_values(people[row.pk]).items():
                setattr(row, name, value)
        IdentityIndex.objects.bulk_update(
            known, ["person", "birth_name", "used_name", "birth_date"]
        )
        yield len(known)


def index_problems() -> list[str]:
    """What is wrong with `IDENTITY_INDEX_KEY`: the first identity is not found by it."""
    row = IdentityIndex.objects.select_related("patient__identity").order_by("pk").first()
    person = open_one(row.patient) if row else None
    if row is None or person is None or bytes(row.person) == person_index(person):
        return []
    return ["IDENTITY_INDEX_KEY does not find the stored identities: run `rotate_index`."]


def open_many(patients: Iterable[Patient]) -> dict[int, Person]:
    """Persons by primary key of their patient: two queries, one in each cluster.

    Erased identities are absent.

    :raises cryptography.exceptions.InvalidTag: altered bytes, or another patient's
    """
    by_pk = {patient.pk: patient for patient in patients}
    sealed = Identity.objects.filter(patient__in=list(by_pk)).values_list("patient_id", "sealed")
    blobs = {pk: blob for pk, blob in sealed if by_pk[pk].identity_erased_at is None}
    opened = keys.open_keys(by_pk[pk].key_id for pk in blobs)
    return {
        pk: _load(opened[by_pk[pk].key_id].unseal(bytes(blob), str(by_pk[pk].public_id)))
        for pk, blob in blobs.items()
        if by_pk[pk].key_id in opened
    }


def open_one(patient: Patient) -> Person | None:
    """One person; None once the identity was erased. One query when `identity` is loaded."""
    if not hasattr(patient, "identity"):
        return None
    key = keys.open_keys([patient.key_id]).get(patient.key_id)
    if key is None:
        return None
    return _load(key.unseal(bytes(patient.identity.sealed), str(patient.public_id)))


def completed(known: Person, typed: Person) -> Person:
    """The known person with the contacts that were typed now; the traits are not touched."""
    return replace(
        known,
        used_name=typed.used_name or known.used_name,
        phone=typed.phone or known.phone,
        email=typed.email or known.email,
        address=typed.address or known.address,
    )


# --- Found again -----------------------------------------------------------------------------


def _index(column: str, value: str) -> bytes:
    return blind.index(f"patients.{column}", value, key=settings.IDENTITY_INDEX_KEY)


def _birth_name(value: str) -> bytes:
    return _index("birth_name", value)


def _used_name(value: str) -> bytes:
    return _index("used_name", value)


def _birth_date(iso: str) -> bytes:
    return _index("birth_date", iso)


def person_index(person: Person) -> bytes:
    """The same for the same five traits of civil status, whatever the accents and hyphens."""
    first_names = " ".join(person.first_names)
    traits = [person.birth_name, first_names, person.birth_iso, person.sex, person.birth_place]
    # Each without its own spaces: a letter may not slide from a trait into the next.
    return _index("person", " ".join(fold(trait).replace(" ", "") for trait in traits))


def index_values(person: Person) -> dict[str, bytes]:
    """The columns of `IdentityIndex`."""
    return {
        "person": person_index(person),
        "birth_name": _birth_name(person.birth_name),
        "used_name": _used_name(person.used_name or person.birth_name),
        "birth_date": _birth_date(person.birth_iso),
    }


def name_indexes(person: Person) -> list[bytes]:
    """What either name of the person is found by: look for them in both columns."""
    names = [name for name in (person.birth_name, person.used_name) if name]
    return [index for name in names for index in (_birth_name(name), _used_name(name))]


def birth_date_indexes(person: Person) -> list[bytes]:
    """The date itself, and the month or the year alone of whom no more is known."""
    return sorted({_birth_date(person.birth_iso[:length]) for length in (4, 7, 10)})


def is_named(enrolment_id: int, *, name: str, birth_date: date) -> bool:
    """Whether the patient of an enrolment bears this name, by birth or used, and was born then.

    Equality of blind digests: no identity is opened. False once they are erased.
    """
    known = {birth_date.isoformat()[:length] for length in (4, 7, 10)}
    return IdentityIndex.objects.filter(
        Q(birth_name=_birth_name(name)) | Q(used_name=_used_name(name)),
        patient__enrolments=enrolment_id,
        birth_date__in=[_birth_date(iso) for iso in known],
    ).exists()


def was_born(enrolment_id: int, birth_date: date) -> bool:
    """Whether the patient of an enrolment was born that day. False once identities are erased."""
    known = {birth_date.isoformat()[:length] for length in (4, 7, 10)}
    days = [_birth_date(iso) for iso in known]
    found = IdentityIndex.objects.filter(patient__enrolments=enrolment_id, birth_date__in=days)
    return found.exists()


def search(member: Member, *, name: str, birth_date: date | None = None) -> EnrolmentQuerySet:
    """Enrolments of this member's own patients, by birth or used name, and birth date if given."""
    return named(Enrolment.objects.visible_to(member), name=name, birth_date=birth_date)


def named(
    among: EnrolmentQuerySet, *, name: str, birth_date: date | None = None
) -> EnrolmentQuerySet:
    """Those of that birth or used name, and of that birth date as precise as it is known."""
    same_name = Q(patient__index__birth_name=_birth_name(name)) | Q(
        patient__index__used_name=_used_name(name)
    )
    found = among.filter(same_name)
    if birth_date is None:
        return found
    known = {birth_date.isoformat()[:length] for length in (4, 7, 10)}
    return found.filter(patient__index__birth_date__in=[_birth_date(iso) for iso in known])
