"""A question as the manager reads it in a list: what it accepts, when it is asked, its controls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.numbers import french_number
from followup import comparing, doubts, items
from followup.items import Item
from programmes.declared import Problem, possible
from programmes.enums import QuestionKind


@dataclass(frozen=True)
class Line:
    item: Item
    accepts: str
    conditions: list[str]
    controls: list[str]
    problems: list[str] = field(default_factory=list)


def lines(definition: Sequence[Mapping[str, Any]], wrong: Sequence[Problem] = ()) -> list[Line]:
    """Each question in its place, with what keeps it from being published."""
    found = items.read(definition)
    return [
        Line(
            item,
            _accepts(item, entry),
            list(_conditions(item, entry, definition)),
            list(_controls(item, found)),
            [one.message for one in wrong if one.code == item.code],
        )
        for item, entry in zip(found, definition, strict=True)
    ]


def _accepts(item: Item, entry: Mapping[str, Any]) -> str:
    """«Nombre, de 0 à 10 kg», «Aucune, Légère, Forte»."""
    if entry.get("choices"):
        return ", ".join(possible(entry).values())
    kind = dict(QuestionKind.choices).get(item.kind, item.kind)
    return f"{kind}{_bounds(item)}"


def _bounds(item: Item) -> str:
    low, high = ("" if one is None else french_number(one) for one in (item.lowest, item.highest))
    between = f", de {low} à {high}" if low and high else ""
    if bool(low) != bool(high):
        between = f", {low} au moins" if low else f", {high} au plus"
    return f"{between} {item.unit}".rstrip()


def _conditions(
    item: Item, entry: Mapping[str, Any], definition: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    if not item.required:
        yield "Facultative"
    if item.shown_by:
        yield _shown_if(item, definition)
    if item.visits:
        yield f"Seulement à {', '.join(entry['visits'])}"
    if item.sex:
        yield "Femmes seulement" if item.sex == "F" else "Hommes seulement"
    if entry.get("by_patient"):
        yield "Le patient peut y répondre avant"
    if item.missing:
        labels = (label.lower() for _, label, _ in item.words_of_missing)
        yield f"Sans réponse\u202f: {', '.join(labels)}"


def _shown_if(item: Item, definition: Sequence[Mapping[str, Any]]) -> str:
    other = next((one for one in definition if one.get("code") == item.shown_by), None)
    if other is None:
        return f"Selon une question disparue, {item.shown_by}"
    answers = possible(other)
    wanted = " ou ".join(answers.get(one, one) for one in answers if one in item.shown_for)
    return f"Si «\u202f{other['label']}\u202f»\u202f: {wanted}"


def _controls(item: Item, every: Sequence[Item]) -> Iterator[str]:
    yield from (doubts.rule_in_words(rule) for rule in item.soft)
    if found := comparing.rule_in_words(item, every):
        yield found
