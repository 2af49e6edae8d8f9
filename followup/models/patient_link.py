import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from accounts.models import Member
from followup import rules
from followup.enums import LinkEnd, VisitStatus
from followup.models.visit import Visit


class PatientLinkQuerySet(models.QuerySet["PatientLink"]):
    def standing(self, at: datetime) -> "PatientLinkQuerySet":
        """Links that may still be answered: not ended, not too old, of a visit to come."""
        return self.filter(ended_at=None, expires_at__gt=at, visit__status=VisitStatus.PLANNED)

    def dead(self, at: datetime) -> "PatientLinkQuerySet":
        """Links that nothing opens any more and that were not ended yet."""
        over = Q(expires_at__lte=at) | ~Q(visit__status=VisitStatus.PLANNED)
        return self.filter(over, ended_at=None)


class PatientLink(models.Model):
    """Lien de réponse du patient: what a patient says before a visit, for the doctor to read.

    Never a record: an answer counts once the doctor takes it over, in the visit. ADR 0068.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="patient_links")
    # Digests: the link and its code are shown once.
    token_digest = models.BinaryField(unique=True)
    code_digest = models.BinaryField()
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="patient_links")
    made_at = models.DateTimeField("créé le")
    expires_at = models.DateTimeField("expire le")
    # JSON of the fields as the patient typed them, under the enrolment's key; and its version.
    typed_sealed = models.BinaryField(null=True)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField("enregistré le", null=True)
    # Sent by the patient: the link opens nothing more, the answers wait for the doctor.
    answered_at = models.DateTimeField("répondu le", null=True)
    # Names of the fields that the doctor took over.
    accepted = models.JSONField("réponses reprises", default=list)
    ended_at = models.DateTimeField("terminé le", null=True)
    end = models.CharField("fin", max_length=10, choices=LinkEnd, blank=True)

    objects = PatientLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "lien de réponse du patient"
        verbose_name_plural = "liens de réponse du patient"
        constraints = [
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(ended_at=None),
                name="followup_one_patient_link",
            ),
            models.CheckConstraint(
                condition=Q(
                    expires_at__gt=F("made_at"),
                    expires_at__lte=F("made_at") + timedelta(days=rules.LINK_DAYS),
                ),
                name="followup_patient_link_expires",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="")
                | Q(ended_at__isnull=False, end__in=LinkEnd.values, typed_sealed=None),
                name="followup_ended_link_is_empty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(ended_at=None), name="followup_open_links"
            ),
        ]

    def __str__(self) -> str:
        return f"Lien {self.public_id}"
