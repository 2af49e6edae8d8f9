"""What the texts and the protocol say of an inclusion and of an exit, and nothing else.

No database, no clock, no request. A refusal is a French sentence fit to be shown; "" refuses
nothing.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.geography import DEPARTEMENTS
from core.numbers import french_number
from patients.enums import Answer, EndReason, Precision, Quality
from patients.enums import EnrolmentState as State
from programmes.enums import CriterionKind, OpeningKind, PersonKind


# Years. Code civil art. 414.
MAJORITY = 18

# Prior treatments. Arrêté du 16 octobre 2020 art. 1: insufficient relief or poor tolerance of
# accessible treatments, so at least one was tried. No text gives the upper bound: ADR 0021.
MIN_TREATMENTS, MAX_TREATMENTS = 1, 6

# Days a draft stays before the consent is recorded, then after. No legal source: ADR 0021.
DRAFT_DAYS_BEFORE_CONSENT, DRAFT_DAYS_AFTER_CONSENT = 7, 30

TRANSITIONS: dict[State, frozenset[State]] = {
    State.ACTIVE: frozenset({State.WEANING, State.ENDED, State.CANCELLED}),
    State.WEANING: frozenset({State.ENDED}),
    State.ENDED: frozenset(),
    State.CANCELLED: frozenset(),
}

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip

# Categories of Unicode: controls, formats (bidirectional marks included), surrogates, private
# use, unassigned.
_UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def can_move(current: State, target: State) -> bool:
    return target in TRANSITIONS[current]


# Hours. design.md 5: access outside one's scope lasts three hours.
GLASS_HOURS = 3
# Characters of a written reason. No legal source: shorter, it says nothing (ADR 0095).
GLASS_REASON_MIN = 20


def glass_refusal(reason: str) -> str:
    """Why a reason to break the glass is none; blanks do not count."""
    if len("".join(reason.split())) >= GLASS_REASON_MIN:
        return ""
    return f"Expliquez pourquoi, en {GLASS_REASON_MIN} caractères au moins."


def long_date(on: date) -> str:
    """27 mars 2024; the first of a month is «1er»."""
    return f"{'1er' if on.day == 1 else on.day} {_MONTHS[on.month - 1]} {on.year}"


def has_unwanted(text: str) -> bool:
    """Whether a name holds a character that no name has. Source: `interop.md` 3.4."""
    return any(unicodedata.category(character) in _UNWANTED for character in text)


# --- When an inclusion may be dated ----------------------------------------------------------


@dataclass(frozen=True)
class Openings:
    """When a programme takes inclusions. `closed_from` is the first day refused.

    `closing_reason` is a whole sentence without its full stop; it may stay empty.
    """

    name: str
    opens_on: date
    closed_from: date | None = None
    closing_reason: str = ""


def window_refusal(openings: Openings, *, included_on: date) -> str:
    """Decide on the date of the inclusion, whatever the day of typing.

    Source: décret 2020-1230 art. 1-I, three years from 26 March 2021: 27 March 2024 is the first
    day refused.
    """
    name = f"Le programme « {openings.name} »"
    if included_on < openings.opens_on:
        return f"{name} n’accepte d’inclusion qu’à partir du {long_date(openings.opens_on)}."
    if openings.closed_from is None or included_on < openings.closed_from:
        return ""
    if openings.closing_reason:
        return f"{openings.closing_reason}."
    return f"{name} n’accepte plus d’inclusion depuis le {long_date(openings.closed_from)}."


def entry_refusal(*, included_on: date, today: date, late_reason: str) -> str:
    """Refuse a day to come, and a past day without its reason. `today` is the site's own day."""
    if included_on > today:
        return "La date d’inclusion ne peut pas être dans le futur."
    if included_on < today and not late_reason:
        return "Indiquez pourquoi cette inclusion est saisie après coup."
    return ""


def consent_refusal(*, signed_on: date, included_on: date) -> str:
    """The consent comes first, the same day at the latest. Source: arrêté du 29/10/2020 art. 3."""
    if signed_on > included_on:
        return "Le consentement doit être signé au plus tard le jour de l’inclusion."
    return ""


def again_refusal(*, signed_on: date, after: date, today: date) -> str:
    """What is signed again, or withdrawn, comes after what it replaces; both bounds included."""
    if signed_on > today:
        return "La date ne peut pas être dans le futur."
    if signed_on < after:
        return f"La date ne peut pas précéder la signature d’origine ({long_date(after)})."
    return ""


