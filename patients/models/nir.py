import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.models import Member
from core.frozen import Refuse
from patients.enums import NirKind
from patients.models.enrolment import Enrolment
from patients.models.patient import Patient


class Nir(models.Model):
    """Numéro de sécurité sociale: only while the second consent stands. Not tracked by history."""

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="nir"
    )
    # The participation whose second consent allows it.
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="nir")
    kind = models.CharField("nature", max_length=12, choices=NirKind)
    # AES-256-GCM under a key of its own, in the key cluster.
    sealed = models.BinaryField()
    key_id = models.UUIDField(unique=True, editable=False)
    # Under an index key of its own: fifteen digits can be enumerated.
    index = models.BinaryField(max_length=16)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="nirs_recorded")

    class Meta:
        verbose_name = "numéro de sécurité sociale"
        verbose_name_plural = "numéros de sécurité sociale"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=NirKind.values), name="patients_nir_kind_known"
            ),
            models.UniqueConstraint(fields=["index"], name="patients_nir_of_one_person"),
        ]
        triggers = [
            # The consent is locked: its withdrawal at the same instant waits, and sees this row.
            Refuse(
                name="patients_nir_needs_its_consent",
                operation=pgtrigger.Insert | pgtrigger.Update,
                sql="NOT EXISTS (SELECT 1 FROM patients_consent"
                " WHERE enrolment_id = NEW.enrolment_id AND kind = 'NIR' AND is_given"
                " AND withdrawn_on IS NULL AND replaced_on IS NULL FOR SHARE)",
            ),
            Refuse(
                name="patients_nir_of_its_patient",
                operation=pgtrigger.Insert | pgtrigger.Update,
                sql="NEW.patient_id <>"
                " (SELECT patient_id FROM patients_enrolment WHERE id = NEW.enrolment_id)",
            ),
        ]

    def __str__(self) -> str:
        return f"Numéro {self.pk}"
