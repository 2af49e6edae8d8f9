import uuid

from django.db import models
from django.db.models import Q

from accounts.enums import Role
from accounts.models import Member, Settled, Site
from core.frozen import FrozenWhen, NeverDeleted
from patients.models.enrolment import Enrolment
from programmes.models import Programme


class TakeoverFileQuerySet(models.QuerySet["TakeoverFile"]):
    def visible_to(self, member: Member) -> "TakeoverFileQuerySet":
        """Those of the structure, in the programmes of this reference doctor. Other roles: none."""
        if member.role != Role.REFERENCE_DOCTOR:
            return self.none()
        return self.filter(site=member.site_id, programme__in=Programme.objects.visible_to(member))

    def waiting(self) -> "TakeoverFileQuerySet":
        """Neither confirmed nor left."""
        return self.filter(confirmed_at=None, abandoned_at=None)


class TakeoverFile(Settled, models.Model):
    """Fichier d'un ancien registre: sealed under a key of its own until it is confirmed or left.

    Its name is not kept: it may be that of a patient.
    """

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="takeovers")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="takeovers")
    sha256 = models.BinaryField(max_length=32)
    size_bytes = models.PositiveIntegerField("octets")
    lines = models.PositiveIntegerField("lignes")
    key_id = models.UUIDField(null=True, unique=True, editable=False)
    content_sealed = models.BinaryField(null=True)
    sent_at = models.DateTimeField("envoyé le")
    sent_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="takeovers_sent")
    confirmed_at = models.DateTimeField("repris le", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="takeovers_confirmed",
    )
    abandoned_at = models.DateTimeField("abandonné le", null=True, blank=True)
    counts = models.JSONField("comptes", default=dict)

    objects = TakeoverFileQuerySet.as_manager()

    class Meta:
        verbose_name = "reprise d’un ancien registre"
        verbose_name_plural = "reprises d’anciens registres"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    confirmed_at=None,
                    abandoned_at=None,
                    key_id__isnull=False,
                    content_sealed__isnull=False,
                )
                | (
                    Q(confirmed_at__isnull=False, abandoned_at=None)
                    | Q(confirmed_at=None, abandoned_at__isnull=False)
                )
                & Q(key_id=None, content_sealed=None),
                name="patients_takeover_content_goes_when_settled",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="patients_takeover_confirmed_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["site", "-sent_at"], name="patients_takeover_of_site")]
        triggers = [
            FrozenWhen(
                name="patients_takeover_settles_once",
                sql="OLD.confirmed_at IS NOT NULL OR OLD.abandoned_at IS NOT NULL",
            ),
            NeverDeleted(name="takeover_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Reprise {self.public_id}"


class TakenOver(models.Model):
    """D'où vient une participation: the line of a file, and its number in the older register."""

    never_deleted = True

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="taken_over")
    file = models.ForeignKey(TakeoverFile, on_delete=models.PROTECT, related_name="taken_over")
    line = models.PositiveIntegerField("ligne")
    # Blind index of the number in the older register: the same file twice creates nothing.
    former = models.BinaryField(max_length=16)
    # The number itself, under the enrolment's key.
    former_sealed = models.BinaryField(null=True)

    class Meta:
        verbose_name = "origine d’une participation"
        verbose_name_plural = "origines des participations"
        constraints = [
            models.UniqueConstraint(fields=["former"], name="patients_taken_over_once"),
        ]
        triggers = [
            # The index moves with its key (`rotate_index`).
            FrozenWhen(name="patients_origin_is_frozen", may_change=["former"]),
            NeverDeleted(name="origin_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Origine {self.pk}"
