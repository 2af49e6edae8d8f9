"""What the pharmacy will be asked for, and its answer in one press."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import keyset
from pharmacies import actions
from pharmacies.enums import NoticeAnswer
from pharmacies.models import Bulletin, Notice
from pharmacies.views.desk import MOST_ALERTS
from prescriptions.models import Prescription


PER_PAGE = 50


@require_POST
@require(Permission.PRESCRIPTION_WRITE)
def announce(request: MemberRequest, prescription_id: UUID) -> HttpResponse:
    """From the page of the patient: the box of agreement, then one press."""
    visible = Prescription.objects.visible_to(request.member).select_related("enrolment__pharmacy")
    found = get_object_or_404(visible, public_id=prescription_id)
    agreed = request.POST.get("accord") == "on"
    try:
        notice = actions.announce(found, has_agreed=agreed, by=request.member, at=timezone.now())
    except actions.CannotAnnounce as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{notice.pharmacy.name} est prévenue.")
    return redirect("record:patient", found.enrolment.public_id)


@require_safe
@require(Permission.DISPENSATION_WRITE)
def notices(request: MemberRequest) -> HttpResponse:
    """Announced to this pharmacy, the last first: by number, until the paper is presented."""
    visible = Notice.objects.visible_to(request.member)
    loaded = visible.select_related("prescription__enrolment", "answered_by__user")
    page = keyset.page(
        loaded.prefetch_related("prescription__lines__packs__pack"),
        ["-sent_at", "-pk"],
        request.GET,
        size=PER_PAGE,
    )
    context = {
        "page": page,
        "answers": NoticeAnswer.choices,
        "alerts": list(Bulletin.objects.waiting_for(request.member)[:MOST_ALERTS]),
    }
    return render(request, "pharmacies/notices.html", context)


@require_POST
@require(Permission.DISPENSATION_WRITE)
def answer(request: MemberRequest, notice_id: UUID) -> HttpResponse:
    chosen = request.POST.get("reponse", "")
    if chosen not in NoticeAnswer.values:
        raise Http404
    visible = Notice.objects.visible_to(request.member)
    notice = get_object_or_404(
        visible.select_related("prescription__enrolment"), public_id=notice_id
    )
    actions.answer(notice, answer=chosen, by=request.member, at=timezone.now())
    messages.success(request, "Réponse enregistrée et transmise au médecin.")
    return redirect("pharmacies:notices")
