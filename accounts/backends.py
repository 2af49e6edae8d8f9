from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts.models import User


class RppsOrMail(BaseBackend):
    """RPPS number or e-mail address, and password. Nothing else is asked of a backend here."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002
        identifier: str = "",
        password: str = "",
        **_others: Any,
    ) -> User | None:
        """Return the open account; the same time is spent when there is none."""
        user = User.objects.known_as(identifier)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
