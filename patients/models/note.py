from django.db import models
from django.db.models import Q

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from patients.enums import NoteKind
from patients.models.enrolment import Enrolment


@tracked
class SharedNote(models.Model):
    """Note partagée entre la structure et le médecin relais: signed by its date and author."""

    never_deleted = True

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="shared_notes")
    kind = models.CharField("sujet", max_length=12, choices=NoteKind)
    # Under the enrolment's key. Empty once the key is destroyed.
    text_sealed = models.BinaryField(null=True)
    written_at = models.DateTimeField("écrite le")
    written_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="shared_notes_written"
    )

    class Meta:
        verbose_name = "note partagée"
        verbose_name_plural = "notes partagées"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=NoteKind.values), name="patients_note_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "written_at"], name="patients_note_of")]
        triggers = [
            FrozenWhen(name="patients_note_is_frozen"),
            NeverDeleted(name="note_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Note {self.pk}"