def places_refusal(kind: str, *, followed: int, places: int) -> str:
    """Patients followed at one time, not included in all. Source: décret 2020-1230 art. 1-IV."""
    if followed < places:
        return ""
    again = "une inclusion redeviendra possible à la prochaine sortie."
    many, verb = ("patients", "sont suivis") if followed >= 2 else ("patient", "est suivi")
    many = f"{french_number(followed)} {many}"
    full = {
        OpeningKind.CEILING: f"Le programme suit déjà {many}, son maximum\u202f: ",
        OpeningKind.INDICATION: f"{many} {verb} pour cette indication, le "
        "maximum de ce jour-là\u202f: ",
        OpeningKind.DOCTOR: f"{many} inclus par vous {verb}, le maximum par médecin\u202f: ",
        OpeningKind.SITE: f"Votre structure suit déjà {many}, son maximum\u202f: ",
    }
    return full[OpeningKind(kind)] + again


# --- Who the person is -----------------------------------------------------------------------


def age_on(born_on: date, on: date) -> int:
    """Whole years. Born on 29 February: a year older on 1 March."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def birth_bounds(born_on: date, precision: str) -> tuple[date, date]:
    """First and last possible birth days, both included."""
    match precision:
        case Precision.YEAR:
            return date(born_on.year, 1, 1), date(born_on.year, 12, 31)
        case Precision.MONTH:
            last = monthrange(born_on.year, born_on.month)[1]
            return born_on.replace(day=1), born_on.replace(day=last)
        case _:
            return born_on, born_on


def ages_on(born_on: date, precision: str, on: date) -> tuple[int, int]:
    """Least and greatest possible age, in whole years."""
    first, last = birth_bounds(born_on, precision)
    return max(age_on(last, on), 0), max(age_on(first, on), 0)


def majority_on(born_on: date, precision: str) -> date:
    """The first day on which the person is of age whatever their birth day; 29 February: 1 March.

    Source: code civil art. 414.
    """
    _, last = birth_bounds(born_on, precision)
    year = last.year + MAJORITY
    if (last.month, last.day) == (2, 29):
        return date(year, 2, 29) if monthrange(year, 2)[1] == 29 else date(year, 3, 1)
    return last.replace(year=year)


def person_kind_refusal(*, kind: str, ages: tuple[int, int]) -> str:
    """Refuse a kind of person that no possible age allows, at the inclusion date."""
    least, greatest = ages
    if kind == PersonKind.MINOR and least >= MAJORITY:
        return "Cette personne est majeure à la date d’inclusion : corrigez l’étape Information."
    if kind != PersonKind.MINOR and greatest < MAJORITY:
        return (
            "Cette personne est mineure à la date d’inclusion : corrigez l’étape Information "
            "(document pour mineur, titulaire de l’autorité parentale)."
        )
    return ""


def representative_refusal(*, kind: str, representative: str) -> str:
    """Who signs for a minor or with a protected adult is named. Source: `security.md` R20."""
    if representative or kind == PersonKind.ADULT:
        return ""
    if kind == PersonKind.MINOR:
        return "Nommez le titulaire de l’autorité parentale qui a signé."
    return "Nommez la personne qui représente ou assiste le patient, et qui a signé."


def quality_refusal(*, kind: str, quality: str) -> str:
    """In what quality one signs: a parent for a minor, never for an adult."""
    if kind == PersonKind.ADULT:
        return ""
    if not quality:
        return "Indiquez en quelle qualité cette personne signe."
    if kind == PersonKind.MINOR and quality not in {Quality.PARENT, Quality.TUTOR}:
        return "Pour une personne mineure, le titulaire de l’autorité parentale ou le tuteur signe."
    if kind == PersonKind.PROTECTED_ADULT and quality == Quality.PARENT:
        return "L’autorité parentale cesse à la majorité\u202f: choisissez une autre qualité."
    return ""


def notice_refusal(*, kind: str, exists: bool, handed: bool) -> str:
    """The notice written for whoever signs is handed over too, once there is one.

    Source: `security.md` R20; the four documents of 8 March 2022, `domain.md` 9.1.
    """
    if kind != PersonKind.ADULT and exists and not handed:
        return "Indiquez le document remis au représentant."
    return ""


def screen_refusal(*, signed_on: date, today: date) -> str:
    """On screen one signs today, in the presence of the doctor."""
    return "" if signed_on == today else "Une signature à l’écran porte la date du jour."


# Before the département: Corsica until 1976, overseas communities, abroad. INSEE, code officiel
# géographique; the numbers of communes are not checked, they change each year.
_OTHER_PLACES = {"20", "99", "975", "977", "978", "984", "986", "987", "988", "989"}
_PLACE = re.compile(r"(?:\d{2}|2[AB])\d{3}", re.ASCII)


def birth_place_refusal(code: str) -> str:
    """Refuse what is no INSEE code of a commune or of a country; "" is an unknown place."""
    if not code:
        return ""
    if not _PLACE.fullmatch(code):
        return "Écrivez un code de 5 caractères, par exemple 69123."
    if code.endswith("000"):
        return "Ce code ressemble à un code postal : écrivez le code INSEE, par exemple 69123."
    known = DEPARTEMENTS.keys() | _OTHER_PLACES
    if code[:2] not in known and code[:3] not in known:
        return "Ce code ne commence par aucun département : par exemple 69123, ou 99… à l’étranger."
    return ""


# --- Eligibility -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Reply:
    """One criterion as it was asked, and what was answered."""

    text: str
    kind: str
    answer: str
    needs_date: bool = False
    dated_on: date | None = None
    # Why a criterion that may be passed over is passed over.
    derogation: str = ""


@dataclass(frozen=True)
class Verdict:
    refusals: tuple[str, ...]
    precautions: tuple[str, ...]
    derogations: tuple[str, ...] = ()


def is_against(reply: Reply) -> bool:
    """Whether the answer speaks against the inclusion, derogation or not."""
    against = {CriterionKind.INCLUSION: Answer.NO, CriterionKind.NON_INCLUSION: Answer.YES}
    return reply.answer == against.get(CriterionKind(reply.kind))


def reply_refusal(reply: Reply, *, included_on: date) -> str:
    """Why this answer forbids the inclusion; "" when it does not."""
    if reply.answer not in Answer.values:
        return f"Sans réponse : {reply.text}"
    if is_against(reply) and reply.derogation:
        return ""
    if reply.kind == CriterionKind.INCLUSION and reply.answer == Answer.NO:
        return f"Critère d’inclusion absent : {reply.text}"
    if reply.kind == CriterionKind.NON_INCLUSION and reply.answer == Answer.YES:
        return f"Critère de non-inclusion présent : {reply.text}"
    if not reply.needs_date or reply.answer == Answer.NO:
        return ""
    if reply.dated_on is None:
        return f"Date manquante : {reply.text}"
    if reply.dated_on > included_on:
        return f"Date postérieure à l’inclusion : {reply.text}"
    return ""


def verdict(replies: Iterable[Reply], *, included_on: date) -> Verdict:
    """Every reason at once. A precaution is shown, it refuses nothing."""
    replies = tuple(replies)
    refusals = (reply_refusal(reply, included_on=included_on) for reply in replies)
    return Verdict(
        refusals=tuple(refusal for refusal in refusals if refusal),
        precautions=tuple(
            reply.text
            for reply in replies
            if reply.kind == CriterionKind.PRECAUTION and reply.answer == Answer.YES
        ),
        derogations=tuple(
            reply.text for reply in replies if is_against(reply) and reply.derogation
        ),
    )


def treatments_refusal(count: int) -> str:
    """Source: arrêté du 16 octobre 2020 art. 1."""
    if count < MIN_TREATMENTS:
        return "Indiquez au moins un traitement déjà essayé : il conditionne l’inclusion."
    return ""


# --- Exit ------------------------------------------------------------------------------------


def state_after_exit(*, reason: str, weaning: bool) -> State:
    """Tapering goes on after any exit but death, which closes at once."""
    return State.WEANING if weaning and reason != EndReason.DEATH else State.ENDED


def may_leave(current: State, *, reason: str, target: State) -> bool:
    """Whether this exit may be recorded: one that goes on tapering may still end by a death."""
    if current == State.WEANING:
        return reason == EndReason.DEATH
    return current == State.ACTIVE and can_move(current, target)


def reopen_refusal(*, state: str, reason: str, is_over: bool, consents: bool) -> str:
    """Why an exit cannot be undone; it was a mistake, never a new start."""
    if state not in {State.WEANING, State.ENDED}:
        return "Aucune sortie n’est à annuler pour ce patient."
    if not reason.strip():
        return "Indiquez en quoi cette sortie était une erreur."
    if is_over:
        return "Le programme est terminé\u202f: plus aucune participation n’y est rouverte."
    if not consents:
        return (
            "Le consentement à la participation a été retiré\u202f: recueillez d’abord un nouveau "
            "consentement signé, puis rouvrez la participation."
        )
    return ""


def exit_refusal(*, on: date, included_on: date, today: date) -> str:
    """The day of the exit, both bounds included."""
    if on < included_on:
        return f"La sortie ne peut pas précéder l’inclusion ({long_date(included_on)})."
    if on > today:
        return "La date de sortie ne peut pas être dans le futur."
    return ""
