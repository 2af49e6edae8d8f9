"""What is known of a patient whom nobody has seen, and the form of an attempt to reach them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Max

from core.fields import FrenchDateField
from followup.actions import Tried
from followup.enums import Answered, Means
from followup.models import Visit
from patients.models import Enrolment
from pharmacies.models import Dispensation
from prescriptions.models import Prescription


@dataclass(frozen=True)
class Signs:
    """The last signs of a patient; None where there is none."""

    visit_on: date | None
    supplied_on: date | None
    prescribed_until: date | None

    def last_seen_on(self, included_on: date) -> date:
        return max(included_on, self.visit_on or included_on, self.supplied_on or included_on)


def last_signs(enrolment: Enrolment) -> Signs:
    """Three queries."""
    theirs = {"enrolment": enrolment.pk}
    held = Visit.objects.filter(**theirs).aggregate(last=Max("held_on"))
    given = Dispensation.objects.standing().filter(**theirs).aggregate(last=Max("dispensed_on"))
    run = Prescription.objects.signed().filter(**theirs).aggregate(last=Max("ends_on"))
    return Signs(held["last"], given["last"], run["last"])


class AttemptForm(forms.Form):
    """One attempt to reach the patient: codes only, no free text."""

    attempted_on = FrenchDateField(label="Date de la tentative")
    means = forms.ChoiceField(label="Moyen", choices=Means.choices)
    answered = forms.ChoiceField(label="Résultat", choices=Answered.choices)

    def __init__(self, *args: Any, enrolment: Enrolment, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment = enrolment
        self.fields["attempted_on"] = FrenchDateField(
            label="Date de la tentative", earliest=enrolment.included_on, latest=today
        )

    def tried(self) -> Tried:
        said = self.cleaned_data
        return Tried(said["attempted_on"], Means(said["means"]), Answered(said["answered"]))
