from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Func, Q

from accounts.models import Member, Site
from core.db import same
from core.history import tracked
from programmes.models.programme import Indication, Programme


class ListingQuerySet(models.QuerySet["Listing"]):
    def in_force(self, on: date) -> "ListingQuerySet":
        """Listings that stand that day; the day of delisting is no longer one."""
        return self.filter(Q(delisted_on=None) | Q(delisted_on__gt=on), listed_on__lte=on)

    def visible_to(self, member: Member) -> "ListingQuerySet":
        """Of the programmes that the member is accredited for."""
        return self.filter(indication__programme__in=Programme.objects.visible_to(member))


@tracked
class Listing(models.Model):
    """Inscription d'une structure pour une indication, between two dates, by a decision."""

    public_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="listings")
    indication = models.ForeignKey(Indication, on_delete=models.PROTECT, related_name="listings")
    listed_on = models.DateField("inscrite le")
    delisted_on = models.DateField("retirée le", null=True, blank=True)
    decision = models.CharField("décision", max_length=160)
    end_decision = models.CharField("décision de retrait", max_length=160, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription d’une structure"
        verbose_name_plural = "inscriptions des structures"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "indication", "listed_on"], name="programmes_listing_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(delisted_on=None) | Q(delisted_on__gt=F("listed_on")),
                name="programmes_listing_dates_ordered",
            ),
            models.CheckConstraint(
                condition=Q(delisted_on__isnull=False) | Q(end_decision=""),
                name="programmes_listing_end_decided_when_ended",
            ),
            # The day of delisting is free again: the range leaves it out.
            ExclusionConstraint(
                name="programmes_listing_no_overlap",
                expressions=[
                    (same("site"), RangeOperators.OVERLAPS),
                    (same("indication"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            "listed_on",
                            "delisted_on",
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} – {self.indication}"


class AccreditationQuerySet(models.QuerySet["Accreditation"]):
    def in_force(self, on: date) -> "AccreditationQuerySet":
        """Accreditations that stand that day; the day it ends is no longer one."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=on), started_on__lte=on)

    def of(self, member: Member) -> "AccreditationQuerySet":
        """Those of the member; a substitute has those of whom they replace."""
        return self.filter(member=member.stands_for_id)


@tracked
class Accreditation(models.Model):
    """Habilitation d'un membre pour un programme: someone accredited for one sees no other."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="accreditations")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="accreditations"
    )
    started_on = models.DateField("depuis le")
    ended_on = models.DateField("jusqu’au", null=True, blank=True)

    objects = AccreditationQuerySet.as_manager()

    class Meta:
        verbose_name = "habilitation"
        verbose_name_plural = "habilitations"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "programme"],
                condition=Q(ended_on=None),
                name="programmes_accreditation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="programmes_accreditation_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"Habilitation {self.pk}"
