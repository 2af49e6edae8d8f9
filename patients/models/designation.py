import uuid

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import Member, Site
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from patients.enums import DeclineReason, DesignationKind
from patients.models.enrolment import Enrolment


class DesignationQuerySet(models.QuerySet["Designation"]):
    def open(self) -> "DesignationQuerySet":
        """Neither declined nor replaced."""
        return self.filter(ended_on=None)

    def made_to(self, member: Member) -> "DesignationQuerySet":
        """Those that name this doctor, or the pharmacy where they work. Other roles: none."""
        match member.role:
            case Role.RELAY_DOCTOR:
                return self.filter(doctor=member.pk)
            case Role.PHARMACIST:
                return self.filter(pharmacy=member.site_id)
            case _:
                return self.none()


@tracked
class Designation(models.Model):
    """Désignation par le patient d'un médecin relais ou d'une pharmacie, from a day to another.

    It holds at once: whoever is designated may decline, then nobody is.
    """

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="designations")
    kind = models.CharField("nature", max_length=10, choices=DesignationKind)
    doctor = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="designations"
    )
    pharmacy = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="designations"
    )
    designated_on = models.DateField("désigné le")
    designated_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="designations_recorded"
    )
    recorded_at = models.DateTimeField("enregistré le")
    ended_on = models.DateField("jusqu’au", null=True, blank=True)
    declined_at = models.DateTimeField("déclinée le", null=True, blank=True)
    declined_by = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="designations_declined",
    )
    decline_reason = models.CharField(
        "motif du refus", max_length=15, choices=DeclineReason, blank=True
    )

    objects = DesignationQuerySet.as_manager()

    class Meta:
        verbose_name = "désignation"
        verbose_name_plural = "désignations"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind=DesignationKind.DOCTOR, doctor__isnull=False, pharmacy__isnull=True
                )
                | Q(kind=DesignationKind.PHARMACY, doctor__isnull=True, pharmacy__isnull=False),
                name="patients_designation_names_one",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "kind"],
                condition=Q(ended_on=None),
                name="patients_designated_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("designated_on")),
                name="patients_designation_dates_ordered",
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None, declined_by=None, decline_reason="")
                | Q(
                    declined_at__isnull=False,
                    declined_by__isnull=False,
                    ended_on__isnull=False,
                    decline_reason__in=DeclineReason.values,
                ),
                name="patients_decline_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["pharmacy"], name="patients_designated_pharmacy"),
        ]
        triggers = [
            FrozenWhen(
                name="patients_designation_is_frozen",
                may_change=["ended_on", "declined_at", "declined_by", "decline_reason"],
            ),
            FrozenWhen(name="patients_designation_ends_once", sql="OLD.ended_on IS NOT NULL"),
            NeverDeleted(name="designation_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Désignation {self.public_id}"


@tracked
class Invitation(models.Model):
    """Invitation d'un professionnel que l'annuaire ne connaît pas encore.

    Care stays with the structure until the training is done: then it becomes a designation.
    """

    never_deleted = True

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="invitations")
    kind = models.CharField("nature", max_length=10, choices=DesignationKind)
    # Name, town and mail of the professional, under the enrolment's key.
    professional_sealed = models.BinaryField(null=True)
    invited_on = models.DateField("invité le")
    invited_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="invitations_sent"
    )
    recorded_at = models.DateTimeField("enregistré le")
    closed_on = models.DateField("close le", null=True, blank=True)
    # What it became; empty when it was given up.
    designation = models.OneToOneField(
        Designation, on_delete=models.PROTECT, null=True, blank=True, related_name="invitation"
    )

    class Meta:
        verbose_name = "invitation d’un professionnel"
        verbose_name_plural = "invitations de professionnels"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DesignationKind.values), name="patients_invitation_kind_known"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "kind"],
                condition=Q(closed_on=None),
                name="patients_invited_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(designation=None) | Q(closed_on__isnull=False),
                name="patients_invitation_closed_by_its_designation",
            ),
        ]
        triggers = [
            FrozenWhen(name="patients_invitation_closes_once", sql="OLD.closed_on IS NOT NULL"),
            NeverDeleted(name="invitation_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"
