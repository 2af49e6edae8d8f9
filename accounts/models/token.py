from django.db import models
from django.db.models import Q

from accounts.models.member import Member


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self) -> "ApiTokenQuerySet":
        """Tokens not revoked, of memberships still open."""
        return self.filter(revoked_at=None, member__in=Member.objects.open())


class ApiToken(models.Model):
    """Jeton d'un client de l'API: only its digest is kept, the token is shown once."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="api_tokens")
    digest = models.BinaryField("empreinte", max_length=32, unique=True)
    created_at = models.DateTimeField("créé le")
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
