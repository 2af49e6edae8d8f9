"""What is mailed about an account: a link that opens one step, or word that something changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.shortcuts import resolve_url
from django.template.loader import render_to_string

from accounts.enums import LinkKind
from accounts.models import AccountLink, User
from core import mail
from core.models import OutgoingMail


SUBJECTS = {
    LinkKind.INVITATION: "ReCann\u202f: ouvrez votre compte",
    LinkKind.PASSWORD: "ReCann\u202f: choisissez un autre mot de passe",
    LinkKind.FACTOR: "ReCann\u202f: enregistrez un autre second facteur",
}
# What changed, and what it is called in the mail.
NOTICES = {
    "password": "Votre mot de passe a été changé",
    "factor": "Un second facteur a été enregistré sur votre compte",
    "factor_removed": "Un second facteur a été retiré de votre compte",
    "pro_sante_connect": "Votre identité Pro Santé Connect a été rattachée à votre compte",
}


def queue_link(link: AccountLink, token: str, *, at: datetime) -> OutgoingMail:
    """Queue the only text that ever holds the token."""
    context = {
        "kind": link.kind,
        "address": f"{settings.PUBLIC_URL}{resolve_url('accounts:link', token)}",
        "expires_at": link.expires_at and link.expires_at.astimezone(_paris()),
    }
    body = render_to_string("mail/account_link.txt", context)
    subject = SUBJECTS[LinkKind(link.kind)]
    return mail.queue(f"account link {link.public_id}", link.sent_to, subject, body, at=at)


def queue_notice(user: User, notice: str, *, at: datetime) -> OutgoingMail:
    """Tell the person what changed in their account, so that a thief does not act unseen."""
    context = {
        "what": NOTICES[notice],
        "at": at.astimezone(_paris()),
        "address": f"{settings.PUBLIC_URL}{resolve_url(settings.LOGIN_URL)}",
    }
    body = render_to_string("mail/account_notice.txt", context)
    key = f"account {notice} {user.public_id} {at.isoformat()}"
    return mail.queue(key, user.email, f"ReCann\u202f: {NOTICES[notice].lower()}", body, at=at)


def _paris() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
