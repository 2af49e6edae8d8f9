"""The digest of visits, and that a letter waits: numbers and codes only, no name, no disease."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import reverse

from core import mail
from core.models import OutgoingMail
from followup import rules
from followup.models import Letter, Visit


@dataclass(frozen=True)
class Entry:
    """One line of a digest."""

    number: str
    label: str
    due_on: date
    closes_on: date
    days_late: int


@dataclass(frozen=True)
class Digest:
    """The visits to hold of one place or person, on one day."""

    key: str
    to: str
    place: str
    day: date
    visits: Sequence[Visit]
    # Letters that a relay doctor has not read.
    letters: int = 0

    @property
    def entries(self) -> list[Entry]:
        """Overdue first, then by date."""
        found = [
            Entry(
                visit.enrolment.number,
                visit.title,
                visit.due_on,
                visit.closes_on,
                rules.days_late(visit.closes_on, self.day),
            )
            for visit in self.visits
        ]
        return sorted(found, key=lambda entry: (-entry.days_late, entry.due_on, entry.number))


def queue_digest(digest: Digest, *, at: datetime) -> OutgoingMail:
    """Queue one digest. The same key twice is one mail."""
    entries = digest.entries
    late = [entry for entry in entries if entry.days_late]
    context = {
        "digest": digest,
        "late": late,
        "due": [entry for entry in entries if not entry.days_late],
        "address": f"{settings.PUBLIC_URL}{resolve_url(settings.LOGIN_URL)}",
    }
    body = render_to_string("mail/digest.txt", context)
    count = len(entries)
    plural = "s" if count > 1 else ""
    subject = f"ReCann\u202f: {count} consultation{plural} à tenir"
    if late:
        subject += f", dont {len(late)} en retard"
    return mail.queue(digest.key, digest.to, subject, body, at=at)


def queue_letter(letter: Letter, *, at: datetime) -> OutgoingMail:
    """Tell the addressee that a letter waits, and nothing else: one mail a letter."""
    context = {"address": settings.PUBLIC_URL + reverse("record:letters")}
    body = render_to_string("mail/letter.txt", context)
    to = letter.addressee.user.email
    return mail.queue(_letter_key(letter), to, "Un courrier vous attend", body, at=at)


def withdraw_letter(letter: Letter) -> None:
    """It was read: what was not sent yet tells nothing any more."""
    mail.withdraw(_letter_key(letter))


def _letter_key(letter: Letter) -> str:
    return f"letter:{letter.pk}"
