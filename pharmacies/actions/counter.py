"""What happens at the counter: medicines are handed over."""

import json
from datetime import datetime

from accounts.models import Member
from core import audit, once
from pharmacies import rules, words
from pharmacies.actions.handover import (
    CannotDispense,
    Handover,
    check_bearer,
    check_day,
    check_reason,
    chosen,
    seal,
)
from pharmacies.actions.locking import lock
from pharmacies.actions.presentations import write_received
from pharmacies.actions.register import record_exit
from pharmacies.actions.supplies import count_supplies
from pharmacies.enums import BearerKind
from pharmacies.models import Dispensation, DispensedItem, Received
from pharmacies.row import Row
from pharmacies.sheet import Sheet, read
from prescriptions.actions import mark_dispensed
from prescriptions.models import Prescription


def dispense(
    prescription: Prescription,
    *,
    handover: Handover,
    key: str,
    by: Member,
    at: datetime,
    seen: Sheet | None = None,
) -> Dispensation:
    """Record what leaves the pharmacy: never more than what is due. The same key is done once.

    A prescription that nobody recorded as presented is presented on the day of handing over.

    :param seen: the sheet this request has read: read again under the locks unless it still holds
    :raises CannotDispense: no right, nothing due, or more than what is due
    :raises core.once.AnotherBody: the key was used for other content
    """
    body = {"prescription": str(prescription.public_id), "handover": repr(handover)}
    with audit.acting("dispensation.recorded", by=by, reason=handover.override_reason):
        if before := once.guard(by=by, key=key, action="dispensation.recorded", body=body):
            return Dispensation.objects.get(public_id=before)
        locked = lock(prescription)
        if seen is None or not seen.is_of(locked, handover.dispensed_on):
            seen = read(locked, member=by, on=handover.dispensed_on)
        dispensation = _dispense(seen, handover, by, at)
        once.done(by=by, key=key, target=dispensation.public_id)
    return dispensation


def _dispense(sheet: Sheet, handover: Handover, by: Member, at: datetime) -> Dispensation:
    prescription = sheet.prescription
    check_day(prescription, handover, by.site.local_day(at))
    rows = chosen(sheet, handover)
    check_reason(sheet, rows, handover)
    check_bearer(handover)
    received = presented(sheet, rows, handover, by, at)
    dispensation = write(sheet, received, handover, by, at)
    audit.record(
        "dispensation.recorded",
        dispensation,
        by=by,
        subject=str(prescription.enrolment.public_id),
        prescription=str(prescription.public_id),
        days={str(row.line.position): handover.days[row.line.position] for row in rows},
        late_days=(by.site.local_day(at) - handover.dispensed_on).days,
        override=handover.override_reason,
    )
    return dispensation


# --- Rows ------------------------------------------------------------------------------------


def presented(
    sheet: Sheet, rows: list[Row], handover: Handover, by: Member, at: datetime
) -> Received:
    """The presentation these lines hang on; recorded now when nobody did before."""
    numbers = [row.due.fraction_no for row in rows if row.is_narcotic]
    fraction_no = numbers[0] if numbers else max(sheet.received, default=1)
    received = sheet.received.get(fraction_no)
    if received is None:
        return write_received(sheet, fraction_no, handover.dispensed_on, by, at)
    if received.presented_on > handover.dispensed_on:
        presented = words.in_full(received.presented_on)
        raise CannotDispense(
            f"L’ordonnance a été présentée le {presented}{words.THIN}: pas avant.", "dispensed_on"
        )
    return received


def write(
    sheet: Sheet, received: Received, handover: Handover, by: Member, at: datetime
) -> Dispensation:
    """Write the dispensation, what it holds, and the lines of the register, the last of locks."""
    dispensation = _write(sheet, received, handover, by, at)
    mark_dispensed(sheet.prescription, at=at)
    for row in sheet.rows:
        _write_items(dispensation, row, handover)
    count_supplies([dispensation.enrolment_id])
    return dispensation


def _write(
    sheet: Sheet, received: Received, handover: Handover, by: Member, at: datetime
) -> Dispensation:
    prescription = sheet.prescription
    dispensation = Dispensation(
        prescription=prescription,
        enrolment=prescription.enrolment,
        received=received,
        sequence_no=sheet.next_sequence,
        pharmacy=by.site,
        dispensed_by=by,
        dispensed_on=handover.dispensed_on,
        recorded_at=at,
        bearer=handover.bearer,
        with_vaporiser=handover.with_vaporiser,
        override_reason=handover.override_reason,
        is_counselled=handover.is_counselled,
        already_made=handover.already_made,
        broken_rules=list(handover.broken),
    )
    if handover.bearer != BearerKind.PATIENT:
        identity = json.dumps(dict(handover.bearer_identity), ensure_ascii=False)
        dispensation.bearer_sealed = seal(dispensation, "bearer", identity)
    if handover.override_note:
        dispensation.override_note_sealed = seal(dispensation, "note", handover.override_note)
    dispensation.save(force_insert=True)
    return dispensation


def _write_items(dispensation: Dispensation, row: Row, handover: Handover) -> None:
    """One item a batch. The first bears the days; each its share of the units due."""
    sizes = row.sizes
    days = handover.days.get(row.line.position, 0)
    left = rules.net_of(row.ordered, row.due, days)
    for item in handover.items:
        if item.position != row.line.position:
            continue
        held = item.packs * sizes[item.pack_id]
        share = min(left, held)
        splittable = row.line.unit in rules.SPLITTABLE_UNITS
        written = DispensedItem.objects.create(
            dispensation=dispensation,
            line=row.line,
            pack_id=item.pack_id,
            batch=item.batch,
            expires_on=item.expires_on,
            packs=item.packs,
            days=days,
            quantity_due=share,
            quantity=share if splittable else held,
        )
        if row.is_narcotic:
            record_exit(written, by=dispensation.dispensed_by, at=dispensation.recorded_at)
        left, days = left - share, 0
