from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import drafts, once
from patients.access import open_live
from patients.models import Enrolment
from prescriptions import actions, planned, rules, running, switching, typed, wanted
from prescriptions.forms import PrescriptionForm, SignerForm
from prescriptions.models import Plan, Prescription
from prescriptions.typed import Typed
from prescriptions.views.found import context_of, one_draft, to_detail


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PRESCRIPTION_PREPARE)
def create(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """A draft of one's own; for whoever prepares, a draft that a doctor will sign."""
    enrolment, person = open_live(request, enrolment_id)
    form, signer = _form(request, enrolment, None), _signer(request, enrolment)
    valid = form.is_valid() and (signer is None or signer.is_valid())
    if valid and (prescription := _drafted(request, form, signer)):
        return to_detail(prescription)
    context = context_of(enrolment, person) | {"signer": signer}
    return _render_form(request, form, context, enrolment.public_id)


def _signer(request: MemberRequest, enrolment: Enrolment) -> SignerForm | None:
    """Who will sign: asked of whoever may not."""
    if allows(request.member, Permission.PRESCRIPTION_WRITE):
        return None
    doctors = actions.signatories(enrolment, timezone.localdate())
    bound = request.method == "POST" and not request.POST.get("change")
    return SignerForm(request.POST if bound else None, doctors=doctors)


def _drafted(
    request: MemberRequest, form: PrescriptionForm, signer: SignerForm | None
) -> Prescription | None:
    enrolment, key = form.enrolment, once.key_of(request.POST)
    start = partial(actions.prepare, doctor=signer.doctor) if signer else actions.draft
    try:
        with transaction.atomic():
            prescription = start(
                enrolment, form.wanted, by=request.member, at=timezone.now(), key=key
            )
            _forget_typed(request, enrolment.public_id)
    except (actions.CannotDraft, once.AnotherBody) as error:
        form.refuse(str(error))
        return None
    return prescription


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PRESCRIPTION_PREPARE)
def edit(request: MemberRequest, enrolment_id: UUID, public_id: UUID) -> HttpResponse:
    enrolment, person = open_live(request, enrolment_id)
    prescription = one_draft(request, enrolment, public_id)
    form = _form(request, enrolment, prescription)
    if form.is_valid() and _changed(request, form, prescription):
        return to_detail(prescription)
    return _render_form(request, form, context_of(enrolment, person), public_id)


def _changed(request: MemberRequest, form: PrescriptionForm, prescription: Prescription) -> bool:
    try:
        with transaction.atomic():
            actions.change_draft(prescription, form.wanted, by=request.member, at=timezone.now())
            _forget_typed(request, prescription.public_id)
    except actions.CannotDraft as error:
        form.refuse(str(error))
        return False
    return True


def _form(
    request: MemberRequest, enrolment: Enrolment, prescription: Prescription | None
) -> PrescriptionForm:
    """From what is posted; else from what was kept; else from the draft, or a first line."""
    text, bound = _typed(request, enrolment, prescription)
    return PrescriptionForm(
        text,
        enrolment=enrolment,
        member=request.member,
        today=timezone.localdate(),
        bound=bound,
        replaces=prescription.replaces if prescription else None,
    )


def _typed(
    request: MemberRequest, enrolment: Enrolment, prescription: Prescription | None
) -> tuple[Typed, bool]:
    if request.method == "POST":
        posted = typed.from_fields(request.POST.dict())
        command = request.POST.get("change", "")
        return typed.rearranged(posted, command), not command
    owner = prescription.public_id if prescription else enrolment.public_id
    kept = drafts.load(request.member.user_id, _draft_key(owner))
    # What was typed over a proposal comes back when its page does; another proposal begins anew.
    is_back = kept is not None and kept.data.get("from") == request.GET.urlencode()
    if prescription is None and not is_back and (begun := _begun(request, enrolment)):
        return begun, False
    if kept:
        return typed.from_fields(kept.data), False
    if prescription is not None:
        return typed.from_wanted(wanted.of(prescription)), False
    first_day = running.first_day(enrolment, timezone.localdate())
    return Typed({"starts_on": f"{first_day:%d/%m/%Y}"}), False


def _begun(request: MemberRequest, enrolment: Enrolment) -> Typed | None:
    """What a guided page proposes, by the address that leads here: a switch, a part of a plan."""
    asked, today = request.GET, timezone.localdate()
    now = {str(one.public_id): one for one in running.now(enrolment, today)}
    if switched := now.get(asked.get("remplacer", "")):
        return switching.typed_for(switched, asked.get("de", ""), asked.get("par", ""), today)
    if asked.get("plan"):
        plans = Plan.objects.standing().filter(enrolment=enrolment).select_related("product")
        mine = [one for one in plans if str(one.public_id) == asked["plan"]]
        return planned.typed_for(mine[0], today) if mine else None
    return None


def _draft_key(owner: UUID) -> str:
    return f"prescription:{owner}"


def _forget_typed(request: MemberRequest, owner: UUID) -> None:
    drafts.remove(request.member.user_id, _draft_key(owner), at=timezone.now())


def _render_form(
    request: MemberRequest, form: PrescriptionForm, context: Mapping[str, Any], owner: UUID
) -> HttpResponse:
    key = _draft_key(owner)
    kept = drafts.load(request.member.user_id, key)
    context = {
        **context,
        "form": form,
        "draft_key": key,
        "draft_version": kept.version if kept else 0,
        "saved_at": kept.saved_at if kept else None,
        # After a refusal of the act the same key would be refused again.
        "once": uuid4() if form.non_field_errors else request.POST.get("once") or uuid4(),
        "begun_from": request.GET.urlencode(),
        "max_narcotic_days": rules.MAX_NARCOTIC_DAYS,
        "is_new": owner == context["enrolment"].public_id,
        "signs": allows(request.member, Permission.PRESCRIPTION_WRITE),
        "signer": context.get("signer"),
    }
    return render(request, "prescriptions/form.html", context)
