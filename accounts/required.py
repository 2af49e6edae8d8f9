"""Where Pro Santé Connect is required of whoever has it (ADR 0120)."""

from django.conf import settings

from accounts import pro_sante_connect as psc
from accounts.actions import agent
from accounts.models import Member, User
from core import audit


REFUSED = (
    "Votre structure demande de se connecter avec Pro Santé Connect (carte CPS ou application "
    "e-CPS)\u202f: votre compte y est rattaché. Le mot de passe et la clé d’accès reviennent si "
    "Pro Santé Connect ne répond pas."
)
EVERYWHERE = "1"


def refusal(user: User) -> str:
    """Why this person does not enter by another path, journaled; "" when they do.

    Asked once their own proof is right, so that nobody else learns that the account is linked.
    A provider that does not answer within its patience shuts nobody out.
    """
    if not _is_required(user) or not psc.answers():
        return ""
    audit.record("sign_in.psc_required", user, by=agent(user))
    return REFUSED


def _is_required(user: User) -> bool:
    where = settings.PSC_REQUIRED
    if not psc.enabled() or not where or not _is_linked(user):
        return False
    if where == [EVERYWHERE]:
        return True
    return Member.objects.standing().filter(user=user, site__finess__in=where).exists()


def _is_linked(user: User) -> bool:
    return user.provider_identities.filter(issuer=settings.PSC_ISSUER).exists()
