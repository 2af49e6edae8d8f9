import uuid
from datetime import date, timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.models import Member
from core.frozen import FrozenWhen, Refuse
from core.history import tracked
from patients.models import Enrolment
from prescriptions import rules
from prescriptions.dosage import Step
from prescriptions.enums import PlanKind
from programmes.models import Product


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, member: Member) -> "PlanQuerySet":
        """Plans of the enrolments this member may see."""
        return self.filter(enrolment__in=Enrolment.objects.visible_to(member))

    def standing(self) -> "PlanQuerySet":
        """Not given up, nor replaced by another one."""
        return self.filter(ended_at=None)


@tracked
class Plan(models.Model):
    """Plan de titration ou de sevrage: steps one after the other, printed for the patient.

    It prescribes nothing: each part of it becomes a prescription, signed when its time comes.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="plans")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="plans")
    kind = models.CharField("nature", max_length=10, choices=PlanKind)
    starts_on = models.DateField("commence le")
    # Days of all its steps together.
    duration_days = models.PositiveSmallIntegerField("durée (jours)")
    ends_on = models.GeneratedField(
        expression=F("starts_on") + F("duration_days") - 1,
        output_field=models.DateField("finit le"),
        db_persist=True,
    )
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="plans")
    created_at = models.DateTimeField("écrit le")
    ended_at = models.DateTimeField("abandonné le", null=True, blank=True)
    # Public id of the delivered `core.Document`, erased with the identity; empty until it is made.
    paper = models.UUIDField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = "plan"
        verbose_name_plural = "plans"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PlanKind.values), name="prescriptions_plan_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(duration_days__range=(1, rules.MAX_LINE_DAYS)),
                name="prescriptions_plan_duration_possible",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "product"],
                condition=Q(ended_at=None),
                name="prescriptions_plan_one_standing",
            ),
        ]
        triggers = [
            FrozenWhen("prescriptions_plan_is_fixed", may_change=["ended_at", "paper"]),
        ]

    def __str__(self) -> str:
        return f"Plan {self.public_id}"

    def starts(self) -> list[tuple["PlanStep", date]]:
        """Each step with its first day."""
        day, found = self.starts_on, []
        for step in sorted(self.steps.all(), key=lambda one: one.position):
            found.append((step, day))
            day += timedelta(days=step.days)
        return found


@tracked
class PlanStep(models.Model):
    """Palier d'un plan."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField("rang")
    # Units (mL, g, tablets) of one intake.
    dose = models.DecimalField("dose par prise", max_digits=12, decimal_places=4)
    intakes_per_day = models.PositiveSmallIntegerField("prises par jour")
    days = models.PositiveSmallIntegerField("jours")

    class Meta:
        verbose_name = "palier d’un plan"
        verbose_name_plural = "paliers d’un plan"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "position"], name="prescriptions_plan_step_position_unique"
            ),
            models.CheckConstraint(
                condition=Q(dose__gt=0, intakes_per_day__range=(1, 24), days__gte=1),
                name="prescriptions_plan_step_possible",
            ),
        ]
        triggers = [
            Refuse(
                name="prescriptions_plan_step_is_fixed",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        return f"Palier de plan {self.pk}"

    @property
    def as_step(self) -> Step:
        return Step(self.dose, self.intakes_per_day, self.days)
