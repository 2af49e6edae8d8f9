"""A patient answers before the visit, by a link and a code given another way (ADR 0068)."""

import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import Member
from core import audit
from core.drafts import DraftClosed, StaleDraft
from followup import by_patient, rules
from followup.enums import LinkEnd, VisitStatus
from followup.models import PatientLink, Visit


class CannotInvite(Exception):
    """The message is in French and may be shown."""


class LinkIsOver(Exception):
    """Sent already, ended, too old, or of a visit that was held: one answer for all."""

    def __init__(self) -> None:
        super().__init__("Ce lien n’est plus valable.")


@dataclass(frozen=True)
class Given:
    """What the doctor hands over, shown once: only digests are kept."""

    link: PatientLink
    token: str
    code: str


def _digest(*words: str) -> bytes:
    return hmac.digest(settings.CODE_KEY.encode(), " ".join(("patient", *words)).encode(), "sha256")


def invite(visit: Visit, *, by: Member, at: datetime) -> Given:
    """Make a link for the visit; an earlier one opens nothing any more.

    :raises CannotInvite: the visit is not expected any more
    """
    with audit.acting("patient_link.made", by=by):
        locked = _locked(visit)
        if locked.status != VisitStatus.PLANNED:
            raise CannotInvite("Cette consultation n’est plus à venir.")
        _end(PatientLink.objects.filter(visit=locked), LinkEnd.REPLACED, at)
        token = secrets.token_urlsafe(rules.LINK_TOKEN_BYTES)
        code = f"{secrets.randbelow(10**rules.LINK_CODE_DIGITS):0{rules.LINK_CODE_DIGITS}d}"
        link = PatientLink(
            visit=locked,
            token_digest=_digest(token),
            made_by=by,
            made_at=at,
            expires_at=at + timedelta(days=rules.LINK_DAYS),
        )
        link.code_digest = _digest(str(link.public_id), code)
        link.save()
        subject = str(locked.enrolment.public_id)
        audit.record("patient_link.made", link, by=by, subject=subject)
    return Given(link, token, code)


def _locked(visit: Visit) -> Visit:
    rows = Visit.objects.select_related("enrolment").select_for_update(of=("self",))
    return rows.get(pk=visit.pk)


def revoke(visit: Visit, *, by: Member, at: datetime) -> None:
    """Nothing opens any more, and what was typed is erased. The second time changes nothing."""
    with audit.acting("patient_link.ended", by=by):
        locked = _locked(visit)
        if _end(PatientLink.objects.filter(visit=locked), LinkEnd.REVOKED, at):
            subject = str(locked.enrolment.public_id)
            audit.record("patient_link.ended", locked, by=by, subject=subject)


def _end(links: Any, end: LinkEnd, at: datetime) -> int:  # noqa: ANN401  a queryset
    return int(links.filter(ended_at=None).update(ended_at=at, end=end, typed_sealed=None))


def end_dead(*, at: datetime) -> int:
    """Erase what waits behind links that nothing opens any more; return how many."""
    return _end(PatientLink.objects.dead(at), LinkEnd.EXPIRED, at)


def close(visit: Visit, accepted: Collection[str], *, at: datetime) -> None:
    """The visit is held: keep which answers were taken over, and nothing of the others.

    Called by the act of holding, in its transaction.
    """
    link = by_patient.of_visit(visit)
    if link is not None:
        known = {answer.name for answer in by_patient.answers(link, visit.held_on or at.date())}
        PatientLink.objects.filter(pk=link.pk).update(accepted=sorted(known & set(accepted)))
        _end(PatientLink.objects.filter(pk=link.pk), LinkEnd.HELD, at)


# --- The patient -----------------------------------------------------------------------------


def found(token: str, *, at: datetime) -> PatientLink | None:
    """The link of that address, while it may be answered."""
    standing = PatientLink.objects.standing(at).filter(answered_at=None)
    return standing.filter(token_digest=_digest(token)).first()


def opens(link: PatientLink, code: str) -> bool:
    """Whether the code is that of the link; each trial is a line of the journal."""
    right = hmac.compare_digest(bytes(link.code_digest), _digest(str(link.public_id), code))
    action = "patient_link.opened" if right else "patient_link.refused"
    audit.record(action, link, by=audit.Agent(), subject=str(link.visit.enrolment.public_id))
    return right


def keep(link: PatientLink, typed: Mapping[str, Any], version: int, *, at: datetime) -> PatientLink:
    """Keep what the patient has typed so far, right or wrong.

    :raises StaleDraft: another page of theirs saved meanwhile
    :raises DraftClosed: sent already, or ended
    """
    with audit.acting("patient_link.typed", by=audit.Agent()):
        locked = _answerable(link, at)
        if locked is None:
            raise DraftClosed
        if locked.version != version:
            raise StaleDraft
        _write(locked, typed, at)
    return locked


def send(link: PatientLink, typed: Mapping[str, Any], *, at: datetime) -> None:
    """The patient has finished: the link opens nothing more.

    :raises LinkIsOver: nothing was written
    """
    with audit.acting("patient_link.answered", by=audit.Agent()):
        locked = _answerable(link, at)
        if locked is None:
            raise LinkIsOver
        locked.answered_at = at
        _write(locked, typed, at)
        subject = str(locked.visit.enrolment.public_id)
        audit.record("patient_link.answered", locked, by=audit.Agent(), subject=subject)


def _answerable(link: PatientLink, at: datetime) -> PatientLink | None:
    rows = PatientLink.objects.select_for_update(of=("self",)).select_related("visit__enrolment")
    standing = PatientLink.objects.standing(at).filter(pk=link.pk, answered_at=None)
    return rows.filter(pk__in=standing).first()


def _write(link: PatientLink, typed: Mapping[str, Any], at: datetime) -> None:
    link.typed_sealed = by_patient.seal(link, typed)
    link.version, link.saved_at = link.version + 1, at
    link.save(update_fields=["typed_sealed", "version", "saved_at", "answered_at"])
