"""The agenda of a doctor: visits planned, by the number of the participation, never by name."""

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from accounts import closures
from accounts.models import Member
from core import icalendar
from core.closed_days import ClosedDays, nearest_open
from core.icalendar import Event
from followup.actions import feed_digest
from followup.enums import VisitStatus
from followup.models import Feed, Visit
from patients.models.enrolment import LIVE


# Days before and after today that an agenda holds. No legal source.
PAST_DAYS = 30
AHEAD_DAYS = 400


def opened_by(secret: str) -> Feed | None:
    """The agenda of that secret, of a membership still open; None else."""
    found = Feed.objects.filter(digest=feed_digest(secret), revoked_at=None)
    theirs = found.filter(member__in=Member.objects.open())
    return theirs.select_related("member__user", "member__site").first()


def render(member: Member, *, at: datetime) -> str:
    """Three queries, whatever the number of visits."""
    today = member.site.local_day(at)
    around = (today - timedelta(days=PAST_DAYS), today + timedelta(days=AHEAD_DAYS))
    visits = list(
        Visit.objects.visible_to(member)
        .entered_by(member.role)
        .filter(
            status=VisitStatus.PLANNED,
            due_on__range=around,
            enrolment__state__in=LIVE,
            enrolment__merged_into=None,
        )
        .select_related("enrolment")
        .order_by("due_on", "pk")
    )
    closed = closures.of({one.enrolment.site_id for one in visits}, since=today)
    events = [_event(one, closed[one.enrolment.site_id], today) for one in visits]
    return icalendar.render(f"Consultations – {member.site.name}", events, at=at)


def _event(visit: Visit, closed: ClosedDays, today: date) -> Event:
    """On the day that is proposed where the place is closed."""
    first = max(visit.opens_on, today)
    proposed = nearest_open(visit.due_on, closed, first=first, last=visit.closes_on)
    on = visit.due_on if visit.due_on < today or proposed is None else proposed
    described = f"Prévue le {visit.due_on:%d/%m/%Y}, fenêtre du {visit.opens_on:%d/%m/%Y} au "
    host = urlsplit(settings.PUBLIC_URL).hostname
    return Event(
        f"{visit.public_id}@{host}",
        on,
        f"{visit.title} – {visit.enrolment.number}",
        f"{described}{visit.closes_on:%d/%m/%Y}.",
    )
