import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Now

from accounts.enums import Role
from accounts.models.site import Site
from accounts.models.user import User
from core.db import same
from core.history import tracked


def _today_at(column: str) -> Cast:
    """The calendar day of now, in the time zone which that column names."""
    return Cast(Func(F(column), Now(), function="timezone"), models.DateField())


class MemberQuerySet(models.QuerySet["Member"]):
    def standing(self) -> "MemberQuerySet":
        """Memberships not ended, those of a substitute within their dates only.

        Read from the clock of the database: nothing has to run for a substitution to end. It ends
        before its day with the right it stands for.
        """
        today = _today_at("site__time_zone")
        in_time = Q(started_on__lte=today, until__gte=today)
        source = Q(replaces__ended_on=None, replaces__user__is_active=True)
        return self.filter(Q(until=None) | in_time & source, ended_on=None)

    def open(self) -> "MemberQuerySet":
        """The same, of accounts neither closed nor suspended."""
        return self.standing().filter(user__is_active=True, user__suspended_at=None)

    def own(self) -> "MemberQuerySet":
        """Without those of substitutes."""
        return self.filter(replaces=None)

    def managed_by(self, member: "Member") -> "MemberQuerySet":
        """People, substitutes included, who act today at the sites that they manage."""
        people = self.standing().exclude(role=Role.API_CLIENT)
        return people.filter(site__in=Site.objects.managed_by(member))

    def referents_of(self, site: "Site | int") -> "MemberQuerySet":
        """Who manages the members of a site."""
        return self.open().filter(site=site, is_referent=True)


@tracked
class Member(models.Model):
    """Personne agissant sous un rôle, à un lieu: the `by` of every action."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="members")
    role = models.CharField("rôle", max_length=20, choices=Role)
    started_on = models.DateField("depuis le")
    ended_on = models.DateField("jusqu’au", null=True, blank=True)
    # Manages the members of the site: named by the programme manager.
    is_referent = models.BooleanField("référent du lieu", default=False)
    # A substitute acts under their own name, with the scope of whom they replace, until that day
    # included.
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="substitutions"
    )
    until = models.DateField("remplace jusqu’au", null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "membre"
        verbose_name_plural = "membres"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_member_role_known"
            ),
            models.UniqueConstraint(
                fields=["user", "site", "role"],
                condition=Q(ended_on=None, replaces=None),
                name="accounts_member_open_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="accounts_member_dates_ordered",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None, until=None)
                | Q(
                    replaces__isnull=False,
                    until__isnull=False,
                    until__gte=F("started_on"),
                    is_referent=False,
                ),
                name="accounts_substitution_is_dated",
            ),
            ExclusionConstraint(
                name="accounts_substitutes_once_at_a_time",
                expressions=[
                    (same("user"), RangeOperators.OVERLAPS),
                    (same("replaces"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            "started_on",
                            "until",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(ended_on=None, replaces__isnull=False),
                violation_error_message="Cette personne remplace déjà à ces dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"Membre {self.public_id}"

    @property
    def stands_for_id(self) -> int | None:
        """The membership whose patients and accreditations these are: their own, or the one they
        replace."""
        return self.replaces_id or self.pk


# Signed out, or without any role. It has no permission and sees no row.
NOBODY = Member(role="")
