"""A plan as it is read: each step with its days and milligrams, and what to prescribe of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from prescriptions import checks, rules, running, stairs
from prescriptions.dosage import Step
from prescriptions.models import Plan, Prescription
from prescriptions.sheet import in_figures
from prescriptions.typed import Typed, from_wanted
from prescriptions.wanted import Wanted, WantedLine
from programmes.enums import Regime


@dataclass(frozen=True)
class ShownStep:
    """One step on its days, the last one included."""

    first: date
    last: date
    figures: str
    # mg a day.
    thc_mg: Decimal
    cbd_mg: Decimal


def shown(plan: Plan) -> dict[str, Any]:
    """Context of the page and of the paper."""
    return {"steps": [_shown(plan, step.as_step, first) for step, first in plan.starts()]}


def _shown(plan: Plan, step: Step, first: date) -> ShownStep:
    product = plan.product
    return ShownStep(
        first=first,
        last=rules.last_day(first, step.days),
        figures=in_figures(step, product.unit, product.form),
        thc_mg=step.per_day * product.thc_mg_per_unit,
        cbd_mg=step.per_day * product.cbd_mg_per_unit,
    )


def steps_of(plan: Plan) -> list[Step]:
    return [step.as_step for step, _ in plan.starts()]


@dataclass(frozen=True)
class NextPart:
    """What the next prescription of a plan would hold."""

    first: date
    last: date
    steps: tuple[Step, ...]


def next_part(plan: Plan, today: date) -> NextPart | None:
    """The days of a plan that no prescription covers yet, as many as one may hold.

    None once the plan is over, or prescribed to its end.
    """
    first = max(today, plan.starts_on, _covered_until(plan) + timedelta(days=1))
    steps = stairs.part(steps_of(plan), skip=(first - plan.starts_on).days, days=_most(plan, first))
    if not steps:
        return None
    return NextPart(first, rules.last_day(first, sum(step.days for step in steps)), steps)


def _covered_until(plan: Plan) -> date:
    """Last day prescribed of this medicine since the plan was written."""
    since = Prescription.objects.signed().filter(signed_at__gte=plan.created_at)
    last = running.covered(plan.enrolment, [plan.product], since).get(plan.product_id)
    return last or plan.starts_on - timedelta(days=1)


def _most(plan: Plan, on: date) -> int:
    """Days of one prescription: 28 of a narcotic, else what the dated rule says."""
    regime = checks.regimes_of([plan.product], on).get(plan.product_id, Regime.NARCOTIC)
    if regime == Regime.NARCOTIC:
        return rules.MAX_NARCOTIC_DAYS
    return checks.most_ordinary_days(on)


def typed_for(plan: Plan, today: date) -> Typed | None:
    """The form of the next prescription of a plan; None when nothing is left to prescribe."""
    following = next_part(plan, today)
    if following is None:
        return None
    return from_wanted(Wanted((WantedLine(plan.product, following.steps),), following.first))
