"""One patient at a glance: next action, calendar, curve, what runs and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.contrib.postgres.aggregates import ArrayAgg
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.enums import Permission
from accounts.models import Member
from accounts.permissions import allows
from core import charts
from core.charts import DatedSeries
from core.numbers import french_number
from followup import calendar_steps, curve
from followup import rules as visits
from followup.calendar_steps import Step
from followup.enums import Standing
from followup.models import Visit
from patients.models import Enrolment
from pharmacies.actions import note_of
from pharmacies.models import DispensedItem, Intervention
from prescriptions.models import Line, Prescription
from record import worklist
from record.enums import Todo
from vigilance import terms
from vigilance.models import AdverseEvent


# Rows of each short list of the page; the tab of the act shows them all.
SHORT_LIST = 5

# Curves drawn together: more cannot be told apart.
MOST_SERIES = 3


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
class Figure:
    """A chart and its data: components/figure.html."""

    title: str
    chart: SafeString
    headings: list[str]
    rows: list[list[object]]
    legend: list[str]
    note: str


@dataclass(frozen=True)
class Overview:
    next_action: NextAction | None
    timeline: list[Step]
    figure: Figure | None
    running: Prescription | None
    handed_over: list[DispensedItem]
    events: list[tuple[AdverseEvent, str]]
    words: list[tuple[Intervention, str]]


def of(enrolment: Enrolment, *, member: Member, today: date) -> Overview:
    """Everything the page shows, in a fixed number of queries (nine)."""
    calendar = calendar_steps.steps(enrolment, today)
    signed = list(
        Prescription.objects.signed()
        .filter(enrolment=enrolment)
        .prefetch_related("lines__steps")
        .order_by("starts_on", "pk")
    )
    last = max(signed, key=lambda one: (one.ends_on, one.pk), default=None)
    return Overview(
        next_action=_next_action(enrolment, calendar, last, member=member, today=today),
        timeline=calendar_steps.timeline(enrolment, calendar),
        figure=_figure(enrolment, signed, until=enrolment.ended_on or today),
        running=last,
        handed_over=_handed_over(enrolment),
        events=_events(enrolment),
        words=_words(enrolment),
    )


def _handed_over(enrolment: Enrolment) -> list[DispensedItem]:
    """The last things handed over, with where."""
    items = DispensedItem.objects.filter(
        dispensation__enrolment=enrolment, dispensation__undone=None
    )
    newest = items.order_by("-dispensation__dispensed_on", "-pk")
    return list(newest.select_related("dispensation__pharmacy")[:SHORT_LIST])


def _words(enrolment: Enrolment) -> list[tuple[Intervention, str]]:
    """What pharmacists last wrote to the prescribers, each with its note."""
    made = Intervention.objects.filter(prescription__enrolment=enrolment)
    newest = made.select_related("pharmacy", "prescription__enrolment").order_by(
        "-recorded_at", "-pk"
    )
    return [(one, note_of(one)) for one in newest[:SHORT_LIST]]


def _events(enrolment: Enrolment) -> list[tuple[AdverseEvent, str]]:
    """The last events, each with its terms in words."""
    events = AdverseEvent.objects.filter(enrolment=enrolment).annotate(
        terms=ArrayAgg("reactions__term", order_by="reactions__pk")
    )
    return [
        (event, ", ".join(map(terms.label, event.terms)))
        for event in events.order_by("-occurred_on", "-pk")[:SHORT_LIST]
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
    if not enrolment.is_live:
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
        held = reverse("followup:visit", args=[visit.public_id])
        consult = Action(f"Saisir {visit.code or 'la consultation'}", held)
    else:
        unplanned = reverse("followup:unscheduled", args=[enrolment.public_id])
        consult = Action("Saisir une consultation", unplanned)
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
        and visits.may_hold(step.visit.kind, member.role)
    ]
    return waiting[-1] if waiting else None


# --- What was measured -----------------------------------------------------------------------


def _figure(enrolment: Enrolment, signed: Sequence[Prescription], *, until: date) -> Figure | None:
    """Scores as lines and the daily dose as steps on one axis of time, with their table."""
    scores = [one for one in curve.points(enrolment) if len(one.points) > 1][:MOST_SERIES]
    dose = _dose(signed)
    if not scores and len(dose.points) < 2:
        return None
    series = [DatedSeries(one.label, one.points, one.unit) for one in scores]
    drawn = [*series, dose] if dose.points else series
    tops = [one.highest for one in scores if one.highest is not None]
    title = "Évolution des symptômes et de la dose"
    return Figure(
        title=title,
        chart=charts.over_time(
            "courbe",
            title,
            drawn,
            until=until,
            # Without a score the dose has no known bound.
            top=max(tops, default=None) if len(tops) == len(scores) else None,
        ),
        headings=["Date", "Mesure", "Valeur"],
        rows=_rows(drawn),
        legend=[one.name for one in drawn],
        note=" · ".join(f"{one.label} : {one.change}" for one in scores if one.change),
    )


def _dose(signed: Sequence[Prescription]) -> DatedSeries:
    """The highest daily dose of each prescription: of THC when one ever had some, else of CBD."""
    has_thc = any(line.thc_mg_per_unit > 0 for one in signed for line in one.lines.all())
    name = "THC par jour (mg)" if has_thc else "CBD par jour (mg)"
    points: dict[date, float] = {}
    for one in signed:
        mg = sum((_daily_mg(line, thc=has_thc) for line in one.lines.all()), Decimal(0))
        points[one.starts_on] = float(mg)
    return DatedSeries(name, sorted(points.items()), "mg", steps=True)


def _daily_mg(line: Line, *, thc: bool) -> Decimal:
    per_unit = line.thc_mg_per_unit if thc else line.cbd_mg_per_unit
    steps = line.steps.all()
    return max((step.dose * step.intakes_per_day for step in steps), default=Decimal(0)) * per_unit


def _rows(series: Sequence[DatedSeries]) -> list[list[object]]:
    found = [
        (on, one.name, f"{french_number(value)} {one.unit}".strip())
        for one in series
        for on, value in one.points
    ]
    return [[f"{on:%d/%m/%Y}", name, value] for on, name, value in sorted(found)]
