"""Imports of the manager: send a file, read what it would change, confirm or leave."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.directories import actions
from accounts.directories.enums import COUNTED, DONE, ChangeKind, ImportKind
from accounts.directories.forms import ConfirmForm, SendForm
from accounts.directories.plan import READERS, Plan
from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import ImportedFile
from accounts.permissions import require
from core import audit, papers
from core.keyset import page
from core.tables import CannotRead, to_csv


PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.IMPORT_MANAGE)
def files(request: MemberRequest) -> HttpResponse:
    """What was imported, and another file to send."""
    is_sent = request.method == "POST"
    form = SendForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if form.is_valid():
        file = actions.stage(form.sent(), by=request.member, at=timezone.now())
        return redirect("accounts:import", file.public_id)
    rows = ImportedFile.objects.select_related("uploaded_by__user", "confirmed_by__user")
    listed = page(rows, ["-uploaded_at", "-pk"], request.GET, size=PAGE_SIZE)
    kinds = [(ImportKind(kind).label, reader) for kind, reader in READERS.items()]
    return render(
        request, "accounts/imports.html", {"form": form, "listed": listed, "kinds": kinds}
    )


@require_safe
@require(Permission.IMPORT_MANAGE)
def file(request: MemberRequest, public_id: str) -> HttpResponse:
    """What the file would change, cell by cell what is wrong; or what it changed."""
    found = get_object_or_404(ImportedFile, public_id=public_id)
    return _page(request, found)


@require_POST
@require(Permission.IMPORT_MANAGE)
def confirm(request: MemberRequest, public_id: str) -> HttpResponse:
    """Import all of it, as it was previewed."""
    found, form = get_object_or_404(ImportedFile, public_id=public_id), ConfirmForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else ""
    now, today = timezone.now(), timezone.localdate()
    try:
        actions.confirm(found, seen=seen, by=request.member, at=now, today=today)
    except (actions.CannotImport, CannotRead) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Fichier importé.")
    return redirect("accounts:import", found.public_id)


@require_POST
@require(Permission.IMPORT_MANAGE)
def abandon(request: MemberRequest, public_id: str) -> HttpResponse:
    """Leave the file: nothing of it is imported."""
    found = get_object_or_404(ImportedFile, public_id=public_id)
    try:
        actions.abandon(found, by=request.member, at=timezone.now())
    except actions.CannotImport as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Import abandonné\u202f: rien n’a été changé.")
    return redirect("accounts:imports")


@require_safe
@require(Permission.IMPORT_MANAGE)
def problems(request: MemberRequest, public_id: str) -> HttpResponse:
    """The faults of a file that waits, as a table to correct it by."""
    waiting = ImportedFile.objects.waiting()
    found = get_object_or_404(waiting, public_id=public_id)
    plan, unreadable = _plan(request, found)
    audit.record("import.problems_exported", found, by=request.member)
    lines: list[Sequence[object]] = [
        (one.line, one.column, "avertissement" if one.is_warning else "erreur", one.message)
        for one in plan.problems
    ]
    lines += [("", "", "erreur", unreadable)] if unreadable else []
    content = to_csv(["ligne", "colonne", "gravité", "message"], lines)
    return papers.csv(content, "recann-import-erreurs.csv")


def _page(request: MemberRequest, found: ImportedFile) -> HttpResponse:
    plan, unreadable = (Plan(), "") if found.is_settled else _plan(request, found)
    counts = found.counts if found.is_settled else plan.counts
    words = DONE if found.is_settled else COUNTED
    context = {
        "file": found,
        "plan": plan,
        "unreadable": unreadable,
        "kpis": [
            {"number": counts.get(kind, 0), "label": words[kind]}
            for kind in ChangeKind
            if counts.get(kind, 0)
        ],
    }
    return render(request, "accounts/import.html", context)


def _plan(request: MemberRequest, found: ImportedFile) -> tuple[Plan, str]:
    """The preview, and why the file cannot be read at all."""
    try:
        now, today = timezone.now(), timezone.localdate()
        return actions.preview(found, by=request.member, today=today, at=now), ""
    except CannotRead as fault:
        return Plan(), str(fault)
