"""Alerts: what a pharmacy must read, and whom the agency reached."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import audit, keyset, once
from core.autosave import autosaved
from patients import identity
from pharmacies import actions, rules
from pharmacies.enums import BulletinKind
from pharmacies.forms import BulletinForm
from pharmacies.models import Bulletin, DispensedItem
from programmes.models import Programme


PER_PAGE = 50


@require_safe
@require(Permission.BULLETIN_VIEW)
def bulletins(request: MemberRequest) -> HttpResponse:
    """Every alert, the last first; a pharmacist sees which ones wait."""
    visible = Bulletin.objects.visible_to(request.member).select_related("product")
    waiting = visible.unread_by(request.member.site_id)
    context = {
        "page": keyset.page(visible, ["-issued_at", "-pk"], request.GET, size=PER_PAGE),
        "waiting": set(waiting.values_list("pk", flat=True)),
        "may_issue": allows(request.member, Permission.BULLETIN_ISSUE),
    }
    return render(request, "pharmacies/bulletins.html", context)


@require_safe
@require(Permission.BULLETIN_VIEW)
def bulletin(request: MemberRequest, bulletin_id: UUID) -> HttpResponse:
    """One alert: the patients of this pharmacy, or the pharmacies that answered."""
    visible = Bulletin.objects.visible_to(request.member)
    found = get_object_or_404(visible.select_related("product"), public_id=bulletin_id)
    issues = allows(request.member, Permission.BULLETIN_ISSUE)
    read = {one.pharmacy_id: one for one in found.acknowledgements.all()}
    context = {
        "bulletin": found,
        "issues": issues,
        "mine": read.get(request.member.site_id or 0),
        "patients": [] if issues else _patients(request, found),
        "answers": (
            [(site, read.get(site.pk)) for site in actions.reached_by(found)] if issues else []
        ),
    }
    return render(request, "pharmacies/bulletin.html", context)


def _patients(request: MemberRequest, found: Bulletin) -> list[tuple[str, DispensedItem]]:
    """Who received the batch here: by name when served within a year, else by number."""
    if found.kind != BulletinKind.RECALL:
        return []
    items = list(actions.received(found, request.member))
    since = rules.served_after(timezone.localdate())
    served = [one for one in items if one.dispensation.dispensed_on > since]
    people = identity.open_many({one.dispensation.enrolment.patient for one in served})
    audit.record("bulletin.patients_viewed", found, by=request.member, count=len(items))
    told = []
    for item in items:
        enrolment = item.dispensation.enrolment
        person = people.get(enrolment.patient_id)
        told.append((person.full_name if person else enrolment.number, item))
    return told


@require_POST
@require(Permission.DISPENSATION_WRITE)
def acknowledge(request: MemberRequest, bulletin_id: UUID) -> HttpResponse:
    """The pharmacy has read it and acted."""
    visible = Bulletin.objects.visible_to(request.member)
    found = get_object_or_404(visible, public_id=bulletin_id)
    actions.acknowledge(found, by=request.member, at=timezone.now())
    messages.success(request, "Accusé de réception enregistré.")
    return redirect("pharmacies:bulletins")


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.BULLETIN_ISSUE)
@autosaved("bulletin")
def issue(request: MemberRequest) -> HttpResponse:
    """Tell every pharmacy of a programme."""
    programmes = Programme.objects.visible_to(request.member).order_by("name", "pk")
    form = BulletinForm(request.POST if request.method == "POST" else None, programmes=programmes)
    if form.is_valid():
        key = form.cleaned_data["key"]
        try:
            made = actions.issue(form.alert(), key=key, by=request.member, at=timezone.now())
        except once.AnotherBody as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Alerte diffusée aux pharmacies.")
            return redirect("pharmacies:bulletin", made.public_id)
    return render(request, "pharmacies/issue.html", {"form": form})
