import uuid

from django.db import models
from django.db.models import Q

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from patients.enums import ProofOrigin
from patients.models.consent import Consent


@tracked
class ConsentProof(models.Model):
    """Preuve d'un consentement: where the signed paper is, or what was signed on screen.

    One paper may prove several consents. The bytes are a `core.Document` under the enrolment's
    key: erased with the identity, while the fact that a proof existed stays.
    """

    never_deleted = True

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="proofs")
    # No foreign key: the document is erased before this row.
    document_id = models.UUIDField("document", default=uuid.uuid4)
    origin = models.CharField("origine", max_length=6, choices=ProofOrigin)
    added_at = models.DateTimeField("ajoutée le")
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="proofs_added")

    class Meta:
        verbose_name = "preuve d’un consentement"
        verbose_name_plural = "preuves des consentements"
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__in=ProofOrigin.values), name="patients_proof_origin_known"
            ),
            models.UniqueConstraint(
                fields=["consent", "document_id"], name="patients_proof_given_once"
            ),
        ]
        triggers = [
            FrozenWhen(name="patients_proof_is_frozen"),
            NeverDeleted(name="proof_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Preuve {self.pk}"
