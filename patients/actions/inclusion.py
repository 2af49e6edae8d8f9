from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError

from accounts.models import Member
from core import audit, drafts, keys, once
from core.db import violated_constraint
from core.models import DoneOnce
from core.pdf import PdfUnavailable
from patients import gates
from patients.actions import designation, hooks, participation
from patients.actions.participation import CannotInclude, Whole
from patients.inclusion import Inclusion
from patients.models import Enrolment
from programmes import openings
from programmes.models import Programme


# Two inclusions of one person at the same instant meet here; the second one starts again.
_SAME_PERSON = {"patients_person_known_once", "patients_one_live_enrolment"}


def include(inclusion: Inclusion, *, key: str, by: Member, at: datetime) -> Enrolment:
    """Record an inclusion from its draft, once: a repeat returns the first enrolment.

    :param key: key of the draft; it is emptied in the same transaction
    :raises CannotInclude: with every reason; nothing is written
    """
    new_keys = keys.create_key("patient"), keys.create_key("enrolment")
    with keys.destroyed_if_refused(new_keys):
        enrolment = _include_again_if_raced(inclusion, new_keys, key, by, at)
    used = {enrolment.patient.key_id, enrolment.key_id}
    keys.destroy_keys(new_key for new_key in new_keys if new_key not in used)
    return enrolment


def included_before(*, key: str, by: Member) -> str:
    """Public id of the enrolment that this draft became; "" while it is a draft."""
    done = DoneOnce.objects.filter(user_id=by.user_id, key=key, action="patient.included")
    return done.values_list("target", flat=True).first() or ""


def _include_again_if_raced(
    inclusion: Inclusion, new_keys: tuple[UUID, UUID], key: str, by: Member, at: datetime
) -> Enrolment:
    try:
        return _include_once(inclusion, new_keys, key, by, at)
    except IntegrityError as error:
        if violated_constraint(error) not in _SAME_PERSON:
            raise
    except PdfUnavailable as error:
        # Signed on screen: without its document nothing would prove it.
        raise CannotInclude([gates.Refusal("information", str(error))]) from error
    # The other inclusion is committed now: this one sees it, and joins it or is refused.
    return _include_once(inclusion, new_keys, key, by, at)


def _include_once(
    inclusion: Inclusion, new_keys: tuple[UUID, UUID], key: str, by: Member, at: datetime
) -> Enrolment:
    with audit.acting("patient.included", by=by):
        if target := once.guard(by=by, key=key, action="patient.included", body=key):
            return Enrolment.objects.select_related("patient").get(public_id=target)
        _wait_for_a_place(inclusion, by.site.local_day(at))
        refusals = gates.refusals(inclusion, by=by, today=by.site.local_day(at))
        if refusals:
            raise CannotInclude(refusals)
        (enrolment,) = participation.write([Whole(inclusion, *new_keys)], by=by, at=at)
        designation.write_first(enrolment, by=by, at=at)
        for hook in hooks.ON_INCLUDED:
            hook([enrolment], by, at)
        audit.record("patient.included", enrolment, by=by, subject=str(enrolment.public_id))
        drafts.remove(by.user_id, key, at=at)
        once.done(by=by, key=key, target=enrolment.public_id)
    return enrolment


def _wait_for_a_place(inclusion: Inclusion, today: date) -> None:
    """Where patients are limited in number, inclusions are counted one after the other."""
    programme = inclusion.programme
    days = {inclusion.information.included_on, today}
    if any(openings.limits(programme, on) for on in days):
        Programme.objects.select_for_update(of=("self",), no_key=True).get(pk=programme.pk)
