import uuid

from django.db import models
from django.db.models import Q

from accounts.enums import Role
from accounts.models import Member, Site
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from patients.models import Enrolment
from pharmacies.enums import InterventionKind, InterventionReason
from prescriptions.models import Prescription


class InterventionQuerySet(models.QuerySet["Intervention"]):
    def visible_to(self, member: Member) -> "InterventionQuerySet":
        """Those on the doctor's enrolments; for a pharmacist, those of their own pharmacy."""
        if member.role == Role.PHARMACIST:
            return self.filter(pharmacy=member.site_id)
        return self.filter(prescription__enrolment__in=Enrolment.objects.visible_to(member))

    def unread(self) -> "InterventionQuerySet":
        """Those that no doctor of the patient said to have read."""
        return self.filter(read_at=None)


@tracked
class Intervention(models.Model):
    """Intervention ou refus du pharmacien, sent to the prescriber (CSP art. R. 4235-48, -61)."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="interventions"
    )
    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="interventions")
    kind = models.CharField("nature", max_length=12, choices=InterventionKind)
    reason = models.CharField("motif", max_length=20, choices=InterventionReason)
    # What is proposed or asked to the prescriber.
    note_sealed = models.BinaryField(null=True, blank=True)
    recorded_at = models.DateTimeField("enregistrée le")
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="interventions")

    # A doctor of the patient read it.
    read_at = models.DateTimeField("lue le", null=True, blank=True)
    read_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="interventions_read"
    )
    # When the doctors of the structure were told that nobody reads it.
    escalated_at = models.DateTimeField("relancée le", null=True, blank=True)

    objects = InterventionQuerySet.as_manager()

    class Meta:
        verbose_name = "intervention pharmaceutique"
        verbose_name_plural = "interventions pharmaceutiques"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=InterventionKind.values, reason__in=InterventionReason.values),
                name="pharmacies_intervention_known",
            ),
            models.CheckConstraint(
                condition=Q(read_at=None, read_by=None)
                | Q(read_at__isnull=False, read_by__isnull=False),
                name="pharmacies_intervention_read_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["prescription", "-recorded_at"], name="pharmacies_interventions")
        ]
        triggers = [
            FrozenWhen(
                name="pharmacies_intervention_is_frozen",
                may_change=["read_at", "read_by", "escalated_at"],
            ),
            NeverDeleted(name="intervention_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Intervention {self.public_id}"
