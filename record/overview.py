"""One patient at a glance: next action, calendar, curve, what runs and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F
from django.urls import reverse

from accounts.enums import Permission
from accounts.models import Member
from accounts.permissions import allows
from followup import calendar_steps, curve
from followup import rules as visits
from followup.calendar_steps import Step
from followup.enums import Standing
from followup.models import Visit
from patients.models import Enrolment
from pharmacies.actions import note_of
from pharmacies.models import DispensedItem, Intervention, Notice
from prescriptions import running
from prescriptions.models import Prescription
from record import figures, worklist
from record import letters as letters_of
from record.enums import Todo
from record.letters import Row as LetterRow
from vigilance import terms
from vigilance.models import AdverseEvent


# Rows of each short list of the page; the tab of the act shows them all.
SHORT_LIST = 5


@dataclass(frozen=True)
class Action:
    """A link; a button that posts, once however often it is pressed, when `once` is given."""

    label: str
    url: str
    once: str = ""


@dataclass(frozen=True)
class NextAction:
    """What to do first with this patient: components/next_action.html."""

    state: str
    title: str
    detail: str
    actions: list[Action]


@dataclass(frozen=True)
class Overview:
    next_action: NextAction | None
    timeline: list[Step]
    figure: figures.Figure | None
    # Those that run or are to come, else the last one; each with what the chosen pharmacy was told.
    running: list[tuple[Prescription, Notice | None]]
    handed_over: list[DispensedItem]
    events: list[tuple[AdverseEvent, str]]
    words: list[tuple[Intervention, str]]
    letters: list[LetterRow]


def of(enrolment: Enrolment, *, member: Member, today: date) -> Overview:
    """Everything the page shows, in a fixed number of queries (ten)."""
    calendar = calendar_steps.steps(enrolment, today)
    signed = list(
        Prescription.objects.signed()
        .filter(enrolment=enrolment)
        .select_related("notice__pharmacy")
        .prefetch_related("lines__steps")
        .order_by("starts_on", "pk")
    )
    last = running.to_renew(signed, today)
    acts = figures.Acts(_handed_over(enrolment), _events(enrolment))
    return Overview(
        next_action=_next_action(enrolment, calendar, last, member=member, today=today),
        timeline=calendar_steps.timeline(enrolment, calendar),
        figure=figures.over_time(
            curve.points(enrolment), signed, until=enrolment.ended_on or today, acts=acts
        ),
        running=_running(signed, last, today),
        words=_words(enrolment),
        handed_over=acts.handed_over[:SHORT_LIST],
        events=acts.events[:SHORT_LIST],
        letters=letters_of.of(enrolment, member),
    )


def _running(
    signed: Sequence[Prescription], last: Prescription | None, today: date
) -> list[tuple[Prescription, Notice | None]]:
    shown = [one for one in signed if one.ends_on >= today] or ([last] if last else [])
    return [(one, getattr(one, "notice", None)) for one in shown]


def _handed_over(enrolment: Enrolment) -> list[DispensedItem]:
    """Everything handed over, the newest first, with where, and until when it lasts."""
    items = DispensedItem.objects.filter(
        dispensation__enrolment=enrolment, dispensation__undone=None
    )
    newest = items.order_by("-dispensation__dispensed_on", "-pk").annotate(
        supply_ends_on=F("dispensation__enrolment__supply_end__ends_on")
    )
    return list(newest.select_related("dispensation__pharmacy"))


def _words(enrolment: Enrolment) -> list[tuple[Intervention, str]]:
    """What pharmacists last wrote to the prescribers, each with its note."""
    made = Intervention.objects.filter(prescription__enrolment=enrolment)
    newest = made.select_related("pharmacy", "prescription__enrolment").order_by(
        "-recorded_at", "-pk"
    )
    return [(one, note_of(one)) for one in newest[:SHORT_LIST]]


def _events(enrolment: Enrolment) -> list[tuple[AdverseEvent, str]]:
    """Every event, the newest first, each with its terms in words."""
    events = AdverseEvent.objects.filter(enrolment=enrolment).annotate(
        terms=ArrayAgg("reactions__term", order_by="reactions__pk")
    )
    return [
        (event, ", ".join(map(terms.label, event.terms)))
        for event in events.order_by("-occurred_on", "-pk")
    ]


# --- What to do ------------------------------------------------------------------------------


def _next_action(
    enrolment: Enrolment,
    calendar: Sequence[Step],
    last: Prescription | None,
    *,
    member: Member,
    today: date,
) -> NextAction | None:
    """The renewal when it is due, else the expected visit, else the one to come."""
    if not enrolment.is_live or enrolment.opened_until is not None:
        return None
    waiting = worklist.waiting(member, today).get(pk=enrolment.pk)
    row = worklist.Row(waiting, None, today)
    renewing = waiting.todo == Todo.RENEWAL  # type: ignore[attr-defined]
    visit = _to_hold(calendar, member)
    actions = _actions(enrolment, visit, member=member, renewed=last, renewing=renewing)
    said = [one for one in (row.renewal, row.visit) if one]
    first, *others = said if renewing else said[::-1]
    return NextAction(first[0], first[1], " · ".join(words for _, words in others), actions)


def _actions(
    enrolment: Enrolment,
    visit: Visit | None,
    *,
    member: Member,
    renewed: Prescription | None,
    renewing: bool,
) -> list[Action]:
    """What may be done, the most useful first: a renewal is one key when there is one to renew."""
    if visit:
        held = f"{reverse('followup:visit', args=[visit.public_id])}{calendar_steps.TO_FORM}"
        consult = Action(f"Saisir {visit.code or 'la consultation'}", held)
    else:
        unplanned = reverse("followup:unscheduled", args=[enrolment.public_id])
        consult = Action("Saisir une consultation", f"{unplanned}{calendar_steps.TO_FORM}")
    if not allows(member, Permission.PRESCRIPTION_WRITE):
        return [consult]
    prescribe = Action("Prescrire", reverse("prescriptions:create", args=[enrolment.public_id]))
    if not renewing:
        return [consult, prescribe]
    if renewed is None:
        return [prescribe, consult]
    address = reverse("prescriptions:renew", args=[enrolment.public_id, renewed.public_id])
    return [Action("Renouveler", address, once=str(uuid4())), prescribe, consult]


def _to_hold(calendar: Sequence[Step], member: Member) -> Visit | None:
    """The expected visit this member may hold, the latest one."""
    waiting = [
        step.visit
        for step in calendar
        if step.visit
        and step.standing in {Standing.DUE, Standing.OVERDUE}
        and visits.may_enter(step.visit.holders, member.role)
    ]
    return waiting[-1] if waiting else None
