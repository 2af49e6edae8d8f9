"""Files that were imported, and the two national directories as they were last read."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from accounts.directories.enums import ImportKind
from accounts.enums import Profession
from core.frozen import FrozenWhen, NeverDeleted


class Settled:
    """Of a model of files that are sent, then confirmed whole or left."""

    sha256: Any
    confirmed_at: Any
    abandoned_at: Any

    @property
    def fingerprint(self) -> str:
        return bytes(self.sha256).hex()

    @property
    def is_settled(self) -> bool:
        return self.confirmed_at is not None or self.abandoned_at is not None


class ImportedFileQuerySet(models.QuerySet["ImportedFile"]):
    def waiting(self) -> "ImportedFileQuerySet":
        """Sent, neither confirmed nor given up."""
        return self.filter(confirmed_at=None, abandoned_at=None)


class ImportedFile(Settled, models.Model):
    """Fichier importé: its fingerprint stays; its content only until it is confirmed or left."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("contenu", max_length=20, choices=ImportKind)
    name = models.CharField("nom du fichier", max_length=100)
    # Whoever is absent from a whole extract has left the directory.
    is_whole = models.BooleanField("extraction complète", default=False)
    sha256 = models.BinaryField("empreinte")
    size_bytes = models.PositiveBigIntegerField("taille (octets)")
    content = models.BinaryField("contenu compressé", null=True)
    uploaded_at = models.DateTimeField("envoyé le")
    # Empty: read by a command on the server.
    uploaded_by = models.ForeignKey(
        "accounts.Member", on_delete=models.PROTECT, null=True, related_name="files_uploaded"
    )
    confirmed_at = models.DateTimeField("importé le", null=True)
    confirmed_by = models.ForeignKey(
        "accounts.Member", on_delete=models.PROTECT, null=True, related_name="files_confirmed"
    )
    abandoned_at = models.DateTimeField("abandonné le", null=True)
    counts = models.JSONField("décompte", default=dict)

    objects = ImportedFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier importé"
        verbose_name_plural = "fichiers importés"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ImportKind.values), name="accounts_import_kind_known"
            ),
            # Bytes of a SHA-256.
            models.CheckConstraint(
                condition=Q(sha256__octets=32), name="accounts_import_has_fingerprint"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(abandoned_at=None),
                name="accounts_import_confirmed_or_left",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, abandoned_at=None) | Q(content=None),
                name="accounts_import_settled_is_empty",
            ),
        ]
        triggers = [
            FrozenWhen(
                "accounts_import_settled_stays",
                "OLD.confirmed_at IS NOT NULL OR OLD.abandoned_at IS NOT NULL",
            ),
            NeverDeleted("accounts_import_never_deleted"),
        ]
        indexes = [models.Index(fields=["-uploaded_at", "-id"], name="accounts_import_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class DirectoryProfessional(models.Model):
    """Professionnel de l'annuaire national (RPPS): public, and no account by itself."""

    rpps = models.CharField("numéro RPPS", max_length=11, unique=True)
    last_name = models.CharField("nom d’exercice", max_length=80)
    first_name = models.CharField("prénom d’exercice", max_length=80, blank=True)
    profession = models.CharField("profession", max_length=10, choices=Profession)
    specialty = models.CharField("spécialité", max_length=80, blank=True)
    place = models.CharField("lieu d’exercice", max_length=160, blank=True)
    finess = models.CharField("numéro FINESS", max_length=9, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    town = models.CharField("commune", max_length=80, blank=True)
    read_in = models.ForeignKey(
        ImportedFile, on_delete=models.PROTECT, related_name="professionals"
    )
    gone_on = models.DateField("absent depuis le", null=True, blank=True)

    class Meta:
        verbose_name = "professionnel de l’annuaire"
        verbose_name_plural = "professionnels de l’annuaire"
        constraints = [
            models.CheckConstraint(
                condition=Q(rpps__regex=r"^[0-9]{11}$"),
                name="accounts_directory_rpps_well_formed",
            ),
            models.CheckConstraint(
                condition=Q(profession__in=[Profession.DOCTOR, Profession.PHARMACIST]),
                name="accounts_directory_profession_read",
            ),
        ]

    def __str__(self) -> str:
        return f"RPPS {self.rpps}"


class DirectoryPlace(models.Model):
    """Établissement de l'annuaire national (FINESS géographique): none takes part by itself."""

    finess = models.CharField("numéro FINESS", max_length=9, unique=True)
    name = models.CharField("raison sociale", max_length=160)
    category_code = models.CharField("catégorie", max_length=4, blank=True)
    category = models.CharField("libellé de la catégorie", max_length=120, blank=True)
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    town = models.CharField("commune", max_length=80, blank=True)
    departement = models.CharField("département", max_length=3, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    read_in = models.ForeignKey(ImportedFile, on_delete=models.PROTECT, related_name="places")
    gone_on = models.DateField("absent depuis le", null=True, blank=True)

    class Meta:
        verbose_name = "établissement de l’annuaire"
        verbose_name_plural = "établissements de l’annuaire"
        constraints = [
            models.CheckConstraint(
                condition=Q(finess__regex=r"^[0-9AB]{9}$"),
                name="accounts_directory_finess_well_formed",
            ),
        ]

    def __str__(self) -> str:
        return f"FINESS {self.finess}"
