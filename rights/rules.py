"""Who may give which right, to whom; how long a substitute acts; when an account sleeps.

No database, no clock, no request. None of it is law: ADR 0094 to 0097 say who chose it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.enums import Profession, Role, SiteKind
from core.months import add_months


# A program is no member of a team: its membership is opened with its first token.
ROLES_AT: dict[SiteKind, tuple[Role, ...]] = {
    SiteKind.REFERENCE_CENTRE: (Role.REFERENCE_DOCTOR, Role.PREPARER),
    SiteKind.PRACTICE: (Role.RELAY_DOCTOR,),
    SiteKind.HOSPITAL_PHARMACY: (Role.PHARMACIST,),
    SiteKind.COMMUNITY_PHARMACY: (Role.PHARMACIST,),
    SiteKind.AGENCY: (Role.ANALYST, Role.VIGILANCE_OFFICER, Role.MANAGER, Role.READER),
}

PROFESSIONS_FOR: dict[Role, frozenset[Profession]] = {
    Role.REFERENCE_DOCTOR: frozenset({Profession.DOCTOR}),
    Role.RELAY_DOCTOR: frozenset({Profession.DOCTOR}),
    Role.PHARMACIST: frozenset({Profession.PHARMACIST}),
    Role.PREPARER: frozenset({Profession.NURSE, Profession.RESEARCH, Profession.RESIDENT}),
}
# Every other role is held by anybody but a program.
PEOPLE = frozenset(set(Profession) - {Profession.PROGRAM})

# Days, both bounds included. No legal source: ADR 0096.
LONGEST_SUBSTITUTION_DAYS = 184


@dataclass(frozen=True)
class Giver:
    """Who changes rights: what they are, whether the place is theirs, and the rights their own."""

    is_manager: bool
    is_self: bool
    manages_site: bool


OWN = "Personne ne modifie ses propres droits\u202f: adressez-vous à la gestion du programme."
ELSEWHERE = "Vous ne gérez pas les membres de ce lieu."
ONLY_MANAGER = "Seule la gestion du programme désigne ou retire un référent."


def professions_for(role: Role) -> frozenset[Profession]:
    return PROFESSIONS_FOR.get(role, PEOPLE)


def refusal_to_give(
    giver: Giver, *, kind: SiteKind, role: Role, profession: Profession, as_referent: bool
) -> str:
    """Why this right cannot be given there to that person by them; "" when it can."""
    if not giver.manages_site:
        return ELSEWHERE
    if giver.is_self:
        return OWN
    if role not in ROLES_AT[kind]:
        return f"Le rôle «\u202f{role.label}\u202f» n’existe pas dans ce type de lieu."
    if profession not in professions_for(role):
        return (
            f"Le rôle «\u202f{role.label}\u202f» ne peut pas être donné à cette profession "
            f"({profession.label})."
        )
    if as_referent and not giver.is_manager:
        return ONLY_MANAGER
    if giver.is_manager and kind != SiteKind.AGENCY and not as_referent:
        return (
            "La gestion du programme désigne le référent du lieu\u202f; "
            "c’est lui qui ouvre les autres droits."
        )
    return ""


def refusal_to_end(
    giver: Giver, *, is_referent: bool, other_referents: int, is_confirmed: bool
) -> str:
    """Why this membership, or the charge of referent, cannot be ended by them.

    :param is_confirmed: whether they said that the site may stay without any referent
    """
    if not giver.manages_site:
        return ELSEWHERE
    if giver.is_self:
        return OWN
    if is_referent and not giver.is_manager:
        return ONLY_MANAGER
    if is_referent and not other_referents and not is_confirmed:
        return (
            "C’est le dernier référent de ce lieu\u202f: plus personne n’y gérera les membres. "
            "Désignez-en un autre d’abord, ou confirmez."
        )
    return ""


# --- Substitution ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Substitution:
    """What is asked: who replaces whom, between two days of the site, both included."""

    is_self: bool
    is_by_substitute: bool
    same_profession: bool
    is_open: bool
    is_colleague: bool
    starts_on: date
    until: date
    today: date
    untrained_for: Sequence[str] = ()


def substitution_refusal(asked: Substitution) -> tuple[str, str]:
    """The field and the sentence of what stands against it; two empty texts when nothing does."""
    if asked.is_by_substitute:
        return "", "Un remplaçant ne se fait pas remplacer."
    if asked.starts_on < asked.today:
        return "starts_on", "Un remplacement ne commence pas dans le passé."
    if asked.until < asked.starts_on:
        return "until", "Le dernier jour vient avant le premier."
    if (asked.until - asked.starts_on).days >= LONGEST_SUBSTITUTION_DAYS:
        return "until", "Un remplacement dure six mois au plus\u202f: renouvelez-le ensuite."
    return "identifier", _person_refusal(asked)


def _person_refusal(asked: Substitution) -> str:
    if asked.is_self:
        return "Vous ne pouvez pas vous remplacer vous-même."
    if not asked.is_open:
        return "Ce compte est fermé ou suspendu."
    if not asked.same_profession:
        return "Le remplaçant exerce la même profession que vous."
    if asked.is_colleague:
        return "Cette personne a déjà les mêmes droits dans ce lieu."
    if asked.untrained_for:
        return (
            "Cette personne n’a pas d’attestation de formation valable ce jour-là pour\u202f: "
            f"{', '.join(asked.untrained_for)}."
        )
    return ""


# --- Sleeping accounts -----------------------------------------------------------------------


@dataclass(frozen=True)
class Sleep:
    """The dated setting: after how many days without activity, told how many days before."""

    inactive_days: int
    notice_days: int


def to_warn_from(seen_on: date, rule: Sleep) -> date:
    """First day on which the person is told that their account will be suspended."""
    return seen_on + timedelta(days=rule.inactive_days - rule.notice_days)


def suspends_on(seen_on: date, told_on: date, rule: Sleep) -> date:
    """The day of suspension: never before the whole notice has run, however late it was told."""
    by_inactivity = seen_on + timedelta(days=rule.inactive_days)
    return max(by_inactivity, told_on + timedelta(days=rule.notice_days))


# --- Review ----------------------------------------------------------------------------------


# Days before the due date from which the worklist announces a review. No source: a month's notice.
ANNOUNCED_DAYS = 30


def review_due_on(last_on: date | None, opened_on: date, months: int) -> date:
    """The day by which the rights of a site are reviewed: so many months after the last review,
    or after its opening when there was none."""
    return add_months(last_on or opened_on, months)
