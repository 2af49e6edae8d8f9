"""What nobody answered in time: others are told, once. The delays are data. ADR 0048."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from accounts.models import Member
from core import audit
from pharmacies import mail
from pharmacies.actions.bulletins import reached_by
from pharmacies.enums import Waits
from pharmacies.models import Bulletin, Delay, Intervention, Notice
from prescriptions import checks


def read_intervention(made: Intervention, *, by: Member, at: datetime) -> Intervention:
    """Say that a doctor of the patient has read it. The second time changes nothing."""
    with audit.acting("dispensation.intervention_read", by=by):
        locked = Intervention.objects.select_for_update(of=("self",)).get(pk=made.pk)
        if locked.read_at is not None:
            return locked
        locked.read_at, locked.read_by = at, by
        locked.save(update_fields=["read_at", "read_by"])
        subject = str(made.prescription.enrolment.public_id)
        audit.record("dispensation.intervention_read", locked, by=by, subject=subject)
    return locked


# --- Too late --------------------------------------------------------------------------------


def since(code: Waits, *, on: date, at: datetime) -> datetime | None:
    """What waits since then, or before, has waited too long; None when no delay is in force."""
    delay = Delay.objects.in_force(on).filter(code=code).order_by("-valid_from").first()
    return at - timedelta(hours=delay.hours) if delay else None


def notices_due(before: datetime) -> QuerySet[Notice]:
    late = Notice.objects.waiting().filter(escalated_at=None, sent_at__lte=before)
    return late.select_related("pharmacy", "prescription__enrolment", "prescription__prescriber")


def interventions_due(before: datetime) -> QuerySet[Intervention]:
    late = Intervention.objects.unread().filter(escalated_at=None, recorded_at__lte=before)
    return late.select_related("pharmacy", "prescription__enrolment")


def bulletins_due(before: datetime) -> QuerySet[Bulletin]:
    late = Bulletin.objects.filter(escalated_at=None, issued_at__lte=before)
    return late.select_related("issued_by__user", "programme", "product")


def escalate_notice(notice: Notice, *, at: datetime) -> None:
    """The pharmacy does not answer: the prescriber is told, who may call or choose another."""
    with audit.acting("prescription.announcement_escalated", by=audit.SYSTEM):
        if _stamp(Notice.objects.waiting().filter(pk=notice.pk), at):
            mail.queue_unanswered(notice, at=at)
            subject = str(notice.prescription.enrolment.public_id)
            audit.record(
                "prescription.announcement_escalated", notice, by=audit.SYSTEM, subject=subject
            )


def escalate_intervention(made: Intervention, *, at: datetime) -> None:
    """The prescriber reads nothing: the doctors who follow the patient are told."""
    with audit.acting("dispensation.intervention_escalated", by=audit.SYSTEM):
        if _stamp(Intervention.objects.unread().filter(pk=made.pk), at):
            for doctor in checks.following(made.prescription.enrolment):
                mail.queue_unread(made, doctor, at=at)
            subject = str(made.prescription.enrolment.public_id)
            audit.record(
                "dispensation.intervention_escalated", made, by=audit.SYSTEM, subject=subject
            )


def escalate_bulletin(bulletin: Bulletin, *, at: datetime) -> None:
    """Pharmacies that did not acknowledge are told again; whoever issued it, how many."""
    with audit.acting("bulletin.escalated", by=audit.SYSTEM):
        if not _stamp(Bulletin.objects.filter(pk=bulletin.pk), at):
            return
        silent = reached_by(bulletin).exclude(acknowledgements__bulletin=bulletin)
        for pharmacy in silent:
            mail.queue_bulletin_again(bulletin, pharmacy, at=at)
        if silent:
            mail.queue_silent(bulletin, len(silent), at=at)
        audit.record("bulletin.escalated", bulletin, by=audit.SYSTEM, silent=len(silent))


def _stamp(rows: QuerySet, at: datetime) -> bool:  # type: ignore[type-arg]
    """Whether this call, and no other, takes it."""
    return bool(rows.filter(escalated_at=None).update(escalated_at=at))
