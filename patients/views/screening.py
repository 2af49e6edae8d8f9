"""People seen and not included: counted without saying who."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import audit, papers
from core.tables import to_csv
from patients import actions, draft
from patients.draft import InclusionDraft
from patients.enums import AgeBand, Answer, ScreeningReason
from patients.forms import NotIncludedForm
from patients.models import NotIncluded
from programmes.enums import CriterionKind
from programmes.models import Criterion, Programme


# Lines of the page; the CSV file has them all.
MOST = 200
_HEADINGS = [
    "mois", "structure", "departement", "programme", "indication", "age", "motif", "critere",
    "personnes",
]  # fmt: skip
_COLUMNS = (
    "month", "site__name", "site__departement", "programme__short_name", "indication__label",
    "age_band", "reason", "criterion__text",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.PATIENT_INCLUDE)
def not_included(request: MemberRequest) -> HttpResponse:
    """Count somebody who is not included; what was typed of them is erased."""
    programmes = Programme.objects.visible_to(request.member).order_by("-opens_on", "pk")
    found = _draft(request)
    if request.method == "POST":
        form = NotIncludedForm(request.POST, programmes=programmes)
    else:
        form = NotIncludedForm(initial=_initial(request, found), programmes=programmes)
    if form.is_valid():
        actions.record_not_included(
            form.seen(),
            draft_id=found.id if found else None,
            by=request.member,
            at=timezone.now(),
        )
        messages.success(request, "La non-inclusion est consignée, sans rien qui dise qui.")
        return redirect("patients:screening")
    return render(request, "patients/not_included.html", {"form": form, "draft": found})


def _draft(request: MemberRequest) -> InclusionDraft | None:
    """The inclusion that stops here, if the page was opened from one."""
    asked = request.GET.get("saisie", "")
    if not asked:
        return None
    try:
        found = draft.load(UUID(asked), by=request.member, at=timezone.now())
    except ValueError:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def _initial(request: MemberRequest, found: InclusionDraft | None) -> dict[str, Any]:
    """What the draft tells already: the indication and the first criterion against."""
    if found is None:
        reason = request.GET.get("motif", "")
        return {"reason": reason if reason in ScreeningReason.values else ""}
    typed = found.typed("eligibilite")
    against = _first_against(typed)
    programme = Programme.objects.filter(pk=found.programme_id).first()
    return {
        "programme": programme.public_id if programme else None,
        "indication": typed.get("indication"),
        "criterion": against.pk if against else None,
        "reason": ScreeningReason.CRITERION if against else "",
        "age_band": AgeBand.MINOR
        if found.typed("information").get("person_kind") == "MINOR"
        else "",
    }


def _first_against(typed: dict[str, Any]) -> Criterion | None:
    answers = {
        int(name.removeprefix("criterion_")): value
        for name, value in typed.items()
        if name.removeprefix("criterion_").isdecimal()
    }
    against: dict[str, str] = {
        CriterionKind.INCLUSION: Answer.NO,
        CriterionKind.NON_INCLUSION: Answer.YES,
    }
    asked = Criterion.objects.filter(pk__in=answers).order_by("position", "pk")
    return next((one for one in asked if answers[one.pk] == against.get(one.kind)), None)


def _counted(request: MemberRequest) -> QuerySet[NotIncluded, dict[str, Any]]:
    visible: QuerySet[NotIncluded] = NotIncluded.objects.visible_to(request.member)
    rows: QuerySet[NotIncluded, dict[str, Any]] = visible.values(*_COLUMNS)
    return rows.annotate(people=Count("pk")).order_by("-month", *_COLUMNS[1:])


@require_safe
@require(Permission.SCREENING_VIEW)
def screening(request: MemberRequest) -> HttpResponse:
    """By month, structure, indication, age and reason: how many."""
    rows = [_shown(row) for row in _counted(request)[:MOST]]
    may_add = allows(request.member, Permission.PATIENT_INCLUDE)
    return render(request, "patients/screening.html", {"rows": rows, "may_add": may_add})


@require_safe
@require(Permission.SCREENING_VIEW)
def screening_csv(request: MemberRequest) -> HttpResponse:
    """All of it, one line a combination."""
    rows = [list(_shown(row).values()) for row in _counted(request)]
    audit.record("screening.exported", by=request.member, lines=len(rows))
    return papers.csv(to_csv(_HEADINGS, rows), "non-inclusions.csv")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """In words, in the order of the columns."""
    return {
        "month": f"{row['month']:%m/%Y}",
        "site": row["site__name"],
        "departement": row["site__departement"],
        "programme": row["programme__short_name"],
        "indication": row["indication__label"] or "Aucune du programme",
        "age": AgeBand(row["age_band"]).label,
        "reason": ScreeningReason(row["reason"]).label,
        "criterion": row["criterion__text"] or "",
        "people": row["people"],
    }
