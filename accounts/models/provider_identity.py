from django.db import models
from django.db.models import Q

from accounts.models.user import User
from core.history import tracked


@tracked
class ProviderIdentity(models.Model):
    """Identité Pro Santé Connect: (issuer, subject) is what an account is recognised by."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="provider_identities")
    issuer = models.CharField("fournisseur", max_length=200)
    subject = models.CharField("identifiant chez lui", max_length=255)
    # As it was at the first linking: another one later is refused, and asked about.
    rpps = models.CharField("numéro RPPS", max_length=11)
    linked_at = models.DateTimeField("rattachée le")

    class Meta:
        verbose_name = "identité Pro Santé Connect"
        verbose_name_plural = "identités Pro Santé Connect"
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], name="accounts_identity_is_one_account"
            ),
            models.UniqueConstraint(
                fields=["issuer", "user"], name="accounts_identity_once_a_provider"
            ),
            models.CheckConstraint(
                condition=~Q(issuer="") & ~Q(subject=""), name="accounts_identity_named"
            ),
        ]

    def __str__(self) -> str:
        return f"Identité {self.pk}"
