"""Agendas in iCalendar (RFC 5545): pure, events in and text out. Events are whole days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


# Bytes of a line, its end left out: RFC 5545, 3.1.
MAX_OCTETS = 75


@dataclass(frozen=True)
class Event:
    """`uid` never changes: the same event moved is the same event."""

    uid: str
    on: date
    title: str
    description: str = ""


def render(name: str, events: Iterable[Event], *, at: datetime) -> str:
    """The whole agenda, ready to be sent as text/calendar; `at` is when it was made."""
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ReCann//Agenda//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    for event in events:
        lines += _lines(event, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _lines(event: Event, stamp: str) -> list[str]:
    described = [f"DESCRIPTION:{_escaped(event.description)}"] if event.description else []
    return [
        "BEGIN:VEVENT",
        f"UID:{_escaped(event.uid)}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}",
        # The end is not part of the event: RFC 5545, 3.6.1.
        f"DTEND;VALUE=DATE:{event.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(event.title)}",
        *described,
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    """RFC 5545, 3.3.11; other control characters may not stand in a text at all."""
    plain = "".join(one for one in text if one >= " " or one == "\n")
    for mark in ("\\", ";", ","):
        plain = plain.replace(mark, f"\\{mark}")
    return plain.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most `MAX_OCTETS`, no character cut in two; the next ones begin with a space."""
    parts, size = [""], 0
    for one in line:
        width = len(one.encode())
        if size + width > MAX_OCTETS:
            parts.append(" ")
            size = 1
        parts[-1] += one
        size += width
    return "\r\n".join(parts)
