"""What a link sent by mail opens: an invitation, a forgotten password, a factor to enrol again."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions, required, sessions
from accounts import pro_sante_connect as psc
from accounts.enums import LinkKind
from accounts.forms import FirstPasswordForm, ForgottenForm, KnownPasswordForm, PasswordForm
from accounts.models import AccountLink, User
from accounts.views.sign_in import WRONG_PASSWORD
from core import throttle


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail: one answer, whoever asks."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.ask_new_password(
            form.cleaned_data["identifier"],
            source=throttle.source_of(request),
            at=timezone.now(),
        )
        return redirect("accounts:link_sent")
    return render(request, "accounts/forgotten.html", {"form": form})


@login_not_required
@require_http_methods(["GET", "HEAD"])
def link_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/link_sent.html")


@login_not_required
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Note which link was opened, and leave its address: no other page and no log may learn it.

    Looking uses nothing up: mail servers open links before people do.
    """
    found = actions.link_of(token, at=timezone.now())
    if found is None:
        answer: HttpResponse = _dead(request)
    else:
        request.session["opened_link"] = found.pk
        answer = redirect("accounts:opened_link")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _dead(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/dead_link.html", status=404)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def opened_link(request: HttpRequest) -> HttpResponse:
    """What the link opened in this browser asks for."""
    valid = AccountLink.objects.valid(timezone.now()).select_related("user")
    found = valid.filter(pk=request.session.get("opened_link", 0)).first()
    if found is None:
        return _dead(request)
    steps = {
        LinkKind.INVITATION: _invitation,
        LinkKind.PASSWORD: _password,
        LinkKind.FACTOR: _factor,
    }
    try:
        return steps[LinkKind(found.kind)](request, found)
    except actions.LinkIsDead:
        return _dead(request)


def _owner(found: AccountLink) -> User:
    if found.user is None:  # the database refuses to mail a link to nobody
        raise actions.LinkIsDead
    return found.user


def _invitation(request: HttpRequest, found: AccountLink) -> HttpResponse:
    form = FirstPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = actions.accept_invitation(found, form.cleaned_data["new"], at=timezone.now())
        except actions.CannotChangePassword as refusal:
            form.add_error("new", refusal.messages)
        else:
            return _after_first_password(request, user)
    members = _owner(found).memberships.open().select_related("site").order_by("pk")
    context = {
        "form": form,
        "user": _owner(found),
        "members": list(members),
        "psc": psc.enabled() and bool(_owner(found).rpps),
    }
    return render(request, "accounts/invitation.html", context)


def _after_first_password(request: HttpRequest, user: User) -> HttpResponse:
    """The second factor comes next; where Pro Santé Connect is required, from a session of its."""
    if told := required.refusal(user):
        messages.info(request, told)
        return redirect("accounts:sign_in")
    return _to_enrolment(request, user)


def _password(request: HttpRequest, found: AccountLink) -> HttpResponse:
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.reset_password(found, form.cleaned_data["new"], at=timezone.now())
        except actions.CannotChangePassword as refusal:
            form.add_error("new", refusal.messages)
        else:
            messages.success(
                request, "Mot de passe changé. Connectez-vous avec le nouveau mot de passe."
            )
            return redirect("accounts:sign_in")
    return render(request, "accounts/new_password.html", {"form": form})


def _factor(request: HttpRequest, found: AccountLink) -> HttpResponse:
    """The link and the password together; the link is used up by the enrolment."""
    form = KnownPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        user = actions.check_password(
            _owner(found).email,
            form.cleaned_data["password"],
            source=throttle.source_of(request),
            at=timezone.now(),
        )
        told = WRONG_PASSWORD if user is None else required.refusal(user)
        if user is not None and not told:
            return _to_enrolment(request, user, link=found.pk)
        form.add_error("password", told)
    return render(request, "accounts/factor_link.html", {"form": form})


def _to_enrolment(request: HttpRequest, user: User, **kept: int) -> HttpResponse:
    """Signed in by a password alone: nothing but the second factor opens."""
    request.session.flush()
    login(request, user)
    sessions.wait_for_factor(request.session, next_url="/")
    request.session.update(kept)
    return redirect("accounts:enrol_totp")
