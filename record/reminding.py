"""The forms of what members and patients choose of their reminders."""

from typing import Any

from django import forms

from followup.enums import ReminderChannel, Rhythm
from followup.models import ReminderChoice
from followup.rules import REMINDER_DAYS
from patients.identity import Person


class RhythmForm(forms.Form):
    """How often one gets the digest of the visits to hold."""

    rhythm = forms.ChoiceField(
        label="Récapitulatif par courriel", choices=Rhythm.choices, widget=forms.RadioSelect
    )


class ReminderForm(forms.Form):
    """What the patient agreed to: only what can reach them is offered."""

    show_if = {"days_before": "channel=EMAIL|SMS"}

    channel = forms.ChoiceField(label="Moyen accepté par le patient", widget=forms.RadioSelect)
    days_before = forms.ChoiceField(label="Combien de temps avant le rendez-vous")

    def __init__(
        self,
        *args: Any,
        choice: ReminderChoice | None,
        person: Person | None,
        has_sms: bool,
        **kwargs: Any,
    ) -> None:
        stands = choice or ReminderChoice(channel=ReminderChannel.NONE)
        initial = {"channel": stands.channel, "days_before": str(stands.days_before)}
        super().__init__(*args, **{**kwargs, "initial": initial})
        reach = {
            ReminderChannel.EMAIL: bool(person and person.email),
            ReminderChannel.SMS: has_sms and bool(person and person.phone),
            ReminderChannel.NONE: True,
        }
        self.missing = not reach[ReminderChannel.EMAIL] and not reach[ReminderChannel.SMS]
        offered = [(one.value, one.label) for one in ReminderChannel if reach[one]]
        days = [(str(n), f"{n} jour{'s' if n > 1 else ''} avant") for n in REMINDER_DAYS]
        self.fields["channel"].choices = offered  # type: ignore[attr-defined]
        self.fields["days_before"].choices = days  # type: ignore[attr-defined]
