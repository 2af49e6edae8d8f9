"""Pages without a domain: verification of a document, drafts, caught mail."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit, codes, drafts, seal_key, throttle
from core.autosave import who
from core.forms import BearerForm, CodeForm


# Tries per source. No legal source: someone typing from paper never makes ten in a minute.
TRIES, TRIES_SECONDS = 10, 60
# Persons tried on one document. `interop.md` 6.4: five an hour, then nothing more is said.
PERSONS, PERSONS_SECONDS = 5, 3600
ANOTHER = "Une autre personne, ou un autre rôle, est connectée dans ce navigateur."
# Mails shown on the demonstration's page.
NEWEST = 100


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Public: type the short code printed on a document."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _answer(request, form.cleaned_data["code"], form)
    return _page(request, form)


@login_not_required
@require_safe
def verify_code(request: HttpRequest, token: str) -> HttpResponse:
    """Public: what the QR code of a document leads to."""
    return _answer(request, token[:200], CodeForm())


@login_not_required
@require_POST
def verify_bearer(request: HttpRequest) -> HttpResponse:
    """Public: whether the document names the person who presents it. Yes or no, nothing else."""
    now = timezone.now()
    form = BearerForm(request.POST, today=timezone.localdate(now))
    text = request.POST.get("code", "")[:200]
    if not _may_ask(request, now):
        return _page(request, CodeForm(), too_many=True, status=429)
    if not form.is_valid():
        return _show(request, text, CodeForm(), bearer_form=form)
    document = codes.find(text)
    # By its token and by its short code, a document is one.
    which = f"code {document.pk}" if document else text
    if not throttle.allowed("bearer", which, limit=PERSONS, seconds=PERSONS_SECONDS, at=now):
        return _page(request, CodeForm(), too_many_persons=True, status=429)
    typed = form.cleaned_data
    matches = codes.bears(document, name=typed["name"], birth_date=typed["birth_date"])
    audit.record("document.bearer_checked", document, by=audit.Agent(), matches=matches)
    return _show(request, text, CodeForm(), matches=matches)


@login_not_required
@require_safe
def published_key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Public: the key that checks documents without network, with `core/offline.py`."""
    return HttpResponse(seal_key.published(), content_type="application/x-pem-file")


def _may_ask(request: HttpRequest, now: datetime) -> bool:
    source = throttle.source_of(request)
    return throttle.allowed("verify", source, limit=TRIES, seconds=TRIES_SECONDS, at=now)


def _answer(request: HttpRequest, text: str, form: CodeForm) -> HttpResponse:
    if not _may_ask(request, timezone.now()):
        return _page(request, form, too_many=True, status=429)
    return _show(request, text, form)


def _show(request: HttpRequest, text: str, form: CodeForm, **context: object) -> HttpResponse:
    """Unknown, ended and purged codes share one path: one query, one page, one status."""
    answer = codes.answer(text)
    if answer and answer.names_somebody and "bearer_form" not in context:
        today = timezone.localdate()
        context["bearer_form"] = BearerForm(initial={"code": text}, today=today)
    status = 200 if answer else 404
    return _page(request, form, asked=True, answer=answer, status=status, **context)


def _page(
    request: HttpRequest, form: CodeForm, *, status: int = 200, **context: object
) -> HttpResponse:
    shown = {
        "form": form,
        "asked": False,
        "answer": None,
        "too_many": False,
        "too_many_persons": False,
        "bearer_form": None,
        "matches": None,
        **context,
    }
    response = render(request, "core/verify.html", shown, status=status)
    # The address may hold the token that opens it: no page that is left for is told of it. Not
    # `no-referrer`: browsers then send a form without its origin, which Django refuses.
    response["Referrer-Policy"] = "strict-origin"
    return response


@login_not_required  # answers 401 itself: a redirection would say nothing to the page's script
@require_POST
def save_draft(request: HttpRequest, key: str) -> JsonResponse:
    """Keep what a form holds, valid or not: `{version, data}` → `{version, heure}`."""
    if not request.user.is_authenticated:
        return JsonResponse({"erreur": "Votre session est terminée."}, status=401)
    owner = request.user.pk

    def save(data: dict[str, Any], version: int, at: datetime) -> drafts.Draft:
        if drafts.has_own_page(key):
            raise drafts.BadDraft
        return drafts.save(owner, key, data, version, at=at)

    return keep_typed(request, save, lambda: drafts.load(owner, key))


def keep_typed(
    request: HttpRequest,
    save: Callable[[dict[str, Any], int, datetime], drafts.Draft | drafts.Kept],
    other: Callable[[], drafts.Kept | None],
) -> JsonResponse:
    """Answer the page's script: `save` is given what was typed and the version it is over.

    :param other: what another page of the same person saved meanwhile, to be shown beside
    """
    typed = _read_draft(request)
    if typed is None:
        return JsonResponse({"erreur": str(drafts.BadDraft())}, status=400)
    if typed.get("who", "") not in {"", who(request)}:
        return JsonResponse({"erreur": ANOTHER, "autre_compte": True}, status=403)
    try:
        draft = save(typed["data"], typed["version"], timezone.now())
    except drafts.StaleDraft as error:
        kept = other()
        shown = {"autre": {**_told(kept), "data": kept.data}} if kept else {}
        return JsonResponse({"erreur": str(error), **shown}, status=error.status)
    except drafts.Refusal as error:
        return JsonResponse({"erreur": str(error)}, status=error.status)
    return JsonResponse(_told(draft))


def _told(saved: drafts.Draft | drafts.Kept) -> dict[str, Any]:
    hour = timezone.localtime(saved.saved_at).strftime("%H:%M")
    return {"version": saved.version, "heure": hour}


@require_POST
def discard_draft(request: HttpRequest, key: str) -> HttpResponse:
    """Give up what was typed and open the form again, as if nothing had been."""
    if drafts.has_own_page(key):
        raise Http404
    drafts.remove(request.user.pk or 0, key, at=timezone.now())
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(address if ours else "/")


def _read_draft(request: HttpRequest) -> dict[str, Any] | None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > 2 * drafts.MAX_BYTES:
        return None
    try:
        typed = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(typed, dict):
        return None
    version, data = typed.get("version"), typed.get("data")
    if type(version) is not int or version < 0 or not isinstance(data, dict):
        return None
    return typed


@login_not_required
@require_safe
def caught_mail(request: HttpRequest) -> HttpResponse:
    """Demonstration only: the mails that would have been sent."""
    if not settings.DEMO or settings.CAUGHT_MAIL_DIR is None:
        raise Http404
    files = sorted(settings.CAUGHT_MAIL_DIR.glob("*.eml"), reverse=True)[:NEWEST]
    mails = []
    for file in files:
        message = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
        part = message.get_body(preferencelist=("plain",))
        mails.append(
            {
                "to": message["To"],
                "subject": message["Subject"],
                # Without a zone («-0000»), the hour of a mail is that of UTC.
                "date": message["Date"].datetime.replace(tzinfo=UTC),
                "body": part.get_content() if part else "",
            }
        )
    return render(request, "core/caught_mail.html", {"mails": mails})
