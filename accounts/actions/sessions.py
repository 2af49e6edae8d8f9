"""The open sessions of a person."""

from django.db.models import F

from accounts.models import User


def end_sessions(user: User) -> None:
    """Every open session of the person ends at its next request."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
