from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import step_up
from accounts.enums import Permission, Role, SiteKind
from accounts.middleware import MemberRequest
from accounts.models import Member, Site, User
from accounts.permissions import allows, require
from core import audit, keyset
from rights import due, team
from rights.actions import members as actions
from rights.actions import suspension
from rights.actions.members import CannotChangeRights, Right
from rights.forms import ConfirmForm, FindForm, NewcomerForm, RoleForm, SiteForm
from rights.models import Review


PAGE_SIZE = 50


@require_safe
@require(Permission.MEMBERS_MANAGE)
def sites(request: MemberRequest) -> HttpResponse:
    """Every site, for the manager; a referent goes straight to their own."""
    if not allows(request.member, Permission.REFERENTS_NAME):
        return redirect("rights:team", request.member.site.public_id)
    form = SiteForm(request.GET)
    page = keyset.page(_listed(request, form), ["name", "pk"], request.GET, size=PAGE_SIZE)
    context = {"form": form, "page": page, "own": request.member.site}
    return render(request, "rights/sites.html", context)


def _listed(request: MemberRequest, form: SiteForm) -> Any:  # noqa: ANN401  a queryset with more
    """With the referents of each: two queries a page."""
    said = form.cleaned_data if form.is_valid() else {}
    typed = said.get("q", "")
    named = Q(name__icontains=typed) | Q(town__icontains=typed)
    of_kind = Q(kind=said["nature"]) if said.get("nature") else Q()
    referents = Member.objects.open().filter(is_referent=True).select_related("user")
    return (
        Site.objects.managed_by(request.member)
        .filter(named, of_kind)
        .prefetch_related(Prefetch("members", referents, to_attr="referents"))
    )


@require_safe
@require(Permission.MEMBERS_MANAGE)
def team_of(request: MemberRequest, site_id: UUID) -> HttpResponse:
    site = get_object_or_404(Site.objects.managed_by(request.member), public_id=site_id)
    today = timezone.localdate()
    reviews = Review.objects.filter(site=site).select_related("signed_by__user")
    context = {
        "site": site,
        "rows": team.of(site, today=today),
        "own_user": request.member.user_id,
        "names_referent": _names_referent(request, site),
        "reviews": list(reviews.order_by("-reviewed_on", "-pk")[:5]),
        "due": due.of_sites([site], today),
    }
    return render(request, "rights/team.html", context)


def _names_referent(request: MemberRequest, site: Site) -> bool:
    """Whether what this person opens there is the charge of referent, and nothing else."""
    return request.member.role == Role.MANAGER and site.kind != SiteKind.AGENCY


# --- Adding somebody -------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MEMBERS_MANAGE)
def add(request: MemberRequest, site_id: UUID) -> HttpResponse:
    """Look for the account; then give it a role, or open one."""
    site = get_object_or_404(Site.objects.managed_by(request.member), public_id=site_id)
    step = {"find": _find, "give": _give, "open": _open}.get(request.POST.get("step", ""))
    found = step(request, site) if step else {"find": FindForm()}
    if isinstance(found, Member):
        messages.success(
            request, f"{found.user.full_name}\u202f: le rôle est ouvert, un courriel l’annonce."
        )
        return redirect("rights:team", site.public_id)
    context = {"site": site, "names_referent": _names_referent(request, site), **found}
    context.setdefault("signature", step_up.signature(request, unbound=True))
    return render(request, "rights/add.html", context)


_Found = dict[str, Any]


def _find(request: MemberRequest, site: Site) -> _Found:
    form = FindForm(request.POST)
    if not form.is_valid():
        return {"find": form}
    typed = form.cleaned_data["identifier"]
    user = User.objects.known_as(typed)
    audit.record("account.searched", user, by=request.member, found=user is not None)
    if user is not None:
        return {"person": user, "role": RoleForm(initial={"user": user.public_id}, site=site)}
    kind = "email" if "@" in typed else "rpps"
    return {"newcomer": NewcomerForm(initial={kind: typed.strip()}, site=site)}


