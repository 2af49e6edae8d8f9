"""Agendas: valid iCalendar (RFC 5545), whatever the words."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from core.icalendar import Event, render


# Bytes of a line, its end left out: RFC 5545, 3.1.
MAX_OCTETS = 75
AT = datetime(2026, 4, 2, 12, 30, tzinfo=timezone(timedelta(hours=2)))
EVENT = Event("a@b", date(2026, 12, 31), "M1 – RC-1")


def lines(*events, name="Agenda"):
    text = render(name, events, at=AT)
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_an_agenda_is_its_head_its_events_and_its_end():
    assert lines(EVENT) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ReCann//Agenda//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Agenda",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
        "BEGIN:VEVENT",
        "UID:a@b",
        "DTSTAMP:20260402T103000Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:M1 – RC-1",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_an_agenda_may_be_empty():
    assert lines()[-1] == "END:VCALENDAR"
    assert "BEGIN:VEVENT" not in lines()


@pytest.mark.parametrize(
    ("words", "written"),
    [
        pytest.param("a, b; c", "a\\, b\\; c", id="commas and semicolons"),
        pytest.param("a\\b", "a\\\\b", id="a backslash"),
        pytest.param("a\nEND:VEVENT", "a\\nEND:VEVENT", id="a new line ends nothing"),
        pytest.param("a\r\nb\x00", "a\\nb", id="other control characters go"),
    ],
)
def test_words_are_escaped(words, written):
    event = Event("a@b", date(2026, 1, 1), "t", description=words)

    assert f"DESCRIPTION:{written}" in lines(event)


@pytest.mark.parametrize("words", ["a" * 200, "é" * 90, "𝄞" * 40, "a" * 67, "a" * 68])
def test_long_lines_are_folded_between_characters(words):
    text = render("x", [Event("a@b", date(2026, 1, 1), words)], at=AT.astimezone(UTC))

    assert all(len(line.encode()) <= MAX_OCTETS for line in text.split("\r\n"))
    assert f"SUMMARY:{words}" in text.replace("\r\n ", "")
