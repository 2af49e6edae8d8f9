"""What every action here shares: a refusal that may be shown, and the person before any role."""

from accounts.models import User
from core import audit


class Refused(Exception):
    """The message is in French and may be shown."""


def agent(user: User) -> audit.Agent:
    """The person before any role is chosen."""
    return audit.Agent(user_id=user.pk)
