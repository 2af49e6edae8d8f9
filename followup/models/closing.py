import uuid
from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from accounts.enums import Role
from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted
from followup.enums import DismissalReason, Piece
from followup.models.visit import Visit
from programmes.models import Accreditation


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, member: Member) -> "LetterQuerySet":
        """Letters about the patients of this member."""
        return self.filter(visit__in=Visit.objects.visible_to(member))

    def received_by(self, member: Member) -> "LetterQuerySet":
        """Letters about the patients who chose this relay doctor, whoever was chosen before."""
        is_relay = member.role == Role.RELAY_DOCTOR
        return self.visible_to(member) if is_relay else self.none()

    def with_waiting(self) -> "LetterQuerySet":
        """Annotate `is_waiting`: no relay doctor has read it, and none replaces it."""
        read = LetterReading.objects.filter(letter=OuterRef("pk"))
        newer = Letter.objects.filter(visit=OuterRef("visit"), pk__gt=OuterRef("pk"))
        waiting = ExpressionWrapper(
            ~Exists(read) & ~Exists(newer), output_field=BooleanField("à lire")
        )
        return self.annotate(is_waiting=waiting)

    def to_read_of(self, relay_doctors: Iterable[int], on: date) -> "LetterQuerySet":
        """What waits for each of these relay doctors, by their keys, of the programmes for which
        they are accredited that day."""
        enrolment = "visit__enrolment"
        accredited = Accreditation.objects.in_force(on).filter(
            member=OuterRef(f"{enrolment}__relay_doctor"),
            programme=OuterRef(f"{enrolment}__programme"),
        )
        theirs = self.filter(Exists(accredited), visit__enrolment__relay_doctor__in=relay_doctors)
        return theirs.with_waiting().filter(is_waiting=True)  # type: ignore[misc]  # annotated

    def to_read_by(self, member: Member) -> "LetterQuerySet":
        """What waits for this relay doctor."""
        waiting = self.received_by(member).with_waiting()
        return waiting.filter(is_waiting=True)  # type: ignore[misc]  # annotated just above


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

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "lettre"
        verbose_name_plural = "lettres"
        triggers = [
            FrozenWhen(name="followup_letter_is_frozen"),
            NeverDeleted(name="followup_letter_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Lettre {self.public_id}"


class LetterReading(models.Model):
    """Lecture d'une lettre par le médecin relais du patient: the first one, who and when."""

    never_deleted = True

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="reading")
    read_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="letters_read")
    read_at = models.DateTimeField("lue le")

    class Meta:
        verbose_name = "lecture d’une lettre"
        verbose_name_plural = "lectures de lettres"
        triggers = [
            FrozenWhen(name="followup_reading_is_frozen"),
            NeverDeleted(name="followup_reading_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Lecture {self.pk}"


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
