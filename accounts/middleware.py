from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import NOBODY, Member, User
from core import audit


GetResponse = Callable[[HttpRequest], HttpResponseBase]
# Reached with a password alone: to prove or enrol the second factor, and to leave.
WITHOUT_SECOND_FACTOR = (
    "/connexion/",
    "/acces/",
    "/deconnexion/",
    "/session/",
    "/static/",
    "/v/",
    "/courriels/",
)
# What the apps above want to know of whoever works, read in the query of the member: filled in
# their `AppConfig.ready`.
MEMBER_FACTS: dict[str, Combinable] = {}
# Seconds between two writes of a session that only goes on.
TOUCH_SECONDS = 60


class MemberRequest(HttpRequest):
    """A request, and the membership its user acts under."""

    member: Member


def session_limits(get_response: GetResponse) -> GetResponse:
    """End a session twelve hours after its second factor; otherwise keep it while it is used.

    Half an hour without a request ends it too: its row expires (`SESSION_COOKIE_AGE`).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        started_at = request.session.get("started_at")
        now = int(timezone.now().timestamp())
        if started_at is not None and now >= started_at + settings.SESSION_ABSOLUTE_AGE:
            user_id = request.session.get("_auth_user_id")
            audit.record("session.expired", by=audit.Agent(user_id=user_id and int(user_id)))
            request.session.flush()
        elif started_at is not None and now >= request.session["touched_at"] + TOUCH_SECONDS:
            request.session["touched_at"] = now
        return get_response(request)

    return middleware


def second_factor(get_response: GetResponse) -> GetResponse:
    """Send whoever has given only a password to the page of the second factor."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_open = request.path.startswith(WITHOUT_SECOND_FACTOR)
        if not is_open and request.user.is_authenticated and not is_verified(request):
            return redirect("accounts:second_factor")
        return get_response(request)

    return middleware


def is_verified(request: HttpRequest) -> bool:
    """Whether both factors were given in this session, through our pages.

    Pro Santé Connect is two factors by itself: its level was verified when the session began.
    """
    by_device = request.user.is_verified()  # type: ignore[union-attr]
    by_provider = request.user.is_authenticated and "psc" in request.session
    return bool(by_device or by_provider) and "started_at" in request.session


def account(request: HttpRequest) -> User:
    """The account signed in, itself: `request.user` is wrapped by each middleware."""
    return User.objects.get(pk=str(request.user.pk))


def current_member(get_response: GetResponse) -> GetResponse:
    """Set `request.member`, the membership chosen at sign-in, and its site's time zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        member = _chosen(request)
        request.member = member  # type: ignore[attr-defined]
        if not member.role:
            return get_response(request)
        zone = timezone.override(ZoneInfo(member.site.time_zone))
        with zone, audit.circumstances(**_circumstances(request)):
            return get_response(request)

    return middleware


def _circumstances(request: HttpRequest) -> dict[str, str]:
    """What each line of the journal says beside its actor, in a session of Pro Santé Connect."""
    if "psc" not in request.session:
        return {}
    return {"path": "psc", "situation": request.session.get("situation", "")}


def _chosen(request: HttpRequest) -> Member:
    """Read at each request: a role that ends is refused at once."""
    member_id = request.session.get("member_id")
    if member_id is None or not is_verified(request):
        return NOBODY
    members = Member.objects.open().filter(user=request.user.pk, pk=member_id)
    loaded = members.annotate(**MEMBER_FACTS).select_related("user", "site", "replaces__user")
    return loaded.first() or NOBODY
