from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission, Role
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import audit, keys, keyset
from core.once import AnotherBody
from followup import drafting
from followup.drafting import Typing
from followup.models import Visit
from patients.access import open_record, read_record
from patients.models import Enrolment
from pharmacies.models import Dispensation
from prescriptions.models import Prescription
from programmes.enums import LinkKind
from programmes.models import Product, ProgrammeLink
from vigilance import actions, rules, suspects, terms
from vigilance.enums import Network
from vigilance.forms import DeclarationForm, ReportForm
from vigilance.models import AdverseEvent
from vigilance.words import unseal


# The tab of `patients/_header.html`.
TAB = "vigilance"
DOCTORS = {Role.REFERENCE_DOCTOR, Role.RELAY_DOCTOR}
# Served by the index `vigilance_queue`.
QUEUE_ORDER = ("-is_serious", "-recorded_at", "-pk")
PAGE_SIZE = 25


@require_safe
@require(Permission.PATIENT_VIEW)
def of_patient(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    enrolment, person = read_record(request, enrolment_id)
    events = (
        AdverseEvent.objects.filter(enrolment=enrolment)
        .prefetch_related("reactions", "declarations")
        .order_by("-occurred_on", "-pk")
    )
    may_report = allows(request.member, Permission.ADVERSE_EVENT_WRITE)
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": TAB,
        "rows": _rows(events),
        "may_report": may_report and enrolment.opened_until is None,
    }
    return render(request, "vigilance/of_patient.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.ADVERSE_EVENT_WRITE)
def report(request: MemberRequest, enrolment_id: UUID) -> HttpResponseBase:
    """From any page of a patient; `?consultation=` ties the event to a visit."""
    enrolment, person = open_record(request, enrolment_id)
    visit = _visit(enrolment, request.GET.get("consultation"))
    page = {"enrolment": enrolment, "person": person, "tab": TAB, "visit": visit}
    return _enter(request, _Entry(enrolment, {"visit": visit}), page)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.ADVERSE_EVENT_WRITE)
def report_dispensed(request: MemberRequest, dispensation_id: UUID) -> HttpResponseBase:
    """After a dispensation, by the pharmacy that made it."""
    served = Dispensation.objects.served_to(request.member, timezone.now())
    dispensations = served.select_related(
        "enrolment__programme", "enrolment__indication", "prescription", "pharmacy"
    )
    found = get_object_or_404(dispensations, public_id=dispensation_id)
    links = {"dispensation": found}
    entry = _Entry(found.enrolment, links, found.prescription)
    page = {"enrolment": found.enrolment, "person": None, "tab": "", "visit": None}
    return _enter(request, entry, page | links)


@require_safe
@require(Permission.ADVERSE_EVENT_VIEW)
def event(request: MemberRequest, event_id: UUID) -> HttpResponse:
    found = _event(request, event_id)
    return render(request, "vigilance/event.html", _page(request, found, None))


@require_http_methods(["POST"])
@require(Permission.ADVERSE_EVENT_DECLARE)
def declare(request: MemberRequest, event_id: UUID) -> HttpResponseBase:
    declarable = AdverseEvent.objects.declarable_by(request.member)
    get_object_or_404(declarable, public_id=event_id)
    found = _event(request, event_id)
    form = _declaration_form(found, request.POST)
    if form.is_valid() and _declare(request, found, form):
        messages.success(request, "La déclaration est enregistrée.")
        return redirect("vigilance:event", found.public_id)
    return render(request, "vigilance/event.html", _page(request, found, form))


@require_safe
@require(Permission.ADVERSE_EVENT_ASSESS)
def queue(request: MemberRequest) -> HttpResponse:
    """The events of one's programmes under pseudonym: serious first, then the newest."""
    shows_all = request.GET.get("etat") == "tous"
    visible = AdverseEvent.objects.visible_to(request.member)
    chosen = visible if shows_all else visible.undeclared()
    loaded = chosen.select_related("enrolment__indication", "reported_by__site").prefetch_related(
        "reactions", "declarations", "suspects__product"
    )
    page = keyset.page(loaded, QUEUE_ORDER, request.GET, size=PAGE_SIZE)
    context = {
        "rows": _rows(page.rows),
        "page": page,
        "count": chosen.count(),
        "shows_all": shows_all,
    }
    return render(request, "vigilance/list.html", context)


# --- Entering an event -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Entry:
    """What an event is reported on."""

    enrolment: Enrolment
    links: dict[str, Any] = field(default_factory=dict)
    # The only prescription a pharmacist may read.
    prescription: Prescription | None = None

    @property
    def draft_key(self) -> str:
        return f"event:{self.enrolment.public_id}"

    def candidates(self, on: date) -> list[suspects.Candidate]:
        return suspects.candidates(self.enrolment, on, prescription=self.prescription)


def _visit(enrolment: Enrolment, text: str | None) -> Visit | None:
    """The visit named in the address, when it is one of this patient."""
    try:
        return Visit.objects.filter(enrolment=enrolment, public_id=text).first() if text else None
    except ValidationError:
        return None


def _enter(request: MemberRequest, entry: _Entry, page: dict[str, Any]) -> HttpResponseBase:
    typing = drafting.resume(request.member.user_id, entry.draft_key)
    form = _form(request, entry, typing)
    if request.method == "POST":
        if form.is_valid() and (target := _report(request, entry, form)):
            messages.success(request, "L’effet indésirable est enregistré dans le registre.")
            return redirect("vigilance:event", target)
        now = timezone.now()
        typing = drafting.keep(request.member.user_id, entry.draft_key, request.POST, at=now)
    page |= {"form": form, "sections": form.sections(), "typing": typing}
    page["resumed"] = request.method != "POST" and typing.data is not None
    page["portal"] = _portal(entry.enrolment)
    return render(request, "vigilance/report.html", page)


