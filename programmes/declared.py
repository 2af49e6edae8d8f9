"""What a questionnaire may declare: each question is judged, with its place among the others.

Pure: a definition comes in as JSON holds it (`programmes.models.QuestionnaireVersion`), what is
wrong goes out in French, question by question and field by field.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from core.text import fold
from programmes.enums import Missing, QuestionKind


# A question, as a definition holds it.
Entry = Mapping[str, Any]
# The field of the form, and what is wrong with it.
Wrong = tuple[str, str]

# A column of the export and a name of a field are made of it.
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
# Of an answer: `|` and `=` separate answers on the pages.
VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,29}", re.ASCII)

# Characters, and digits after the comma. No source: what a page shows on a few lines.
MAX_LABEL, MAX_HELP, MAX_UNIT, MAX_DECIMALS = 300, 500, 20, 3

YES, NO = "YES", "NO"
WITH_CHOICES = (QuestionKind.CHOICE, QuestionKind.MULTIPLE)
CLOSED = (*WITH_CHOICES, QuestionKind.YES_NO)

REQUIRED = "Ce champ est obligatoire."


@dataclass(frozen=True)
class Problem:
    """What is wrong with a question; `field` is that of its form."""

    code: str
    field: str
    message: str

    @property
    def words(self) -> str:
        """«worst_pain : …», on one line."""
        return f"{self.code}\u202f: {self.message}" if self.code else self.message


@dataclass(frozen=True)
class Frame:
    """What the questions of one questionnaire may name."""

    visits: frozenset[str]
    # Whose licence lets them be asked.
    instruments: frozenset[str]
    # Every question that was ever published, in every version.
    published: Sequence[Entry] = ()


@dataclass(frozen=True)
class Around:
    """Where a question stands: those before it, all of them, what they may name."""

    before: Sequence[Entry]
    every: Sequence[Entry]
    frame: Frame

    def find(self, code: object) -> Entry | None:
        return next((one for one in self.every if one.get("code") == code), None)


Check = Callable[[Entry, Around], Iterator[Wrong]]


def several(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def spelled(value: object) -> str:
    """An answer as a form spells it."""
    if isinstance(value, bool):
        return YES if value else NO
    return {"yes": YES, "no": NO, "true": YES, "false": NO}.get(str(value).lower(), str(value))


def possible(entry: Entry) -> dict[str, str]:
    """The answers of a closed question, as they are kept, with their words; none of another."""
    if entry.get("kind") == QuestionKind.YES_NO:
        return {YES: "Oui", NO: "Non"}
    return {str(value): str(label) for value, label in entry.get("choices") or ()}


def quoted(words: object) -> str:
    return f"«\u202f{words}\u202f»"


def decimal(value: object) -> Decimal | None:
    """A bound as a file or a form writes it; None for none, or for no number."""
    try:
        found = None if value in {None, ""} else Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found is None or found.is_finite() else None


# --- One question -----------------------------------------------------------------------------


def named(entry: Entry, around: Around) -> Iterator[Wrong]:
    code = str(entry.get("code") or "")
    if not CODE.fullmatch(code):
        yield (
            "code",
            "Une lettre minuscule, puis des minuscules, des chiffres ou «\u202f_\u202f».",
        )
    if code in {one.get("code") for one in around.before}:
        yield "code", "Une autre question de ce questionnaire a déjà ce code."
    if entry.get("kind") not in QuestionKind.values:
        yield "kind", "Choisissez la nature de la question."


def worded(entry: Entry, around: Around) -> Iterator[Wrong]:  # noqa: ARG001
    if not str(entry.get("label") or "").strip():
        yield "label", REQUIRED
    for name, most in (("label", MAX_LABEL), ("help", MAX_HELP), ("unit", MAX_UNIT)):
        if len(str(entry.get(name) or "")) > most:
            yield name, f"Pas plus de {most} caractères."


def measured(entry: Entry, around: Around) -> Iterator[Wrong]:  # noqa: ARG001
    """Bounds included; a bound is no more precise than the answers."""
    if entry.get("kind") != QuestionKind.NUMBER:
        for name in ("unit", "min", "max", "decimals", "score"):
            if entry.get(name):
                yield name, "Réservé aux nombres."
        return
    digits = entry.get("decimals") or 0
    if digits not in range(MAX_DECIMALS + 1):
        yield "decimals", f"De 0 à {MAX_DECIMALS} chiffres après la virgule."
        return
    for name in ("min", "max"):
        yield from _bound(name, entry.get(name), digits)
    low, high = decimal(entry.get("min")), decimal(entry.get("max"))
    if low is not None and high is not None and low > high:
        yield "max", "La plus grande valeur est inférieure à la plus petite."


def _bound(name: str, value: object, digits: int) -> Iterator[Wrong]:
    found = decimal(value)
    if found is None and value not in {None, ""}:
        yield name, "Écrivez un nombre, par exemple 2,5."
    if found is not None and found != round(found, digits):
        yield name, "Cette borne a plus de chiffres après la virgule que les réponses."


def offered(entry: Entry, around: Around) -> Iterator[Wrong]:  # noqa: ARG001
    choices = [(str(value), str(label)) for value, label in entry.get("choices") or ()]
    if entry.get("kind") not in WITH_CHOICES:
        if choices:
            yield "choices", "Réservé aux questions à choix."
        return
    if len(choices) < 2:
        yield "choices", "Proposez au moins deux réponses."
    yield from _told_apart(choices)
    for value, label in choices:
        if not VALUE.fullmatch(value) or value in {YES, NO}:
            shown = quoted(value)
            yield "choices", f"{shown}\u202f: un code a des lettres sans accent et des chiffres."
        if value in Missing.values:
            yield (
                "choices",
                f"{quoted(value)} dit pourquoi il n’y a pas de réponse\u202f: cochez-le.",
            )
        if not label.strip():
            yield "choices", f"La réponse {quoted(value)} n’a pas de libellé."


def _told_apart(choices: Sequence[tuple[str, str]]) -> Iterator[Wrong]:
    values = [value for value, _ in choices]
    labels = [fold(label) for _, label in choices]
    if len(set(values)) < len(values):
        yield "choices", "Deux réponses ont le même code."
    if len(set(labels)) < len(labels):
        yield "choices", "Deux réponses ont le même libellé."


def unanswered(entry: Entry, around: Around) -> Iterator[Wrong]:  # noqa: ARG001
    if set(entry.get("missing") or ()) - set(Missing.values):
        yield "missing", "Cette raison d’une absence de réponse n’existe pas."


def conditional(entry: Entry, around: Around) -> Iterator[Wrong]:
    """Shown for some answers of a closed question that comes before."""
    shown_if = entry.get("shown_if") or {}
    if not shown_if:
        return
    other = next((one for one in around.before if one.get("code") == shown_if.get("code")), None)
    if other is None:
        later = around.find(shown_if.get("code")) is not None
        yield "shown_by", _LATER if later else "Cette question n’existe pas, ou plus."
        return
    wanted = [spelled(one) for one in several(shown_if.get("value"))]
    answers = possible(other)
    if not answers:
        yield "shown_by", "Choisissez une question à choix, ou une question oui ou non."
    elif not wanted:
        yield "shown_by", "Cochez au moins une réponse."
    for value in wanted:
        if answers and value not in answers:
            label = quoted(other.get("label"))
            yield "shown_by", f"{quoted(value)} n’est pas une réponse de {label}."


_LATER = "Cette question vient après\u202f: placez-la avant celle qui en dépend."


def addressed(entry: Entry, around: Around) -> Iterator[Wrong]:
    """Of whom it is asked, when, and by which scale."""
    if (entry.get("sex") or "") not in {"", "F", "M"}:
        yield "sex", "Choisissez à qui la question est posée."
    if unknown := sorted(set(entry.get("visits") or ()) - around.frame.visits):
        yield "visits", f"Consultation inconnue du calendrier\u202f: {', '.join(unknown)}."
    if entry.get("by_patient") and entry.get("kind") == QuestionKind.TEXT:
        yield "by_patient", "Un patient ne répond pas en texte libre avant la consultation."
    instrument = entry.get("instrument")
    if instrument and instrument not in around.frame.instruments:
        yield (
            "instrument",
            "La licence de cet instrument ne permet pas de le poser\u202f: obtenez d’abord "
            "l’autorisation de son titulaire.",
        )


def problems(definition: Sequence[Entry], frame: Frame, checks: Sequence[Check]) -> list[Problem]:
    """Return what is wrong, in the order of the questions; nothing when it may be published."""
    if not definition:
        return [Problem("", "", "Un questionnaire pose au moins une question.")]
    return [
        Problem(str(entry.get("code")), field, message)
        for place, entry in enumerate(definition)
        for check in checks
        for field, message in check(entry, Around(definition[:place], definition, frame))
    ]