def _give(request: MemberRequest, site: Site) -> Member | _Found:
    form, signature = RoleForm(request.POST, site=site), step_up.signature(request)
    user = User.objects.filter(public_id=form["user"].value()).first() if form.is_valid() else None
    if user is None:
        return {"find": FindForm()}
    shown = {"person": user, "role": form, "signature": signature}
    if not signature.is_valid():
        return shown
    try:
        right = Right(site, form.given, _names_referent(request, site))
        return actions.give(right, user, by=request.member, at=timezone.now())
    except CannotChangeRights as refusal:
        form.add_error("role", str(refusal))
        return shown


def _open(request: MemberRequest, site: Site) -> Member | _Found:
    form, signature = NewcomerForm(request.POST, site=site), step_up.signature(request)
    shown = {"newcomer": form, "signature": signature}
    if not (form.is_valid() and signature.is_valid()):
        return shown
    try:
        right = Right(site, form.given, _names_referent(request, site))
        return actions.give_to_newcomer(right, form.person(), by=request.member, at=timezone.now())
    except CannotChangeRights as refusal:
        form.add_error(None, str(refusal))
        return shown


# --- One member ------------------------------------------------------------------------------


@require_safe
@require(Permission.MEMBERS_MANAGE)
def member(request: MemberRequest, member_id: UUID) -> HttpResponse:
    found = _one(request, member_id)
    return _page(request, found, ConfirmForm())


def _page(request: MemberRequest, found: Member, form: ConfirmForm) -> HttpResponse:
    context = {
        "row": team.rows([found], today=timezone.localdate())[0],
        "form": form,
        "is_own": found.user_id == request.member.user_id,
        "may_name": allows(request.member, Permission.REFERENTS_NAME),
        "is_last": found.is_referent
        and not Member.objects.referents_of(found.site_id).exclude(pk=found.pk).exists(),
    }
    return render(request, "rights/member.html", context)


def _one(request: MemberRequest, member_id: UUID) -> Member:
    rows = Member.objects.managed_by(request.member)
    return get_object_or_404(
        rows.select_related("user", "site", "replaces__user"), public_id=member_id
    )


@require_POST
@require(Permission.MEMBERS_MANAGE)
def end(request: MemberRequest, member_id: UUID) -> HttpResponse:
    found, form = _one(request, member_id), ConfirmForm(request.POST)
    try:
        confirmed = form.is_valid() and form.cleaned_data["confirmed"]
        actions.end(found, confirmed=confirmed, by=request.member, at=timezone.now())
    except CannotChangeRights as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, form)
    messages.success(request, f"{found.user.full_name}\u202f: le rôle est retiré.")
    return redirect("rights:team", found.site.public_id)


@require_POST
@require(Permission.REFERENTS_NAME)
def referent(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Name the member referent, or take the charge back."""
    found, form = _one(request, member_id), ConfirmForm(request.POST)
    confirmed, now = form.is_valid() and form.cleaned_data["confirmed"], timezone.now()
    try:
        if found.is_referent:
            actions.withdraw_referent(found, confirmed=confirmed, by=request.member, at=now)
        else:
            actions.name_referent(found, by=request.member, at=now)
    except CannotChangeRights as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, form)
    messages.success(request, "Le référent est changé\u202f; la personne en est prévenue.")
    return redirect("rights:member", found.public_id)


@require_POST
@require(Permission.MEMBERS_MANAGE)
def reopen(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Reopen a suspended account; the next sign-in asks for both factors, as ever."""
    found = _one(request, member_id)
    if found.user_id != request.member.user_id and suspension.reopen(
        found.user, by=request.member, at=timezone.now()
    ):
        messages.success(request, f"Le compte de {found.user.full_name} est rouvert.")
    return redirect("rights:member", found.public_id)
