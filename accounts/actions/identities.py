"""An identity of Pro Santé Connect: linked to an account opened beforehand, then recognised."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import mail
from accounts.actions.refusal import Refused, agent
from accounts.claims import Identity
from accounts.models import OpenSession, ProviderIdentity, User
from core import audit


# Why an identity opens nothing, and what the person is told.
CAUSES = {
    "unknown": (
        "Aucun compte ouvert de ce registre ne porte le numéro RPPS de votre identité Pro Santé "
        "Connect. Un compte est ouvert par le référent de votre structure ou par le gestionnaire "
        "du registre, avant la première connexion."
    ),
    "profession": (
        "La profession que donne Pro Santé Connect n’est pas celle de votre compte. Faites "
        "corriger l’une ou l’autre avant de vous connecter."
    ),
    "linked": (
        "Le compte qui porte ce numéro RPPS est déjà rattaché à une autre identité Pro Santé "
        "Connect. Le gestionnaire du registre doit vérifier laquelle est la vôtre."
    ),
    "closed": "Le compte rattaché à votre identité Pro Santé Connect est fermé.",
    "rpps_changed": (
        "Votre identité Pro Santé Connect porte un autre numéro RPPS que lors de son "
        "rattachement. Le gestionnaire du registre doit vérifier lequel est le vôtre."
    ),
}


# Session of a provider that names none.
UNNAMED = "-"


class CannotEnter(Refused):
    """Nothing was changed; `cause` is one of `CAUSES`, for the journal."""

    def __init__(self, cause: str) -> None:
        super().__init__(CAUSES[cause])
        self.cause = cause


def enter(identity: Identity, *, at: datetime) -> User:
    """Return the account of an identity, linked the first time by its RPPS number.

    :raises CannotEnter: no account, or not this one
    """
    known = ProviderIdentity.objects.filter(issuer=identity.issuer, subject=identity.subject)
    link = known.select_related("user").first()
    if link is None:
        return _link(identity, at)
    if not link.user.is_active:
        raise CannotEnter("closed")
    if identity.rpps != link.rpps:
        raise CannotEnter("rpps_changed")
    return link.user


def _link(identity: Identity, at: datetime) -> User:
    """The RPPS number helps once: exactly one open account has it, of the same profession."""
    user = User.objects.filter(rpps=identity.rpps, is_active=True).first()
    if not identity.rpps or user is None:
        raise CannotEnter("unknown")
    if user.profession not in identity.professions:
        raise CannotEnter("profession")
    try:
        with audit.acting("identity.linked", by=agent(user)):
            ProviderIdentity.objects.create(
                user=user,
                issuer=identity.issuer,
                subject=identity.subject,
                rpps=identity.rpps,
                linked_at=at,
            )
            mail.queue_notice(user, "pro_sante_connect", at=at)
            audit.record("identity.linked", user, by=agent(user))
    except IntegrityError as error:
        same = ProviderIdentity.objects.filter(issuer=identity.issuer, subject=identity.subject)
        if not same.filter(user=user).exists():  # else it has just come in another tab
            raise CannotEnter("linked") from error
    return user


def end_provider_sessions(issuer: str, subject: str, sid: str) -> int:
    """The provider signed somebody out: end the sessions it opened; return how many.

    :param sid: one session of the provider; "" for all those of the subject
    """
    sessions = OpenSession.objects.exclude(provider_sid="")
    if sid:
        # One that the provider did not name at sign-in ends with its subject.
        named = [sid, UNNAMED] if subject else [sid]
        sessions = sessions.filter(provider_sid__in=named)
    if subject:
        owners = ProviderIdentity.objects.filter(issuer=issuer, subject=subject)
        sessions = sessions.filter(user__in=owners.values("user"))
    with transaction.atomic():
        users = set(sessions.values_list("user", flat=True))
        count, _ = sessions.delete()
        for user_id in users:
            audit.record("session.ended_by_provider", by=audit.Agent(user_id=user_id))
    return count
