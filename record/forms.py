from typing import Any

from django import forms
from django.http import QueryDict

from core.fields import FrenchDateField
from patients.models.enrolment import EnrolmentQuerySet
from programmes.models import Indication
from record.enums import Shown
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
            ("soon", "Consultations sous 15 jours"),
        ],
    )
    indication = forms.ChoiceField(label="Indication")
    patients = forms.ChoiceField(label="Patients", choices=Shown.choices)

    def __init__(self, asked: QueryDict, *, visible: EnrolmentQuerySet) -> None:
        unsaid = {"a_faire": EVERY, "indication": EVERY, "patients": Shown.FOLLOWED}
        super().__init__(unsaid | asked.dict(), use_required_attribute=False)
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
