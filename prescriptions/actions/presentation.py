from datetime import date, datetime, timedelta

from accounts.enums import Role
from accounts.models import Member
from core import audit, codes, throttle
from patients import identity
from patients.enums import Precision
from patients.identity import Person
from patients.models import Patient
from prescriptions import rules
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription, Presentation
from programmes.models import Programme


# Tries per member. No legal source: a counter types one code a minute, and mistypes a few.
TRIES, TRIES_SECONDS = 20, 600


class CannotPresent(Exception):
    """The message is in French and may be shown to the pharmacist."""


UNKNOWN = (
    "Aucune ordonnance ne correspond à ce code et à cette date de naissance. Vérifiez les deux."
)
TOO_MANY = "Trop d’essais\u202f: attendez dix minutes avant de saisir un autre code."


def present(code: str, *, birth_date: date, by: Member, at: datetime) -> Presentation:
    """Open a prescription to a pharmacist, for a shift, by its code and the birth date.

    A wrong code, a wrong birth date and a prescription of a programme that is not theirs have
    one answer.

    :raises CannotPresent: no such prescription for them, or too many tries
    """
    count_try(by, at)
    prescription = _behind(code, by)
    if prescription is None or not born_on(prescription.patient, birth_date):
        audit.record("presentation.refused", by=by)
        raise CannotPresent(UNKNOWN)
    presentation = open_to(prescription, by=by, at=at)
    forgive_try(by)
    return presentation


def count_try(by: Member, at: datetime) -> None:
    """Count one more code typed, whatever it is of.

    :raises CannotPresent: too many of them
    """
    if not throttle.allowed("presentation", str(by.pk), limit=TRIES, seconds=TRIES_SECONDS, at=at):
        audit.record("presentation.throttled", by=by)
        raise CannotPresent(TOO_MANY)


def forgive_try(by: Member) -> None:
    """Only this try: a code that one knows may not start the count of wrong ones again."""
    throttle.take_back("presentation", str(by.pk))


def open_to(prescription: Prescription, *, by: Member, at: datetime) -> Presentation:
    """Open a prescription to whoever proved that they hold it, for a shift."""
    with audit.acting("prescription.presented", by=by):
        until = at + timedelta(hours=rules.PRESENTATION_HOURS)
        presentation = Presentation.objects.create(
            member=by, prescription=prescription, at=at, until=until
        )
        subject = str(prescription.enrolment.public_id)
        audit.record("prescription.presented", prescription, by=by, subject=subject)
    return presentation


def _behind(code: str, by: Member) -> Prescription | None:
    found = codes.find(code)
    if by.role != Role.PHARMACIST or found is None:
        return None
    if found.target_label != Prescription._meta.label:
        return None
    return (
        Prescription.objects.filter(
            pk=found.target_id, enrolment__programme__in=Programme.objects.visible_to(by)
        )
        .exclude(status=Status.DRAFT)
        .select_related("enrolment", "patient__identity")
        .first()
    )


def born_on(patient: Patient, birth_date: date) -> bool:
    person = identity.open_one(patient)
    return person is not None and _matches(person, birth_date)


def _matches(person: Person, birth_date: date) -> bool:
    """As precise as civil status is: a day that nobody knows is not compared."""
    if person.birth_precision == Precision.YEAR:
        return person.birth_date.year == birth_date.year
    if person.birth_precision == Precision.MONTH:
        return person.birth_date.replace(day=1) == birth_date.replace(day=1)
    return person.birth_date == birth_date


def mark_dispensed(prescription: Prescription, *, at: datetime) -> None:
    """Stamp the first supply: from then on the prescription cannot be voided.

    Called by the act of dispensing, in its transaction and under its locks: one query. The second
    time changes nothing.
    """
    stamped = Prescription.objects.filter(pk=prescription.pk, first_dispensed_at=None)
    stamped.update(first_dispensed_at=at)
