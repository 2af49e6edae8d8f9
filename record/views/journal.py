"""Who opened a record, what an account saw, the whole journal."""

from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from accounts import pro_sante_connect as psc
from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import User
from accounts.permissions import require
from core import audit, papers, seals, spreadsheets
from core.models import JournalCheck, Seal
from core.pdf import PdfUnavailable
from patients import access
from patients.models import Enrolment
from programmes.models import Programme
from record import documents, found_by
from record import journal as lines
from record.forms import FindForm, JournalForm
from record.journal import Asked


Row = TypeVar("Row", bound=Model)

HEADINGS = (
    "Date et heure", "Décalage UTC", "Acte", "Auteur", "Rôle", "Lieu", "Dossier", "Détail",
    "Requête",
)  # fmt: skip
# Days with an access that are told in the paper handed to a patient: more than any file has.
PRINTED_DAYS = 2000
NEWEST = 30


# --- One record ------------------------------------------------------------------------------


@require_safe
@require(Permission.PATIENT_VIEW)
def accesses(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Who opened this record, and what they did."""
    enrolment, person = access.open_record(request, enrolment_id)
    zone = timezone.get_current_timezone()
    found = lines.accesses(enrolment, request.GET.dict(), zone=zone)
    context = {"enrolment": enrolment, "person": person, "tab": "history", "found": found}
    return render(request, "record/accesses.html", context)


@require_safe
@require(Permission.PATIENT_VIEW)
def accesses_pdf(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """The same on paper, for the patient."""
    enrolment, person = access.open_record(request, enrolment_id)
    subject = str(enrolment.public_id)
    zone = timezone.get_current_timezone()
    found = lines.accesses(enrolment, {}, zone=zone, days=PRINTED_DAYS)
    try:
        pdf = documents.access_list(enrolment, person, found.rows, on=timezone.localdate())
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("record:accesses", enrolment_id)
    audit.record("accesses.printed", enrolment, by=request.member, subject=subject)
    return papers.pdf(pdf, f"acces-{enrolment.number}.pdf")


# --- The whole journal -----------------------------------------------------------------------


@require_safe
@require(Permission.JOURNAL_READ)
def journal(request: MemberRequest) -> HttpResponse:
    """Who, what, when: of everybody, of one account or of one record."""
    form, asked = _asked(request)
    _trace(request, "journal.searched", asked)
    context = {
        "form": form,
        "find": FindForm(),
        "asked": asked,
        "found": lines.page(asked, request.GET.dict()),
        "last_check": JournalCheck.objects.order_by("-at", "-pk").first(),
        "last_seal": Seal.objects.order_by("-pk").first(),
    }
    return render(request, "record/journal.html", context)


def _asked(request: MemberRequest) -> tuple[JournalForm, Asked]:
    """What the address asks; an account or a record that does not exist is a 404."""
    form = JournalForm(request.GET)
    user = _one(User.objects.all(), request.GET.get("compte", ""))
    visible = Enrolment.objects.filter(programme__in=Programme.objects.visible_to(request.member))
    enrolment = _one(visible, request.GET.get("dossier", ""))
    return form, form.asked(user, enrolment)


def _one(rows: "QuerySet[Row]", public_id: str) -> Row | None:
    """The row of that public id; None when nothing is asked."""
    if not public_id:
        return None
    try:
        return get_object_or_404(rows, public_id=UUID(public_id))
    except ValueError:
        raise Http404 from None


def _trace(request: MemberRequest, action: str, asked: Asked) -> None:
    """Journal what was looked for, in numbers of rows: the journal names nobody."""
    audit.record(
        action,
        by=request.member,
        user=asked.user.pk if asked.user else None,
        enrolment=asked.enrolment.pk if asked.enrolment else None,
        actions=len(asked.actions),
        since=asked.since,
        until=asked.until,
    )


@require_POST
@require(Permission.JOURNAL_READ)
def find(request: MemberRequest) -> HttpResponse:
    """From what was typed to the journal of one account or of one record."""
    form = FindForm(request.POST)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    found = found_by.search(typed, member=request.member)
    if len(found.users) == 1 and not found.enrolment:
        return redirect("record:account_journal", found.users[0].public_id)
    if found.enrolment:
        query = urlencode({"dossier": str(found.enrolment.public_id)})
        return redirect(f"{reverse('record:journal')}?{query}")
    context = {"find": form, "found": found}
    return render(request, "record/journal_find.html", context)


@require_safe
@require(Permission.JOURNAL_READ)
def account(request: MemberRequest, user_id: UUID) -> HttpResponse:
    """What an account saw: its records, the last opened first."""
    user = get_object_or_404(User, public_id=user_id)
    form = JournalForm(request.GET)
    asked = form.asked(user, None)
    _trace(request, "journal.searched", asked)
    context = {
        "user_seen": user,
        "members": user.memberships.select_related("site").order_by("-started_on", "pk"),
        "form": form,
        "seen": lines.seen(user, asked),
        "most": lines.MOST_SEEN,
    }
    return render(request, "record/account_journal.html", context)


@require_safe
@require(Permission.JOURNAL_READ)
def export(request: MemberRequest) -> HttpResponseBase:
    """The lines that are asked, in a file; that too is a line."""
    _, asked = _asked(request)
    _trace(request, "journal.exported", asked)
    name = f"recann-journal-{timezone.localdate().isoformat()}.csv"
    zone = timezone.get_current_timezone()
    return spreadsheets.download(HEADINGS, lines.rows_of(lines.everything(asked), zone), name)


@require_safe
@require(Permission.JOURNAL_READ)
def integrity(request: MemberRequest) -> HttpResponse:
    """Seals, copies outside and verifications; and whether who proves identities answers."""
    context = {
        "psc": {"enabled": psc.enabled(), "answers": psc.enabled() and psc.answers()},
        "checks": JournalCheck.objects.order_by("-at", "-pk")[:NEWEST],
        "last_seal": Seal.objects.order_by("-pk").first(),
        "seals": Seal.objects.count(),
        "copies": seals.copies()[-NEWEST:][::-1],
    }
    return render(request, "record/integrity.html", context)
