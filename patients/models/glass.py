import uuid
from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted, Refuse
from core.history import tracked
from patients.models.enrolment import Enrolment
from programmes.models import Programme


class BrokenGlassQuerySet(models.QuerySet["BrokenGlass"]):
    def in_force(self, member: Member) -> "BrokenGlassQuerySet":
        """Those of this member that still open a record, in the programmes they are accredited
        for."""
        programmes = Programme.objects.visible_to(member)
        return self.filter(member=member.pk, until__gt=Now(), enrolment__programme__in=programmes)

    def told_to(self, member: Member) -> "BrokenGlassQuerySet":
        """Those of the patients of the referent's site: theirs to read and acknowledge."""
        return self.filter(enrolment__site=member.site_id) if member.is_referent else self.none()

    def untold(self, before: datetime) -> "BrokenGlassQuerySet":
        """Opened before that instant, and not listed to the lead doctor yet."""
        return self.filter(told_at=None, at__lt=before)


@tracked
class BrokenGlass(models.Model):
    """Accès exceptionnel: a record read outside one's scope, for hours, with a written reason."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="glasses")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="glasses")
    # Free text, under the enrolment's key.
    reason_sealed = models.BinaryField(null=True)
    at = models.DateTimeField("ouvert le")
    until = models.DateTimeField("jusqu’à")
    told_at = models.DateTimeField("signalé le", null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="glasses_acknowledged",
    )
    acknowledged_at = models.DateTimeField("vu le", null=True, blank=True)

    objects = BrokenGlassQuerySet.as_manager()

    class Meta:
        verbose_name = "accès exceptionnel"
        verbose_name_plural = "accès exceptionnels"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="patients_glass_lasts"),
            models.CheckConstraint(
                condition=Q(acknowledged_by=None, acknowledged_at=None)
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="patients_glass_seen_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "until"], name="patients_glass_in_force"),
            models.Index(fields=["enrolment", "-at"], name="patients_glass_of_record"),
            models.Index(fields=["at"], condition=Q(told_at=None), name="patients_glass_untold"),
        ]
        triggers = [
            FrozenWhen(
                name="patients_glass_is_frozen",
                may_change=["told_at", "acknowledged_by", "acknowledged_at"],
            ),
            Refuse(
                name="patients_glass_seen_once",
                operation=pgtrigger.Update,
                sql="OLD.acknowledged_at IS NOT NULL"
                " AND NEW.acknowledged_at IS DISTINCT FROM OLD.acknowledged_at",
            ),
            NeverDeleted(name="glass_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Accès exceptionnel {self.public_id}"
