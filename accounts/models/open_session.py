import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from accounts.models.user import User


class OpenSessionManager(BaseSessionManager["OpenSession"]):
    def of(self, user: User, at: datetime) -> models.QuerySet["OpenSession"]:
        """Sessions in which the person gave both factors, and that are not over."""
        mine = self.get_queryset().filter(user=user, expire_date__gt=at)
        return mine.exclude(started_at=None)


class OpenSession(AbstractBaseSession):
    """Session: the row that Django keeps, and whose it is, so that a person sees and closes them.

    `accounts.session_store` copies these columns from what the session holds, at each save.
    """

    # The key changes after each factor; this stays, and is what an address may carry.
    public_id = models.UUIDField(default=uuid.uuid4, db_index=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sessions", null=True)
    # No foreign key: a session outlives nothing, and is read without it.
    member_id = models.BigIntegerField("rôle", null=True, db_index=True)
    device = models.CharField("appareil", max_length=60, blank=True)
    path = models.CharField("moyen de connexion", max_length=20, blank=True)
    # Session of the identity provider, named by its logout tokens.
    provider_sid = models.CharField(max_length=120, blank=True, db_index=True)
    started_at = models.DateTimeField("ouverte le", null=True)
    used_at = models.DateTimeField("dernière activité", null=True)

    objects: ClassVar[OpenSessionManager] = OpenSessionManager()

    class Meta:
        verbose_name = "session"
        verbose_name_plural = "sessions"

    def __str__(self) -> str:
        return f"Session {self.public_id}"

    @classmethod
    def get_session_store_class(cls) -> type[DatabaseStore]:
        from accounts.session_store import SessionStore

        return SessionStore
