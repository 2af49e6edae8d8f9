"""What a doctor types at a visit: drawn from the definitions, checked by the same items."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from core.fields import FrenchDateField, FrenchDecimalField
from followup import items, rules
from followup.actions import CannotHold, Correction, Held
from followup.enums import (
    CorrectionReason,
    Decision,
    Mode,
    NotDoneReason,
    Timing,
    TimingReason,
)
from followup.items import Item
from followup.questionnaires import Last, Part
from patients.enums import EndReason


# Characters.
MAX_COMMENT = 2000
MAX_NOTE = 300

LastAnswers = Mapping[str, Mapping[str, Last]]


@dataclass(frozen=True)
class Question:
    """A field, and the answer of the last visit beside it."""

    field: BoundField
    last: str = ""
    last_from: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the form: its questionnaire, or one of the fixed ones."""

    id: str
    title: str
    questions: list[Question]


def field_name(questionnaire: str, item: str) -> str:
    return f"{questionnaire}-{item}"


def _field(item: Item) -> forms.Field:
    """The form field of an item; whether it is required depends on what is shown: see `clean`."""
    shared: dict[str, Any] = {
        "label": item.label,
        "help_text": item.hint,
        "required": item.required and not item.shown_by,
    }
    match item.kind:
        case "number":
            return FrenchDecimalField(
                min_value=item.lowest,
                max_value=item.highest,
                decimals=item.decimals,
                unit=item.unit,
                **shared,
            )
        case "date":
            return FrenchDateField(**shared)
        case "text":
            return forms.CharField(widget=forms.Textarea, max_length=items.MAX_TEXT, **shared)
        case "multiple":
            return forms.MultipleChoiceField(
                choices=item.choices, widget=forms.CheckboxSelectMultiple, **shared
            )
    choices = [(items.YES, "Oui"), (items.NO, "Non")] if item.kind == "yes_no" else item.choices
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)


