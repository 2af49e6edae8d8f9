"""What a place looks after: closed days, who gave no news, reminders, a list under a name."""

from contextlib import suppress
from datetime import date, datetime, timedelta

from accounts.models import Closure, Member
from core.closed_days import public_holidays
from followup import actions, reminders
from followup.enums import Answered, Decision, Means, Mode, ReminderChannel
from followup.models import Visit
from patients.enums import EnrolmentState
from patients.models import Enrolment
from patients.models.enrolment import EnrolmentQuerySet
from record import saved


# Patients whom somebody tried to reach; the others of the list wait for it.
SEARCHED = 2
# Patients who agreed to be reminded.
AGREED = 3
# Days after which they come back.
APPOINTMENT_DAYS = 3


def add(doctor: Member, *, evening: datetime) -> None:
    """In the transaction that loaded the demonstration."""
    today = doctor.site.local_day(evening)
    followed = Enrolment.objects.visible_to(doctor).live().order_by("included_on", "pk")
    _close(doctor, today)
    _search(followed, doctor, evening)
    _agree(followed, doctor, evening)
    for pk in reminders.without_renewal(today):
        if followed.filter(pk=pk).exists():
            actions.plan_missing_renewal(pk, at=evening)
    named = saved.Named("À relancer cette semaine", is_shared=True)
    saved.save(named, "a_faire=searched", by=doctor, at=evening)


def _close(doctor: Member, today: date) -> None:
    for year in (today.year, today.year + 1):
        Closure.objects.bulk_create(
            Closure(site=doctor.site, starts_on=day, ends_on=day, label=label)
            for day, label in public_holidays(year)
        )


def _search(followed: EnrolmentQuerySet, doctor: Member, at: datetime) -> None:
    """One call without an answer, one message left."""
    day = doctor.site.local_day(at)
    late = Visit.objects.overdue(day).values("enrolment")
    silent = followed.filter(pk__in=late)[:SEARCHED]
    tries = [(Means.PHONE, Answered.NOTHING), (Means.MESSAGE, Answered.WORD_LEFT)]
    for enrolment in silent:
        for days, (means, answered) in enumerate(reversed(tries)):
            tried = actions.Tried(day - timedelta(days=4 - days), means, answered)
            actions.record_attempt(enrolment, tried, by=doctor, at=at)


def _agree(followed: EnrolmentQuerySet, doctor: Member, at: datetime) -> None:
    """Seen in the evening, told of the next day: their reminders go by the usual task."""
    day = doctor.site.local_day(at)
    said = actions.Held(
        day, Mode.REMOTE, Decision.CONTINUE, next_on=day + timedelta(days=APPOINTMENT_DAYS)
    )
    treated = followed.filter(state=EnrolmentState.ACTIVE, first_treated_on__isnull=False)
    for enrolment in treated.reverse()[:AGREED]:
        once = actions.Once(f"demo:appointment:{enrolment.public_id}", {})
        with suppress(actions.CannotHold):
            actions.hold_unscheduled(enrolment, said, once_only=once, by=doctor, at=at)
        email = ReminderChannel.EMAIL
        actions.choose_reminder(enrolment, email, 2, days_after=1, by=doctor, at=at)
