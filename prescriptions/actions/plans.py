from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime

from django.db import transaction

from accounts.models import Member
from core import audit, once
from core.documents import store
from core.pdf import PdfUnavailable
from patients.models import Enrolment
from prescriptions import documents, rules
from prescriptions.actions.locks import lock_enrolment
from prescriptions.dosage import Step
from prescriptions.enums import PlanKind
from prescriptions.models import Plan, PlanStep
from programmes.models import Product


class CannotPlan(Exception):
    """The message is in French and may be shown to the prescriber."""


def plan(
    enrolment: Enrolment,
    product: Product,
    steps: Sequence[Step],
    *,
    kind: PlanKind,
    starts_on: date,
    signed: tuple[Member, datetime, str],
) -> Plan:
    """Write a plan and its paper; the one that stood for this medicine is given up.

    :param signed: by whom, when, and the key of the form: the same twice is one plan
    :raises CannotPlan: no step, or more than a year
    """
    by, at, key = signed
    days = sum(one.days for one in steps)
    if not 1 <= days <= rules.MAX_LINE_DAYS:
        raise CannotPlan("Un plan dure d’un jour à un an.")
    body = {"product": product.code, "starts_on": starts_on, "steps": str(steps)}
    with audit.acting("plan.written", by=by):
        before = once.guard(by=by, key=key, action="plan.written", body=body)
        if before is not None:
            return Plan.objects.get(public_id=before)
        locked = lock_enrolment(enrolment.pk)
        written = Plan(enrolment=locked, product=product, kind=kind, starts_on=starts_on)
        written.duration_days, written.author, written.created_at = days, by, at
        _write(written, steps)
        audit.record("plan.written", written, by=by, subject=str(locked.public_id))
        once.done(by=by, key=key, target=written.public_id)
    return written


def _write(written: Plan, steps: Sequence[Step]) -> None:
    """The rows, in the place of the plan that stood for this medicine."""
    before = Plan.objects.standing().filter(enrolment=written.enrolment, product=written.product)
    before.update(ended_at=written.created_at)
    written.save()
    PlanStep.objects.bulk_create(
        PlanStep(
            plan=written,
            position=position,
            dose=step.dose,
            intakes_per_day=step.intakes_per_day,
            days=step.days,
        )
        for position, step in enumerate(steps, start=1)
    )
    _print(written, at=written.created_at)


def _print(written: Plan, *, at: datetime) -> None:
    """Without Pango a plan is written all the same: it has no paper, and can be written again."""
    with suppress(PdfUnavailable), transaction.atomic():
        document = store(
            kind=documents.PLAN,
            key_id=written.enrolment.key_id,
            content=documents.plan_pdf(written),
            enrolment_id=written.enrolment_id,
            at=at,
        )
        written.paper = document.public_id
        written.save(update_fields=["paper"])


def give_up(written: Plan, *, by: Member, at: datetime) -> None:
    """Stop following a plan; what was prescribed from it stays. The second time changes nothing."""
    with audit.acting("plan.given_up", by=by):
        lock_enrolment(written.enrolment_id)
        if Plan.objects.standing().filter(pk=written.pk).update(ended_at=at):
            subject = str(written.enrolment.public_id)
            audit.record("plan.given_up", written, by=by, subject=subject)
