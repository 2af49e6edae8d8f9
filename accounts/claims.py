"""What Pro Santé Connect says of a person, read without believing more than is needed.

Shape: interop.md 4.3. PSC says who, never what: roles and places are ours (interop.md 4.4).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.enums import Profession


# Table of professions of the annuaire santé: interop.md 4.3.
PROFESSIONS = {"10": Profession.DOCTOR, "21": Profession.PHARMACIST}
# National identifier of a person: a type, 8 for an RPPS number, then the number. interop.md 3.1.
RPPS_TYPE, RPPS_DIGITS = "8", 11


@dataclass(frozen=True)
class Situation:
    """One place or way in which somebody practises: what they choose, and what each act carries."""

    code: str
    label: str
    finess: str = ""


@dataclass(frozen=True)
class Identity:
    """Who signs in: issuer and subject are the key, the rest helps the first time only."""

    issuer: str
    subject: str
    rpps: str
    professions: frozenset[Profession]
    situations: tuple[tuple[Profession, Situation], ...]

    def situations_as(self, profession: str) -> list[Situation]:
        """What may be chosen by an account of this profession, each once."""
        mine = [one for as_, one in self.situations if as_ == profession]
        return list({situation.code: situation for situation in mine}.values())


def identity(issuer: str, claims: Mapping[str, Any]) -> Identity:
    """Read the claims. What is missing or odd gives an empty value, never an error."""
    found = tuple(_situations(claims))
    roles = {text.partition("^")[0] for text in _texts(claims.get("SubjectRole"))}
    professions = {PROFESSIONS[code] for code in roles if code in PROFESSIONS}
    return Identity(
        issuer=issuer,
        subject=_text(claims.get("sub")),
        rpps=_rpps(claims),
        professions=frozenset(professions | {profession for profession, _ in found}),
        situations=found,
    )


def _rpps(claims: Mapping[str, Any]) -> str:
    """The only RPPS number named, its 11 digits; "" when there is none, or more than one."""
    named = {
        _digits(other.get("identifiant"))
        for other in _dicts(claims.get("otherIds"))
        if other.get("origine") == "RPPS"
    }
    numbers = named or {_digits(claims.get("SubjectNameID"))}
    return numbers.pop() if len(numbers) == 1 else ""


def _digits(value: object) -> str:
    text = _text(value)
    if not (text.isascii() and text.isdigit()):
        return ""
    if len(text) == RPPS_DIGITS + 1 and text.startswith(RPPS_TYPE):
        return text[1:]
    return text if len(text) == RPPS_DIGITS else ""


def _situations(claims: Mapping[str, Any]) -> Iterator[tuple[Profession, Situation]]:
    known = claims.get("SubjectRefPro")
    for practice in _dicts(known.get("exercices") if isinstance(known, Mapping) else None):
        profession = PROFESSIONS.get(_text(practice.get("codeProfession")))
        if profession is None:
            continue
        for activity in _dicts(practice.get("activities")) or [{}]:
            yield profession, _situation(profession, practice, activity)


def _situation(
    profession: Profession, practice: Mapping[str, Any], activity: Mapping[str, Any]
) -> Situation:
    finess = _text(activity.get("numeroFinessSite"))
    place = finess or _text(activity.get("identifiantTechniqueDeLaStructure"))
    parts = [
        _text(practice.get("codeProfession")),
        _text(practice.get("codeSavoirFaire")),
        _text(activity.get("codeSecteurDactivite")),
        place,
    ]
    name = _text(activity.get("raisonSocialeSite"))
    label = f"{profession.label}, {name}" if name else str(profession.label)
    return Situation("/".join(part[:40] for part in parts), label[:200], finess)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, Sequence) else []


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, Sequence) else []
