import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.enums import Role
from accounts.models.member import Member


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self) -> "ApiTokenQuerySet":
        """Tokens neither revoked nor expired, of memberships still open."""
        in_time = Q(expires_at=None) | Q(expires_at__gt=Now())
        return self.filter(in_time, revoked_at=None, member__in=Member.objects.open())

    def visible_to(self, member: Member) -> "ApiTokenQuerySet":
        """One's own; those of programs, for the programme manager."""
        if member.role == Role.MANAGER:
            return self.filter(member__role=Role.API_CLIENT)
        return self.filter(member=member.pk)


class ApiToken(models.Model):
    """Jeton d'un client de l'API: only its digest is kept, the token is shown once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="api_tokens")
    label = models.CharField("usage", max_length=80, blank=True)
    digest = models.BinaryField("empreinte", max_length=32, unique=True)
    created_at = models.DateTimeField("créé le")
    # Empty only for the tokens made before they had an end.
    expires_at = models.DateTimeField("expire le", null=True, blank=True)
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "jeton d’API"
        verbose_name_plural = "jetons d’API"
        constraints = [
            # Bytes of a SHA-256.
            models.CheckConstraint(condition=Q(digest__octets=32), name="accounts_token_digest"),
        ]

    def __str__(self) -> str:
        return f"Jeton {self.pk}"
