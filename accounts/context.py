"""What surrounds every page: see the first lines of `templates/base.html`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.enums import Permission, Role
from accounts.models import NOBODY, Member
from accounts.permissions import allows


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    active: bool = False


_TRAINING = ("Formation", "training:mine")
_GAPS = ("Ruptures", "pharmacies:gaps")
_TO_SIGN = ("À signer", "record:to_sign")
_DASHBOARD = ("Tableau de bord", "evaluation:dashboard")
_TEAM = ("Équipe", "rights:sites")

_SCREENING = ("Non-inclusions", "patients:screening")
_OVERSIGHT = (("Dérogations et doublons", "patients:oversight"), _SCREENING)
_ALERTS = ("Alertes", "pharmacies:bulletins")

# label, name of the address. What each kind of person works with, in the order of their day.
MENUS: dict[str, tuple[tuple[str, str], ...]] = {
    Role.REFERENCE_DOCTOR: (
        ("Mes patients", "record:patients"),
        _GAPS,
        _TO_SIGN,
        ("Consentements", "patients:consents_todo"),
        ("Demandes et doublons", "patients:desk"),
        _SCREENING,
        _TRAINING,
    ),
    Role.RELAY_DOCTOR: (
        ("Mes patients", "record:patients"),
        _GAPS,
        _TO_SIGN,
        ("Devenir relais", "patients:join"),
        _TRAINING,
    ),
    Role.PHARMACIST: (
        ("Dispenser", "pharmacies:counter"),
        ("Mes dispensations", "pharmacies:history"),
        ("À préparer", "pharmacies:notices"),
        _GAPS,
        ("Registre", "pharmacies:register"),
        _ALERTS,
        _TRAINING,
    ),
    Role.ANALYST: (_DASHBOARD, ("Exports", "evaluation:export"), *_OVERSIGHT),
    Role.VIGILANCE_OFFICER: (("Effets indésirables", "vigilance:list"), _ALERTS, _DASHBOARD),
    Role.MANAGER: (
        _DASHBOARD,
        ("Équipes", "rights:sites"),
        ("Journal", "record:journal"),
        ("Revues", "record:reviews"),
        ("Médicaments", "programmes:products"),
        ("Ouvertures", "patients:openings"),
        _ALERTS,
        *_OVERSIGHT,
        ("Structures", "programmes:listings"),
        ("Imports", "accounts:imports"),
        ("Conservation", "retention:plan"),
    ),
    Role.PREPARER: (("Patients", "record:patients"),),
    Role.READER: (("Statistiques publiées", "evaluation:published"),),
    Role.API_CLIENT: (),
}


# Sentences for the top of every page, one an app: filled in their `AppConfig.ready`.
NOTICES: list[Callable[[HttpRequest], str]] = []


def page(request: HttpRequest) -> dict[str, Any]:
    """The frame of the page. An error page may come before any middleware has spoken."""
    member: Member = getattr(request, "member", NOBODY)
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    frame = {
        "brand": settings.SITE_BRAND,
        "demo": settings.DEMO,
        "version": settings.SOFTWARE_VERSION,
        "nav": _menu(request, member),
        "footer": _footer(),
        "notices": [text for notice in NOTICES if (text := notice(request))],
        "member": member,
        "sign_out_url": reverse("accounts:sign_out") if signed_in else "",
        "sign_in_url": reverse("accounts:sign_in"),
        "switch_url": _switch_url(request, member),
        "account_url": reverse("accounts:me") if member.pk else "",
        "account_links": _account_links(member),
        "session_url": reverse("accounts:session"),
        "session_seconds": _session_seconds(request),
    }
    return {"page": frame}


def _session_seconds(request: HttpRequest) -> int:
    """What the page counts down from: the nearer of the two limits, once both factors are given."""
    session = getattr(request, "session", None)
    if session is None or "started_at" not in session:
        return int(settings.SESSION_COOKIE_AGE)
    return sessions.seconds_left(session, at=timezone.now())


def _menu(request: HttpRequest, member: Member) -> list[Link]:
    """The most precise entry that holds the address of the page is the active one."""
    named = MENUS.get(member.role, ())
    if member.is_referent and member.role != Role.MANAGER:
        named = (*named, _TEAM)
    entries = [(label, reverse(name)) for label, name in named]
    # A visit is a page of its patient.
    path = request.path.replace("/consultations/", "/patients/", 1)
    here = max((url for _, url in entries if path.startswith(url)), key=len, default="")
    return [Link(label, url, url == here) for label, url in entries]


# Reached from the page of the account, by those who have the permission.
_ACCOUNT = (
    ("Remplacements", "rights:substitutions", Permission.SUBSTITUTE_NAME),
    ("Jetons d’API", "rights:tokens", Permission.TOKEN_MANAGE),
)


def _account_links(member: Member) -> list[Link]:
    return [Link(label, reverse(name)) for label, name, needs in _ACCOUNT if allows(member, needs)]


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


def _footer() -> list[Link]:
    links = [Link(label, reverse(name)) for label, name in _FOOTER]
    if settings.DEMO:
        links.append(Link("Courriels de la démonstration", reverse("core:caught_mail")))
    return links
