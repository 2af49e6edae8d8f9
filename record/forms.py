from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone  # noqa: TID251  the reader's zone; no clock is read

from accounts.models import User
from core.fields import FrenchDateField
from followup.enums import DismissalReason, Piece
from patients.models import Enrolment
from patients.models.enrolment import EnrolmentQuerySet
from prescriptions.models import Prescription
from programmes.models import Indication
from record import journal, rules, words
from record.enums import Fact, Shown
from record.leaflets import Travel
from record.trail import Asked
from record.worklist import Filters


EVERY = "toutes"


class WorklistForm(forms.Form):
    """Which of one's patients to list. What is not said, or makes no sense, filters nothing."""

    a_faire = forms.ChoiceField(
        label="À faire",
        choices=[
            (EVERY, "Tout"),
            ("renewal", "Renouvellements à faire"),
            ("late", "Consultations en retard"),
            ("week", "Consultations de la semaine"),
            ("soon", "Consultations sous 15 jours"),
            ("gap", "Ruptures de traitement annoncées"),
            ("silent", "Sans nouvelles depuis 90 jours"),
            ("searched", "Recherches en cours"),
            ("untold", "Rappels au patient non envoyés"),
            ("pharmacy", "Sans pharmacie choisie"),
            ("drafts", "Mes saisies commencées"),
        ],
    )
    indication = forms.ChoiceField(label="Indication")
    patients = forms.ChoiceField(label="Patients", choices=Shown.choices)

    def __init__(self, asked: QueryDict, *, visible: EnrolmentQuerySet) -> None:
        unsaid = {"a_faire": EVERY, "indication": EVERY, "patients": Shown.FOLLOWED}
        said = {name: value for name, value in asked.items() if value}
        super().__init__(unsaid | said, use_required_attribute=False)
        indications = Indication.objects.filter(programme__in=visible.values("programme"))
        labels = indications.order_by("label").values_list("label", flat=True).distinct()
        choices = [(EVERY, "Toutes"), *((label, label) for label in labels)]
        self.fields["indication"] = forms.ChoiceField(label="Indication", choices=choices)

    def filters(self) -> Filters:
        """What was understood."""
        self.is_valid()
        said: dict[str, Any] = {
            name: "" if value == EVERY else value for name, value in self.cleaned_data.items()
        }
        return Filters(
            todo=said.get("a_faire", ""),
            shown=said.get("patients", Shown.FOLLOWED),
            indication=said.get("indication", ""),
        )


class SearchForm(forms.Form):
    """A name, or a number, and a birth date if one likes: posted, so that no address holds it."""

    q = forms.CharField(label="Nom ou numéro", max_length=80)
    birth_date = FrenchDateField(label="Date de naissance", required=False)


def start_of(day: date) -> datetime:
    """The first instant of a day where the reader is."""
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())


class PeriodForm(forms.Form):
    """From one day to another, both included. What makes no sense filters nothing."""

    is_filter = True

    du = FrenchDateField(label="Du", required=False)
    au = FrenchDateField(label="Au", required=False)

    @property
    def since(self) -> datetime | None:
        day = self.cleaned_data.get("du")
        return start_of(day) if day else None

    @property
    def until(self) -> datetime | None:
        """The first instant that is not asked any more."""
        day = self.cleaned_data.get("au")
        return start_of(day + timedelta(days=1)) if day else None


class HistoryForm(PeriodForm):
    """Which part of a history to read."""

    quoi = forms.ChoiceField(label="Objet", choices=[("", "Tout"), *Fact.choices], required=False)
    qui = forms.ChoiceField(label="Auteur", required=False)

    field_order = ["quoi", "qui", "du", "au"]

    def __init__(self, asked: QueryDict, *, people: Sequence[User]) -> None:
        super().__init__(asked, use_required_attribute=False)
        self.people = {str(one.public_id): one.pk for one in people}
        choices = [("", "Tous"), *((str(one.public_id), one.full_name) for one in people)]
        self.fields["qui"] = forms.ChoiceField(label="Auteur", choices=choices, required=False)
        self.order_fields(self.field_order)
        self.full_clean()

    def asked(self) -> Asked:
        return Asked(
            fact=self.cleaned_data.get("quoi", ""),
            user=self.people.get(self.cleaned_data.get("qui", "")),
            since=self.since,
            until=self.until,
        )


