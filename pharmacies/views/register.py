"""The narcotics register of the pharmacist's own pharmacy."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import Site
from accounts.permissions import require
from core import audit, keyset, once
from core.autosave import autosaved
from core.pdf import PdfUnavailable
from pharmacies import actions, documents, ledger, stock
from pharmacies import copies as prescribed
from pharmacies.enums import Kept, Medium, MovementKind
from pharmacies.forms import (
    CloseForm,
    CorrectForm,
    DayForm,
    InventoryForm,
    MovementForm,
    OrderForm,
)
from pharmacies.models import Inventory, RegisterLine, RegisterMonth
from pharmacies.views.files import file_of


PER_PAGE = 50
REFUSED = (actions.CannotEnter, once.AnotherBody)


@require_safe
@require(Permission.REGISTER_KEEP)
def register(request: MemberRequest) -> HttpResponse:
    """Balances on a day, what the law asks now, and the lines, the last first."""
    at, today = timezone.now(), timezone.localdate()
    form = DayForm(request.GET if "au" in request.GET else None, today=today)
    on = (form.is_valid() and form.cleaned_data["au"]) or today
    lines = RegisterLine.objects.visible_to(request.member).select_related(
        "pack__product", "recorded_by__user", "corrects", "correction"
    )
    context = {
        "held": ledger.held(request.member, on),
        "on": on,
        "form": form,
        "duties": ledger.duties(request.member, at),
        "close_form": CloseForm(),
        "kinds": [(kind, MovementKind(kind).label) for kind in stock.MOVEMENTS],
        "page": keyset.page(lines, ["-number", "-pk"], request.GET, size=PER_PAGE),
    }
    return render(request, "pharmacies/register.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.REGISTER_KEEP)
@autosaved("movement")
def movement(request: MemberRequest, kind: str) -> HttpResponse:
    """Enter a receipt, a return, a destruction…"""
    if kind not in stock.MOVEMENTS:
        raise Http404
    today = timezone.localdate()
    form = MovementForm(
        request.POST if request.method == "POST" else None,
        kind=kind,
        packs=ledger.packs(request.member, today),
        slips=ledger.waiting_slips(request.member),
        today=today,
    )
    if form.is_valid() and _enter(request, form):
        return redirect("pharmacies:register")
    context = {"form": form, "title": MovementKind(kind).label, "notice": form.wanted.notice}
    return _page(request, "movement", context)


def _enter(request: MemberRequest, form: MovementForm) -> bool:
    key = form.cleaned_data["key"]
    try:
        actions.enter(form.typed(), key=key, by=request.member, at=timezone.now())
    except REFUSED as error:
        form.refuse(str(error), getattr(error, "field", ""))
        return False
    messages.success(request, "Mouvement enregistré.")
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.REGISTER_KEEP)
def correct(request: MemberRequest, line_id: UUID) -> HttpResponse:
    """Undo a line by a counter-line that says why."""
    visible = RegisterLine.objects.visible_to(request.member).select_related("pack__product")
    line = get_object_or_404(visible, public_id=line_id)
    form = CorrectForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.correct(line, **form.cleaned_data, by=request.member, at=timezone.now())
        except REFUSED as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, f"Ligne {line.number} corrigée par une contre-écriture.")
            return redirect("pharmacies:register")
    return _page(request, "correct_line", {"form": form, "line": line})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.REGISTER_KEEP)
@autosaved("inventory")
def inventory(request: MemberRequest) -> HttpResponse:
    """Count everything once a year: each difference becomes a line."""
    at, today = timezone.now(), timezone.localdate()
    form = InventoryForm(
        request.POST if request.method == "POST" else None,
        packs=list(ledger.packs(request.member, today)),
    )
    if form.is_valid() and (made := _count(request, form, today, at)):
        return redirect("pharmacies:inventory_done", made.public_id)
    return _page(request, "inventory", {"form": form, "today": today})


def _count(
    request: MemberRequest, form: InventoryForm, today: date, at: datetime
) -> Inventory | None:
    typed = form.cleaned_data
    try:
        return actions.take_inventory(
            form.counts(),
            counted_on=today,
            note=typed["note"],
            key=typed["key"],
            by=request.member,
            at=at,
        )
    except REFUSED as error:
        form.add_error(None, str(error))
    return None


@require_safe
@require(Permission.REGISTER_KEEP)
def inventory_done(request: MemberRequest, inventory_id: UUID) -> HttpResponse:
    """What was counted, what the register said, the difference."""
    visible = Inventory.objects.visible_to(request.member).select_related("recorded_by__user")
    made = get_object_or_404(visible, public_id=inventory_id)
    return _page(request, "inventory_done", {"inventory": made})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.REGISTER_KEEP)
def months(request: MemberRequest) -> HttpResponse:
    """Frozen balances, and the next one to freeze."""
    form = CloseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.close_month(form.cleaned_data["month"], by=request.member, at=timezone.now())
        except actions.CannotEnter as error:
            messages.error(request, str(error))
        return redirect("pharmacies:months")
    closed = RegisterMonth.objects.visible_to(request.member).select_related("closed_by__user")
    context = {
        "page": keyset.page(closed, ["-month", "-pk"], request.GET, size=PER_PAGE),
        "duties": ledger.duties(request.member, timezone.now()),
    }
    return _page(request, "months", context)


@require_safe
@require(Permission.REGISTER_KEEP)
def month_pdf(request: MemberRequest, month_id: UUID) -> HttpResponse:
    """The balance of a month on paper, as it was frozen."""
    visible = RegisterMonth.objects.visible_to(request.member).select_related("pharmacy")
    closed = get_object_or_404(visible, public_id=month_id)
    try:
        content = documents.month_pdf(closed, on=timezone.localdate())
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("pharmacies:months")
    audit.record("register.month_printed", closed, by=request.member)
    return file_of(content, Medium.PDF, f"balance-{closed.month:%Y-%m}")


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.REGISTER_KEEP)
def slips(request: MemberRequest) -> HttpResponse:
    """Order slips of the stub book: what was ordered and did not come yet."""
    today = timezone.localdate()
    form = OrderForm(
        request.POST if request.method == "POST" else None,
        packs=ledger.packs(request.member, today),
        today=today,
    )
    if form.is_valid():
        try:
            actions.order(form.order(), by=request.member, at=timezone.now())
        except actions.CannotEnter as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, "Bon de commande enregistré.")
            return redirect("pharmacies:slips")
    waiting = ledger.waiting_slips(request.member)
    return _page(request, "slips", {"form": form, "slips": waiting})


@require_http_methods(["GET", "HEAD"])
@require(Permission.REGISTER_KEEP)
def copies(request: MemberRequest) -> HttpResponse:
    """What the pharmacy keeps, on two supports, and when each was last handed over."""
    return _page(request, "copies", {"parts": ledger.copies(request.member, timezone.localdate())})


@require_POST
@require(Permission.REGISTER_KEEP)
def copy(request: MemberRequest, subject: str, medium: str) -> HttpResponse:
    """Download the whole on one support; remembered with its fingerprint."""
    if subject not in Kept.values or medium not in Medium.values:
        raise Http404
    at = timezone.now()
    try:
        made = _copy(request.member.site, Kept(subject), Medium(medium), at)
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("pharmacies:copies")
    actions.keep_copy(made, by=request.member, at=at)
    name = {Kept.REGISTER: "registre-stupefiants", Kept.COPIES: "ordonnances-delivrees"}
    day = request.member.site.local_day(at)
    return file_of(made.content, made.medium, f"{name[made.subject]}-{day:%Y-%m-%d}")


def _copy(site: Site, subject: Kept, medium: Medium, at: datetime) -> actions.Copy:
    """How far it goes is read first: what comes meanwhile is in no copy."""
    on, last = site.local_day(at), ledger.last_number(site.pk, subject)
    if subject == Kept.COPIES:
        told = prescribed.copied(site, on)
        content = (
            prescribed.csv(told) if medium == Medium.CSV else prescribed.paper(told, site, on=on)
        )
        return actions.Copy(subject, medium, content, last)
    lines = documents.lines_of(site)
    content = (
        documents.register_csv(lines)
        if medium == Medium.CSV
        else documents.register_pdf(lines, site, on=on)
    )
    return actions.Copy(subject, medium, content, lines[-1].number if lines else 0)


def _page(request: MemberRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """A page that leads back to the register."""
    trail = [("Registre", reverse("pharmacies:register"))]
    return render(request, f"pharmacies/{name}.html", context | {"crumbs": trail})
