import uuid

from django.db import models
from django.db.models import Q

from accounts.enums import Role
from accounts.models import Member, Site
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from patients.models import Enrolment
from pharmacies.enums import NoticeAnswer
from prescriptions.models import Prescription


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, member: Member) -> "NoticeQuerySet":
        """Those of the doctor's enrolments; for a pharmacist, those sent to their pharmacy."""
        if member.role == Role.PHARMACIST:
            return self.filter(pharmacy=member.site_id)
        return self.filter(prescription__enrolment__in=Enrolment.objects.visible_to(member))

    def waiting(self) -> "NoticeQuerySet":
        """Those nobody answered, while an answer still serves."""
        return self.filter(
            answer="", prescription__status="SIGNED", prescription__first_dispensed_at=None
        )


@tracked
class Notice(models.Model):
    """Annonce à la pharmacie choisie, with the patient's agreement: what will be needed, when."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    prescription = models.OneToOneField(
        Prescription, on_delete=models.PROTECT, related_name="notice"
    )
    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="notices")
    sent_at = models.DateTimeField("annoncée le")
    sent_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="notices")
    answer = models.CharField("réponse", max_length=10, choices=NoticeAnswer, blank=True)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    answered_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="notices_answered"
    )

    # When the prescriber was told that nobody answers.
    escalated_at = models.DateTimeField("relancée le", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "annonce à la pharmacie"
        verbose_name_plural = "annonces à la pharmacie"
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | Q(
                    answer__in=NoticeAnswer.values,
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="pharmacies_notice_answered_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["pharmacy", "-sent_at"], name="pharmacies_notices")]
        triggers = [
            FrozenWhen(
                name="pharmacies_notice_is_frozen",
                may_change=["answer", "answered_at", "answered_by", "escalated_at"],
            ),
            NeverDeleted(name="notice_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Annonce {self.public_id}"
