import uuid

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from patients.enums import Sex


@tracked
class Patient(models.Model):
    """Patient sous pseudonyme: what stays once the identity is erased."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    birth_year = models.PositiveSmallIntegerField("année de naissance")
    sex = models.CharField("sexe", max_length=1, choices=Sex)
    # The key of the identity, in the key cluster. Kept after its destruction: it opens nothing.
    key_id = models.UUIDField(unique=True, editable=False)
    # The same person, recorded twice: everything is read beside that one (ADR 0026).
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="aliases"
    )
    identity_erased_at = models.DateTimeField("identité effacée le", null=True, blank=True)

    class Meta:
        verbose_name = "patient"
        verbose_name_plural = "patients"
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="patients_sex_known"),
            models.CheckConstraint(
                condition=Q(birth_year__range=(1890, 2100)), name="patients_birth_year_possible"
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("pk")), name="patients_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"Patient {self.public_id}"


class Identity(models.Model):
    """Identité: one encrypted blob. Not tracked by history; its changes go to the journal."""

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="identity"
    )
    # JSON of `patients.identity.Person`, AES-256-GCM under the patient's own key.
    sealed = models.BinaryField()

    class Meta:
        verbose_name = "identité"
        verbose_name_plural = "identités"

    def __str__(self) -> str:
        return f"Identité {self.pk}"


class IdentityIndex(models.Model):
    """Index aveugle: keyed digests that find a person without reading anybody's name."""

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, primary_key=True, related_name="index"
    )
    # Birth name, all first names, birth date, sex, birth place.
    person = models.BinaryField(max_length=16)
    # 0; raised only by the explicit act «ce n'est pas la même personne», with a reason.
    homonym_no = models.PositiveSmallIntegerField(default=0)
    birth_name = models.BinaryField(max_length=16)
    used_name = models.BinaryField(max_length=16)
    birth_date = models.BinaryField(max_length=16)

    class Meta:
        verbose_name = "index d’identité"
        verbose_name_plural = "index d’identité"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "homonym_no"], name="patients_person_known_once"
            ),
        ]
        indexes = [
            models.Index(fields=["birth_name"], name="patients_index_birth_name"),
            models.Index(fields=["used_name"], name="patients_index_used_name"),
            models.Index(fields=["birth_date"], name="patients_index_birth_date"),
        ]

    def __str__(self) -> str:
        return f"Index {self.pk}"
