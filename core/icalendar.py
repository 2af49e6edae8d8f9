"""Agendas in iCalendar (RFC 5545): pure, events in and text out. Events are whole days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar
from icalendar import Event as Entry
from icalendar.prop import vText


# Hours after which a program reads it again: what they ask more often than this is their affair.
REFRESH_HOURS = 6


@dataclass(frozen=True)
class Event:
    """`uid` never changes: the same event moved is the same event."""

    uid: str
    on: date
    title: str
    description: str = ""


def render(name: str, events: Iterable[Event], *, at: datetime) -> str:
    """The whole agenda, ready to be sent as text/calendar; `at` is when it was made."""
    agenda = Calendar()
    agenda.add("VERSION", "2.0")
    agenda.add("PRODID", "-//ReCann//Agenda//FR")
    agenda.add("CALSCALE", "GREGORIAN")
    agenda.add("METHOD", "PUBLISH")
    agenda.add("X-WR-CALNAME", vText(_allowed(name)))
    refresh = timedelta(hours=REFRESH_HOURS)
    agenda.add("REFRESH-INTERVAL", refresh, parameters={"VALUE": "DURATION"})
    agenda.add("X-PUBLISHED-TTL", f"PT{REFRESH_HOURS}H")
    for event in events:
        agenda.add_component(_entry(event, at))
    written: bytes = agenda.to_ical(sorted=False)
    return written.decode()


def _entry(event: Event, at: datetime) -> Entry:
    entry = Entry()
    entry.add("UID", _allowed(event.uid))
    entry.add("DTSTAMP", at.astimezone(UTC))
    entry.add("DTSTART", event.on)
    # The end is not part of the event: RFC 5545, 3.6.1.
    entry.add("DTEND", event.on + timedelta(days=1))
    entry.add("SUMMARY", _allowed(event.title))
    if event.description:
        entry.add("DESCRIPTION", _allowed(event.description))
    entry.add("TRANSP", "TRANSPARENT")
    return entry


def _allowed(text: str) -> str:
    """Without the control characters that may not stand in a text at all: RFC 5545, 3.3.11."""
    return "".join(one for one in text if one >= " " or one == "\n")
