"""Structures of the manager: for what they are listed, by which decision, between which days."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.enums import Permission, SiteKind
from accounts.middleware import MemberRequest
from accounts.models import Site
from accounts.permissions import require
from core.keyset import page
from programmes.actions import listings as actions
from programmes.listings.forms import DelistForm, FindForm, ListingForm, StructuresForm
from programmes.models import Indication, Listing, Programme
from programmes.models.places import ListingQuerySet


PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.LISTING_MANAGE)
def listings(request: MemberRequest) -> HttpResponse:
    """Every structure with its listings of today; by its number, the page of one, known or new."""
    today = timezone.localdate()
    find = FindForm(request.POST if request.method == "POST" else None)
    if find.is_valid() and (site := _found(request, find, today)):
        return redirect("programmes:structure", site.public_id)
    form = StructuresForm(request.GET)
    rows = _structures(request, form, today)
    listed = page(rows, ["departement", "town", "name", "pk"], request.GET, size=PAGE_SIZE)
    context = {"form": form, "find": find, "listed": listed}
    return render(request, "programmes/listings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.LISTING_MANAGE)
def structure(request: MemberRequest, site_id: UUID) -> HttpResponse:
    """The listings of one structure, past and present, and another to make."""
    site = _site(site_id)
    form = ListingForm(
        request.POST if request.method == "POST" else None, indications=_indications(request)
    )
    if form.is_valid() and _listed(request, site, form):
        return redirect("programmes:structure", site.public_id)
    context = {"site": site, "form": form, "listings": _history(request, site)}
    return render(request, "programmes/structure.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.LISTING_MANAGE)
def delist(request: MemberRequest, listing_id: UUID) -> HttpResponse:
    """End one listing, by a decision."""
    visible = Listing.objects.visible_to(request.member).select_related("site", "indication")
    listing = get_object_or_404(visible.filter(delisted_on=None), public_id=listing_id)
    form = DelistForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _ended(request, listing, form):
        return redirect("programmes:structure", listing.site.public_id)
    return render(request, "programmes/delist.html", {"listing": listing, "form": form})


# --- What is shown ---------------------------------------------------------------------------


def _site(site_id: UUID) -> Site:
    return get_object_or_404(Site, public_id=site_id, kind=SiteKind.REFERENCE_CENTRE)


def _indications(request: MemberRequest) -> list[Indication]:
    programmes = Programme.objects.visible_to(request.member)
    return list(Indication.objects.filter(programme__in=programmes))


def _history(request: MemberRequest, site: Site) -> ListingQuerySet:
    mine = Listing.objects.visible_to(request.member).filter(site=site)
    return mine.select_related("indication__programme").order_by("-listed_on", "-pk")


def _structures(request: MemberRequest, form: StructuresForm, today: date) -> QuerySet[Site]:
    """Structures under the filters, each with its listings of today."""
    standing = Listing.objects.visible_to(request.member).in_force(today)
    sites = Site.objects.filter(kind=SiteKind.REFERENCE_CENTRE)
    if form.chosen:
        sites = sites.filter(departement=form.chosen)
    if form.listed:
        is_listed = Exists(standing.filter(site=OuterRef("pk")))
        sites = sites.filter(is_listed if form.listed == "oui" else ~is_listed)
    ordered = standing.select_related("indication").order_by("indication__code", "pk")
    return sites.prefetch_related(Prefetch("listings", queryset=ordered, to_attr="standing"))


# --- What is done ----------------------------------------------------------------------------


def _found(request: MemberRequest, form: FindForm, today: date) -> Site | None:
    try:
        return actions.find_structure(form.cleaned_data["finess"], by=request.member, on=today)
    except actions.CannotList as refusal:
        form.add_error(refusal.field, str(refusal))
        return None


def _listed(request: MemberRequest, site: Site, form: ListingForm) -> bool:
    chosen = list(form.cleaned_data["indications"])
    try:
        actions.list_structure(site, chosen, form.decision(), by=request.member)
    except actions.CannotList as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    messages.success(request, "Inscription enregistrée.")
    return True


def _ended(request: MemberRequest, listing: Listing, form: DelistForm) -> bool:
    try:
        actions.delist(listing, form.decision(), by=request.member)
    except actions.CannotList as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    messages.success(request, "Retrait enregistré.")
    return True
