"""The medicines of the programmes a manager is accredited for: no release to change them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core.autosave import autosaved
from core.numbers import french_number
from programmes import actions, catalogue, rules
from programmes.enums import Form, Regime
from programmes.forms import (
    DayForm,
    EndPackForm,
    NewProductForm,
    NoticeForm,
    PackForm,
    ProductForm,
    RegimeForm,
)
from programmes.models import Product, Programme, SupplyNotice


def _programmes(request: MemberRequest) -> QuerySet[Programme]:
    return Programme.objects.visible_to(request.member).order_by("opens_on", "pk")


def _product(request: MemberRequest, public_id: UUID) -> Product:
    mine = Product.objects.filter(programme__in=_programmes(request))
    return get_object_or_404(mine.select_related("programme"), public_id=public_id)


def _posted(request: MemberRequest) -> Any:  # noqa: ANN401  what a form takes
    return request.POST if request.method == "POST" else None


@require_safe
@require(Permission.PROGRAMME_MANAGE)
def products(request: MemberRequest) -> HttpResponse:
    """Every medicine, with its regime and its availability of the day."""
    today, programmes = timezone.localdate(), list(_programmes(request))
    found = Product.objects.filter(programme__in=programmes).order_by("name", "pk")
    entries = catalogue.entries(list(found), today)
    context = {
        "groups": [
            (one, [entry for entry in entries if entry.product.programme_id == one.pk])
            for one in programmes
        ],
        "today": today,
    }
    return render(request, "programmes/products.html", context)


@require_safe
@require(Permission.PROGRAMME_MANAGE)
def product(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """One medicine: what is true today, and the rows of each date."""
    found, today = _product(request, public_id), timezone.localdate()
    context = {
        "entry": catalogue.entries([found], today)[0],
        "difference": catalogue.difference(found),
        "indications": found.indications.order_by("label"),
        "regimes": found.regimes.order_by("-valid_from"),
        "packs": found.packs.order_by("valid_to", "-quantity", "pk"),
        "notices": found.notices.prefetch_related("substitutes").order_by("-valid_from", "-pk"),
        "today": today,
    }
    return render(request, "programmes/product.html", context)


# --- Changes ---------------------------------------------------------------------------------


def _changed(
    request: MemberRequest, form: forms.Form, act: Callable[[], Product], said: str
) -> HttpResponse | None:
    """Do it and go to the medicine; None when something typed is wrong, told at its field."""
    if not form.is_valid():
        return None
    try:
        changed = act()
    except actions.CannotChange as refusal:
        form.add_error(refusal.field, str(refusal))
        return None
    messages.success(request, said)
    return redirect("programmes:product", changed.public_id)


def _page(
    request: MemberRequest, form: forms.Form, title: str, product: Product | None, note: str = ""
) -> HttpResponse:
    context = {"form": form, "title": title, "product": product, "note": note}
    return render(request, "programmes/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
@autosaved("product_new")
def add_product(request: MemberRequest, code: str) -> HttpResponse:
    programme = get_object_or_404(_programmes(request), code=code)
    form = NewProductForm(_posted(request), programme=programme)

    def act() -> Product:
        kind = Form(form.cleaned_data["form"])
        told = {"code": form.cleaned_data["code"], "form": kind, "strength": form.strength}
        return actions.add_product(programme, form.facts, **told, by=request.member)

    said = "Le médicament est ajouté\u202f: indiquez son régime et ses conditionnements."
    done = _changed(request, form, act, said)
    return done or _page(request, form, "Ajouter un médicament", None, programme.name)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
@autosaved("product")
def change_product(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _product(request, public_id)
    form = ProductForm(_posted(request), programme=found.programme, product=found)

    def act() -> Product:
        actions.change_product(found, form.facts, by=request.member)
        return found

    note = "Une autre forme ou un autre dosage est un autre médicament."
    done = _changed(request, form, act, "Le médicament est modifié.")
    return done or _page(request, form, "Modifier le médicament", found, note)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
def set_regime(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _product(request, public_id)
    form = RegimeForm(_posted(request), initial={"valid_from": timezone.localdate()})

    def act() -> Product:
        regime, said = Regime(form.cleaned_data["regime"]), form.cleaned_data
        on = said["valid_from"]
        actions.set_regime(found, regime, valid_from=on, source=said["source"], by=request.member)
        if warning := catalogue.contradiction(found, regime, on):
            messages.warning(request, warning)
        return found

    done = _changed(request, form, act, "Le régime est enregistré.")
    return done or _page(request, form, "Régime", found, _computed(found))


def _computed(found: Product) -> str:
    """What the calculation gives: a control, the manager decides."""
    law = rules.regime_by_law(found.thc_percent, timezone.localdate())
    percent = french_number(found.thc_percent)
    return (
        f"Contrôle\u202f: {percent}\u202f% de THC déclarés donnent aujourd’hui "
        f"«\u202f{law.label}\u202f». Votre choix s’applique."
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
def add_pack(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _product(request, public_id)
    form = PackForm(_posted(request), initial={"valid_from": timezone.localdate()})

    def act() -> Product:
        return actions.add_pack(found, **form.cleaned_data, by=request.member).product

    done = _changed(request, form, act, "Le conditionnement est ajouté.")
    return done or _page(request, form, "Ajouter un conditionnement", found)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
def end_pack(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _product(request, public_id)
    form = EndPackForm(_posted(request), product=found)

    def act() -> Product:
        said = form.cleaned_data
        actions.end_pack(said["pack"], on=said["on"], by=request.member)
        return found

    done = _changed(request, form, act, "La fin de vente est enregistrée.")
    return done or _page(request, form, "Arrêter un conditionnement", found)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
@autosaved("supply_notice")
def publish_notice(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = _product(request, public_id)
    form = NoticeForm(_posted(request), product=found, today=timezone.localdate())

    def act() -> Product:
        return actions.publish_notice(found, form.text, by=request.member).product

    done = _changed(request, form, act, "L’avis est publié.")
    return done or _page(request, form, "Publier un avis d’approvisionnement", found)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PROGRAMME_MANAGE)
def lift_notice(request: MemberRequest, public_id: UUID) -> HttpResponse:
    mine = SupplyNotice.objects.filter(product__programme__in=_programmes(request))
    notice = get_object_or_404(mine.select_related("product"), public_id=public_id)
    form = DayForm(_posted(request), initial={"on": timezone.localdate()})

    def act() -> Product:
        actions.lift_notice(notice, on=form.cleaned_data["on"], by=request.member)
        return notice.product

    done = _changed(request, form, act, "L’avis est levé.")
    return done or _page(request, form, "Lever l’avis", notice.product, notice.message)
