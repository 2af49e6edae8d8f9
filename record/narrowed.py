"""Narrower worklists: about to run out, without news, without pharmacy, being typed."""

import re
from datetime import date, timedelta
from uuid import UUID

from django.db.models import DateField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from accounts.models import Member
from core.models import Draft
from followup import rules as visits
from followup.enums import ReminderMoment, ReminderState, VisitStatus
from followup.models import Reminder, ReminderQuerySet, Search, Visit
from patients.models import Enrolment
from patients.models.enrolment import LIVE, EnrolmentQuerySet
from pharmacies import supply
from pharmacies.models import Dispensation
from prescriptions.models import Prescription


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def kept(patients: EnrolmentQuerySet, todo: str, member: Member, today: date) -> EnrolmentQuerySet:
    """Those of the list that was asked; all of them when it is none of these."""
    match todo:
        case "gap":
            soon = supply.running_out(Enrolment.objects.visible_to(member), today)
            return patients.filter(pk__in=soon.values("pk"))
        case "silent":
            return with_last_seen(patients.filter(silent(today)))
        case "searched":
            under_way = Search.objects.under_way().filter(enrolment=OuterRef("pk"))
            return with_last_seen(patients.filter(Exists(under_way)))
        case "untold":
            return patients.filter(Exists(_untold(today).filter(visit__enrolment=OuterRef("pk"))))
        case "pharmacy":
            return patients.filter(pharmacy=None, state__in=LIVE, merged_into=None)
        case "drafts":
            return patients.filter(_being_typed(member))
    return patients


def _untold(today: date) -> ReminderQuerySet:
    """Messages that failed, or may have, about appointments still to come or not long missed:
    somebody has to call."""
    failed = [ReminderState.GIVEN_UP, ReminderState.UNSURE]
    to_come = Q(moment=ReminderMoment.BEFORE, due_on__gte=today)
    since = today - timedelta(days=visits.CALL_DAYS)
    missed = Q(moment=ReminderMoment.AFTER, due_on__gte=since)
    planned = Reminder.objects.filter(visit__status=VisitStatus.PLANNED)
    return planned.filter(to_come | missed, state__in=failed)


def silent(today: date) -> Q:
    """Followed, and nobody has seen them for `DORMANT_DAYS`: `visits.is_dormant`, in SQL."""
    since = today - timedelta(days=visits.DORMANT_DAYS)
    held = Visit.objects.filter(
        enrolment=OuterRef("pk"), status=VisitStatus.DONE, held_on__gt=since
    )
    supplied = Dispensation.objects.standing().filter(
        enrolment=OuterRef("pk"), dispensed_on__gt=since
    )
    followed = Q(state__in=LIVE, merged_into=None, included_on__lte=since)
    return followed & ~Exists(held) & ~Exists(supplied)


def with_last_seen(patients: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """With `last_seen_on`: inclusion, last visit held or last dispensation, the latest of them."""
    held = Visit.objects.filter(enrolment=OuterRef("pk"), held_on__isnull=False)
    supplied = Dispensation.objects.standing().filter(enrolment=OuterRef("pk"))
    never = Value(date.min, output_field=DateField())
    return patients.annotate(
        last_seen_on=Greatest(
            F("included_on"),
            Coalesce(Subquery(held.order_by("-held_on").values("held_on")[:1]), never),
            Coalesce(
                Subquery(supplied.order_by("-dispensed_on").values("dispensed_on")[:1]), never
            ),
        )
    )


def _being_typed(member: Member) -> Q:
    """A form of the patient that this person began, a prescription they have not signed."""
    open_drafts = Draft.objects.filter(owner_id=member.user_id, closed_at=None)
    ids = [
        UUID(one) for key in open_drafts.values_list("key", flat=True) for one in _UUID.findall(key)
    ]
    visits_typed = Visit.objects.filter(enrolment=OuterRef("pk"), public_id__in=ids)
    unsigned = Prescription.objects.editable_by(member).filter(enrolment=OuterRef("pk"))
    return Q(public_id__in=ids) | Q(Exists(visits_typed)) | Q(Exists(unsigned))
