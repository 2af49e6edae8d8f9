"""Writing to patients of an appointment, before it or once it was missed: planned once, sent at
most once, never in silence.

A row is committed as «being sent» before anybody is contacted. A worker killed in between leaves
it there: it is then said to be unsure, and never repeated (ADR 0058).
"""

import logging
from collections.abc import Iterator
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
from followup.enums import (
    DateSource,
    ReminderChannel,
    ReminderMoment,
    ReminderState,
    VisitStatus,
)
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


_SUBJECTS = {
    ReminderMoment.BEFORE: "Rappel de rendez-vous",
    ReminderMoment.AFTER: "Votre rendez-vous",
}


@dataclass(frozen=True)
class Message:
    to: str
    text: str
    reminder: Reminder


# --- Planning ---------------------------------------------------------------------------------


def plan(*, at: datetime) -> int:
    """Write the messages about appointments, to come or missed; return how many are new.

    However late it runs, those that still make sense are written, each once.
    """
    today = at.date()
    furthest = today + timedelta(days=max(rules.REMINDER_DAYS) + 1)
    oldest = today - timedelta(days=rules.LATEST_AFTER_DAYS + 1)
    to_come = Visit.objects.filter(due_on__range=(today, furthest))
    gone = Visit.objects.filter(due_on__range=(oldest, today))
    before, after = ReminderMoment.BEFORE, ReminderMoment.AFTER
    new = [*_new(to_come, before, at), *_new(gone, after, at)]
    Reminder.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _new(visits: VisitQuerySet, moment: ReminderMoment, at: datetime) -> Iterator[Reminder]:
    last = ReminderChoice.objects.filter(enrolment=OuterRef("enrolment")).order_by("-pk")
    known = Reminder.objects.filter(visit=OuterRef("pk"), due_on=OuterRef("due_on"), moment=moment)
    days = last.values("days_before" if moment == ReminderMoment.BEFORE else "days_after")
    agreed = (
        _wanted(visits.filter(~Exists(known)), moment, at.date())
        .annotate(channel=Subquery(last.values("channel")[:1]), days=Subquery(days[:1]))
        .filter(channel__in=[ReminderChannel.EMAIL, ReminderChannel.SMS], days__gt=0)
    )
    for one in agreed.select_related("enrolment__site").order_by("pk"):
        if _is_time(one, moment, one.days, one.enrolment.site.local_day(at)):
            yield Reminder(
                visit=one,
                due_on=one.due_on,
                moment=moment,
                channel=one.channel,
                planned_at=at,
                next_at=at,
            )


def _is_time(visit: Visit, moment: ReminderMoment, days: int, today: date) -> bool:
    if moment == ReminderMoment.BEFORE:
        return rules.is_reminded_on(visit.due_on, today, days_before=days)
    return rules.is_told_after_on(visit.due_on, today, days_after=days)


def _wanted(visits: VisitQuerySet, moment: ReminderMoment | str, on: date) -> VisitQuerySet:
    """Appointments that somebody gave to a patient who is followed and consents: the calendar's
    own dates were said to nobody. Once they are over, those whose patient was not seen since."""
    given = visits.consenting(on).filter(
        status=VisitStatus.PLANNED,
        date_source=DateSource.NEXT_DATE,
        enrolment__state__in=LIVE,
        enrolment__merged_into=None,
    )
    if moment == ReminderMoment.BEFORE:
        return given
    seen = Visit.objects.filter(enrolment=OuterRef("enrolment"), held_on__gte=OuterRef("due_on"))
    return given.filter(~Exists(seen))


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
        if not _is_wanted(row, at):
            _settle(row, ReminderState.DROPPED, at)
            return None
        return _begin(row, at)


def _begin(row: Reminder, at: datetime) -> Message | None:
    """None when nothing can be sent, or not at this hour of the place."""
    visit = Visit.objects.select_related("enrolment__site", "enrolment__patient__identity")
    row.visit = visit.get(pk=row.visit_id)
    site, message = row.visit.enrolment.site, _message(row)
    if message is None or rules.is_too_late(row.moment, row.due_on, site.local_day(at)):
        _settle(row, ReminderState.GIVEN_UP, at)
        return None
    if not rules.may_disturb(at.astimezone(ZoneInfo(site.time_zone)).hour):
        return None
    row.state, row.attempts = ReminderState.SENDING, row.attempts + 1
    row.next_at = at + timedelta(minutes=SENDING_MINUTES)
    row.save(update_fields=["state", "attempts", "next_at"])
    return message


def _is_wanted(row: Reminder, at: datetime) -> bool:
    """Not once the visit was held or moved, the patient left, withdrew or wants no reminder."""
    same = Visit.objects.filter(pk=row.visit_id, due_on=row.due_on)
    still = _wanted(same, row.moment, at.date())
    agreed = Reminder.objects.standing().filter(pk=row.pk)
    return still.exists() and agreed.exists()


def _message(row: Reminder) -> Message | None:
    """None when there is nowhere to write to."""
    person = identity.open_one(row.visit.enrolment.patient)
    to = "" if person is None else _address(row, person)
    said = text if row.moment == ReminderMoment.BEFORE else text_after
    return Message(to, said(row.due_on, row.visit.enrolment.site.phone), row) if to else None


def _address(row: Reminder, person: identity.Person) -> str:
    return person.email if row.channel == ReminderChannel.EMAIL else person.phone


def text(due_on: date, phone: str) -> str:
    """What a patient reads on any screen: no name, no place, no word of health."""
    told = f"Rappel\u202f: vous avez un rendez-vous le {due_on:%d/%m/%Y}."
    return f"{told} En cas d’empêchement, appelez le {phone}." if phone else told


def text_after(due_on: date, phone: str) -> str:
    """The same once the day is over. Whoever came may have been seen and not yet be written so."""
    told = f"Vous aviez un rendez-vous le {due_on:%d/%m/%Y}."
    whom = f"appelez le {phone} pour convenir" if phone else "convenez"
    asked = f"Si vous n’avez pas pu venir, {whom} d’une autre date."
    return f"{told} {asked} Sinon, n’en tenez pas compte."


def _deliver(message: Message) -> None:
    key = str(message.reminder.message_id)
    if message.reminder.channel == ReminderChannel.SMS:
        sms.gateway().send(message.to, message.text, key=key)
        return
    host = settings.PATIENT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(
        _SUBJECTS[ReminderMoment(message.reminder.moment)],
        f"Bonjour,\n\n{message.text}\n\nN’y répondez pas.\n",
        from_email=settings.PATIENT_FROM_EMAIL,
        to=[message.to],
        headers=headers,
    ).send()


def _put_back(row: Reminder, at: datetime) -> None:
    """To be tried again; unless it lasted so long that another worker called it uncertain."""
    ours = Reminder.objects.filter(pk=row.pk, state=ReminderState.SENDING)
    if row.attempts >= MAX_ATTEMPTS:
        ours.update(state=ReminderState.GIVEN_UP, settled_at=at)
        return
    wait = min(2**row.attempts, LONGEST_WAIT_MINUTES)
    ours.update(state=ReminderState.WAITING, next_at=at + timedelta(minutes=wait))


def _settle(row: Reminder, state: ReminderState, at: datetime) -> None:
    Reminder.objects.filter(pk=row.pk).update(state=state, settled_at=at)
