"""The history of a participation, read by those who may open it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit, spreadsheets
from core.text import utc_offset
from patients import access
from patients.models import Enrolment
from record import touched, trail
from record.changes import Change
from record.forms import HistoryForm
from record.trail import Entry


# An act that changed no column has a line in the file too.
NO_CHANGE = Change("", "", "", "")
HEADINGS = (
    "Date et heure", "Décalage UTC", "Acte", "Auteur", "Rôle", "Lieu", "Objet", "Opération",
    "Donnée", "Avant", "Après", "Motif", "Version du logiciel", "Requête",
)  # fmt: skip


@require_safe
@require(Permission.PATIENT_VIEW)
def history(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Who changed what, when and why; of one fact with `fait`, of one datum with `champ`."""
    enrolment, person = access.open_record(request, enrolment_id)
    owner, field = _owner(request), request.GET.get("champ", "")
    written = touched.read(enrolment, owner)
    form = HistoryForm(request.GET, people=trail.people(written))
    found = trail.page(written, form.asked(), request.GET.dict())
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": "history",
        "form": form,
        "found": replace(found, rows=only(found.rows, field)),
        "owner": owner,
        "field": field,
    }
    return render(request, "record/history.html", context)


@require_safe
@require(Permission.PATIENT_VIEW)
def export(request: MemberRequest, enrolment_id: UUID) -> HttpResponseBase:
    """The same, whole, as a file; who took it is journaled."""
    enrolment, _ = access.open_record(request, enrolment_id)
    written = touched.read(enrolment, _owner(request))
    form = HistoryForm(request.GET, people=trail.people(written))
    entries = trail.everything(written, form.asked())
    _journal(request, enrolment)
    name = f"recann-{enrolment.number}-historique-{timezone.localdate().isoformat()}.csv"
    rows = rows_of(only(list(entries), request.GET.get("champ", "")))
    return spreadsheets.download(HEADINGS, rows, name)


def _journal(request: MemberRequest, enrolment: Enrolment) -> None:
    subject = str(enrolment.public_id)
    audit.record("history.exported", enrolment, by=request.member, subject=subject)


def _owner(request: MemberRequest) -> str:
    """The public id of a fact; "" when the address holds none."""
    try:
        return str(UUID(request.GET.get("fait", "")))
    except ValueError:
        return ""


def only(entries: Iterable[Entry], field: str) -> list[Entry]:
    """What concerns one datum; everything when none is asked."""
    return [one for one in (_narrowed(entry, field) for entry in entries) if one.told]


def _narrowed(entry: Entry, field: str) -> Entry:
    if not field:
        return entry
    told = []
    for group in entry.told:
        rows = [
            replace(row, changes=kept)
            for row in group.rows
            if (kept := [change for change in row.changes if change.name == field])
        ]
        if rows:
            told.append(replace(group, rows=rows))
    return replace(entry, told=told)


def rows_of(entries: Iterable[Entry]) -> Iterator[list[object]]:
    """One row a change; an act that changed no column has one too."""
    for entry in entries:
        at = timezone.localtime(entry.at)
        who = [entry.who, entry.role, entry.site]
        why = [entry.reason, entry.software, entry.request]
        for group in entry.told:
            for row in group.rows:
                what = [row.title, row.operation.label]
                for change in row.changes or [NO_CHANGE]:
                    told = [change.label, change.before, change.after]
                    day, offset = f"{at:%d/%m/%Y %H:%M:%S}", utc_offset(at)
                    yield [day, offset, entry.action, *who, *what, *told, *why]
