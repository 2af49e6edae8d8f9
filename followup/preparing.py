"""Somebody of the structure fills a visit in; a doctor reads, completes and holds it (ADR 0098)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import Member
from core import audit, drafts, keys
from followup import rules
from followup.enums import VisitStatus
from followup.models import Preparation, Visit
from patients.models import Enrolment


# The doctor alone decides; the key of the form is the page's.
NOT_PREPARED = ("decision", "stop_reason", "once")


class CannotPrepare(Exception):
    """The message is in French and may be shown."""


def hand_over(
    enrolment: Enrolment, visit: Visit | None, typed: Mapping[str, Any], *, by: Member, at: datetime
) -> None:
    """Leave what was typed, complete or not, to the doctors of the structure.

    The last one handed over stands; the preparer's own draft is emptied.

    :raises CannotPrepare: nothing was written
    """
    with audit.acting("visit.prepared", by=by):
        locked = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
        _check(locked, visit, by)
        plain = {name: value for name, value in typed.items() if name not in NOT_PREPARED}
        sealed = keys.seal(
            locked.key_id, json.dumps(plain, ensure_ascii=False).encode(), aad=_aad(locked, visit)
        )
        Preparation.objects.update_or_create(
            enrolment=locked,
            visit=visit,
            defaults={"prepared_by": by, "prepared_at": at, "typed_sealed": sealed},
        )
        drafts.remove(by.user_id, draft_key(locked, visit), at=at)
        subject = str(locked.public_id)
        audit.record("visit.prepared", visit or locked, by=by, subject=subject)


def _check(enrolment: Enrolment, visit: Visit | None, by: Member) -> None:
    if not rules.may_prepare(by.role) or enrolment.site_id != by.site_id:
        raise CannotPrepare("Ce patient n’est pas suivi dans votre structure.")
    if not enrolment.is_live:
        raise CannotPrepare("Ce patient n’est plus suivi.")
    if visit is not None and not _is_planned(visit):
        raise CannotPrepare("Cette consultation n’est plus à préparer.")


def _is_planned(visit: Visit) -> bool:
    rows = Visit.objects.select_for_update(of=("self",)).filter(status=VisitStatus.PLANNED)
    return rows.filter(pk=visit.pk).exists()


def draft_key(enrolment: Enrolment, visit: Visit | None) -> str:
    return visit.draft_key if visit else f"visit_new:{enrolment.public_id}"


def _aad(enrolment: Enrolment, visit: Visit | None) -> str:
    return f"followup.Preparation {visit.public_id if visit else enrolment.public_id}"


def of(enrolment: Enrolment, visit: Visit | None) -> Preparation | None:
    """What was handed over for this visit, or for an unplanned one."""
    rows = Preparation.objects.filter(enrolment=enrolment, visit=visit)
    return rows.select_related("prepared_by__user").first()


def typed_of(found: Preparation, enrolment: Enrolment, visit: Visit | None) -> dict[str, Any]:
    """The fields as they were typed; empty once the key is destroyed."""
    if not found.typed_sealed:
        return {}
    try:
        plain = keys.unseal(enrolment.key_id, bytes(found.typed_sealed), aad=_aad(enrolment, visit))
    except keys.KeyMissing:
        return {}
    typed: dict[str, Any] = json.loads(plain)
    return typed


def take_over(visit: Visit, *, planned: bool) -> Member | None:
    """Empty what was handed over for the visit that is being held; returns who prepared it.

    Called by the act of holding, in its transaction.
    """
    rows = Preparation.objects.filter(
        enrolment=visit.enrolment_id, visit=visit.pk if planned else None
    )
    found = rows.select_related("prepared_by").first()
    if found is None:
        return None
    found.delete()
    return found.prepared_by
