"""What the regulation says of prescriptions, and nothing else.

No database, no clock, no request: dates and decimals come in, answers go out. Doses stand in
`prescriptions.dosage`, what is shown to the prescriber in `prescriptions.alerts`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.enums import Role
from core.months import add_months
from prescriptions.enums import PaperFlag
from prescriptions.enums import PrescriptionStatus as Status


# Days. CSP art. R. 5132-30: prescribing a narcotic for longer is forbidden.
MAX_NARCOTIC_DAYS = 28

# Days after the day of writing. CSP art. R. 5132-33.
PRESENTATION_DAYS = 3

# Days. Upper bound of any line; the dated rule of the regime (`programmes.SupplyRule`) is stricter.
MAX_LINE_DAYS = 366

# Hours a pharmacist keeps access to a prescription opened by its code. No legal source: a shift.
PRESENTATION_HOURS = 8

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SIGNED, Status.VOIDED}),
    Status.SIGNED: frozenset({Status.VOIDED}),
    Status.VOIDED: frozenset(),
}


def can_move(current: Status, target: Status) -> bool:
    return target in TRANSITIONS[current]


# --- Periods ---------------------------------------------------------------------------------


def last_day(starts_on: date, days: int) -> date:
    """Last day of a treatment, the first day counted: 28 days from the 1st end on the 28th."""
    return starts_on + timedelta(days=days - 1)


def day_after(ends_on: date | None, today: date) -> date:
    """First day proposed for the next prescription: after the running one, never in the past."""
    return max(today, ends_on + timedelta(days=1)) if ends_on else today


# --- Presentation to the pharmacist ----------------------------------------------------------


def days_due(*, days: int, counted_from: date, presented_on: date) -> int:
    """Return how many days of a fraction the pharmacist may hand over. Narcotic lines only.

    :param days: length of the fraction, or of the whole when it is supplied at once
    :param counted_from: day of writing for the first fraction; last day of the one before for
        the others
    :returns: whole days, from 0 (refuse) to `days`

    Presented within `PRESENTATION_DAYS`: all of them. Later: what is still to run, each day since
    then being lost, wherever the treatment starts (ADR 0031). Calendar days; the day counted from
    is not counted. Source: CSP art. R. 5132-33, both sentences.
    """
    delay = (presented_on - counted_from).days
    if delay <= PRESENTATION_DAYS:
        return days
    return max(days - delay, 0)


def last_day_for_full(counted_from: date) -> date:
    """Last day on which everything is supplied: the third after the writing, included."""
    return counted_from + timedelta(days=PRESENTATION_DAYS)


def last_day_to_present(counted_from: date, days: int) -> date:
    """Last day on which anything is supplied, included."""
    return counted_from + timedelta(days=max(days - 1, PRESENTATION_DAYS))


def fractions(narcotic_days: int, fraction_days: int | None) -> list[int]:
    """Length of each fraction, the last one shorter; one fraction when all is supplied at once.

    >>> fractions(28, 10)
    [10, 10, 8]
    """
    if fraction_days is None or fraction_days >= narcotic_days:
        return [narcotic_days]
    whole, rest = divmod(narcotic_days, fraction_days)
    return [fraction_days] * whole + ([rest] if rest else [])


def first_presentation_limit(signed_on: date, months: int) -> date:
    """Last day, included, to ask a pharmacist for an ordinary line the first time.

    Months are clamped to the month's end. The number of months is dated data
    (`programmes.SupplyRule`). Source: CSP art. R. 5132-22.
    """
    return add_months(signed_on, months)


def renewals(days: int, supply_days: int) -> int:
    """How many times an ordinary line is supplied again after the first time.

    Source: CSP art. R. 5132-3, R. 5132-22: each supply covers at most `supply_days`.
    """
    return -(-days // supply_days) - 1


# --- Overlap ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """A period covered by a signed narcotic prescription, both days included."""

    first: date
    last: date
    # Of their account; the RPPS number of whoever has none.
    prescriber_id: int | str

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def meets(self, other: "Period") -> bool:
        return self.first <= other.last and other.first <= self.last


def overlapped(new: Period, written_on: date, signed: Iterable[Period]) -> list[Period]:
    """Signed periods of any prescriber that the new narcotic prescription falls into.

    It falls into a period when it is written during it, starts during it, or runs over it.
    Periods of rows that bear a mention count like the others; voided rows are not given here.
    Source: CSP art. R. 5132-33, last sentence.
    """
    return [period for period in signed if period.holds(written_on) or period.meets(new)]


def needs_mention(new: Period, written_on: date, signed: Iterable[Period]) -> bool:
    """Whether the express mention is required: the law speaks of the same prescriber only."""
    mine = (period for period in signed if period.prescriber_id == new.prescriber_id)
    return bool(overlapped(new, written_on, mine))


# --- Who may sign ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Prescriber:
    """What is true of the signatory, on the day of signature."""

    role: str
    is_entitled: bool
    is_accredited: bool
    # Reference doctor: of the site of the enrolment. Relay doctor: designated by the patient.
    follows_patient: bool
    # The site is listed for the indication; asked for an initiation only.
    is_listed: bool


def refusal_to_sign(prescriber: Prescriber, *, is_initiation: bool) -> str:
    """Why this person may not sign, in French; empty when they may.

    Source: décret 2020-1230 art. 3-I, by derogation from CSP art. R. 5132-29: initiation by
    trained doctors of a reference structure, renewal by any trained doctor.
    """
    if not prescriber.follows_patient or prescriber.role not in _SIGNATORIES:
        return "Vous ne suivez pas ce patient\u202f: vous ne pouvez pas signer cette ordonnance."
    if not prescriber.is_accredited:
        return "Vous n’êtes pas habilité pour ce programme à la date du jour."
    if not prescriber.is_entitled:
        return "Votre formation obligatoire n’est pas enregistrée ou n’est plus valable."
    if not is_initiation:
        return ""
    if prescriber.role != Role.REFERENCE_DOCTOR:
        return (
            "La première prescription revient à un médecin de la structure de référence. "
            "Vous pourrez renouveler et adapter ensuite."
        )
    if not prescriber.is_listed:
        return "Votre structure n’est pas inscrite pour cette indication à la date du jour."
    return ""


_SIGNATORIES = {Role.REFERENCE_DOCTOR, Role.RELAY_DOCTOR}


# --- Papers without a code -------------------------------------------------------------------


@dataclass(frozen=True)
class PaperFacts:
    """What is true of a paper that a pharmacist transcribes. `period`: None when not narcotic."""

    written_on: date
    period: Period | None
    signed: Sequence[Period]
    has_mention: bool
    is_known: bool
    # Of a known prescriber, on the day of the paper.
    is_entitled: bool
    is_initiation: bool
    # Reference doctor of the patient's structure.
    is_of_structure: bool


def paper_flags(facts: PaperFacts) -> list[PaperFlag]:
    """What to tell of the paper, in the order of gravity. Nothing of it is refused: the paper is
    written, and whoever dispenses answers for it (CSP art. R. 5132-33, décret 2020-1230 art. 3).
    """
    found = _paper_overlaps(facts)
    if not facts.is_known:
        found.append(PaperFlag.OUTSIDE)
    elif not facts.is_entitled:
        found.append(PaperFlag.NOT_ENTITLED)
    if facts.is_initiation and not facts.is_of_structure:
        found.append(PaperFlag.INITIATION)
    return found


def _paper_overlaps(facts: PaperFacts) -> list[PaperFlag]:
    if facts.period is None:
        return []
    met = overlapped(facts.period, facts.written_on, facts.signed)
    mine = [period for period in met if period.prescriber_id == facts.period.prescriber_id]
    found = [PaperFlag.OVERLAP] if mine and not facts.has_mention else []
    return found + [PaperFlag.OTHER_OVERLAP] * (len(mine) < len(met))
