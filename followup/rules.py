"""What the protocol says of visits: when they are due, who holds them, what they ask.

No database, no clock, no request: dates and answers come in, answers go out. Questionnaires are
in `followup.items`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.enums import Role
from core.months import add_months
from followup.enums import Means, ReminderMoment, Rhythm, Standing, Timing, VisitStatus
from programmes.enums import VisitKind
from programmes.rules import HOLDERS


# Days before and after an appointment given at a visit. No legal source: ADR 0051.
APPOINTMENT_WINDOW_DAYS = 7

# Days before the end of the running prescription from which its renewal is due. No legal source:
# the time a pharmacy needs to order (ADR 0060).
RENEWAL_DAYS = 7

# Days without a visit held nor a dispensation after which somebody asks for news of a patient. No
# legal source: three renewals of 28 days missed, and a week (ADR 0057).
DORMANT_DAYS = 90
# Attempts, by at least two means, after which calling a patient lost to follow-up is not early.
# No legal source, advice only (ADR 0057).
ATTEMPTS_ADVISED = 3
MEANS_ADVISED = 2

# Hours between which a patient is written to, the last one excluded. No legal source (ADR 0058).
FIRST_HOUR, LAST_HOUR = 9, 20
# Days before an appointment on which a patient may ask to be reminded. No legal source.
REMINDER_DAYS = (1, 2, 3, 7)
# Days after an appointment that was not held on which a patient may ask to be written to; 0 for
# never. No legal source: ADR 0131.
REMINDER_AFTER_DAYS = (0, 1, 3, 7)
# Days after which it is too late to write to them of it. No legal source: ADR 0131.
LATEST_AFTER_DAYS = 14
# Days after a missed appointment during which a message that failed asks for a call. No source.
CALL_DAYS = 28

# Days after a visit during which it is typed without saying why. No legal source: ADR 0050.
TYPING_DAYS = 7

# Seconds. A form that stayed open longer was left and taken up again: its time says nothing.
# No legal source: ADR 0054.
MAX_ENTRY_SECONDS = 3600

# The link by which a patient answers before a visit: issue 6. Its length and its code have no legal
# source: ADR 0068.
LINK_DAYS = 30
LINK_TOKEN_BYTES = 24
LINK_CODE_DIGITS = 8


def due_on(included_on: date, offset_months: int) -> date:
    """Return the same day `offset_months` after inclusion, or the last day of a shorter month.

    Always counted from the inclusion, never from the visit before. Source: interop.md 3.9.
    """
    return add_months(included_on, offset_months)


def window(due: date, before_days: int, after_days: int) -> tuple[date, date]:
    """Return the first and the last day of the window, both included."""
    return due - timedelta(days=before_days), due + timedelta(days=after_days)


def renewal_visit(ends_on: date, due: Sequence[date], *, today: date) -> date | None:
    """The day of the simple visit that renews a prescription; None when none is to be planned.

    :param ends_on: last day that the signed prescriptions cover
    :param due: days of the visits that are planned already: one of them, from today to the end,
        renews as well
    """
    if ends_on < today or any(today <= one <= ends_on for one in due):
        return None
    return ends_on


def timing(held_on: date, opens_on: date, closes_on: date) -> Timing:
    """Where a visit stands to its window; both bounds are inside."""
    if held_on < opens_on:
        return Timing.EARLY
    return Timing.IN_WINDOW if held_on <= closes_on else Timing.LATE


def reason_needed(moment: Timing, held_on: date, today: date) -> bool:
    """Whether the doctor says why: outside the window, or typed more than `TYPING_DAYS` later."""
    outside = moment in {Timing.EARLY, Timing.LATE}
    return outside or (today - held_on).days > TYPING_DAYS


def reason_wanted(moment: Timing, bounds: tuple[date, date] | None) -> str:
    """Why a reason is asked, in words."""
    if moment == Timing.EARLY and bounds:
        return f"Avant la fenêtre, qui s’ouvre le {bounds[0]:%d/%m/%Y}\u202f: indiquez pourquoi."
    if moment == Timing.LATE and bounds:
        return f"Après la fenêtre, fermée le {bounds[1]:%d/%m/%Y}\u202f: indiquez pourquoi."
    return f"Saisie plus de {TYPING_DAYS} jours après la consultation\u202f: indiquez pourquoi."


def kinds_held_by(role: Role | str) -> list[VisitKind]:
    """The kinds of visits that no calendar planned and a role may hold; none for most."""
    return [kind for kind, roles in HOLDERS.items() if role in roles]


# Nurses, research staff and residents of the structure: they fill in, a doctor reads and holds.
_PREPARERS = frozenset({Role.PREPARER})


def may_prepare(role: Role | str) -> bool:
    return role in _PREPARERS


def may_enter(holders: Sequence[Role | str], role: Role | str) -> bool:
    """Whether a role may fill a visit in: to hold it, or for a doctor who will.

    :param holders: of the visit
    """
    return role in holders or may_prepare(role)


def planned_standing(opens_on: date, closes_on: date, *, today: date, superseded: bool) -> Standing:
    """Where a visit that is still planned stands.

    :param superseded: a later visit was held, or is already expected
    """
    if superseded:
        return Standing.MISSED
    if today < opens_on:
        return Standing.UPCOMING
    return Standing.DUE if today <= closes_on else Standing.OVERDUE


@dataclass(frozen=True)
class Expected:
    """What the rules need to know of one visit of the calendar."""

    status: VisitStatus
    due_on: date
    opens_on: date
    closes_on: date


_SETTLED = {
    VisitStatus.DONE: Standing.DONE,
    VisitStatus.NOT_DONE: Standing.MISSED,
    VisitStatus.CLOSED: Standing.CLOSED,
}


def standing(visit: Expected, *, today: date, later: Sequence[Expected] = ()) -> Standing:
    """Return where a visit stands on that day.

    :param later: the visits of the calendar due after it; only the latest expected can be late
    """
    if visit.status in _SETTLED:
        return _SETTLED[visit.status]
    superseded = any(
        one.status == VisitStatus.DONE
        or (one.status == VisitStatus.PLANNED and one.opens_on <= today)
        for one in later
    )
    return planned_standing(visit.opens_on, visit.closes_on, today=today, superseded=superseded)


def entry_seconds(begun_at: datetime | None, recorded_at: datetime) -> int | None:
    """Whole seconds between the opening of a form and its recording; None when that says nothing.

    :param begun_at: as the form tells it, None when it does not
    """
    if begun_at is None:
        return None
    taken = int((recorded_at - begun_at).total_seconds())
    return taken if 1 <= taken <= MAX_ENTRY_SECONDS else None


def is_dormant(last_seen_on: date, today: date) -> bool:
    """Whether nobody has seen the patient for `DORMANT_DAYS`, that day included.

    :param last_seen_on: inclusion, last visit held or last dispensation, whichever is the latest
    """
    return (today - last_seen_on).days >= DORMANT_DAYS


def search_is_short(means: Sequence[Means | str]) -> bool:
    """Whether more attempts are advised before a patient is said to be lost.

    :param means: of each attempt
    """
    return len(means) < ATTEMPTS_ADVISED or len(set(means)) < MEANS_ADVISED


def digest_period(rhythm: Rhythm | str, day: date) -> str:
    """What a digest is told once in: the day, the ISO week; "" for never.

    A week whose Monday nobody ran is told on the first day that somebody does.
    """
    match rhythm:
        case Rhythm.DAILY:
            return day.isoformat()
        case Rhythm.WEEKLY:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
    return ""


def may_disturb(hour: int) -> bool:
    """Whether a patient may be written to at that hour of their place."""
    return FIRST_HOUR <= hour < LAST_HOUR


def is_reminded_on(due_on: date, today: date, *, days_before: int) -> bool:
    """Whether a patient is reminded that day: from `days_before` to the eve, both included."""
    return 1 <= (due_on - today).days <= days_before


def is_told_after_on(due_on: date, today: date, *, days_after: int) -> bool:
    """Whether a patient who did not come is written to that day: from `days_after` to
    `LATEST_AFTER_DAYS`, both included; never when it is 0."""
    return 0 < days_after <= (today - due_on).days <= LATEST_AFTER_DAYS


def is_too_late(moment: ReminderMoment | str, due_on: date, today: date) -> bool:
    """Whether a message about that appointment makes no sense any more: on its day for one that
    comes before, after `LATEST_AFTER_DAYS` for one that comes after."""
    if moment == ReminderMoment.BEFORE:
        return due_on <= today
    return (today - due_on).days > LATEST_AFTER_DAYS


def days_late(closes_on: date, today: date) -> int:
    """Whole days since the window closed; 0 while it is open."""
    return max((today - closes_on).days, 0)


def is_asked(
    indications: frozenset[int], indication: int, *, at_simple_visits: bool, kind: VisitKind | str
) -> bool:
    """Whether a questionnaire is asked of a patient at a visit.

    :param indications: those it is for; empty for all
    """
    for_them = not indications or indication in indications
    return for_them and (at_simple_visits or kind == VisitKind.COMPLEX)
