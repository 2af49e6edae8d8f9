"""What the pharmacy is owed, month by month."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from core import audit
from core.months import add_months
from core.pdf import PdfUnavailable
from pharmacies import documents, rules
from pharmacies.enums import Medium
from pharmacies.stock import first_of
from pharmacies.views.files import file_of


# Months offered in the list. No legal source.
OFFERED = 24


@require_safe
@require(Permission.DISPENSATION_WRITE)
def statement(request: MemberRequest) -> HttpResponse:
    """One month, the last one that is over unless another is asked."""
    today = timezone.localdate()
    last = add_months(first_of(today), -1)
    month = _month(request.GET.get("mois", ""), last)
    told = documents.statement_of(request.member.site, month)
    rows = [
        (row.act, documents.euros(row.amount) if row.amount is not None else "–")
        for row in told.rows
    ]
    context: dict[str, Any] = {
        "told": told,
        "rows": rows,
        "total": documents.euros(told.total),
        "is_over": month <= last,
        # The page of an older one is closed, as that of its patient.
        "linked": month > rules.served_after(today),
        "months": [add_months(first_of(today), -back) for back in range(OFFERED)],
    }
    return render(request, "pharmacies/statement.html", context)


def _month(asked: str, last: date) -> date:
    """«2026-03» in the address; anything else, or a month to come, is the last one over."""
    try:
        month = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return last
    return month if month <= add_months(last, 1) else last


@require_safe
@require(Permission.DISPENSATION_WRITE)
def statement_file(request: MemberRequest, month: str, medium: str) -> HttpResponse:
    """The same as a sealed PDF or as a CSV file."""
    if medium not in Medium.values:
        raise Http404
    site, on = request.member.site, timezone.localdate()
    chosen = _month(month, add_months(first_of(on), -1))
    told = documents.statement_of(site, chosen)
    try:
        content = (
            documents.statement_csv(told)
            if medium == Medium.CSV
            else documents.statement_pdf(told, site, on=on)
        )
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("pharmacies:statement")
    audit.record(
        "compensation.statement", by=request.member, month=chosen, fingerprint=told.fingerprint
    )
    return file_of(content, Medium(medium), f"releve-indemnisation-{chosen:%Y-%m}")
