"""Questionnaires: a definition is data, and so is an answer; this says which answers are right.

Pure, like the rules: the form, the action and the pages read the same items. The format of a
definition stands in `programmes.models.QuestionnaireVersion`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.numbers import french_number
from followup import comparing, missing
from programmes import declared
from programmes.declared import several, spelled
from programmes.enums import QuestionKind


# An answer, as JSON holds it.
Value = Any
Answers = Mapping[str, Value]

NUMBER, CHOICE, MULTIPLE, TEXT, DATE, YES_NO = (
    QuestionKind.NUMBER.value, QuestionKind.CHOICE.value, QuestionKind.MULTIPLE.value,
    QuestionKind.TEXT.value, QuestionKind.DATE.value, QuestionKind.YES_NO.value,
)  # fmt: skip

# A yes or no answer is stored as a JSON boolean, and typed as one of these.
YES, NO = declared.YES, declared.NO

# Item of the tolerance questionnaire that leads to the report of an adverse event.
ADVERSE_EVENT = "has_adverse_event"

# Characters. No source: a remark, not a report.
MAX_TEXT = 1000


@dataclass(frozen=True)
class Item:
    """One question: what it asks, and what it accepts."""

    code: str
    label: str
    kind: str
    unit: str = ""
    # Bounds included.
    lowest: Decimal | None = None
    highest: Decimal | None = None
    decimals: int = 0
    required: bool = False
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""
    # Code of another item of the same questionnaire, and the answers that make this one asked.
    shown_by: str = ""
    shown_for: frozenset[str] = field(default_factory=frozenset)
    # Drawn on the patient's curve.
    is_score: bool = False
    # Why there may be no answer: codes of `programmes.enums.Missing`.
    missing: Sequence[str] = ()
    # Asked of this sex only, at these visits only; of all when empty.
    sex: str = ""
    visits: frozenset[str] = field(default_factory=frozenset)
    # Of the scale it belongs to: `programmes/data/instruments.json`.
    instrument: str = ""
    # The criterion of eligibility that it asks again, under the same code.
    is_criterion: bool = False
    # What makes an answer doubtful, as `followup.doubts` reads it.
    soft: Sequence[Mapping[str, Any]] = ()
    # A rule with another question, as `followup.comparing` reads it.
    compare: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_typed(self) -> bool:
        """Whether its answer is written in a field, where a reason of its absence may stand too."""
        return self.kind in {NUMBER, DATE, TEXT}

    @property
    def is_watched(self) -> bool:
        """Whether an answer may be unusual, and stand with a reason."""
        return bool(self.soft) or comparing.is_doubtful(self)

    @property
    def words_of_missing(self) -> list[tuple[str, str, str]]:
        """Each code with its label and what is typed for it."""
        return missing.words(self.missing)


@dataclass(frozen=True)
class Whom:
    """Of whom a visit asks, and which visit it is."""

    sex: str = ""
    visit: str = ""


def concerning(items: Iterable[Item], whom: Whom) -> list[Item]:
    """The items asked of this person at this visit."""
    return [
        item
        for item in items
        if (not item.sex or item.sex == whom.sex) and (not item.visits or whom.visit in item.visits)
    ]


def read(definition: Iterable[Mapping[str, Any]]) -> list[Item]:
    """Return the items of a definition, in its order."""
    return [_item(entry) for entry in definition]


def _item(entry: Mapping[str, Any]) -> Item:
    shown_if = entry.get("shown_if") or {}
    return Item(
        code=entry["code"],
        label=entry["label"],
        kind=entry["kind"],
        unit=entry.get("unit") or "",
        lowest=_bound(entry.get("min")),
        highest=_bound(entry.get("max")),
        decimals=int(entry.get("decimals") or 0),
        required=bool(entry.get("required")),
        choices=tuple((str(value), label) for value, label in entry.get("choices") or ()),
        hint=entry.get("help") or "",
        shown_by=shown_if.get("code", ""),
        shown_for=frozenset(spelled(one) for one in several(shown_if.get("value"))),
        is_score=bool(entry.get("score")),
        missing=tuple(entry.get("missing") or ()),
        sex=entry.get("sex") or "",
        visits=frozenset(entry.get("visits") or ()),
        instrument=entry.get("instrument") or "",
        is_criterion=bool(entry.get("criterion")),
        soft=tuple(entry.get("soft") or ()),
        compare=entry.get("compare") or {},
    )


def _bound(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def is_empty(value: object) -> bool:
    return value is None or value == "" or value == []


def asked(items: Sequence[Item], answers: Answers) -> list[Item]:
    """Return the items that stand, given the answers: one that hangs on a hidden one is hidden."""
    standing: dict[str, Item] = {}
    for item in items:
        if not item.shown_by:
            standing[item.code] = item
        elif item.shown_by in standing:
            given = {spelled(one) for one in several(answers.get(item.shown_by))}
            if given & item.shown_for:
                standing[item.code] = item
    return list(standing.values())


def kept(items: Sequence[Item], answers: Answers) -> dict[str, Any]:
    """Return the answers to what is asked, in the order of the items; hidden ones are dropped."""
    return {
        item.code: answers[item.code]
        for item in asked(items, answers)
        if not is_empty(answers.get(item.code))
    }


def problems(items: Sequence[Item], answers: Answers, on: date | None = None) -> dict[str, str]:
    """Return what is wrong, item by item, in French; nothing when the answers are right.

    :param on: the day of the visit: no answer may be a date after it
    """
    standing = asked(items, answers)
    found = {
        item.code: problem(item, answers.get(item.code), on)
        or comparing.refusal(item, standing, answers)
        for item in standing
    }
    found |= dict.fromkeys(answers.keys() - {i.code for i in items}, "Question inconnue.")
    return {code: text for code, text in found.items() if text}


def problem(item: Item, value: object, on: date | None = None) -> str:
    """Return why this value does not answer the item; "" when it does."""
    if is_empty(value):
        return "Ce champ est obligatoire." if item.required else ""
    if missing.is_missing(value):
        known = missing.code(value) in item.missing
        return "" if known else "Cette question attend une réponse."
    wrong = _CHECKS[item.kind](item, value)
    if not wrong and item.kind == DATE and on and date.fromisoformat(str(value)) > on:
        return f"Cette date est postérieure à la consultation du {on:%d/%m/%Y}."
    return wrong


def _number_problem(item: Item, value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "Écrivez un nombre, par exemple 2,5."
    number = Decimal(str(value))
    exponent = number.normalize().as_tuple().exponent
    if not isinstance(exponent, int):
        return "Écrivez un nombre, par exemple 2,5."
    if -exponent > item.decimals:
        return "Trop de chiffres après la virgule."
    if item.lowest is not None and number < item.lowest:
        return f"La valeur minimale est {french_number(item.lowest)}."
    if item.highest is not None and number > item.highest:
        return f"La valeur maximale est {french_number(item.highest)}."
    return ""


def _choice_problem(item: Item, value: Value) -> str:
    return "" if value in dict(item.choices) else "Choisissez une réponse de la liste."


def _multiple_problem(item: Item, value: Value) -> str:
    if isinstance(value, list) and set(value) & set(item.missing):
        return "Cochez des réponses, ou une seule raison de leur absence."
    known = isinstance(value, list) and set(value) <= set(dict(item.choices))
    return "" if known else "Choisissez des réponses de la liste."


def _text_problem(_item: Item, value: Value) -> str:
    if not isinstance(value, str):
        return "Écrivez un texte."
    return "" if len(value) <= MAX_TEXT else f"Pas plus de {MAX_TEXT} caractères."


def _date_problem(_item: Item, value: Value) -> str:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return "Cette date n’existe pas dans le calendrier."
    return ""


def _yes_no_problem(_item: Item, value: Value) -> str:
    return "" if isinstance(value, bool) else "Répondez par oui ou par non."


_CHECKS = {
    NUMBER: _number_problem,
    CHOICE: _choice_problem,
    MULTIPLE: _multiple_problem,
    TEXT: _text_problem,
    DATE: _date_problem,
    YES_NO: _yes_no_problem,
}


def stored(item: Item, value: Value) -> Value:
    """Return the value in the JSON type of its kind: int or float, list, ISO date, boolean."""
    if is_empty(value):
        return None
    if (absent := value[0] if _is_alone(value) else value) in item.missing:
        return missing.stored(str(absent))
    if item.kind == NUMBER:
        return float(value) if value % 1 else int(value)
    if item.kind == YES_NO:
        return value if isinstance(value, bool) else value == YES
    if item.kind == DATE and isinstance(value, date):
        return value.isoformat()
    return value


def _is_alone(value: Value) -> bool:
    return isinstance(value, list) and len(value) == 1


def typed(item: Item, value: Value) -> Value:
    """Return a stored answer as the field of a form shows it: the other way round of `stored`."""
    if is_empty(value):
        return None
    if missing.is_missing(value):
        absent = missing.code(value)
        if item.is_typed:
            return missing.label(absent)
        return [absent] if item.kind == MULTIPLE else absent
    if item.kind == YES_NO:
        return YES if value else NO
    return date.fromisoformat(value) if item.kind == DATE else value


def in_words(item: Item, value: Value) -> str:
    """Return an answer as a page shows it."""
    if is_empty(value):
        return "–"
    if missing.is_missing(value):
        return missing.label(missing.code(value))
    labels = dict(item.choices)
    match item.kind:
        case "number":
            return f"{french_number(value)} {item.unit}".rstrip()
        case "choice":
            return labels.get(value, str(value))
        case "multiple":
            return ", ".join(labels.get(one, str(one)) for one in value)
        case "yes_no":
            return "Oui" if value else "Non"
        case "date":
            return f"{date.fromisoformat(value):%d/%m/%Y}"
    return str(value)


def free_texts(items: Iterable[Item]) -> set[str]:
    """Codes of the items answered in free words: these answers are sealed."""
    return {item.code for item in items if item.kind == TEXT}
