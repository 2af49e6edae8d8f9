from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import Closure, Site
from accounts.permissions import require
from rights.actions import closures as actions
from rights.closing import ClosureForm, HolidaysForm, WeekForm


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MEMBERS_MANAGE)
def closures(request: MemberRequest, site_id: UUID) -> HttpResponse:
    """The week of a place and its closures; three small forms, one act each."""
    site = get_object_or_404(Site.objects.managed_by(request.member), public_id=site_id)
    today, step = timezone.localdate(), request.POST.get("step", "")
    forms: dict[str, Any] = {
        "week": WeekForm(initial={"weekdays": list(site.open_weekdays)}),
        "days": ClosureForm(),
        "holidays": HolidaysForm(today=today),
    }
    if step in forms:
        forms[step] = _typed(request, step)
        if forms[step].is_valid() and _write(request, site, step, forms[step]):
            return redirect("rights:closures", site.public_id)
    rows = Closure.objects.filter(site=site, ends_on__gte=today).order_by("starts_on", "pk")
    context = {"site": site, "rows": rows, **forms}
    return render(request, "rights/closures.html", context)


def _typed(request: MemberRequest, step: str) -> Form:
    match step:
        case "week":
            return WeekForm(request.POST)
        case "days":
            return ClosureForm(request.POST)
    return HolidaysForm(request.POST, today=timezone.localdate())


def _write(request: MemberRequest, site: Site, step: str, form: Form) -> bool:
    """Whether it was written; when it was refused, the form says why."""
    said, by = form.cleaned_data, request.member
    try:
        match step:
            case "week":
                actions.set_week(site, said["weekdays"], by=by)
                text = "La semaine d’ouverture est enregistrée."
            case "days":
                actions.close(site, actions.Days(**said), by=by)
                text = "La fermeture est inscrite."
            case _:
                text = _added(actions.take_holidays(site, int(said["year"]), by=by))
    except actions.CannotClose as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    messages.success(request, text)
    return True


def _added(count: int) -> str:
    if not count:
        return "Les jours fériés de cette année sont déjà inscrits."
    s = "s" if count > 1 else ""
    return f"{count} jour{s} férié{s} inscrit{s}."


@require_POST
@require(Permission.MEMBERS_MANAGE)
def reopen(request: MemberRequest, closure_id: UUID) -> HttpResponse:
    theirs = Closure.objects.filter(site__in=Site.objects.managed_by(request.member))
    closure = get_object_or_404(theirs.select_related("site"), public_id=closure_id)
    try:
        actions.reopen(closure, by=request.member, at=timezone.now())
    except actions.CannotClose as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "La fermeture est retirée.")
    return redirect("rights:closures", closure.site.public_id)
