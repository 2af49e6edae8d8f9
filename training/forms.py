from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode

from accounts.geography import DEPARTEMENTS
from core.fields import FrenchDateField
from programmes.models import Programme
from training.actions import Claim
from training.directory import KINDS, Asked
from training.enums import ProofKind
from training.models import Course
from training.rules import Question


# What a filter says when it lets everything through.
ALL = "tous"
_DEPARTEMENTS = sorted(DEPARTEMENTS.items())
PROOFS = [
    (ProofKind.SELF_ATTESTATION, "Attestation sur l’honneur, depuis le 27 mars 2023"),
    (ProofKind.TEST, "Attestation délivrée après un test, avant le 27 mars 2023"),
]


class ProgrammeField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Programme) -> str:
        return obj.name


class CompletionForm(forms.Form):
    """What a professional declares of their training: it checks the input and saves nothing."""

    completed_on = FrenchDateField(label="Formation terminée le")
    kind = forms.ChoiceField(
        label="Preuve", choices=PROOFS, widget=forms.RadioSelect, required=True
    )
    reference = forms.CharField(
        label="Numéro de l’attestation",
        help_text="Imprimé sur l’attestation délivrée par la plateforme après le test.",
        max_length=40,
        required=False,
    )
    attested = forms.BooleanField(
        label="J’atteste sur l’honneur avoir suivi la totalité de la formation obligatoire",
        required=False,
    )

    show_if: ClassVar[dict[str, str]] = {
        "reference": f"kind={ProofKind.TEST}",
        "attested": f"kind={ProofKind.SELF_ATTESTATION}",
    }

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        programmes: list[Programme],
        today: date,
    ) -> None:
        super().__init__(data)
        field = ProgrammeField(
            Programme.objects.filter(pk__in=[one.pk for one in programmes]).order_by("name"),
            label="Programme",
            to_field_name="code",
            empty_label=None,
        )
        if len(programmes) == 1:
            field.widget, field.initial = forms.HiddenInput(), programmes[0].code
        self.fields = {"programme": field, **self.fields}
        self.fields["completed_on"] = FrenchDateField(label="Formation terminée le", latest=today)

    def claim(self) -> Claim:
        typed = self.cleaned_data
        return Claim(**{**typed, "kind": ProofKind(typed["kind"])})


class AssessmentForm(forms.Form):
    """The questions of a course: each takes an answer, right or wrong."""

    once = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, questions: Sequence[Question]
    ) -> None:
        super().__init__(data, initial={"once": uuid4().hex})
        self.codes = [one.code for one in questions]
        for number, one in enumerate(questions, start=1):
            kind = forms.MultipleChoiceField if one.has_several else forms.ChoiceField
            widget = forms.CheckboxSelectMultiple if one.has_several else forms.RadioSelect
            self.fields[one.code] = kind(
                label=f"{number}. {one.text}",
                help_text="Plusieurs réponses." if one.has_several else "",
                choices=one.choices,
                widget=widget,
            )

    def answers(self) -> dict[str, list[str]]:
        """Code of the question → codes chosen."""
        typed = {code: self.cleaned_data[code] for code in self.codes}
        return {code: one if isinstance(one, list) else [one] for code, one in typed.items()}


class AttestForm(forms.Form):
    """One box beside the exact words that are attested."""

    attested = forms.BooleanField(
        error_messages={"required": "Cochez la case si vous attestez ce texte."}
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, course: Course) -> None:
        super().__init__(data)
        self.fields["attested"].label = course.statement


class PlacesForm(forms.Form):
    """Filters of the public list. An address can be kept and sent: nothing of it is refused.

    What is not said, or does not exist, lets everything through.
    """

    programme = forms.ChoiceField(label="Programme")
    departement = forms.ChoiceField(label="Département")
    indication = forms.ChoiceField(label="Indication")
    nature = forms.ChoiceField(label="Nature du lieu")

    def __init__(self, asked: QueryDict, *, programmes: Sequence[Programme]) -> None:
        wanted = asked.get("programme")
        self.chosen = next((one for one in programmes if one.code == wanted), programmes[0])
        indications = self.chosen.indications.order_by("label", "pk")
        choices = {
            "programme": [(one.code, one.short_name) for one in programmes],
            "departement": [(ALL, "Tous"), *((c, f"{c} – {d.name}") for c, d in _DEPARTEMENTS)],
            "indication": [(ALL, "Toutes"), *((one.code, one.label) for one in indications)],
            "nature": [(ALL, "Toutes"), *((kind.value, kind.label) for kind in KINDS)],
        }
        said = {
            name: next((code for code, _ in some if code == asked.get(name)), some[0][0])
            for name, some in choices.items()
        }
        super().__init__(said, use_required_attribute=False)
        for name, some in choices.items():
            self.fields[name].choices = some  # type: ignore[attr-defined]
        if len(programmes) == 1:
            self.fields["programme"].widget = forms.HiddenInput()
        self.said = said
        asked_for = [said[name] for name in ("departement", "indication", "nature")]
        self.asked = Asked(*("" if one == ALL else one for one in asked_for))
        self.asked_everywhere = replace(self.asked, departement="")

    def query(self, **changes: str) -> str:
        """The filters as an address holds them."""
        kept = {**self.said, **changes}
        return urlencode({name: value for name, value in kept.items() if value != ALL})
