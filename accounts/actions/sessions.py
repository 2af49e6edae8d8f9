"""The open sessions of a person."""

from uuid import UUID

from django.db.models import F

from accounts.actions.refusal import Refused
from accounts.models import Member, OpenSession, User
from core import audit


class SessionEnded(Refused):
    """The request began before its session was ended."""

    def __init__(self) -> None:
        super().__init__("Votre session a été fermée entre-temps. Reconnectez-vous.")


def hold(user: User) -> None:
    """Lock the account first: of two acts on its factors at one instant, the second waits.

    :raises SessionEnded: meanwhile the first ended the sessions, that of this act too
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.session_epoch != user.session_epoch:
        raise SessionEnded


def end_sessions(user: User) -> None:
    """Every open session of the person ends at once.

    The rows go, and the epoch rises: a session that is being saved meanwhile does not come back.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    OpenSession.objects.filter(user=user).delete()
    user.refresh_from_db(fields=["session_epoch"])


def end_sessions_of(member: Member) -> None:
    """The sessions that act under this role end at once; those of other roles go on."""
    OpenSession.objects.filter(member_id=member.pk).delete()


def close_session(user: User, public_id: UUID, *, by: audit.Actor) -> None:
    """Close one session of the person. One that is closed already changes nothing."""
    with audit.acting("session.closed", by=by):
        count, _ = OpenSession.objects.filter(user=user, public_id=public_id).delete()
        if count:
            audit.record("session.closed", user, by=by, sessions=count)


def close_other_sessions(user: User, keep: UUID, *, by: audit.Actor) -> int:
    """Close every session of the person but one; return how many."""
    with audit.acting("session.closed", by=by):
        count, _ = OpenSession.objects.filter(user=user).exclude(public_id=keep).delete()
        audit.record("session.closed", user, by=by, sessions=count)
    return count
