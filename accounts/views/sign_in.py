"""In, and out."""

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import login as otp_login

from accounts import actions, demo, factors, passkeys, required, sessions
from accounts import pro_sante_connect as psc
from accounts.forms import CodeForm, FilledSignInForm, SignInForm
from accounts.middleware import MemberRequest, account, is_verified
from accounts.models import User
from core import audit, throttle


# One sentence for unknown, closed, wrong and throttled: nobody learns which.
WRONG_PASSWORD = (
    "Identifiant ou mot de passe incorrect. Vérifiez les deux\u202f; après plusieurs essais, "  # noqa: S105
    "attendez quelques minutes."
)
WRONG_CODE = (
    "Ce code n’est pas accepté. Attendez le suivant dans votre application, ou saisissez un "
    "code de secours."
)


def safe_next(request: HttpRequest, address: str) -> str:
    """An address of our own, or the home page."""
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if ours else "/"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """First factor: RPPS number or e-mail address, and password."""
    if request.user.is_authenticated and is_verified(request) and request.method != "POST":
        return redirect("accounts:choose")
    form = _sign_in_form(request)
    if form.is_valid() and (user := _with_password(request, form)):
        request.session.flush()
        login(request, user)
        next_url = safe_next(request, request.POST.get("next", ""))
        sessions.wait_for_factor(request.session, next_url=next_url)
        return redirect("accounts:second_factor")
    next_url = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "accounts": demo.accounts(), "password": demo.PASSWORD}
    psc_url = f"{reverse('accounts:psc_start')}?{urlencode({'next': next_url})}"
    means = {
        "psc_url": psc_url if psc.enabled() else "",
        "passkeys": passkeys.usable(request),
    }
    return render(request, "accounts/sign_in.html", {**context, **means, "next": next_url})


def _sign_in_form(request: HttpRequest) -> SignInForm:
    """Filled when the demonstration's page was asked for one of its accounts."""
    if request.method == "POST":
        return SignInForm(request.POST)
    asked = request.GET.get("compte", "")
    for shown in demo.accounts():
        if str(shown.user.public_id) == asked:
            return FilledSignInForm(
                initial={"identifier": shown.identifier, "password": demo.PASSWORD}
            )
    return SignInForm()


def _with_password(request: HttpRequest, form: SignInForm) -> User | None:
    user = actions.check_password(
        form.cleaned_data["identifier"],
        form.cleaned_data["password"],
        source=throttle.source_of(request),
        at=timezone.now(),
    )
    if user is None:
        form.add_error(None, WRONG_PASSWORD)
        return None
    if told := required.refusal(user):
        form.add_error(None, told)
        return None
    return user


@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Second factor: a one-time code, or a backup code."""
    user = account(request)
    if is_verified(request):
        return redirect("accounts:choose")
    if not factors.has_factor(user):
        return redirect("accounts:enrol_totp")
    demo_code = demo.current_code(user)
    form = CodeForm(request.POST if request.method == "POST" else None, initial={"code": demo_code})
    if form.is_valid():
        device = factors.prove(user, form.cleaned_data["code"], at=timezone.now())
        if device is not None:
            otp_login(request, device)
            begin(request)
            return redirect("accounts:choose")
        form.add_error("code", WRONG_CODE)
    passkey = passkeys.usable(request) and passkeys.has_any(user)
    context = {"form": form, "demo_code": demo_code, "passkey": passkey}
    return render(request, "accounts/second_factor.html", context)


def begin(request: HttpRequest, path: str = sessions.LOCAL) -> None:
    """Both factors are given: the session starts."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    sessions.begin(request.session, at=timezone.now(), user_agent=agent, path=path)


@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Signed in again, in a small window over the page where somebody was typing: it closes."""
    return render(request, "accounts/back.html")


@require_POST
def sign_out(request: MemberRequest) -> HttpResponse:
    by = request.member if request.member.pk else actions.agent(account(request))
    leaving_url = psc.leaving_url(request)
    audit.record("signed_out", by=by)
    logout(request)
    if leaving_url:
        response = render(request, "accounts/signed_out.html", {"leaving_url": leaving_url})
    else:
        messages.success(request, "Vous êtes déconnecté.")
        response = redirect("accounts:sign_in")
    # Pages that the browser kept to go back to. The storage of our pages holds the colours only.
    response["Clear-Site-Data"] = '"cache"'
    return response


@login_not_required  # answers 401 itself: a redirection would say nothing to the page's script
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """Keep the session, as any page does, and tell how many seconds it has left."""
    if not request.user.is_authenticated or not is_verified(request):
        return JsonResponse({"seconds": 0}, status=401)
    now = timezone.now()
    request.session["touched_at"] = int(now.timestamp())
    return JsonResponse({"seconds": sessions.seconds_left(request.session, at=now)})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form sent without its token: the session changed meanwhile, or another site sent it."""
    return render(request, "accounts/csrf_failure.html", status=403)
