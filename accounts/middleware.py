from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import NOBODY, Member


GetResponse = Callable[[HttpRequest], HttpResponseBase]
# Reached with a password alone: to prove or enrol the second factor, and to leave.
WITHOUT_SECOND_FACTOR = ("/connexion/", "/deconnexion/", "/static/", "/v/", "/courriels/")


class MemberRequest(HttpRequest):
    """A request, and the membership its user acts under."""

    member: Member


def second_factor(get_response: GetResponse) -> GetResponse:
    """Send whoever has given only a password to the page of the second factor."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        waiting = request.user.is_authenticated and not request.user.is_verified()  # type: ignore[union-attr]
        if waiting and not request.path.startswith(WITHOUT_SECOND_FACTOR):
            return redirect("accounts:second_factor")
        return get_response(request)

    return middleware


def current_member(get_response: GetResponse) -> GetResponse:
    """Set `request.member`, the membership chosen at sign-in, and its site's time zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        member = _chosen(request)
        request.member = member  # type: ignore[attr-defined]
        if member.pk is None:
            return get_response(request)
        with timezone.override(ZoneInfo(member.site.time_zone)):
            return get_response(request)

    return middleware


def _chosen(request: HttpRequest) -> Member:
    if not request.user.is_authenticated:
        return NOBODY
    member_id = request.session.get("member_id")
    if member_id is None:
        return NOBODY
    members = Member.objects.open().filter(user=request.user.pk, pk=member_id)
    return members.select_related("user", "site").first() or NOBODY
