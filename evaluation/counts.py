"""Counts by month, made by the database in one pass: of the whole base at night, of what was
recorded since on a page.

Each measure is written once, as two conditions: recorded by an instant, or after it. Together they
are the whole base, so that stored counts plus what came since are the figures of now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from accounts.geography import DEPARTEMENTS
from evaluation import indicators
from evaluation.enums import Measure
from evaluation.models import CountRun, MonthCount
from programmes.models import Programme


# A transaction that is still open at night may commit rows recorded a little before. Longer than
# any request lives (`STATEMENT_TIMEOUT` 30 s, gunicorn's timeout 60 s).
SETTLED = timedelta(minutes=5)


@dataclass(frozen=True)
class _Count:
    """A measure: the date it is counted at, what splits it, and the rows before and after."""

    measure: Measure
    month: str
    joins: str
    by_then: str
    since: str
    detail: str = "''"
    by_departement: bool = False


_EVENTS = "JOIN vigilance_adverseevent a ON a.enrolment_id = e.id"
# Driven by what is new: each is an index lookup.
_NEW_EVENTS = "a.recorded_at > %(at)s"
# Whoever came treated from an older register has no first prescription here.
_STARTED = (
    "e.id IN (SELECT p.enrolment_id FROM prescriptions_prescription p"
    " WHERE p.is_initiation AND p.signed_at > %(at)s"
    " UNION SELECT n.id FROM patients_enrolment n WHERE n.recorded_at > %(at)s)"
)
_FIRST_EVENT = (
    "CROSS JOIN LATERAL (SELECT min(a.occurred_on) AS occurred_on"
    " FROM vigilance_adverseevent a WHERE a.enrolment_id = e.id {}) f"
)
_LEFT_BY_THEN = "e.ended_on IS NOT NULL AND COALESCE(e.end_recorded_at <= %(at)s, true)"
_LEFT_SINCE = "e.ended_on IS NOT NULL AND e.end_recorded_at > %(at)s"

_NEW_IN = f"e.id IN (SELECT a.enrolment_id FROM vigilance_adverseevent a WHERE {_NEW_EVENTS})"  # noqa: S608
_TOLD_BY_THEN = (
    "EXISTS (SELECT FROM vigilance_adverseevent a"
    " WHERE a.enrolment_id = e.id AND a.recorded_at <= %(at)s)"
)

_COUNTS = (
    _Count(
        Measure.INCLUDED,
        "e.included_on",
        "",
        "e.recorded_at <= %(at)s",
        "e.recorded_at > %(at)s",
        by_departement=True,
    ),
    _Count(
        Measure.TREATED,
        "e.first_treated_on",
        "",
        f"e.first_treated_on IS NOT NULL AND NOT {_STARTED}",
        f"e.first_treated_on IS NOT NULL AND {_STARTED}",
    ),
    _Count(
        Measure.STOPPED,
        "e.ended_on",
        "",
        f"e.first_treated_on IS NOT NULL AND {_LEFT_BY_THEN}",
        f"e.first_treated_on IS NOT NULL AND {_LEFT_SINCE}",
    ),
    _Count(Measure.ENDED, "e.ended_on", "", _LEFT_BY_THEN, _LEFT_SINCE, detail="e.end_reason"),
    _Count(Measure.EVENTS, "a.occurred_on", _EVENTS, "a.recorded_at <= %(at)s", _NEW_EVENTS),
    _Count(
        Measure.SERIOUS_EVENTS,
        "a.occurred_on",
        _EVENTS,
        "a.is_serious AND a.recorded_at <= %(at)s",
        f"a.is_serious AND {_NEW_EVENTS}",
    ),
    _Count(
        Measure.WITH_EVENT,
        "f.occurred_on",
        _FIRST_EVENT.format(""),
        f"f.occurred_on IS NOT NULL AND {_TOLD_BY_THEN}",
        f"{_NEW_IN} AND NOT {_TOLD_BY_THEN}",
    ),
)

_SELECT = """
SELECT '{measure}', COALESCE(t.code, i.code), s.departement, {detail},
       date_trunc('month', {month})::date, count(*)
FROM patients_enrolment e
JOIN accounts_site s ON s.id = e.site_id
JOIN programmes_indication i ON i.id = e.indication_id
LEFT JOIN programmes_indicationsubtype t ON t.id = e.subtype_id
{joins}
WHERE e.programme_id = %(programme)s AND e.state <> 'CANCELLED' AND {condition}
GROUP BY 2, 3, 4, 5
"""


def _sql(*, since: bool) -> str:
    return " UNION ALL ".join(
        _SELECT.format(
            measure=one.measure,
            detail=one.detail,
            month=one.month,
            joins=one.joins,
            condition=one.since if since else one.by_then,
        )
        for one in _COUNTS
    )


_BY_THEN, _SINCE = _sql(since=False), _sql(since=True)
_SPLIT = {one.measure for one in _COUNTS if one.by_departement}


@dataclass(frozen=True, order=True)
class Cell:
    """What one array of months is about."""

    measure: str
    indication: str
    region: str
    departement: str
    detail: str


def counted(programme: Programme, at: datetime, *, since: bool) -> Iterator[tuple[Cell, date, int]]:
    """Counts by cell and month of rows recorded by the instant, or after it: one query.

    A cell may come several times: one region has several départements.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SINCE if since else _BY_THEN, {"programme": programme.pk, "at": at})
        for measure, indication, departement, detail, month, count in cursor.fetchall():
            where = departement if measure in _SPLIT else ""
            region = DEPARTEMENTS[departement].region
            yield Cell(measure, indication, region, where, detail), month, count


def recount(programme: Programme, *, at: datetime, today: date) -> int:
    """Store the counts of everything recorded by the instant; return how many cells."""
    with transaction.atomic():
        found = list(counted(programme, at, since=False))
        first = min((month for _, month, _ in found), default=today.replace(day=1))
        arrays: dict[Cell, list[int]] = {}
        for cell, month, count in found:
            row = arrays.setdefault(cell, [])
            rank = months_between(first, month)
            row.extend([0] * (rank + 1 - len(row)))
            row[rank] += count
        MonthCount.objects.filter(programme=programme).delete()
        MonthCount.objects.bulk_create(
            MonthCount(programme=programme, counts=row, **vars(cell))
            for cell, row in sorted(arrays.items())
        )
        CountRun.objects.update_or_create(
            programme=programme,
            defaults={
                "counted_at": at,
                "first_month": first,
                "places": places(programme, today),
            },
        )
    return len(arrays)


def places(programme: Programme, on: date) -> dict[str, list[int]]:
    """Structures listed and pharmacies taking part, by département."""
    structures = indicators.structures_by_departement(programme, on)
    pharmacies = indicators.pharmacies_by_departement(programme, on)
    return {
        code: [structures.get(code, 0), pharmacies.get(code, 0)]
        for code in sorted({*structures, *pharmacies})
    }


def months_between(first: date, month: date) -> int:
    return 12 * (month.year - first.year) + month.month - first.month
