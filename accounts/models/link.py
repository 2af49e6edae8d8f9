import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q

from accounts.enums import LinkKind
from accounts.models.user import User


class AccountLinkQuerySet(models.QuerySet["AccountLink"]):
    def open(self) -> "AccountLinkQuerySet":
        """Links neither used nor ended; whether their hour is over is not asked."""
        return self.filter(used_at=None, ended_at=None)

    def valid(self, at: datetime) -> "AccountLinkQuerySet":
        """Links that still open something: of an open account, whose address is the same."""
        return self.open().filter(expires_at__gt=at, user__is_active=True, sent_to=F("user__email"))

    def to_mail(self) -> "AccountLinkQuerySet":
        return self.open().filter(mailed_at=None)


class AccountLink(models.Model):
    """Lien envoyé par courriel: opens one step of one account, once. The row is the queue."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=10, choices=LinkKind)
    # None: somebody asked in the name of no account. The row is written all the same, so that
    # asking costs the same time, and the task that mails drops it.
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="links", null=True)
    created_at = models.DateTimeField("demandé le")
    # SHA-256 of the token: the token itself stands in the mail alone.
    digest = models.BinaryField("empreinte", max_length=32, unique=True, null=True)
    sent_to = models.EmailField("envoyé à", blank=True)
    mailed_at = models.DateTimeField("envoyé le", null=True)
    expires_at = models.DateTimeField("valable jusqu’à", null=True)
    used_at = models.DateTimeField("utilisé le", null=True)
    ended_at = models.DateTimeField("retiré le", null=True)

    objects = AccountLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "lien de compte"
        verbose_name_plural = "liens de compte"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=LinkKind.values), name="accounts_link_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(mailed_at=None, digest=None, expires_at=None, sent_to="")
                | Q(mailed_at__isnull=False, digest__octets=32, expires_at__gt=F("mailed_at")),
                name="accounts_link_opens_once_mailed",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(kind=LinkKind.PASSWORD, mailed_at=None),
                name="accounts_link_to_nobody_is_not_mailed",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(ended_at=None), name="accounts_link_ends_once"
            ),
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(used_at=None, ended_at=None),
                name="accounts_link_open_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(mailed_at=None, used_at=None, ended_at=None),
                name="accounts_link_to_mail",
            )
        ]

    def __str__(self) -> str:
        return f"Lien {self.public_id}"
