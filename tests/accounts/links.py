"""Links ready to be opened, as the mail holds them."""

import re
import time
from base64 import b32decode

from django.utils import timezone
from django_otp.oath import hotp

from accounts import actions, tasks
from accounts.enums import FactorLoss, IdentityCheck, LinkKind, Role
from core import audit
from core.models import OutgoingMail
from tests.accounts.factories import PASSWORD, MemberFactory


ANOTHER = "une toute autre phrase de passe"
OPENED = "/acces/"


def invited(**fields):
    """A member whose account has no password yet, invited."""
    member = MemberFactory(**fields)
    member.user.set_unusable_password()
    member.user.save()
    actions.invite(member.user, by=audit.SYSTEM, at=timezone.now())
    return member


def mailed():
    """Send what waits; the address of the only link mailed."""
    assert tasks.mail_links() == 1
    body = OutgoingMail.objects.filter(key__startswith="account link").latest("pk").body
    return re.search(r"(/acces/[\w-]+/)", body)[1]


def use(client, address, form):
    """Open the link in this browser, and send the form it shows."""
    client.get(address)
    return client.post(OPENED, form)


def code_of(letters):
    return f"{hotp(b32decode(letters.replace(' ', '')), int(time.time()) // 30):06d}"


def ready(kind):
    """A link of this kind, and the form that its page takes."""
    both = {"new": ANOTHER, "again": ANOTHER}
    if kind == LinkKind.INVITATION:
        invited()
        return mailed(), both
    user = MemberFactory().user
    if kind == LinkKind.PASSWORD:
        actions.ask_new_password(user.email, source="ici", at=timezone.now())
        return mailed(), both
    reset(user)
    return mailed(), {"password": PASSWORD}


def reset(user, by=None):
    by = by or MemberFactory(role=Role.MANAGER)
    return actions.reset_factors(
        user, FactorLoss.LOST, IdentityCheck.IN_PERSON, by=by, at=timezone.now()
    )
