"""What surrounds every page of a patient: the strip that says who it is, and the tabs."""

from dataclasses import dataclass
from datetime import date

from django import template
from django.urls import reverse

from patients.enums import EnrolmentState
from patients.identity import Person
from patients.models import Enrolment


register = template.Library()

# tab, label, name of its address. Each is a page of the app it shows.
TABS = (
    ("record", "Dossier", "record:patient"),
    ("prescriptions", "Ordonnances", "prescriptions:list"),
    ("followup", "Consultations", "followup:list"),
    ("vigilance", "Effets indésirables", "vigilance:of_patient"),
    ("notes", "Notes partagées", "patients:notes"),
    ("inclusion", "Inclusion", "patients:inclusion"),
    ("history", "Historique", "record:history"),
)
# Not read by breaking the glass: `patients.access.read_record` does not open them.
CLOSED_TO_THE_GLASS = frozenset({"notes", "history"})
BADGES = {
    EnrolmentState.ACTIVE: "success",
    EnrolmentState.WEANING: "warning",
    EnrolmentState.ENDED: "",
    EnrolmentState.CANCELLED: "",
}


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    is_here: bool


@register.simple_tag
def patient_tabs(enrolment: Enrolment, tab: str) -> list[Tab]:
    return [
        Tab(label, reverse(name, args=[enrolment.public_id]), key == tab)
        for key, label, name in TABS
        if enrolment.opened_until is None or key not in CLOSED_TO_THE_GLASS
    ]


@register.filter
def state_kind(enrolment: Enrolment) -> str:
    """The kind of badge of the state."""
    return BADGES[EnrolmentState(enrolment.state)]


@register.simple_tag
def patient_facts(enrolment: Enrolment, person: Person | None, today: str) -> list[tuple[str, str]]:
    """What the strip says, in the same order on every page.

    :param today: ISO date, from `{% now "Y-m-d" %}`
    """
    facts = [
        *_who(enrolment, person, date.fromisoformat(today)),
        ("Numéro", enrolment.number),
        ("Indication", _indication(enrolment)),
        ("Programme", enrolment.programme.short_name),
        ("Inclusion", f"{enrolment.included_on:%d/%m/%Y}"),
        ("Structure", enrolment.site.name),
        ("Médecin relais", _doctor(enrolment)),
        ("Pharmacie", enrolment.pharmacy.name if enrolment.pharmacy else "Non choisie"),
    ]
    if enrolment.ended_on:
        reason = enrolment.get_end_reason_display()
        facts.append(("Sortie", f"{enrolment.ended_on:%d/%m/%Y} – {reason}"))
    return facts


def _who(enrolment: Enrolment, person: Person | None, today: date) -> list[tuple[str, str]]:
    sex = enrolment.patient.get_sex_display()
    if person is None:
        return [("Née ou né en", str(enrolment.patient.birth_year)), ("Sexe", sex)]
    label = f"{person.born.capitalize()} le" if person.has_day else "Naissance"
    return [(label, f"{person.birth_text} ({person.age_text(today)})"), ("Sexe", sex)]


def _indication(enrolment: Enrolment) -> str:
    label = enrolment.indication.label
    return f"{label} – {enrolment.subtype.label}" if enrolment.subtype else label


def _doctor(enrolment: Enrolment) -> str:
    doctor = enrolment.relay_doctor
    return doctor.user.full_name if doctor else "Aucun"
