"""What surrounds every page: see the first lines of `templates/base.html`."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import menus, sessions
from accounts.enums import Permission
from accounts.models import NOBODY, Member
from accounts.permissions import allows
from core import autosave


# Sentences for the top of every page, one an app: filled in their `AppConfig.ready`.
NOTICES: list[Callable[[HttpRequest], str]] = []
# Role → the name of its guide in addresses: filled by the app that holds the guides.
GUIDES: dict[str, str] = {}


def page(request: HttpRequest) -> dict[str, Any]:
    """The frame of the page. An error page may come before any middleware has spoken."""
    member: Member = getattr(request, "member", NOBODY)
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    frame = {
        "brand": settings.SITE_BRAND,
        "demo": settings.DEMO,
        "version": settings.SOFTWARE_VERSION,
        "nav": menus.of(member, request.path),
        "footer": _footer(member),
        "notices": [text for notice in NOTICES if (text := notice(request))],
        "member": member,
        "sign_out_url": reverse("accounts:sign_out") if signed_in else "",
        "sign_in_url": reverse("accounts:sign_in"),
        "switch_url": _switch_url(request, member),
        "account_url": reverse("accounts:me") if member.pk else "",
        "account_links": _account_links(member),
        "session_url": reverse("accounts:session"),
        "session_seconds": _session_seconds(request),
        "who": autosave.who(request),
        "back_url": reverse("accounts:back"),
    }
    return {"page": frame}


def _session_seconds(request: HttpRequest) -> int:
    """What the page counts down from: the nearer of the two limits, once both factors are given."""
    session = getattr(request, "session", None)
    if session is None or "started_at" not in session:
        return int(settings.SESSION_COOKIE_AGE)
    return sessions.seconds_left(session, at=timezone.now())


# Reached from the page of the account, by those who have the permission.
_ACCOUNT = (
    ("Remplacements", "rights:substitutions", Permission.SUBSTITUTE_NAME),
    ("Rappels et agenda", "record:preferences", Permission.VISIT_PREPARE),
    ("Jetons d’API", "rights:tokens", Permission.TOKEN_MANAGE),
)


def _account_links(member: Member) -> list[menus.Link]:
    return [
        menus.Link(label, reverse(name)) for label, name, needs in _ACCOUNT if allows(member, needs)
    ]


def _switch_url(request: HttpRequest, member: Member) -> str:
    """Counted when the role was chosen: no page pays a query for it."""
    several = member.pk is not None and request.session.get("memberships", 1) > 1
    return reverse("accounts:choose") if several else ""


# What a public site must say of itself; no audit has been made: the link says so.
_FOOTER = (
    ("Accessibilité\u202f: non conforme", "record:accessibility"),
    ("Mentions légales", "record:legal"),
    ("Données personnelles", "record:privacy"),
    ("Aide", "record:help"),
    ("Structures et pharmacies", "training:places"),
    ("Vérifier un document", "core:verify"),
)


def _address(name: str, member: Member) -> str:
    """Help leads to the guide of one's role."""
    guide = GUIDES.get(member.role, "") if name == "record:help" else ""
    return reverse("record:guide", args=[guide]) if guide else reverse(name)


def _footer(member: Member) -> list[menus.Link]:
    links = [menus.Link(label, _address(name, member)) for label, name in _FOOTER]
    if settings.DEMO:
        links.append(menus.Link("Courriels de la démonstration", reverse("core:caught_mail")))
    return links
