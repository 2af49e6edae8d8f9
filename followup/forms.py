"""What a doctor types at a visit: drawn from the definitions, checked by the same items."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from core.closed_days import ClosedDays
from core.fields import FrenchDateField, FrenchNumberInput
from followup import comparing, doubts, fields, items, next_day, rules
from followup.actions import CannotHold, Correction, Held
from followup.enums import (
    CorrectionReason,
    Decision,
    DoubtReason,
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
    """A field, the answer of the last visit beside it, and why an unusual answer stands."""

    field: BoundField
    last: str = ""
    last_from: str = ""
    # JSON of the last answer as the field takes it: carried on request.
    carried: str = ""
    # Code, label and short word of each reason of having no answer, typed in this field.
    missing: Sequence[tuple[str, str, str]] = ()
    why: BoundField | None = None
    doubt: doubts.Doubt | None = None
    # JSON of the rules that the page looks at while one types.
    soft: str = ""
    # Of a date to come: the days on which the structure is closed.
    closed: next_day.NextDay | None = None

    @property
    def is_doubtful(self) -> bool:
        return self.doubt is not None or bool(self.why and self.why.value())


@dataclass(frozen=True)
class Section:
    """A part of the form: its questionnaire, or one of the fixed ones."""

    id: str
    title: str
    questions: list[Question]


def field_name(questionnaire: str, item: str) -> str:
    return f"{questionnaire}-{item}"


def why_name(questionnaire: str, item: str) -> str:
    """The field that says why an unusual answer stands."""
    return f"{field_name(questionnaire, item)}-why"


def _why_field() -> forms.ChoiceField:
    choices = [("", "Choisir un motif"), *DoubtReason.choices]
    return forms.ChoiceField(
        label="Pourquoi cette réponse est juste", choices=choices, required=False
    )


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
        last: LastAnswers | None = None,
        closed: Callable[[], ClosedDays] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parts, self.today, self.window, self.closed = parts, today, window, closed
        self.last: LastAnswers = last or {}
        self.doubts: dict[str, doubts.Doubt] = {}
        self.show_if = {"stop_reason": f"decision={Decision.STOP}"}
        self.optional_if_shown: set[str] = set()
        held_on = self.fields["held_on"]
        held_on.limit(earliest=earliest, latest=today)  # type: ignore[attr-defined]
        for part in parts:
            for item in part.items:
                self._add(part, item)

    def _add(self, part: Part, item: Item) -> None:
        name = field_name(part.code, item.code)
        self.fields[name] = fields.of(item)
        if item.is_watched:
            self.fields[why_name(part.code, item.code)] = _why_field()
        if item.shown_by:
            source = field_name(part.code, item.shown_by)
            self.show_if[name] = f"{source}={'|'.join(sorted(item.shown_for))}"
            if not item.required:
                self.optional_if_shown.add(name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        held_on = data.get("held_on")
        for part in self.parts:
            self._check(part, self.answers()[part.code], held_on)
        if data.get("decision") == Decision.STOP and not data.get("stop_reason"):
            self.add_error("stop_reason", "Indiquez le motif de l’arrêt.")
        if held_on and data.get("next_on") and data["next_on"] <= held_on:
            self.add_error("next_on", "La prochaine consultation vient après celle-ci.")
        if held_on and not data.get("timing_reason") and self._reason_needed(held_on):
            wanted = rules.reason_wanted(self._moment(held_on), self.window)
            self.add_error("timing_reason", wanted)
        return data

    def _check(self, part: Part, answers: Mapping[str, Any], held_on: date | None) -> None:
        """What is wrong is refused; what is unusual asks why, then passes."""
        for code, problem in items.problems(part.items, answers, held_on).items():
            name = field_name(part.code, code)
            if name not in self.errors:
                self.add_error(name, problem)
        for item in part.items:
            name, why = field_name(part.code, item.code), why_name(part.code, item.code)
            found = doubts.doubt(item, answers.get(item.code), self._before(part, item))
            if found is None and (unmet := comparing.doubt(item, part.items, answers)):
                found = doubts.Doubt(*unmet)
            if found and name not in self.errors:
                self.doubts[name] = found
                if not self.cleaned_data.get(why) and why not in self.errors:
                    self.add_error(
                        why, "Vérifiez cette réponse, puis indiquez pourquoi elle est juste."
                    )

    def _before(self, part: Part, item: Item) -> doubts.Before | None:
        last = self.last.get(part.code, {}).get(item.code)
        return doubts.Before(last.value, last.held_on) if last else None

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
            reasons=self._reasons(),
        )

    def _reasons(self) -> dict[str, dict[str, str]]:
        """Why unusual answers stand; a reason whose answer is usual again is dropped."""
        return {
            part.code: {
                item.code: self.cleaned_data[why_name(part.code, item.code)]
                for item in part.items
                if field_name(part.code, item.code) in self.doubts
            }
            for part in self.parts
        }

    def refuse(self, error: CannotHold) -> None:
        """Show the refusal of the action beside the field it names."""
        for questionnaire, problems in error.answers.items():
            for code, problem in problems.items():
                name = field_name(questionnaire, code)
                self.add_error(name if name in self.fields else None, problem)
        if not error.answers:
            self.add_error(error.field or None, str(error))

    def sections(self) -> Iterator[Section]:
        """The parts of the page, in order."""
        yield Section("visite", "La consultation", self._opening())
        for part in self.parts:
            questions = [self._question(part, item) for item in part.items]
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
        return [Question(self[name], closed=self._closed(name)) for name in names]

    def _closed(self, name: str) -> next_day.NextDay | None:
        if name != "next_on" or self.closed is None:
            return None
        # Read when the page is drawn: what is recorded needs none.
        return next_day.of(self[name].value(), self.closed())

    def _question(self, part: Part, item: Item) -> Question:
        field = self[field_name(part.code, item.code)]
        question = Question(field, missing=item.words_of_missing if item.is_typed else ())
        question = self._beside(question, part, item)
        return self._watched(question, part, item) if item.is_watched else question

    def _watched(self, question: Question, part: Part, item: Item) -> Question:
        """With the field that says why an unusual answer stands: asked only then."""
        name = why_name(part.code, item.code)
        names = {one.code: field_name(part.code, one.code) for one in part.items}
        watched = doubts.watched(item, self._before(part, item))
        watched += comparing.watched(item, part.items, names)
        found = replace(
            question,
            why=self[name],
            doubt=self.doubts.get(question.field.name),
            soft=json.dumps(watched, ensure_ascii=False),
        )
        self.fields[name].required = True  # as shown: it was checked already
        if not found.is_doubtful:
            self.fields[name].widget.attrs["disabled"] = True
        return found

    def _beside(self, question: Question, part: Part, item: Item) -> Question:
        """With the last answer in words, when it was given, and as the field takes it."""
        last = self.last.get(part.code, {}).get(item.code)
        if last is None:
            return question
        source = f"{last.code}, " if last.code else ""
        carried = _spelled(items.typed(item, last.value))
        return replace(
            question,
            last=items.in_words(item, last.value),
            last_from=f"{source}{last.held_on:%d/%m/%Y}",
            carried=json.dumps(carried, ensure_ascii=False),
        )


def _spelled(value: object) -> object:
    """A value as somebody would type it: numbers with a comma, dates JJ/MM/AAAA."""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return FrenchNumberInput().format_value(value) if isinstance(value, int | float) else value


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

    def sections(self) -> Iterator[Section]:
        yield from super().sections()
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
