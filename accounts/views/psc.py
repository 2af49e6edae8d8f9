"""Pro Santé Connect: in, once more to sign, and out on both sides."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, claims, sessions, step_up
from accounts import pro_sante_connect as psc
from accounts.middleware import MemberRequest, account, is_verified
from accounts.views.sign_in import begin, safe_next
from core import audit, throttle


# Seconds during which a logout token is remembered: longer than it is accepted.
REMEMBERED = 3600


@login_not_required
@require_safe
def psc_start(request: HttpRequest) -> HttpResponse:
    """Leave for Pro Santé Connect, at the person's request."""
    if not psc.enabled():
        raise Http404
    request.session.set_expiry(sessions.WAITING_SECONDS)
    next_url = safe_next(request, request.GET.get("next", ""))
    return _leave(request, next_url=next_url)


@require_safe
def psc_again(request: MemberRequest) -> HttpResponse:
    """Somebody signed in proves again who they are, to sign."""
    subject = request.session.get("psc", {}).get("subject")
    if not psc.enabled() or not subject:
        raise Http404
    next_url = safe_next(request, request.GET.get("next", ""))
    return _leave(request, next_url=next_url, again_for=subject)


def _leave(request: HttpRequest, *, next_url: str, again_for: str = "") -> HttpResponse:
    try:
        return psc.start(request, next_url=next_url, again_for=again_for)
    except psc.Refusal as refusal:
        return _refused(request, refusal.cause, str(refusal), refusal.status)


@login_not_required
@require_safe
@never_cache
def psc_return(request: HttpRequest) -> HttpResponse:
    """Back from Pro Santé Connect. Whatever is refused leaves no session half open."""
    if not psc.enabled():
        raise Http404
    try:
        proof = psc.finish(request)
        return _proved_again(request, proof) if proof.again_for else _enter(request, proof)
    except psc.Refusal as refusal:
        return _refused(request, refusal.cause, str(refusal), refusal.status)
    except actions.CannotEnter as refusal:
        return _refused(request, refusal.cause, str(refusal), 403)


def _refused(request: HttpRequest, cause: str, text: str, status: int) -> HttpResponse:
    by = actions.agent(account(request)) if request.user.is_authenticated else audit.Agent()
    source = actions.trace(throttle.source_of(request))
    audit.record("psc.refused", by=by, cause=cause, source=source)
    context = {"text": text, "cause": cause, "signed_in": is_verified(request)}
    return render(request, "accounts/psc_refused.html", context, status=status)


def _enter(request: HttpRequest, proof: psc.Proof) -> HttpResponse:
    identity = claims.identity(proof.issuer, proof.claims)
    user = actions.enter(identity, at=timezone.now())
    request.session.flush()
    login(request, user)
    begin(request, sessions.PRO_SANTE_CONNECT)
    request.session["next"] = proof.next_url
    request.session["psc"] = {"subject": identity.subject, "id_token": psc.seal(proof.id_token)}
    request.session["provider_sid"] = proof.sid or actions.UNNAMED
    choices = identity.situations_as(user.profession)
    request.session["situations"] = [[one.code, one.label, one.finess] for one in choices]
    audit.record("sign_in.psc_ok", user, by=actions.agent(user))
    return redirect("accounts:situation")


def _proved_again(request: HttpRequest, proof: psc.Proof) -> HttpResponse:
    """The identity that opened this session, and no other, proved itself since it was asked."""
    if not is_verified(request) or request.session["psc"]["subject"] != proof.again_for:
        raise psc.Refusal
    step_up.proved(request, step_up.PRO_SANTE_CONNECT)
    return redirect(proof.next_url)


# --- The practice situation ------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def situation(request: HttpRequest) -> HttpResponse:
    """Choose in which situation one acts; whoever has only one is not asked."""
    if not is_verified(request):
        return redirect("accounts:second_factor")
    choices = request.session.get("situations", [])
    asked = request.POST.get("situation", "")
    chosen = [one for one in choices if one[0] == asked] if len(choices) > 1 else choices
    if len(choices) > 1 and not chosen:
        shown = {"situations": choices, "current": request.session.get("situation", "")}
        return render(request, "accounts/situation.html", shown)
    if chosen:
        _act_in(request, *chosen[0])
    return redirect("accounts:choose")


def _act_in(request: HttpRequest, code: str, label: str, finess: str) -> None:
    """It stands in each line of the journal from the next request on."""
    request.session["situation"] = code
    request.session["situation_label"], request.session["situation_finess"] = label, finess
    audit.record("situation.chosen", by=actions.agent(account(request)), situation=code)


# --- Out -------------------------------------------------------------------------------------


@login_not_required
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Back from Pro Santé Connect, signed out on both sides."""
    return render(request, "accounts/signed_out.html", {"leaving_url": ""})


# Another server sends it, without any cookie: the token it signed is the proof, and serves once.
@csrf_exempt
@login_not_required
@require_POST
@never_cache
def psc_logout(request: HttpRequest) -> HttpResponse:
    """The provider tells that somebody signed out there: their sessions end here too."""
    if not psc.enabled():
        raise Http404
    now = timezone.now()
    try:
        told = psc.read_logout_token(request.POST.get("logout_token", ""), now=int(now.timestamp()))
    except psc.Refusal as refusal:
        audit.record("psc.logout_refused", by=audit.Agent(), cause=refusal.cause)
        return HttpResponse(status=400)
    if throttle.allowed("psc logout", told.jti, limit=1, seconds=REMEMBERED, at=now):
        actions.end_provider_sessions(told.issuer, told.subject, told.sid)
        return HttpResponse(status=200)
    audit.record("psc.logout_refused", by=audit.Agent(), cause="replayed")
    return HttpResponse(status=400)
