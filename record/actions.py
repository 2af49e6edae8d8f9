"""What this app writes: reviews that were made, and verifications of the journal that failed."""

from collections.abc import Sequence
from datetime import datetime

from accounts.enums import Role
from accounts.models import Member
from core import audit, codes, keys, seals
from core.models import JournalCheck
from pharmacies.sheet import Sheet
from prescriptions.models import Prescription
from record import documents, mail, reviews
from record.enums import ReviewKind
from record.models import Review, ReviewRule
from record.reviews import Period


class CannotSign(Exception):
    """The message is in French and may be shown."""


def sign_review(
    kind: ReviewKind, period: Period, *, remark: str, by: Member, at: datetime
) -> Review:
    """Record that somebody looked at a period, what was found, and what they say of it.

    :raises CannotSign: the period is not over, or ends before it begins
    """
    if period.until < period.since:
        raise CannotSign("La période finit avant de commencer.")
    if period.until >= by.site.local_day(at):
        raise CannotSign("La période n’est pas finie\u202f: choisissez un dernier jour passé.")
    rule = ReviewRule.objects.get(kind=kind)
    review = Review(
        kind=kind,
        since=period.since,
        until=period.until,
        parameters=rule.parameters,
        signed_at=at,
        signed_by=by,
        # First, as everywhere: a transaction that fails leaves at worst a key without use.
        key_id=keys.create_key("review") if remark else None,
    )
    if review.key_id is not None:
        review.remark_sealed = keys.seal(review.key_id, remark.encode(), aad=_aad(review))
    with audit.acting("review.signed", by=by):
        review.found = len(reviews.cases(kind, rule.parameters, period))
        review.save(force_insert=True)
        audit.record("review.signed", review, by=by, kind=kind.value, found=review.found)
    return review


def _aad(review: Review) -> str:
    return f"record.Review {review.public_id}"


def remarks(found: Sequence[Review]) -> dict[int, str]:
    """The remarks of these reviews, by primary key. One query of the keys."""
    opened = keys.open_keys(one.key_id for one in found if one.key_id)
    return {
        one.pk: opened[one.key_id].unseal(bytes(one.remark_sealed), _aad(one)).decode()
        for one in found
        if one.remark_sealed and one.key_id in opened
    }


def verify_journal(*, at: datetime) -> JournalCheck:
    """Verify the journal; tell every manager when it was altered, once a day."""
    check = seals.verify(at=at)
    if not check.faults:
        audit.record("journal.verified", check, by=audit.SYSTEM, lines=check.lines)
        return check
    audit.record("journal.fault", check, by=audit.SYSTEM, count=len(check.faults))
    managers = Member.objects.open().filter(role=Role.MANAGER).select_related("user")
    for address in sorted({one.user.email for one in managers}):
        mail.queue_fault(address, check, at=at)
    return check


# --- Printed before an outage ----------------------------------------------------------------


def print_relief(sheet: Sheet, *, by: Member, at: datetime) -> bytes:
    """Return the sealed sheet that a pharmacy fills by hand when the registry cannot be reached.

    It is kept nowhere; its code opens the prescription at the counter, to type what it says.

    :raises core.pdf.PdfUnavailable: a library of the system is missing; nothing was written
    """
    prescription, on = sheet.prescription, by.site.local_day(at)
    with audit.acting("relief.printed", by=by):
        label, content = Prescription._meta.label, f"{prescription.public_id} {at.isoformat()}"
        code = codes.issue(documents.RELIEF, label, prescription.pk, on, content=content)
        subject = str(prescription.enrolment.public_id)
        audit.record("relief.printed", prescription, by=by, subject=subject)
        return documents.relief_sheet(sheet, code, by=by, on=on)
