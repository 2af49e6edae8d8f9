"""Breaking the glass, and what the lead doctor sees of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import keyset
from patients import exceptional, rules
from patients.forms import GlassForm
from patients.models import BrokenGlass, Enrolment


PAGE_SIZE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.GLASS_BREAK)
def break_glass(request: MemberRequest) -> HttpResponse:
    """Find a patient exactly, say why, read the record for some hours."""
    form = GlassForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (enrolment := _opened(request, form)):
        return redirect("record:patient", enrolment.public_id)
    own = BrokenGlass.objects.in_force(request.member).select_related("enrolment")
    context = {"form": form, "hours": rules.GLASS_HOURS, "opened": list(own.order_by("-until"))}
    return render(request, "patients/glass.html", context)


def _opened(request: MemberRequest, form: GlassForm) -> Enrolment | None:
    now, member = timezone.now(), request.member
    try:
        enrolment = exceptional.find(form.sought(), by=member, at=now)
        if not Enrolment.objects.visible_to(member).filter(pk=enrolment.pk).exists():
            exceptional.open_record(
                enrolment, reason=form.cleaned_data["reason"], by=member, at=now
            )
    except exceptional.CannotBreak as refusal:
        form.add_error(None, str(refusal))
        return None
    return enrolment


@require_safe
@require(Permission.GLASS_REVIEW)
def log(request: MemberRequest) -> HttpResponse:
    """Who opened records of the site's patients that way, the newest first."""
    rows = BrokenGlass.objects.told_to(request.member).select_related(
        "enrolment", "member__user", "member__site", "acknowledged_by__user"
    )
    page = keyset.page(rows, ["-at", "-pk"], request.GET, size=PAGE_SIZE)
    reasons = exceptional.reasons(page.rows)
    context = {"page": page, "rows": [(one, reasons.get(one.pk, "")) for one in page.rows]}
    return render(request, "patients/glass_log.html", context)


@require_POST
@require(Permission.GLASS_REVIEW)
def acknowledge(request: MemberRequest, glass_id: UUID) -> HttpResponse:
    rows = BrokenGlass.objects.told_to(request.member)
    glass = get_object_or_404(rows, public_id=glass_id)
    exceptional.acknowledge(glass, by=request.member, at=timezone.now())
    messages.success(request, "Vous avez pris connaissance de cet accès.")
    return redirect("patients:glass_log")
