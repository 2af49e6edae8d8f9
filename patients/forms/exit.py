from datetime import date
from typing import Any

from django import forms

from core.fields import FrenchDateField
from patients import rules
from patients.enums import Channel, EndReason, EnrolmentState, ReplacedBecause
from patients.models import Enrolment


WITH_WEANING = "|".join(reason for reason in EndReason.values if reason != EndReason.DEATH)


class ExitForm(forms.Form):
    """When and why a patient leaves, and whether tapering goes on."""

    reason = forms.ChoiceField(
        label="Motif de la sortie", choices=EndReason, widget=forms.RadioSelect
    )
    on = FrenchDateField(label="Date de la sortie")
    weaning = forms.ChoiceField(
        label="Un sevrage progressif est-il prévu ou en cours\u202f?",
        help_text="Oui\u202f: ordonnances dégressives, dispensations et signalements restent "
        "possibles jusqu’à sa fin. Le traitement ne s’arrête jamais brutalement.",
        choices=[("YES", "Oui"), ("NO", "Non, le traitement est arrêté")],
        widget=forms.RadioSelect,
        required=False,
    )

    channel = forms.ChoiceField(
        label="Comment informer la personne par la suite\u202f?",
        help_text="Les documents d’information s’adressent aussi à ceux qui ont participé.",
        choices=[("", "Non demandé"), *Channel.choices],
        required=False,
    )

    show_if = {
        "weaning": f"reason={WITH_WEANING}",
        "channel": f"reason={WITH_WEANING}",
    }
    optional_if_shown = {"channel"}

    def __init__(self, *args: Any, enrolment: Enrolment, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolment, self.today = enrolment, today
        self.fields["on"].initial = today
        if enrolment.state == EnrolmentState.WEANING:
            reason: Any = self.fields["reason"]
            reason.choices = [(EndReason.DEATH, EndReason.DEATH.label)]
            reason.initial = EndReason.DEATH

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        refusal = rules.exit_refusal(
            on=on, included_on=self.enrolment.included_on, today=self.today
        )
        if refusal:
            raise forms.ValidationError(refusal)
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        alive = cleaned.get("reason") not in {None, EndReason.DEATH}
        if alive and not cleaned.get("weaning"):
            self.add_error("weaning", "Choisissez une réponse.")
        return cleaned


class ReopenForm(forms.Form):
    """Why an exit was a mistake."""

    reason = forms.CharField(
        label="En quoi cette sortie était-elle une erreur\u202f?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )


class ReplaceForm(forms.Form):
    because = forms.ChoiceField(
        label="Pourquoi la remplacer\u202f?", choices=ReplacedBecause, widget=forms.RadioSelect
    )
