from django.db import models
from django.db.models import Q

from accounts.enums import FactorLoss, IdentityCheck
from accounts.models.member import Member
from accounts.models.user import User
from core.frozen import FrozenWhen, NeverDeleted


class FactorResetQuerySet(models.QuerySet["FactorReset"]):
    def pending(self) -> "FactorResetQuerySet":
        """After these, no factor was enrolled yet."""
        return self.filter(enrolled_at=None)


class FactorReset(models.Model):
    """Retrait des seconds facteurs: who took them away, for whom, after which identity check."""

    never_deleted = True

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="factor_resets")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="factor_resets_made")
    reason = models.CharField("motif", max_length=10, choices=FactorLoss)
    identity_check = models.CharField("identité vérifiée", max_length=10, choices=IdentityCheck)
    made_at = models.DateTimeField("fait le")
    enrolled_at = models.DateTimeField("nouveau facteur enregistré le", null=True)

    objects = FactorResetQuerySet.as_manager()

    class Meta:
        verbose_name = "retrait des seconds facteurs"
        verbose_name_plural = "retraits des seconds facteurs"
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=FactorLoss.values), name="accounts_reset_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(identity_check__in=IdentityCheck.values),
                name="accounts_reset_identity_checked",
            ),
        ]
        triggers = [
            FrozenWhen("accounts_reset_is_as_it_was_made", may_change=["enrolled_at"]),
            NeverDeleted("accounts_reset_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Retrait {self.pk}"
