"""What goes with a signature, a cancellation, or a draft prepared for somebody else."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from accounts.models import Member
from prescriptions.enums import VoidReason


class SignForm(forms.Form):
    """What goes with a signature: what was read, and why alerts are passed."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.CharField(max_length=10, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Pourquoi passer outre aux alertes",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Conservé avec l’ordonnance, non imprimé.",
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        if not needs_reason:
            self.fields["reason"].widget = forms.HiddenInput()


class VoidForm(forms.Form):
    """Why a prescription is voided: a list, no free text."""

    reason = forms.ChoiceField(label="Motif de l’annulation", widget=forms.RadioSelect)

    def __init__(self, *args: Any, is_draft: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        only_here = (
            {VoidReason.REPLACED} if is_draft else {VoidReason.REPLACED, VoidReason.ABANDONED}
        )
        cast("forms.ChoiceField", self.fields["reason"]).choices = [
            (value, label) for value, label in VoidReason.choices if value not in only_here
        ]


class SignerForm(forms.Form):
    """Which doctor of the structure will read and sign what somebody prepares."""

    doctor_id = forms.ChoiceField(label="Médecin qui relira et signera")

    def __init__(self, *args: Any, doctors: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doctors = {str(one.public_id): one for one in doctors}
        cast("forms.ChoiceField", self.fields["doctor_id"]).choices = [
            ("", "Choisir un médecin"),
            *((key, one.user.full_name) for key, one in self.doctors.items()),
        ]

    @property
    def doctor(self) -> Member:
        """Call it on a valid form."""
        return self.doctors[self.cleaned_data["doctor_id"]]
