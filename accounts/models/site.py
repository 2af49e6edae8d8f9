import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role, SiteKind
from accounts.geography import DEPARTEMENTS
from core.history import tracked


if TYPE_CHECKING:  # it imports this module
    from accounts.models.member import Member


class SiteQuerySet(models.QuerySet["Site"]):
    def managed_by(self, member: "Member") -> "SiteQuerySet":
        """Sites whose members they manage: every one for the manager, their own for a referent."""
        if member.role == Role.MANAGER:
            return self.all()
        return self.filter(pk=member.site_id) if member.is_referent else self.none()


@tracked
class Site(models.Model):
    """Lieu d'exercice: reference structure, practice, pharmacy or agency."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=20, choices=SiteKind)
    name = models.CharField("nom", max_length=160)
    # Geographic establishment (ET), 9 characters; empty for practices without one.
    finess = models.CharField("numéro FINESS", max_length=9, blank=True)
    departement = models.CharField(
        "département", max_length=3, choices=[(code, d.name) for code, d in DEPARTEMENTS.items()]
    )
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    town = models.CharField("commune", max_length=80)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    time_zone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris")
    opened_on = models.DateField("participe depuis le")
    closed_on = models.DateField("ne participe plus depuis le", null=True, blank=True)
    # Days of the week on which it receives, Monday is 1: "12345".
    open_weekdays = models.CharField(
        "jours d’ouverture", max_length=7, default="12345", db_default="12345"
    )

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = "lieu d’exercice"
        verbose_name_plural = "lieux d’exercice"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SiteKind.values), name="accounts_site_kind_known"
            ),
            models.UniqueConstraint(
                fields=["finess"], condition=~Q(finess=""), name="accounts_site_finess_unique"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gt=F("opened_on")),
                name="accounts_site_closes_after_opening",
            ),
            # In order, each once, at least one.
            models.CheckConstraint(
                condition=Q(open_weekdays__regex="^(?=.)1?2?3?4?5?6?7?$"),
                name="accounts_site_week_in_order",
            ),
        ]
        indexes = [models.Index(fields=["kind", "departement"], name="accounts_site_place")]

    def __str__(self) -> str:
        return self.name

    def local_day(self, at: datetime) -> date:
        """The calendar day there at that instant."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()
