"""Reminding patients of an appointment: planned once, sent at most once, never in silence.

A row is committed as «being sent» before anybody is contacted. A worker killed in between leaves
it there: it is then said to be unsure, and never repeated (ADR 0058).
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from smtplib import SMTPException
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from core import audit, sms
from followup import rules
from followup.enums import DateSource, ReminderChannel, ReminderState, VisitStatus
from followup.models import Reminder, ReminderChoice, Visit, VisitQuerySet
from patients import identity
from patients.models.enrolment import LIVE


logger = logging.getLogger(__name__)

# Minutes during which a worker sends; then nobody knows whether it did.
SENDING_MINUTES = 10
# Then somebody has to look. Minutes between attempts are doubled at each failure.
MAX_ATTEMPTS = 12
LONGEST_WAIT_MINUTES = 120

# What a server may answer with.
FAILURES = (OSError, SMTPException)


@dataclass(frozen=True)
class Message:
    to: str
    text: str
    reminder: Reminder


# --- Planning ---------------------------------------------------------------------------------


def plan(*, at: datetime) -> int:
    """Write the reminders of the appointments to come; return how many are new.

    However late it runs, those that can still be told in time are written, each once.
    """
    last = ReminderChoice.objects.filter(enrolment=OuterRef("enrolment")).order_by("-pk")
    furthest = at.date() + timedelta(days=max(rules.REMINDER_DAYS) + 1)
    known = Reminder.objects.filter(visit=OuterRef("pk"), due_on=OuterRef("due_on"))
    visits = (
        _announced(Visit.objects.filter(~Exists(known), due_on__range=(at.date(), furthest)))
        .consenting(at.date())
        .annotate(
            channel=Subquery(last.values("channel")[:1]),
            days_before=Subquery(last.values("days_before")[:1]),
        )
        .filter(channel__in=[ReminderChannel.EMAIL, ReminderChannel.SMS])
        .select_related("enrolment__site")
    )
    new = [
        Reminder(visit=one, due_on=one.due_on, channel=one.channel, planned_at=at, next_at=at)
        for one in visits.order_by("pk")
        if _is_time(one, one.days_before, one.enrolment.site.local_day(at))
    ]
    Reminder.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _is_time(visit: Visit, days_before: int, today: date) -> bool:
    return rules.is_reminded_on(visit.due_on, today, days_before=days_before)


def _announced(visits: VisitQuerySet) -> VisitQuerySet:
    """Appointments that somebody gave: the calendar's own dates were said to nobody."""
    return visits.filter(
        status=VisitStatus.PLANNED,
        date_source=DateSource.NEXT_DATE,
        enrolment__state__in=LIVE,
        enrolment__merged_into=None,
    )


# --- Sending ----------------------------------------------------------------------------------


def due(at: datetime) -> QuerySet[Reminder]:
    """Those to send, and those whose sending nobody ended."""
    return Reminder.objects.pending().filter(next_at__lte=at)


def send(pk: int, *, at: datetime) -> bool:
    """Send one reminder; False when there is nothing to send, or another worker has it.

    :raises OSError: the server did not take it; it will be tried again
    :raises SMTPException: the same
    """
    message = _claim(pk, at)
    if message is None:
        return False
    try:
        _deliver(message)
    except FAILURES:
        _put_back(message.reminder, at)
        raise
    with transaction.atomic():
        _settle(message.reminder, ReminderState.SENT, at)
        subject = str(message.reminder.visit.enrolment.public_id)
        audit.record("patient.reminded", message.reminder, by=audit.SYSTEM, subject=subject)
    return True


def _claim(pk: int, at: datetime) -> Message | None:
    """Commit that it is being sent, before anybody is contacted."""
    with transaction.atomic():
        row = due(at).select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
        if row is None:
            return None
        if row.state == ReminderState.SENDING:
            _settle(row, ReminderState.UNSURE, at)
            return None
        if not _is_wanted(row):
            _settle(row, ReminderState.DROPPED, at)
            return None
        return _begin(row, at)


def _begin(row: Reminder, at: datetime) -> Message | None:
    """None when nothing can be sent, or not at this hour of the place."""
    visit = Visit.objects.select_related("enrolment__site", "enrolment__patient__identity")
    row.visit = visit.get(pk=row.visit_id)
    site, message = row.visit.enrolment.site, _message(row)
    if message is None or row.due_on <= site.local_day(at):
        _settle(row, ReminderState.GIVEN_UP, at)
        return None
    if not rules.may_disturb(at.astimezone(ZoneInfo(site.time_zone)).hour):
        return None
    row.state, row.attempts = ReminderState.SENDING, row.attempts + 1
    row.next_at = at + timedelta(minutes=SENDING_MINUTES)
    row.save(update_fields=["state", "attempts", "next_at"])
    return message


def _is_wanted(row: Reminder) -> bool:
    """Not once the visit was held or moved, the patient left, withdrew or wants no reminder."""
    still = _announced(Visit.objects.filter(pk=row.visit_id, due_on=row.due_on))
    agreed = Reminder.objects.standing().filter(pk=row.pk)
    return still.exists() and agreed.exists()


def _message(row: Reminder) -> Message | None:
    """None when there is nowhere to write to."""
    person = identity.open_one(row.visit.enrolment.patient)
    to = "" if person is None else _address(row, person)
    return Message(to, text(row.due_on, row.visit.enrolment.site.phone), row) if to else None


def _address(row: Reminder, person: identity.Person) -> str:
    return person.email if row.channel == ReminderChannel.EMAIL else person.phone


def text(due_on: date, phone: str) -> str:
    """What a patient reads on any screen: no name, no place, no word of health."""
    told = f"Rappel\u202f: vous avez un rendez-vous le {due_on:%d/%m/%Y}."
    return f"{told} En cas d’empêchement, appelez le {phone}." if phone else told


def _deliver(message: Message) -> None:
    key = str(message.reminder.message_id)
    if message.reminder.channel == ReminderChannel.SMS:
        sms.gateway().send(message.to, message.text, key=key)
        return
    host = settings.PATIENT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(
        "Rappel de rendez-vous",
        f"Bonjour,\n\n{message.text}\n\nN’y répondez pas.\n",
        from_email=settings.PATIENT_FROM_EMAIL,
        to=[message.to],
        headers=headers,
    ).send()


def _put_back(row: Reminder, at: datetime) -> None:
    if row.attempts >= MAX_ATTEMPTS:
        _settle(row, ReminderState.GIVEN_UP, at)
        return
    wait = min(2**row.attempts, LONGEST_WAIT_MINUTES)
    Reminder.objects.filter(pk=row.pk).update(
        state=ReminderState.WAITING, next_at=at + timedelta(minutes=wait)
    )


def _settle(row: Reminder, state: ReminderState, at: datetime) -> None:
    Reminder.objects.filter(pk=row.pk).update(state=state, settled_at=at)