def _form(request: MemberRequest, entry: _Entry, typing: Typing) -> ReportForm:
    today = timezone.localdate()
    products = Product.objects.available(entry.enrolment.programme, today)
    return ReportForm(
        request.POST if request.method == "POST" else None,
        initial={"known_on": today, **typing.initial},
        candidates=entry.candidates(today),
        products=list(products.order_by("name", "pk")),
        today=today,
    )


def _report(request: MemberRequest, entry: _Entry, form: ReportForm) -> str:
    """The public id of the event recorded; "" when it was refused, and the form says why."""
    body = drafting.typed(request.POST)
    once = actions.Once(form.cleaned_data["once"], body, draft=entry.draft_key)
    said = form.report(entry.candidates(form.cleaned_data["occurred_on"]), **entry.links)
    try:
        return actions.report(
            entry.enrolment, said, once_only=once, by=request.member, at=timezone.now()
        )
    except actions.CannotReport as error:
        form.refuse(error)
    except AnotherBody as error:
        form.add_error(None, str(error))
    return ""


def _portal(enrolment: Enrolment) -> ProgrammeLink | None:
    """Where the law wants the declaration, as data of the programme."""
    links = ProgrammeLink.objects.filter(programme=enrolment.programme_id, kind=LinkKind.PORTAL)
    return links.order_by("-valid_from", "-pk").first()


# --- Reading an event ------------------------------------------------------------------------


def _rows(events: Any) -> list[dict[str, Any]]:  # noqa: ANN401  queryset or list
    """What lists show of events whose reactions and declarations are loaded."""
    today = timezone.localdate()
    return [_row(one, today) for one in events]


def _row(one: AdverseEvent, today: date) -> dict[str, Any]:
    declared = {declaration.network for declaration in one.declarations.all()}
    missing = rules.missing_networks(one.situations, declared)
    return {
        "event": one,
        "terms": ", ".join(terms.label(reaction.term) for reaction in one.reactions.all()),
        "missing": [network.label for network in missing],
        "state": rules.place_in_queue(
            serious=one.is_serious, missing=missing, known_on=one.known_on, today=today
        ),
    }


def _event(request: MemberRequest, event_id: UUID) -> AdverseEvent:
    """The event this member may read; the reading is journaled."""
    visible = AdverseEvent.objects.visible_to(request.member).select_related(
        "enrolment__programme", "enrolment__indication", "enrolment__patient",
        "reported_by__user", "reported_by__site", "visit",
    )  # fmt: skip
    found = get_object_or_404(
        visible.prefetch_related("reactions", "declarations", "suspects__product"),
        public_id=event_id,
    )
    audit.record("event.viewed", found, by=request.member, subject=str(found.enrolment.public_id))
    return found


def _page(
    request: MemberRequest, found: AdverseEvent, form: DeclarationForm | None
) -> dict[str, Any]:
    may_declare = AdverseEvent.objects.declarable_by(request.member).filter(pk=found.pk).exists()
    enrolment, person = found.enrolment, None
    if request.member.role in DOCTORS:
        enrolment, person = open_record(request, enrolment.public_id)
    key = keys.open_keys([enrolment.key_id]).get(enrolment.key_id)
    row = _row(found, timezone.localdate())
    return row | {
        "enrolment": enrolment,
        "person": person,
        "is_before": rules.precedes_treatment(found.occurred_on, enrolment.first_treated_on),
        "tab": TAB,
        "is_doctor": request.member.role in DOCTORS,
        "names": _names(found, key),
        "narrative": unseal(key, found, "narrative", found.narrative_sealed),
        "criteria": _labels(found, "seriousness"),
        "situations": _labels(found, "situations"),
        "suspects": found.suspects.all(),
        "declarations": found.declarations.all(),
        "duties": rules.duties(found.situations),
        "portal": _portal(enrolment),
        "form": (form or _declaration_form(found, None)) if may_declare else None,
    }


def _names(found: AdverseEvent, key: keys.DataKey | None) -> list[str]:
    """The effects in words; «Autre» is followed by what the reporter wrote."""
    names = []
    for reaction in found.reactions.all():
        words = unseal(key, found, reaction.term, reaction.words_sealed)
        name = terms.label(reaction.term)
        names.append(f"{name}\u202f: {words}" if words else name)
    return names


def _labels(found: AdverseEvent, name: str) -> list[str]:
    labels = dict(AdverseEvent._meta.get_field(name).base_field.choices)  # type: ignore[union-attr]
    return [str(labels[value]) for value in getattr(found, name)]


def _declaration_form(found: AdverseEvent, data: Any) -> DeclarationForm:  # noqa: ANN401  QueryDict or None
    declared = {declaration.network for declaration in found.declarations.all()}
    return DeclarationForm(
        data,
        missing=rules.missing_networks(found.situations, declared),
        earliest=found.occurred_on,
        today=timezone.localdate(),
    )


def _declare(request: MemberRequest, found: AdverseEvent, form: DeclarationForm) -> bool:
    """Whether it was recorded; else the form says why."""
    data = form.cleaned_data
    try:
        actions.declare(
            found,
            actions.Declared(Network(data["network"]), data["declared_on"], data["reference"]),
            by=request.member,
            at=timezone.now(),
        )
    except actions.CannotDeclare as error:
        form.add_error(error.field or None, str(error))
        return False
    return True
