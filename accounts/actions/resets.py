"""A lost second factor: taken away by somebody who knows the person, then enrolled again."""

from datetime import datetime

from django_otp import devices_for_user

from accounts.actions.links import open_link
from accounts.actions.refusal import Refused
from accounts.actions.sessions import end_sessions
from accounts.enums import FactorLoss, IdentityCheck, LinkKind, Profession
from accounts.models import FactorReset, Member, User
from core import audit


class CannotResetFactors(Refused):
    pass


def reset_factors(
    user: User, reason: FactorLoss, check: IdentityCheck, *, by: Member, at: datetime
) -> FactorReset:
    """Take every second factor away and send the link that enrols another, once.

    The password stays, and is asked again with the link: neither opens anything alone. Sessions
    end at once. Whoever calls this has checked that `by` may manage the person.

    :raises CannotResetFactors: one's own factors, a closed account, one that was never opened
    """
    _check(user, by)
    with audit.acting("factors.reset", by=by, reason=reason.label):
        # First: a factor that is being enrolled is enrolled before, or refused after.
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        for device in devices_for_user(user, confirmed=None):
            device.delete()
        FactorReset.objects.pending().filter(user=user).update(enrolled_at=at)
        reset = FactorReset.objects.create(
            user=user, by=by, reason=reason, identity_check=check, made_at=at
        )
        open_link(user, LinkKind.FACTOR, at=at)
        end_sessions(user)
        audit.record("factors.reset", user, by=by, reason=reason, identity_check=check)
    return reset


def _check(user: User, by: Member) -> None:
    if by.user_id == user.pk:
        raise CannotResetFactors(
            "Vous ne pouvez pas retirer vos propres facteurs\u202f: adressez-vous à un autre "
            "référent ou au gestionnaire du registre."
        )
    if not user.is_active or user.profession == Profession.PROGRAM:
        raise CannotResetFactors("Ce compte est fermé, ou n’est pas celui d’une personne.")
    if not user.has_usable_password():
        raise CannotResetFactors(
            "Cette personne n’a pas encore ouvert son compte\u202f: invitez-la de nouveau."
        )


def must_use_link(user: User) -> bool:
    """Whether the factors were taken away: then the password alone enrols nothing."""
    return FactorReset.objects.pending().filter(user=user).exists()


def close_reset(user: User, *, at: datetime) -> None:
    """Another factor is enrolled."""
    FactorReset.objects.pending().filter(user=user).update(enrolled_at=at)
