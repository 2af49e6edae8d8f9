"""Which rows of a participation were written, when and by whom: the index of its history.

Tables of history are cut by month: a query over all of them is planned for longer than it runs.
So ids come first, from the tables of the acts, which are not cut; then only the tables that hold
some of them are read, between the first version of the patient and now: PostgreSQL leaves the
other months out before it plans (measured in ADR 0105).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, IntegerField, Max, Min, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Now

from core.models import JournalLine
from patients.models import Enrolment
from record import sources
from record.sources import Source
from retention import classes


# In place of the number of a source: the journal of an identity.
IDENTITY = -1


@dataclass(frozen=True)
class Span:
    """From the first version of the patient, which precedes all others, to now; both included."""

    since: datetime | None
    until: datetime

    def of(self, rows: "QuerySet[Any]", at: str) -> "QuerySet[Any]":
        if self.since:
            rows = rows.filter(**{f"{at}__gte": self.since})
        return rows.filter(**{f"{at}__lte": self.until})


@dataclass(frozen=True)
class Touch:
    """One version of one row. `table` is the number of its source, or `IDENTITY`."""

    at: datetime
    table: int
    row: int
    user: int | None

    @property
    def source(self) -> Source | None:
        return None if self.table == IDENTITY else sources.every()[self.table]


@dataclass(frozen=True)
class Touched:
    enrolment: Enrolment
    span: Span
    touches: Sequence[Touch]


def read(enrolment: Enrolment, owner: str = "") -> Touched:
    """All that was written, or what was written of one fact: its public id. Three queries."""
    span = _span(enrolment)
    branches = list(_branches(enrolment, owner, span))
    if not branches:
        return Touched(enrolment, span, [])
    found = branches[0].union(*branches[1:], all=True)
    return Touched(enrolment, span, [Touch(*one) for one in found])


def versions(source: Source, rows: Sequence[int], span: Span) -> "QuerySet[Any]":
    """The versions of these rows."""
    known = classes.versions_of(source.label).filter(pgh_obj__in=rows)
    return span.of(known, "pgh_created_at")


def identity_lines(enrolment: Enrolment, span: Span) -> "QuerySet[JournalLine]":
    lines = JournalLine.objects.filter(
        target_id=str(enrolment.patient_id),
        target_label="patients.Patient",
        action__startswith="identity.",
    )
    return span.of(lines, "at")


def _span(enrolment: Enrolment) -> Span:
    """On the clock of the database, which wrote the versions."""
    known = classes.versions_of(classes.LAST).filter(pgh_obj=enrolment.patient_id)
    # Django takes nothing but aggregates here.
    until = Coalesce(Max(Now()), Now())
    return Span(**known.aggregate(since=Min("pgh_created_at"), until=until))


def _rows(enrolment: Enrolment, owner: str) -> Mapping[int, list[int]]:
    """Number of each source that holds rows of this participation, and their keys."""
    branches = [
        source.rows(enrolment, owner)
        .annotate(table=Value(number, IntegerField()), row=F("pk"))
        .values_list("table", "row")
        for number, source in enumerate(sources.every())
        if not owner or source.owner is not None
    ]
    found: dict[int, list[int]] = {}
    for table, row in branches[0].union(*branches[1:], all=True):
        found.setdefault(table, []).append(row)
    return found


def _branches(enrolment: Enrolment, owner: str, span: Span) -> "Iterator[QuerySet[Any]]":
    who = Cast(KT("pgh_context__user"), BigIntegerField())
    for number, rows in _rows(enrolment, owner).items():
        table = Value(number, IntegerField())
        known = versions(sources.every()[number], rows, span).annotate(table=table, who=who)
        yield known.values_list("pgh_created_at", "table", "pgh_obj_id", "who")
    if not owner:
        lines = identity_lines(enrolment, span).annotate(table=Value(IDENTITY, IntegerField()))
        yield lines.values_list("at", "table", "pk", "user_id")
