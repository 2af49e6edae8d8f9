"""One page of an enrolment's prescriptions, found by its first row: as quick on page 100."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from patients.models import Enrolment
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription
from prescriptions.models.prescription import PrescriptionQuerySet


PAGE = 20


@dataclass(frozen=True)
class Page:
    """What components/pagination.html reads: addresses, or "" when there is nothing there."""

    rows: list[Prescription]
    newer: str
    older: str
    count: int | None = None


def cursor(text: str) -> str:
    """A public id, or nothing: any other text is not a page."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def page_of(enrolment: Enrolment, *, after: str, before: str) -> Page:
    """The newest first; `after` and `before` are public ids of rows, and say nothing else."""
    rows = (
        Prescription.objects.filter(enrolment=enrolment)
        .select_related("prescriber", "author__site")
        .prefetch_related("lines")
    )
    found, has_newer, has_older = _slice(rows, after=after, before=before)
    return Page(
        found,
        newer=f"?avant={found[0].public_id}" if found and has_newer else "",
        older=f"?apres={found[-1].public_id}" if found and has_older else "",
    )


def _slice(
    rows: PrescriptionQuerySet, *, after: str, before: str
) -> tuple[list[Prescription], bool, bool]:
    """Rows of the page, whether there are newer ones, whether there are older ones."""
    if before and (pk := _pk(rows, before)):
        found = list(rows.filter(pk__gt=pk).order_by("pk")[: PAGE + 1])
        return found[:PAGE][::-1], len(found) > PAGE, True
    pk = _pk(rows, after) if after else None
    older = rows.filter(pk__lt=pk) if pk else rows
    found = list(older.order_by("-pk")[: PAGE + 1])
    return found[:PAGE], pk is not None, len(found) > PAGE


def _pk(rows: PrescriptionQuerySet, public_id: str) -> int | None:
    return rows.filter(public_id=public_id).values_list("pk", flat=True).first()


def state(prescription: Prescription, today: date) -> tuple[str, str]:
    """Kind of badge and words: where a prescription stands today."""
    if prescription.status == Status.DRAFT:
        return "new", "Brouillon"
    if prescription.status == Status.VOIDED:
        return "", "Annulée"
    if today > prescription.ends_on:
        return "", "Terminée"
    if today < prescription.starts_on:
        return "info", "À venir"
    return "success", "En cours"
