"""How the questions of a draft change, and what they change of the version before. Pure."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from programmes.declared import Entry, decimal, several, spelled


Definition = list[dict[str, Any]]

# What a part of a question is called on the pages.
WORDS: dict[str, str] = {
    "label": "libellé",
    "kind": "nature",
    "unit": "unité",
    "min": "plus petite valeur",
    "max": "plus grande valeur",
    "decimals": "décimales",
    "required": "réponse obligatoire",
    "choices": "réponses proposées",
    "help": "aide",
    "shown_if": "condition d’affichage",
    "score": "suivi sur la courbe",
    "missing": "absences de réponse",
    "sex": "patients concernés",
    "visits": "consultations concernées",
    "criterion": "critère d’éligibilité",
    "instrument": "instrument",
    "soft": "contrôles à confirmer",
    "compare": "comparaison avec une autre question",
    "by_patient": "réponse du patient avant la consultation",
}


def plain(entry: Entry) -> dict[str, Any]:
    """A question without what says nothing, so that two ways of writing it are equal."""
    found = {name: value for name, value in entry.items() if value not in (None, "", [], {}, 0)}
    for name in ("min", "max"):
        if (bound := decimal(entry.get(name))) is not None:
            found[name] = f"{bound.normalize():f}"
    if "choices" in found:
        found["choices"] = [[str(value), label] for value, label in found["choices"]]
    if "shown_if" in found:
        wanted = several(found["shown_if"].get("value"))
        value = sorted(spelled(one) for one in wanted)
        found["shown_if"] = {"code": found["shown_if"].get("code"), "value": value}
    return found


def stamp(entry: Entry) -> str:
    """Changes with the question: a page that shows an older one is told so."""
    words = json.dumps(plain(entry), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def find(definition: Sequence[Entry], code: str) -> Entry | None:
    return next((entry for entry in definition if entry.get("code") == code), None)


def written(definition: Sequence[Entry], entry: Entry) -> Definition:
    """With this question in the place of the one of its code; at the end when it is new."""
    own = plain(entry)
    if find(definition, own["code"]) is None:
        return [*map(dict, definition), own]
    return [own if one.get("code") == own["code"] else dict(one) for one in definition]


def without(definition: Sequence[Entry], code: str) -> Definition:
    return [dict(one) for one in definition if one.get("code") != code]


def moved(definition: Sequence[Entry], code: str, *, up: bool) -> Definition:
    """One place up or down; the first stays first, the last stays last."""
    found = [dict(one) for one in definition]
    place = next((i for i, one in enumerate(found) if one.get("code") == code), None)
    if place is None:
        return found
    other = place - 1 if up else place + 1
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return found


@dataclass(frozen=True)
class Changed:
    """A question that stays, and the parts of it that are no longer the same."""

    before: Entry
    after: Entry
    parts: tuple[str, ...]

    @property
    def words(self) -> str:
        return ", ".join(WORDS[part] for part in self.parts)


@dataclass(frozen=True)
class Differences:
    """What a version changes of another."""

    added: list[Entry]
    changed: list[Changed]
    withdrawn: list[Entry]
    # The questions that stay are no longer asked in the same order.
    reordered: bool

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.withdrawn or self.reordered)


def differences(before: Sequence[Entry], after: Sequence[Entry]) -> Differences:
    was = {str(one["code"]): plain(one) for one in before}
    now = {str(one["code"]): plain(one) for one in after}
    stay = [code for code in now if code in was]
    changed = [
        Changed(was[code], now[code], _parts(was[code], now[code]))
        for code in stay
        if was[code] != now[code]
    ]
    return Differences(
        added=[one for code, one in now.items() if code not in was],
        changed=changed,
        withdrawn=[one for code, one in was.items() if code not in now],
        reordered=stay != [code for code in was if code in now],
    )


def _parts(before: Entry, after: Entry) -> tuple[str, ...]:
    return tuple(name for name in WORDS if before.get(name) != after.get(name))
