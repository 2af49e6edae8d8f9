import uuid

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import Member, Site
from core.history import tracked
from patients.enums import TransferReason, TransferRefusal, TransferState
from patients.models.enrolment import Enrolment
from programmes.models import Programme


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, member: Member) -> "TransferQuerySet":
        """Those that the member's structure asked for or is asked for."""
        if member.role != Role.REFERENCE_DOCTOR:
            return self.none()
        programmes = Programme.objects.visible_to(member)
        ours = Q(from_site=member.site_id) | Q(to_site=member.site_id)
        return self.filter(ours, enrolment__programme__in=programmes)

    def pending(self) -> "TransferQuerySet":
        return self.filter(state=TransferState.ASKED)


@tracked
class Transfer(models.Model):
    """Transfert d'un patient vers une autre structure: asked by one, accepted by the other."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="transfers")
    from_site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="transfers_asked")
    to_site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="transfers_received")
    reason = models.CharField("motif", max_length=12, choices=TransferReason)
    state = models.CharField("état", max_length=10, choices=TransferState)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="transfers_asked")
    asked_at = models.DateTimeField("demandé le")
    answered_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="transfers_answered"
    )
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    refusal = models.CharField("motif du refus", max_length=12, choices=TransferRefusal, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = "transfert"
        verbose_name_plural = "transferts"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(state=TransferState.ASKED),
                name="patients_one_transfer_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(to_site=F("from_site")), name="patients_transfer_goes_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=TransferReason.values), name="patients_transfer_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(state=TransferState.ASKED, answered_at=None, refusal="")
                | Q(
                    state__in=[TransferState.ACCEPTED, TransferState.CANCELLED],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    refusal="",
                )
                | Q(
                    state=TransferState.REFUSED,
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    refusal__in=TransferRefusal.values,
                ),
                name="patients_transfer_state_has_its_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["to_site", "state"], name="patients_transfer_received"),
            models.Index(fields=["from_site", "state"], name="patients_transfer_asked"),
        ]

    def __str__(self) -> str:
        return f"Transfert {self.public_id}"
