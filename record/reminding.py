"""The forms of what members and patients choose of their reminders."""

from typing import Any

from django import forms

from followup.enums import ReminderChannel, Rhythm
from followup.models import ReminderChoice
from followup.rules import REMINDER_AFTER_DAYS, REMINDER_DAYS
from patients.identity import Person


class RhythmForm(forms.Form):
    """How often one gets the digest of the visits to hold."""

    rhythm = forms.ChoiceField(
        label="Récapitulatif par courriel", choices=Rhythm.choices, widget=forms.RadioSelect
    )


class ReminderForm(forms.Form):
    """What the patient agreed to: only what can reach them is offered."""

    show_if = {"days_before": "channel=EMAIL|SMS", "days_after": "channel=EMAIL|SMS"}

    channel = forms.ChoiceField(label="Moyen accepté par le patient", widget=forms.RadioSelect)
    # Not asked of whoever wants none: then the usual ones are written.
    days_before = forms.ChoiceField(label="Combien de temps avant le rendez-vous", required=False)
    days_after = forms.ChoiceField(label="S’il n’est pas venu", required=False)

    def __init__(
        self,
        *args: Any,
        choice: ReminderChoice | None,
        person: Person | None,
        has_sms: bool,
        **kwargs: Any,
    ) -> None:
        stands = choice or ReminderChoice(channel=ReminderChannel.NONE)
        initial = {
            "channel": stands.channel,
            "days_before": str(stands.days_before),
            "days_after": str(stands.days_after),
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        reach = {
            ReminderChannel.EMAIL: bool(person and person.email),
            ReminderChannel.SMS: has_sms and bool(person and person.phone),
            ReminderChannel.NONE: True,
        }
        self.missing = not reach[ReminderChannel.EMAIL] and not reach[ReminderChannel.SMS]
        offered = [(one.value, one.label) for one in ReminderChannel if reach[one]]
        days = [(str(n), f"{n} jour{'s' if n > 1 else ''} avant") for n in REMINDER_DAYS]
        after = [
            (str(n), f"Message {n} jour{'s' if n > 1 else ''} après" if n else "Aucun message")
            for n in REMINDER_AFTER_DAYS
        ]
        self.fields["channel"].choices = offered  # type: ignore[attr-defined]
        self.fields["days_before"].choices = days  # type: ignore[attr-defined]
        self.fields["days_after"].choices = after  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        usual = ReminderChoice()
        for name in ("days_before", "days_after"):
            data[name] = int(data.get(name) or getattr(usual, name))
        return data
