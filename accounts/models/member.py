import uuid

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models.site import Site
from accounts.models.user import User
from core.history import tracked


class MemberQuerySet(models.QuerySet["Member"]):
    def open(self) -> "MemberQuerySet":
        """Memberships not ended, of accounts not closed."""
        return self.filter(ended_on=None, user__is_active=True)

    def managed_by(self, member: "Member") -> "MemberQuerySet":
        """People whose account they manage: everybody's for the programme manager."""
        if member.role != Role.MANAGER:
            return self.none()
        return self.exclude(role=Role.API_CLIENT)


@tracked
class Member(models.Model):
    """Personne agissant sous un rôle, à un lieu: the `by` of every action."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="members")
    role = models.CharField("rôle", max_length=20, choices=Role)
    started_on = models.DateField("depuis le")
    ended_on = models.DateField("jusqu’au", null=True, blank=True)

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
                condition=Q(ended_on=None),
                name="accounts_member_open_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="accounts_member_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"Membre {self.public_id}"


# Signed out, or without any role. It has no permission and sees no row.
NOBODY = Member(role="")