# What a manager asks of the journal, in the order of the list: name → beginnings of actions.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "connexions": (
        "Connexions et facteurs",
        (
            "sign_in.",
            "second_factor.",
            "session.",
            "signed_out",
            "password.",
            "backup_codes.",
            "passkey.",
            "psc.",
            "factors.",
        ),
    ),
    "refus": ("Refus", ()),
    "lectures": ("Lectures de dossiers", journal.READINGS),
    "recherches": ("Recherches", ("patient.searched", "journal.searched")),
    "exports": ("Exports", ("data.", "history.exported", "journal.exported")),
    "urgence": ("Accès d’urgence", ("glass.",)),
    "droits": (
        "Comptes et droits",
        ("account.", "role.", "api_token.", "referent.", "rights.", "substitution."),
    ),
    "signatures": ("Signatures", ("signature.", "prescription.signed", "review.signed")),
    "effacements": ("Effacements", ("purge.", "identity.erased", "participation.erased")),
}
_REFUSED = (".refused", ".throttled")


def actions_of(group: str) -> tuple[str, ...]:
    """The known actions of a group."""
    _, beginnings = GROUPS.get(group, ("", ()))
    if group == "refus":
        return tuple(code for code in words.ACTIONS if code.endswith(_REFUSED))
    return tuple(code for code in words.ACTIONS if code.startswith(beginnings or ("-",)))


class JournalForm(PeriodForm):
    """Which lines of the journal to read."""

    actes = forms.ChoiceField(
        label="Actes",
        choices=[("", "Tous"), *((name, label) for name, (label, _) in GROUPS.items())],
        required=False,
    )

    field_order = ["actes", "du", "au"]

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked, use_required_attribute=False)
        self.full_clean()

    def asked(self, user: User | None, enrolment: Enrolment | None) -> journal.Asked:
        return journal.Asked(
            user=user,
            enrolment=enrolment,
            actions=actions_of(self.cleaned_data.get("actes", "")),
            since=self.since,
            until=self.until,
        )


class FindForm(forms.Form):
    """Somebody, or a record: posted, so that no address of a page holds a name or a number."""

    q = forms.CharField(
        label="Compte ou dossier",
        help_text="Numéro RPPS, adresse électronique ou nom du professionnel\u202f; numéro RC-…",
        max_length=100,
    )


class ReviewForm(PeriodForm):
    """The period of a review; both days are needed."""

    def __init__(self, asked: dict[str, str]) -> None:
        super().__init__(asked, use_required_attribute=False)
        for name in ("du", "au"):
            self.fields[name].required = True


class RemarkForm(forms.Form):
    """What somebody says of the review that they sign."""

    remark = forms.CharField(
        label="Remarques et suites données",
        help_text="N’indiquez aucune donnée identifiante d’un patient.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
    )


class TravelForm(forms.Form):
    """What a certificate to travel says besides the prescription; none of it is kept."""

    leaves_on = FrenchDateField(label="Départ le")
    returns_on = FrenchDateField(label="Retour le")
    destination = forms.CharField(label="Pays de destination", max_length=120)
    passport = forms.CharField(
        label="Pièce d’identité",
        help_text="Nature et numéro, par exemple\u202f: passeport 00AA00000",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, prescription: Prescription, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prescription = prescription

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            refusal = rules.travel_refusal(
                leaves_on=cleaned["leaves_on"],
                returns_on=cleaned["returns_on"],
                covered_from=self.prescription.starts_on,
                covered_to=self.prescription.ends_on,
            )
            if refusal:
                self.add_error("returns_on", refusal)
        return cleaned

    def travel(self) -> Travel:
        return Travel(**self.cleaned_data)


class DismissalForm(forms.Form):
    """Which piece of a visit is set aside, and why."""

    piece = forms.ChoiceField(choices=Piece.choices)
    reason = forms.ChoiceField(choices=DismissalReason.choices)
