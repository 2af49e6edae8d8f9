from django.db import models
from django.db.models import Q

from accounts.enums import Role
from accounts.models import Member, Site
from core.frozen import FrozenWhen
from core.history import tracked
from patients.enums import AgeBand, ScreeningReason
from patients.models.enrolment import Enrolment
from programmes.models import Criterion, Indication, Programme


class NotIncludedQuerySet(models.QuerySet["NotIncluded"]):
    def visible_to(self, member: Member) -> "NotIncludedQuerySet":
        """A structure sees its own; the agency all those of its programmes."""
        programmes = Programme.objects.visible_to(member)
        match member.role:
            case Role.REFERENCE_DOCTOR:
                return self.filter(site=member.site_id, programme__in=programmes)
            case Role.MANAGER | Role.ANALYST:
                return self.filter(programme__in=programmes)
            case _:
                return self.none()


class NotIncluded(models.Model):
    """Personne vue et non incluse: why, and nothing that says who. No day, no author, no text."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="not_included")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="not_included")
    indication = models.ForeignKey(
        Indication, on_delete=models.PROTECT, null=True, blank=True, related_name="not_included"
    )
    age_band = models.CharField("âge", max_length=5, choices=AgeBand)
    reason = models.CharField("motif", max_length=15, choices=ScreeningReason)
    # The criterion that forbade it, when one did.
    criterion = models.ForeignKey(
        Criterion, on_delete=models.PROTECT, null=True, blank=True, related_name="not_included"
    )
    # Its first day.
    month = models.DateField("mois")

    objects = NotIncludedQuerySet.as_manager()

    class Meta:
        verbose_name = "non-inclusion"
        verbose_name_plural = "non-inclusions"
        constraints = [
            models.CheckConstraint(
                condition=Q(age_band__in=AgeBand.values), name="patients_age_band_known"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=ScreeningReason.values),
                name="patients_screening_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="patients_screening_tells_no_day"
            ),
            models.CheckConstraint(
                condition=Q(criterion=None) | Q(reason=ScreeningReason.CRITERION),
                name="patients_screening_criterion_of_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "month"], name="patients_screening_by_month"),
        ]

    def __str__(self) -> str:
        return f"Non-inclusion {self.pk}"


@tracked
class Derogation(models.Model):
    """Dérogation à un critère: justified, and listed for the agency."""

    never_deleted = True

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="derogations")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="derogations")
    # Under the enrolment's key.
    reason_sealed = models.BinaryField(null=True)
    granted_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="derogations_granted"
    )
    granted_at = models.DateTimeField("accordée le")

    class Meta:
        verbose_name = "dérogation"
        verbose_name_plural = "dérogations"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "criterion"], name="patients_derogation_once_a_criterion"
            ),
        ]
        triggers = [
            FrozenWhen(name="patients_derogation_is_frozen"),
        ]

    def __str__(self) -> str:
        return f"Dérogation {self.pk}"
