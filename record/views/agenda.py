from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import sms, throttle
from followup import actions, agenda, rules
from followup import reminders as reminders_of_members
from followup.enums import ReminderChannel, Rhythm
from followup.models import Feed, Reminder, ReminderChoice
from patients.access import open_record
from patients.models import Enrolment
from record.reminding import ReminderForm, RhythmForm


# Secrets that open nothing, tried from one address in an hour.
WRONG_SECRETS = 30


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.VISIT_PREPARE)
def preferences(request: MemberRequest) -> HttpResponse:
    """How often I am told, for whoever is told at all, and my agenda."""
    form = _rhythm(request)
    if form.is_valid() and allows(request.member, Permission.VISIT_WRITE):
        actions.choose_rhythm(Rhythm(form.cleaned_data["rhythm"]), by=request.member)
        messages.success(request, "Votre préférence est enregistrée.")
        return redirect("record:preferences")
    return _show(request, form)


def _rhythm(request: MemberRequest) -> RhythmForm:
    data = request.POST if "rhythm" in request.POST else None
    return RhythmForm(data, initial={"rhythm": reminders_of_members.rhythm_of(request.member)})


def _show(request: MemberRequest, form: RhythmForm, made: str = "") -> HttpResponse:
    feed = Feed.objects.filter(member=request.member.pk, revoked_at=None).first()
    context: dict[str, Any] = {
        "form": form,
        "feed": feed,
        "made": made,
        "site": request.member.site,
    }
    context["is_told"] = allows(request.member, Permission.VISIT_WRITE)
    return render(request, "record/preferences.html", context)


@require_POST
@require(Permission.VISIT_PREPARE)
def open_feed(request: MemberRequest) -> HttpResponse:
    """A new secret address, shown this once; the former one is dead."""
    secret = actions.open_feed(by=request.member, at=timezone.now())
    address = f"{settings.PUBLIC_URL}{reverse('record:feed', args=[secret])}"
    return _show(request, _rhythm(request), address)


@require_POST
@require(Permission.VISIT_PREPARE)
def revoke_feed(request: MemberRequest) -> HttpResponse:
    actions.revoke_feed(by=request.member, at=timezone.now())
    messages.success(request, "L’adresse de l’agenda ne s’ouvre plus.")
    return redirect("record:preferences")


@login_not_required
@require_safe
def feed(request: MemberRequest, secret: str) -> HttpResponse:
    """The agenda itself: the secret is the right, and nobody is named."""
    now = timezone.now()
    found = agenda.opened_by(secret)
    if found is None:
        source = throttle.source_of(request)
        if not throttle.allowed("feed", source, limit=WRONG_SECRETS, seconds=3600, at=now):
            return HttpResponse(status=429)
        raise Http404
    actions.mark_read(found, on=found.member.site.local_day(now))
    answer = HttpResponse(
        agenda.render(found.member, at=now), content_type="text/calendar; charset=utf-8"
    )
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Disposition"] = 'attachment; filename="consultations.ics"'
    return answer


# --- Reminders of one patient -----------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.VISIT_PREPARE)
def reminders(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """What the patient agreed to, and what became of each reminder."""
    enrolment, person = open_record(request, enrolment_id)
    last = ReminderChoice.objects.filter(enrolment=enrolment).order_by("-pk")
    choice = last.select_related("recorded_by__user").first()
    data = request.POST if request.method == "POST" else None
    form = ReminderForm(data, choice=choice, person=person, has_sms=sms.is_open())
    if form.is_valid() and _choose(request, enrolment, form):
        return redirect("record:reminders", enrolment.public_id)
    rows = Reminder.objects.filter(visit__enrolment=enrolment).order_by("-due_on", "-pk")
    page: dict[str, Any] = {
        "enrolment": enrolment,
        "person": person,
        "tab": "followup",
        "form": form,
    }
    page |= {"choice": choice, "rows": list(rows[:50]), "latest": rules.LATEST_AFTER_DAYS}
    return render(request, "record/reminders.html", page)


def _choose(request: MemberRequest, enrolment: Enrolment, form: ReminderForm) -> bool:
    said = form.cleaned_data
    try:
        actions.choose_reminder(
            enrolment,
            ReminderChannel(said["channel"]),
            said["days_before"],
            days_after=said["days_after"],
            by=request.member,
            at=timezone.now(),
        )
    except actions.CannotChoose as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, "Le choix du patient est enregistré.")
    return True
