"""Patients already followed, from an older register: the columns, the preview, the act."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import Member
from accounts.permissions import require
from core import audit, papers, throttle
from core.keyset import page
from core.tables import CannotRead, to_csv
from patients.models import TakeoverFile
from patients.takeover import actions, columns
from patients.takeover.forms import AnswerForm, ProgrammeForm, SendForm
from patients.takeover.plan import Plan
from programmes.models import Programme
from programmes.models.programme import ProgrammeQuerySet


PAGE_SIZE = 25
# Files of one person in a day. No legal source: each asks the registry who is known (ADR 0119).
SENT, SENT_SECONDS = 20, 86_400


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_IMPORT)
def files(request: MemberRequest) -> HttpResponse:
    """What was taken over, the columns of a file, and a file to send."""
    programmes = _programmes(request.member)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = SendForm(*sent, programmes=programmes)
    if form.is_valid() and (found := _staged(request, form)) is not None:
        return redirect("patients:takeover", found.public_id)
    rows = TakeoverFile.objects.visible_to(request.member).select_related(
        "sent_by__user", "confirmed_by__user", "programme"
    )
    context = {
        "form": form,
        "listed": page(rows, ["-sent_at", "-pk"], request.GET, size=PAGE_SIZE),
        "programmes": [(one, columns.of(one)) for one in programmes],
        "kept_days": actions.KEPT_DAYS,
    }
    return render(request, "patients/takeovers.html", context)


@require_safe
@require(Permission.PATIENT_IMPORT)
def template(request: MemberRequest) -> HttpResponse:
    """The headings alone: a file to fill in."""
    headings = [one.name for one in columns.of(_programme(request))]
    return papers.csv(to_csv(headings, []), "recann-reprise-modele.csv")


@require_safe
@require(Permission.PATIENT_IMPORT)
def notice(request: MemberRequest) -> HttpResponse:
    """What each column holds, as a table."""
    lines = [
        (one.name, "oui" if one.is_needed else "non", one.words, one.example)
        for one in columns.of(_programme(request))
    ]
    content = to_csv(["colonne", "obligatoire", "contenu attendu", "exemple"], lines)
    return papers.csv(content, "recann-reprise-colonnes.csv")


@require_safe
@require(Permission.PATIENT_IMPORT)
def file(request: MemberRequest, takeover_id: UUID) -> HttpResponse:
    """What the file would create, cell by cell what is wrong; or what it created."""
    found = _found(request, takeover_id)
    plan = None if found.is_settled else _plan(request, found)
    counts = plan.counts if plan else found.counts
    context = {"file": found, "plan": plan, "counts": counts}
    return render(request, "patients/takeover.html", context)


@require_POST
@require(Permission.PATIENT_IMPORT)
def confirm(request: MemberRequest, takeover_id: UUID) -> HttpResponse:
    """Take all of it over, as it was previewed."""
    found, answer = _found(request, takeover_id), AnswerForm(request.POST).answer()
    try:
        actions.confirm(found, answer, by=request.member, at=timezone.now())
    except actions.CannotTakeOver as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Les patients du fichier sont repris.")
    return redirect("patients:takeover", found.public_id)


@require_POST
@require(Permission.PATIENT_IMPORT)
def abandon(request: MemberRequest, takeover_id: UUID) -> HttpResponse:
    """Leave the file: nothing of it is taken over."""
    found = _found(request, takeover_id)
    try:
        actions.abandon(found, by=request.member, at=timezone.now())
    except actions.CannotTakeOver as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Reprise abandonnée\u202f: rien n’a été enregistré.")
    return redirect("patients:takeovers")


@require_safe
@require(Permission.PATIENT_IMPORT)
def problems(request: MemberRequest, takeover_id: UUID) -> HttpResponse:
    """The faults of a file that waits, as a table to correct it by."""
    found = _found(request, takeover_id)
    if found.is_settled:
        raise Http404
    plan = _plan(request, found)
    audit.record("takeover.problems_exported", found, by=request.member)
    lines = [
        (
            one.line,
            one.column,
            one.typed,
            "avertissement" if one.is_warning else "erreur",
            one.message,
            one.expected,
        )
        for one in plan.problems
    ]
    headings = ["ligne", "colonne", "valeur", "gravité", "message", "attendu"]
    return papers.csv(to_csv(headings, lines), "recann-reprise-erreurs.csv")


# --- Whose -----------------------------------------------------------------------------------


def _programmes(member: Member) -> ProgrammeQuerySet:
    return Programme.objects.visible_to(member).order_by("short_name", "pk")


def _programme(request: MemberRequest) -> Programme:
    form = ProgrammeForm(request.GET, programmes=_programmes(request.member))
    if not form.is_valid():
        raise Http404
    programme: Programme = form.cleaned_data["programme"]
    return programme


def _found(request: MemberRequest, takeover_id: UUID) -> TakeoverFile:
    rows = TakeoverFile.objects.visible_to(request.member)
    rows = rows.select_related("programme", "site", "sent_by__user", "confirmed_by__user")
    return get_object_or_404(rows, public_id=takeover_id)


def _staged(request: MemberRequest, form: SendForm) -> TakeoverFile | None:
    """The file, kept sealed; None when it is no table, told beside the field."""
    typed, now, who = form.cleaned_data, timezone.now(), str(request.member.user_id)
    if not throttle.allowed("takeover", who, limit=SENT, seconds=SENT_SECONDS, at=now):
        form.add_error(None, "Trop de fichiers envoyés aujourd’hui\u202f: reprenez demain.")
        return None
    try:
        return actions.stage(typed["programme"], typed["file"], by=request.member, at=now)
    except CannotRead as fault:
        form.add_error("file", str(fault))
        return None


def _plan(request: MemberRequest, found: TakeoverFile) -> Plan:
    """What is shown; whoever is shown of another structure finds it among their accesses."""
    plan = actions.preview(found, by=request.member, at=timezone.now())
    for one in plan.elsewhere:
        audit.record("identity.compared", by=request.member, subject=str(one.public_id))
    return plan
