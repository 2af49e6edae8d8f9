from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Member, Site
from core.fields import FrenchDateField
from patients import directory
from patients.designations import Professional
from patients.enums import DeclineReason, DesignationKind, NoteKind
from programmes.models import Programme


class _Doctors(forms.ModelChoiceField):
    def label_from_instance(self, doctor: Member) -> str:
        return f"{doctor.user.full_name} – {doctor.site.name}, {doctor.site.town}"


class _Pharmacies(forms.ModelChoiceField):
    def label_from_instance(self, site: Site) -> str:
        return f"{site.name}, {site.town} ({site.get_kind_display()})"


class DesignationForm(forms.Form):
    """Step 4: who follows with the structure, and where the patient is supplied. Both may wait.

    Offers what is in one département, and what was already chosen; accepts the whole directory.
    """

    relay_doctor = _Doctors(
        Member.objects.none(),
        label="Médecin relais",
        to_field_name="public_id",
        required=False,
        empty_label="Aucun\u202f: suivi par la structure",
        blank=True,
    )
    pharmacy = _Pharmacies(
        Site.objects.none(),
        label="Pharmacie",
        to_field_name="public_id",
        required=False,
        empty_label="À choisir plus tard",
        blank=True,
    )

    def __init__(
        self, *args: Any, programme: Programme, today: date, departement: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        doctors = directory.relay_doctors(programme, today)
        pharmacies = directory.pharmacies(programme, today)
        self._offer("relay_doctor", doctors, doctors.filter(site__departement=departement))
        self._offer("pharmacy", pharmacies, pharmacies.filter(departement=departement))

    def _offer(self, name: str, all_: QuerySet[Any], near: QuerySet[Any]) -> None:
        field: Any = self.fields[name]
        field.queryset = all_
        offered = list(near)
        chosen = _uuid(self[name].value())
        if chosen and chosen not in {str(one.public_id) for one in offered}:
            offered += all_.filter(public_id=chosen)
        labels = [(str(one.public_id), field.label_from_instance(one)) for one in offered]
        field.widget.choices = [("", field.empty_label), *labels]

    @property
    def is_empty_here(self) -> bool:
        """Nothing in this département but «later»."""
        return all(len(self.fields[name].widget.choices) == 1 for name in self.fields)


def _uuid(value: object) -> str:
    """What was typed, if it can be looked for."""
    try:
        return str(forms.UUIDField().clean(value))
    except forms.ValidationError:
        return ""


class InviteForm(forms.Form):
    """A professional whom the directory does not know."""

    kind = forms.ChoiceField(
        label="Invité comme", choices=DesignationKind, widget=forms.RadioSelect
    )
    name = forms.CharField(label="Nom", max_length=120)
    town = forms.CharField(label="Commune", max_length=80)
    email = forms.EmailField(label="Adresse électronique professionnelle", max_length=200)

    def professional(self) -> Professional:
        typed = self.cleaned_data
        return Professional(typed["name"].strip(), typed["town"].strip(), typed["email"].lower())


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        label="Pourquoi déclinez-vous\u202f?", choices=DeclineReason, widget=forms.RadioSelect
    )


class JoinForm(forms.Form):
    """The certificate that the patient shows, and their birth date."""

    code = forms.CharField(
        label="Code de l’attestation",
        help_text="Il commence par RV et se trouve sous le carré noir et blanc.",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = FrenchDateField(label="Date de naissance du patient")
    present = forms.BooleanField(label="Le patient est présent et me choisit comme médecin relais")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["birth_date"].limit(latest=today)


class NoteForm(forms.Form):
    kind = forms.ChoiceField(label="Sujet", choices=NoteKind, widget=forms.RadioSelect)
    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)