class VisitForm(forms.Form):
    """Date and mode, the questionnaires of that day, what is decided."""

    corrects = False
    submit = "Valider la consultation"

    held_on = FrenchDateField(label="Date de la consultation")
    mode = forms.ChoiceField(label="Mode", choices=Mode.choices, widget=forms.RadioSelect)
    timing_reason = forms.ChoiceField(
        label="Motif de l’écart de date",
        help_text="Demandé hors de la fenêtre, ou quand la saisie est différée.",
        choices=[("", "Choisir un motif"), *TimingReason.choices],
        required=False,
    )
    decision = forms.ChoiceField(
        label="Conduite à tenir", choices=Decision.choices, widget=forms.RadioSelect
    )
    stop_reason = forms.ChoiceField(
        label="Motif de l’arrêt",
        choices=[("", "Choisir un motif"), *EndReason.choices],
        required=False,
    )
    next_on = FrenchDateField(label="Prochaine consultation", required=False)
    comment = forms.CharField(
        label="Commentaire",
        help_text="N’indiquez aucune donnée identifiante (nom, adresse, téléphone).",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_COMMENT,
        required=False,
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=64)

    # What closes the page. Whoever prepares leaves the decision to the doctor.
    closing: tuple[str, ...] = ("decision", "stop_reason", "next_on", "comment")

    def __init__(
        self,
        *args: Any,
        parts: Sequence[Part],
        earliest: date,
        today: date,
        window: tuple[date, date] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parts, self.today, self.window = parts, today, window
        self.show_if = {"stop_reason": f"decision={Decision.STOP}"}
        self.optional_if_shown: set[str] = set()
        held_on = self.fields["held_on"]
        held_on.limit(earliest=earliest, latest=today)  # type: ignore[attr-defined]
        for part in parts:
            for item in part.items:
                self._add(part, item)

    def _add(self, part: Part, item: Item) -> None:
        name = field_name(part.code, item.code)
        self.fields[name] = _field(item)
        if item.shown_by:
            source = field_name(part.code, item.shown_by)
            self.show_if[name] = f"{source}={'|'.join(sorted(item.shown_for))}"
            if not item.required:
                self.optional_if_shown.add(name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for part in self.parts:
            answers = self.answers()[part.code]
            for code, problem in items.problems(part.items, answers).items():
                name = field_name(part.code, code)
                if name not in self.errors:
                    self.add_error(name, problem)
        if data.get("decision") == Decision.STOP and not data.get("stop_reason"):
            self.add_error("stop_reason", "Indiquez le motif de l’arrêt.")
        held_on = data.get("held_on")
        if held_on and data.get("next_on") and data["next_on"] <= held_on:
            self.add_error("next_on", "La prochaine consultation vient après celle-ci.")
        if held_on and not data.get("timing_reason") and self._reason_needed(held_on):
            wanted = rules.reason_wanted(self._moment(held_on), self.window)
            self.add_error("timing_reason", wanted)
        return data

    def _moment(self, held_on: date) -> Timing:
        return rules.timing(held_on, *self.window) if self.window else Timing.UNSCHEDULED

    def _reason_needed(self, held_on: date) -> bool:
        return rules.reason_needed(self._moment(held_on), held_on, self.today)

    def answers(self) -> dict[str, dict[str, Any]]:
        """Questionnaire code → item code → value as it is stored."""
        return {
            part.code: items.kept(
                part.items,
                {
                    item.code: items.stored(
                        item, self.cleaned_data.get(field_name(part.code, item.code))
                    )
                    for item in part.items
                },
            )
            for part in self.parts
        }

    def held(self) -> Held:
        """What was typed, for the action. Call it on a valid form."""
        data = self.cleaned_data
        stopped = data["decision"] == Decision.STOP
        return Held(
            held_on=data["held_on"],
            mode=data["mode"],
            decision=data["decision"],
            stop_reason=data["stop_reason"] if stopped else "",
            timing_reason=data["timing_reason"],
            next_on=data.get("next_on"),
            comment=data["comment"],
            answers=self.answers(),
        )

    def refuse(self, error: CannotHold) -> None:
        """Show the refusal of the action beside the field it names."""
        for questionnaire, problems in error.answers.items():
            for code, problem in problems.items():
                name = field_name(questionnaire, code)
                self.add_error(name if name in self.fields else None, problem)
        if not error.answers:
            self.add_error(error.field or None, str(error))

    def sections(self, last: LastAnswers) -> Iterator[Section]:
        """The parts of the page, in order."""
        yield Section("visite", "La consultation", self._opening())
        for part in self.parts:
            known = last.get(part.code, {})
            questions = [self._question(part, item, known.get(item.code)) for item in part.items]
            yield Section(part.code, part.title, questions)
        yield Section("suite", "Suite du traitement", self._closing())

    def _closing(self) -> list[Question]:
        return self._fixed(*self.closing)

    def _opening(self) -> list[Question]:
        """The reason of a gap is a question only when there is one."""
        if not self._asks_reason():
            return self._fixed("held_on", "mode")
        self.fields["timing_reason"].required = True  # as shown: it was checked already
        return self._fixed("held_on", "timing_reason", "mode")

    def _asks_reason(self) -> bool:
        if "timing_reason" in self.errors or self["timing_reason"].value():
            return True
        held_on = self["held_on"].value()
        return isinstance(held_on, date) and self._reason_needed(held_on)

    def _fixed(self, *names: str) -> list[Question]:
        return [Question(self[name]) for name in names]

    def _question(self, part: Part, item: Item, last: Last | None) -> Question:
        field = self[field_name(part.code, item.code)]
        if last is None:
            return Question(field)
        source = f"{last.code}, " if last.code else ""
        return Question(field, items.in_words(item, last.value), f"{source}{last.held_on:%d/%m/%Y}")


class CorrectionForm(VisitForm):
    """The same questions over a visit that was held, and why its answers change."""

    corrects = True
    submit = "Enregistrer la correction"

    correction_reason = forms.ChoiceField(
        label="Motif de la correction",
        choices=[("", "Choisir un motif"), *CorrectionReason.choices],
    )
    correction_note = forms.CharField(
        label="Précision",
        help_text="Obligatoire pour «\u202fAutre\u202f». N’indiquez aucune donnée identifiante.",
        max_length=MAX_NOTE,
        required=False,
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The calendar moved already: an appointment is changed where it stands.
        del self.fields["next_on"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("correction_reason") == CorrectionReason.OTHER and not data["correction_note"]:
            self.add_error("correction_note", "Précisez le motif de la correction.")
        return data

    def correction(self) -> Correction:
        data = self.cleaned_data
        reason = CorrectionReason(data["correction_reason"])
        return Correction(reason, data["correction_note"], data["seen"])

    def sections(self, last: LastAnswers) -> Iterator[Section]:
        yield from super().sections(last)
        why = self._fixed("correction_reason", "correction_note")
        yield Section("correction", "Motif de la correction", why)

    def _closing(self) -> list[Question]:
        return self._fixed("decision", "stop_reason", "comment")


class NotDoneForm(forms.Form):
    """Why an expected visit did not take place."""

    reason = forms.ChoiceField(
        label="Motif",
        choices=[
            ("", "Choisir un motif"),
            *(choice for choice in NotDoneReason.choices if choice[0] != NotDoneReason.SUPERSEDED),
        ],
    )
