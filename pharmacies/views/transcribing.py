"""A prescription without a code: the certificate opens the patient, the paper is transcribed."""

from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, drafts, once, papers, scans
from patients import identity
from patients.models import Enrolment
from pharmacies import samples
from pharmacies.forms import CertificateForm
from pharmacies.views.desk import presented_to
from prescriptions import actions, rules, typed
from prescriptions.forms import PaperForm
from prescriptions.models import CertificateOpening, Prescription


# Papers transcribed before that the page lists. No legal source: a year of monthly papers.
MOST = 12


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DISPENSATION_WRITE)
def certificate(request: MemberRequest) -> HttpResponse:
    """The code of the certificate and the birth date open one patient, to copy a paper."""
    data = request.POST if request.method == "POST" else None
    form = CertificateForm(data, today=timezone.localdate())
    if form.is_valid():
        said, at = form.cleaned_data, timezone.now()
        try:
            opening = actions.open_by_certificate(**said, by=request.member, at=at)
        except actions.CannotPresent as error:
            form.add_error(None, str(error))
        else:
            return redirect("pharmacies:transcribe", opening.enrolment.public_id)
    shown = samples.certificates(request.member)
    context = {"form": form, "crumbs": _crumbs(), "papers": shown}
    return render(request, "pharmacies/certificate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DISPENSATION_WRITE)
def transcribe(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Copy the paper: who wrote it, when, its lines and its scan; then the counter goes on."""
    enrolment = _opened(request, enrolment_id, timezone.now())
    form = _form(request, enrolment)
    if form.is_valid() and (copied := _copied(request, form)):
        messages.success(
            request,
            "Ordonnance transcrite. Conservez l’original\u202f: le médecin en est averti.",
        )
        return redirect("pharmacies:prescription", copied.public_id)
    return _page(request, enrolment, form)


@require_POST
@require(Permission.DISPENSATION_WRITE)
def reopen(request: MemberRequest, enrolment_id: UUID, prescription_id: UUID) -> HttpResponse:
    """A paper transcribed before, for what is left of it."""
    at = timezone.now()
    enrolment = _opened(request, enrolment_id, at)
    found = get_object_or_404(_transcribed(enrolment), public_id=prescription_id)
    actions.open_to(found, by=request.member, at=at)
    return redirect("pharmacies:prescription", prescription_id)


@require_safe
@require(Permission.DISPENSATION_WRITE)
def scan(request: MemberRequest, prescription_id: UUID) -> HttpResponse:
    """The copy of the paper, as a file to keep."""
    prescription = presented_to(request, prescription_id, timezone.now())
    content = papers.opened(prescription.document if prescription.is_transcribed else None)
    subject = str(prescription.enrolment.public_id)
    audit.record("prescription.read", prescription, by=request.member, subject=subject)
    return papers.scan(content, f"ordonnance-{prescription.enrolment.number}")


@require_POST
@require(Permission.DISPENSATION_WRITE)
def void(request: MemberRequest, prescription_id: UUID) -> HttpResponse:
    """A paper copied wrongly."""
    at = timezone.now()
    prescription = presented_to(request, prescription_id, at)
    try:
        actions.void_transcription(prescription, by=request.member, at=at)
    except actions.CannotVoid as error:
        messages.error(request, str(error))
        return redirect("pharmacies:prescription", prescription_id)
    messages.success(request, "Transcription annulée\u202f: vous pouvez la recommencer.")
    return redirect("pharmacies:certificate")


# --- The patient -----------------------------------------------------------------------------


def _opened(request: MemberRequest, enrolment_id: UUID, at: datetime) -> Enrolment:
    """The patient whose certificate was shown to this pharmacist: 404 otherwise."""
    opened = CertificateOpening.objects.at_hand(request.member, at).values("enrolment")
    loaded = Enrolment.objects.select_related(
        "patient__identity", "programme", "indication", "included_by__user"
    )
    return get_object_or_404(loaded.filter(pk__in=opened), public_id=enrolment_id)


def _transcribed(enrolment: Enrolment) -> QuerySet[Prescription]:
    """Papers of the patient that pharmacies copied; what is left of them is on their own page."""
    signed = Prescription.objects.signed().filter(enrolment=enrolment, is_transcribed=True)
    loaded = signed.select_related("prescriber", "author__site", "enrolment")
    return loaded.prefetch_related("lines").order_by("-signed_on", "-pk")


# --- The paper -------------------------------------------------------------------------------


def _form(request: MemberRequest, enrolment: Enrolment) -> PaperForm:
    """From what is posted, else from what was kept, else empty."""
    posted = request.method == "POST"
    command = request.POST.get("change", "")
    kept = None if posted else drafts.load(request.member.user_id, _draft_key(enrolment))
    data = request.POST.dict() if posted else dict(kept.data) if kept else {}
    text = typed.from_fields(data) if data else typed.Typed({})
    return PaperForm(
        typed.rearranged(text, command),
        enrolment=enrolment,
        member=request.member,
        today=timezone.localdate(),
        data=data,
        files=request.FILES if posted and not command else None,
    )


def _copied(request: MemberRequest, form: PaperForm) -> Prescription | None:
    """Transcribe, or say beside the field why not."""
    at, paper, key = timezone.now(), form.read_paper, once.key_of(request.POST)
    try:
        with transaction.atomic():
            copied = actions.transcribe(
                form.enrolment, form.wanted, paper=paper, by=request.member, at=at, key=key
            )
            drafts.remove(request.member.user_id, _draft_key(form.enrolment), at=at)
    except actions.CannotTranscribe as error:
        form.refuse(str(error), error.field)
    except scans.BadScan as error:
        form.refuse(str(error), "paper")
    except once.AnotherBody as error:
        form.refuse(str(error))
    else:
        return copied
    return None


def _draft_key(enrolment: Enrolment) -> str:
    return f"transcription:{enrolment.public_id}"


def _page(request: MemberRequest, enrolment: Enrolment, form: PaperForm) -> HttpResponse:
    audit.record("certificate.read", enrolment, by=request.member, subject=str(enrolment.public_id))
    kept = drafts.load(request.member.user_id, _draft_key(enrolment))
    person = identity.open_one(enrolment.patient)
    context = {
        "form": form,
        "enrolment": enrolment,
        "title": person.full_name if person else enrolment.number,
        "facts": [
            ("Date de naissance", person.birth_text if person else "Identité effacée"),
            ("Dossier", enrolment.number),
        ],
        "transcribed": _transcribed(enrolment)[:MOST],
        "draft_key": _draft_key(enrolment),
        "draft_version": kept.version if kept else 0,
        "saved_at": kept.saved_at if kept else None,
        # After a refusal of the act the same key would be refused again.
        "once": uuid4() if form.non_field_errors else request.POST.get("once") or uuid4(),
        "max_narcotic_days": rules.MAX_NARCOTIC_DAYS,
        "crumbs": [*_crumbs(), ("Sans code", reverse("pharmacies:certificate"))],
    }
    return render(request, "pharmacies/transcribe.html", context)


def _crumbs() -> list[tuple[str, str]]:
    return [("Dispenser", reverse("pharmacies:counter"))]
