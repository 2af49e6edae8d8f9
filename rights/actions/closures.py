"""When a place is closed: written by its referent, or by the manager."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError

from accounts.models import Closure, Member, Site
from core import audit
from core.closed_days import public_holidays
from core.db import violated_constraint


# Days. No legal source: longer, the place is closed for good, which is another act.
MAX_DAYS = 366


class CannotClose(Exception):
    """The message is in French and may be shown beside the field it names."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Days:
    """Both included."""

    starts_on: date
    ends_on: date
    label: str


def set_week(site: Site, weekdays: Iterable[str], *, by: Member) -> None:
    """Say on which days of the week the place receives.

    :raises CannotClose: on none; nothing was written
    """
    week = "".join(sorted(set(weekdays)))
    if not week:
        raise CannotClose("Choisissez au moins un jour d’ouverture.", "weekdays")
    _check(site, by)
    with audit.acting("closures.week", by=by):
        Site.objects.filter(pk=site.pk).update(open_weekdays=week)
        audit.record("closures.week", site, by=by, week=week)


def close(site: Site, days: Days, *, by: Member) -> Closure:
    """Write a closure.

    :raises CannotClose: the dates are reversed, too far apart, or known; nothing was written
    """
    _check(site, by)
    if days.ends_on < days.starts_on:
        raise CannotClose("La fermeture finit avant de commencer.", "ends_on")
    if (days.ends_on - days.starts_on).days >= MAX_DAYS:
        raise CannotClose(f"Une fermeture dure au plus {MAX_DAYS} jours.", "ends_on")
    try:
        with audit.acting("closures.added", by=by):
            written = Closure.objects.create(
                site=site, starts_on=days.starts_on, ends_on=days.ends_on, label=days.label
            )
            audit.record("closures.added", written, by=by, count=1)
    except IntegrityError as error:
        if violated_constraint(error) != "accounts_closure_written_once":
            raise
        raise CannotClose("Cette fermeture est déjà inscrite.", "starts_on") from error
    return written


def take_holidays(site: Site, year: int, *, by: Member) -> int:
    """Write the public holidays of a year that are not written yet; return how many."""
    _check(site, by)
    with audit.acting("closures.added", by=by):
        known = set(Closure.objects.filter(site=site).values_list("starts_on", "ends_on"))
        new = [
            Closure(site=site, starts_on=day, ends_on=day, label=label)
            for day, label in public_holidays(year)
            if (day, day) not in known
        ]
        Closure.objects.bulk_create(new, ignore_conflicts=True)
        audit.record("closures.added", site, by=by, count=len(new), year=year)
    return len(new)


def reopen(closure: Closure, *, by: Member, at: datetime) -> None:
    """Take a closure away: written by mistake, or given up. History keeps it.

    :raises CannotClose: it is over; nothing was written
    """
    _check(closure.site, by)
    if closure.ends_on < closure.site.local_day(at):
        raise CannotClose("Une fermeture passée reste inscrite.")
    with audit.acting("closures.removed", by=by):
        audit.record("closures.removed", closure, by=by)
        closure.delete()


def _check(site: Site, by: Member) -> None:
    if not Site.objects.managed_by(by).filter(pk=site.pk).exists():
        raise CannotClose("Vous ne gérez pas ce lieu.")
