import uuid

from django.db import models
from django.db.models import Q

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted
from followup.enums import DismissalReason, Piece
from followup.models.visit import Visit


class Letter(models.Model):
    """Lettre au médecin relais, after a visit: written once, read as it was delivered."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="letters")
    addressee = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="letters_received")
    # The delivered bytes: `core.Document.public_id`.
    paper = models.UUIDField()
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="letters")
    written_at = models.DateTimeField("écrite le")

    class Meta:
        verbose_name = "lettre"
        verbose_name_plural = "lettres"
        triggers = [
            FrozenWhen(name="followup_letter_is_frozen"),
            NeverDeleted(name="followup_letter_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Lettre {self.public_id}"


class Dismissal(models.Model):
    """Pièce d'une consultation, écartée: the doctor said why it is not needed."""

    never_deleted = True

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="dismissals")
    piece = models.CharField("pièce", max_length=12, choices=Piece)
    reason = models.CharField("motif", max_length=12, choices=DismissalReason)
    dismissed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="dismissals")
    dismissed_at = models.DateTimeField("écartée le")

    class Meta:
        verbose_name = "pièce écartée"
        verbose_name_plural = "pièces écartées"
        constraints = [
            models.UniqueConstraint(fields=["visit", "piece"], name="followup_dismissed_once"),
            models.CheckConstraint(
                condition=Q(piece__in=Piece.values, reason__in=DismissalReason.values),
                name="followup_dismissal_known",
            ),
        ]
        triggers = [
            FrozenWhen(name="followup_dismissal_is_frozen"),
            NeverDeleted(name="followup_dismissal_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Pièce écartée {self.pk}"
