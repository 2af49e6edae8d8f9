"""When places are closed: read together, for whoever proposes a date there."""

from collections.abc import Collection
from datetime import date

from accounts.models import Closure, Site
from core.closed_days import ClosedDays


def of_site(site: Site, *, since: date) -> ClosedDays:
    """The same of one place that is read already: one query."""
    rows = Closure.objects.filter(site=site, ends_on__gte=since)
    return ClosedDays(site.open_weekdays, list(rows.values_list("starts_on", "ends_on")))


def of(sites: Collection[int], *, since: date) -> dict[int, ClosedDays]:
    """The closed days of these places, from that day on. Two queries."""
    spans: dict[int, list[tuple[date, date]]] = {pk: [] for pk in sites}
    rows = Closure.objects.filter(site__in=spans, ends_on__gte=since)
    for site, starts_on, ends_on in rows.values_list("site", "starts_on", "ends_on"):
        spans[site].append((starts_on, ends_on))
    weeks = Site.objects.filter(pk__in=spans).values_list("pk", "open_weekdays")
    return {pk: ClosedDays(week, spans[pk]) for pk, week in weeks}
