"""Consents after the inclusion: signed again, proved, withdrawn; documents handed over."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, papers, scans
from core import documents as store
from core.autosave import autosaved
from core.documents import Document
from patients import actions, consent_todo
from patients.access import open_record
from patients.consent_card import SLUGS
from patients.enums import Channel, ConsentKind
from patients.forms import ChannelForm, ConsentForm, InformForm, PaperForm, WithdrawalForm
from patients.identity import Person
from patients.models import Consent, ConsentProof, ContactChoice, Enrolment
from programmes.models import ProgrammeLink


@require_safe
@require(Permission.CONSENT_WRITE)
def todo(request: MemberRequest) -> HttpResponse:
    """What is to be collected or handed over: majority, papers, former patients."""
    now, member = timezone.now(), request.member
    today = timezone.localdate(now)
    context = {
        "majority": consent_todo.majority(member, today),
        "papers": consent_todo.papers(member, now),
        "to_inform": consent_todo.to_inform(member, today),
        "most": consent_todo.MOST,
    }
    return render(request, "patients/consents_todo.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.CONSENT_WRITE)
@autosaved("consent")
def give(request: MemberRequest, enrolment_id: UUID, kind: str) -> HttpResponse:
    """Sign again: at majority, on a new text, or because a mind changed."""
    enrolment, person = open_record(request, enrolment_id)
    if kind not in SLUGS or person is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    today = timezone.localdate()
    form = ConsentForm(data, enrolment=enrolment, person=person, kind=SLUGS[kind], today=today)
    if form.is_valid() and _give(request, enrolment, form):
        return redirect("patients:inclusion", enrolment_id)
    context = _page(enrolment, person, form) | {"kind": SLUGS[kind]}
    return render(request, "patients/consent_give.html", context)


def _give(request: MemberRequest, enrolment: Enrolment, form: ConsentForm) -> bool:
    given = form.cleaned_data["given"]
    try:
        actions.give(enrolment, given, by=request.member, at=timezone.now())
    except actions.CannotConsent as error:
        form.add_error(None, str(error))
        return False
    missing = "" if given.signatures else " Numérisez maintenant le papier signé."
    messages.success(request, f"Le consentement est enregistré.{missing}")
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.CONSENT_WRITE)
def withdraw(request: MemberRequest, enrolment_id: UUID, kind: str) -> HttpResponse:
    """Withdraw one consent, its effects told before."""
    enrolment, person = open_record(request, enrolment_id)
    consent = _standing(enrolment, kind)
    data = request.POST if request.method == "POST" else None
    form = WithdrawalForm(data, consent=consent, today=timezone.localdate())
    if form.is_valid() and _withdraw(request, enrolment, form):
        return redirect("patients:inclusion", enrolment_id)
    context = _page(enrolment, person, form) | {"consent": consent}
    return render(request, "patients/consent_withdraw.html", context)


def _standing(enrolment: Enrolment, kind: str) -> Consent:
    consent = get_object_or_404(enrolment.consents.in_hand(), kind=SLUGS.get(kind, ""))
    if consent.kind == ConsentKind.PARTICIPATION and not enrolment.is_live:
        raise Http404
    return consent


def _withdraw(request: MemberRequest, enrolment: Enrolment, form: WithdrawalForm) -> bool:
    try:
        actions.withdraw(enrolment, form.said(), by=request.member, at=timezone.now())
    except actions.CannotEnd as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, "Le retrait est enregistré\u202f: il a effet dès maintenant.")
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.CONSENT_WRITE)
def paper(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Scan a signed paper, as the proof of one consent or of several."""
    enrolment, person = open_record(request, enrolment_id)
    waiting = list(actions.without_proof(enrolment)) or list(enrolment.consents.current())
    posted = request.method == "POST"
    data, files = (request.POST, request.FILES) if posted else (None, None)
    form = PaperForm(data, files, consents=waiting)
    if form.is_valid() and _prove(request, enrolment, form):
        return redirect("patients:inclusion", enrolment_id)
    return render(request, "patients/consent_paper.html", _page(enrolment, person, form))


def _prove(request: MemberRequest, enrolment: Enrolment, form: PaperForm) -> bool:
    typed, now = form.cleaned_data, timezone.now()
    content = typed["paper"].read()
    try:
        actions.add_paper(enrolment, typed["kinds"], content, by=request.member, at=now)
    except (scans.BadScan, actions.CannotConsent) as error:
        form.add_error("paper", str(error))
        return False
    messages.success(request, "Le papier signé est conservé, chiffré, avec le consentement.")
    return True


@require_safe
@require(Permission.CONSENT_WRITE)
def proof(request: MemberRequest, enrolment_id: UUID, document_id: UUID) -> HttpResponse:
    """A proof, as a file to keep: never shown inside the registry's pages. Journaled."""
    enrolments = Enrolment.objects.visible_to(request.member)
    enrolment = get_object_or_404(enrolments, public_id=enrolment_id)
    proofs = ConsentProof.objects.filter(consent__enrolment=enrolment, document_id=document_id)
    if not proofs.exists():
        raise Http404
    document = get_object_or_404(Document, public_id=document_id)
    content = store.read(document)
    audit.record("consent.proof_read", document, by=request.member, subject=str(enrolment_id))
    return papers.scan(content, f"consentement-{enrolment.number}")


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.CONSENT_WRITE)
def inform(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Remember that somebody, former patients included, was given or sent a document."""
    enrolment, person = open_record(request, enrolment_id)
    today = timezone.localdate()
    links = consent_todo.documents_to_give(enrolment, today)
    choice = ContactChoice.objects.filter(enrolment=enrolment).order_by("-pk").first()
    channel = choice.channel if choice else ""
    data = request.POST if request.method == "POST" else None
    form = InformForm(data, links=links, channel=channel, today=today)
    if form.is_valid() and _inform(request, enrolment, form):
        return redirect("patients:inclusion", enrolment_id)
    wish = ChannelForm(initial={"wish": channel})
    context = _page(enrolment, person, form) | {"wish": wish, "links": links}
    return render(request, "patients/inform.html", context)


def _inform(request: MemberRequest, enrolment: Enrolment, form: InformForm) -> bool:
    typed, now = form.cleaned_data, timezone.now()
    link = ProgrammeLink.objects.get(pk=typed["link"])
    channel = Channel(typed["channel"])
    try:
        actions.inform(enrolment, link, channel, on=typed["on"], by=request.member, at=now)
    except actions.CannotConsent as error:
        form.add_error("on", str(error))
        return False
    messages.success(request, "La remise du document est enregistrée.")
    return True


@require_POST
@require(Permission.CONSENT_WRITE)
def choose_channel(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    visible = Enrolment.objects.visible_to(request.member)
    enrolment = get_object_or_404(visible, public_id=enrolment_id)
    form = ChannelForm(request.POST)
    if form.is_valid():
        channel = Channel(form.cleaned_data["wish"])
        actions.choose_channel(enrolment, channel, by=request.member, at=timezone.now())
        messages.success(request, "Le moyen souhaité est enregistré.")
    else:
        messages.error(request, "Choisissez un moyen d’information.")
    return redirect("patients:inform", enrolment_id)


def _page(enrolment: Enrolment, person: Person | None, form: forms.Form) -> dict[str, Any]:
    return {"enrolment": enrolment, "person": person, "tab": "inclusion", "form": form}
