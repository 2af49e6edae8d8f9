"""A dispensation already made, written late with its true dates: never refused. ADR 0044."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from accounts.models import Member
from core import audit, once
from pharmacies import rules
from pharmacies.actions.counter import write
from pharmacies.actions.handover import CannotDispense, Handover, check_bearer, check_day
from pharmacies.actions.locking import lock
from pharmacies.actions.presentations import write_received
from pharmacies.enums import BrokenRule
from pharmacies.models import Dispensation, Received
from pharmacies.row import Row
from pharmacies.sheet import Sheet, read
from prescriptions.enums import PrescriptionStatus
from prescriptions.models import Prescription


def record_made(
    prescription: Prescription,
    *,
    handover: Handover,
    presented_on: date,
    key: str,
    by: Member,
    at: datetime,
) -> Dispensation:
    """Write what left the pharmacy before today. A rule that was broken is told beside it.

    :raises CannotDispense: a day of today or to come, before the writing, or nothing told
    :raises core.once.AnotherBody: the key was used for other content
    """
    body = {
        "prescription": str(prescription.public_id),
        "handover": repr(handover),
        "presented_on": presented_on,
    }
    with audit.acting("dispensation.recorded_late", by=by):
        if before := once.guard(by=by, key=key, action="dispensation.recorded_late", body=body):
            return Dispensation.objects.get(public_id=before)
        dispensation = _record(prescription, handover, presented_on, by, at)
        once.done(by=by, key=key, target=dispensation.public_id)
    return dispensation


def _record(
    prescription: Prescription, handover: Handover, presented_on: date, by: Member, at: datetime
) -> Dispensation:
    sheet = read(lock(prescription), member=by, on=handover.dispensed_on)
    _check(sheet, handover, presented_on, by.site.local_day(at))
    rows = [row for row in sheet.rows if handover.days.get(row.line.position)]
    broken = tuple(dict.fromkeys(_broken(sheet, rows, handover)))
    received = _presented(sheet, rows, presented_on, by, at)
    told = replace(handover, already_made=True, broken=broken)
    dispensation = write(sheet, received, told, by, at)
    _journal(dispensation, broken, by)
    return dispensation


def _journal(dispensation: Dispensation, broken: tuple[str, ...], by: Member) -> None:
    audit.record(
        "dispensation.recorded_late",
        dispensation,
        by=by,
        subject=str(dispensation.enrolment.public_id),
        dispensed_on=dispensation.dispensed_on,
        broken=list(broken),
    )


def _check(sheet: Sheet, handover: Handover, presented_on: date, today: date) -> None:
    """What would make the facts impossible; the law is told, not enforced."""
    if sheet.prescription.status != PrescriptionStatus.SIGNED:
        raise CannotDispense("Cette ordonnance est annulée ou n’est pas signée.")
    check_day(sheet.prescription, handover, today)
    if handover.dispensed_on >= today:
        raise CannotDispense(
            "Une remise d’aujourd’hui s’enregistre sur la page de l’ordonnance.", "dispensed_on"
        )
    signed_on = sheet.prescription.signed_on or presented_on
    if not signed_on <= presented_on <= handover.dispensed_on:
        raise CannotDispense(
            "La présentation se place entre la date de l’ordonnance et celle de la remise.",
            "presented_on",
        )
    check_bearer(handover)
    _check_lines(sheet, handover)


def _check_lines(sheet: Sheet, handover: Handover) -> None:
    """Each line told has its days and packs of its own medicine."""
    positions = {item.position for item in handover.items}
    if not positions:
        raise CannotDispense("Indiquez au moins un conditionnement remis.")
    for row in sheet.rows:
        position = row.line.position
        days = handover.days.get(position, 0)
        if (position in positions) != bool(days):
            raise CannotDispense(
                "Indiquez à la fois les jours et les conditionnements remis.", f"days-{position}"
            )
    sizes = {(row.line.position, pack) for row in sheet.rows for pack in row.sizes}
    if any((item.position, item.pack_id) not in sizes for item in handover.items):
        raise CannotDispense("Ce conditionnement n’est pas celui de l’ordonnance.")


def _broken(sheet: Sheet, rows: list[Row], handover: Handover) -> Iterator[str]:
    if sheet.refused:
        yield BrokenRule.NOT_ALLOWED
    for row in rows:
        if _is_too_much(row, handover):
            yield BrokenRule.TOO_MUCH
        if row.due.is_early(handover.dispensed_on) and not handover.override_reason:
            yield BrokenRule.EARLY
    if any(item.expires_on < handover.dispensed_on for item in handover.items):
        yield BrokenRule.EXPIRED
    elsewhere = any(warning.is_about_place for warning in sheet.warnings)
    if elsewhere and not handover.override_reason:
        yield BrokenRule.OTHER_PLACE
    if any(one.is_overlap for one in sheet.warnings) and not handover.override_reason:
        yield BrokenRule.OVERLAP


def _is_too_much(row: Row, handover: Handover) -> bool:
    """More days than what was due, or a pack that these days do not need."""
    position = row.line.position
    days = handover.days[position]
    sizes = row.sizes
    handed = [
        sizes[item.pack_id]
        for item in handover.items
        if item.position == position
        for _ in range(item.packs)
    ]
    need = rules.net_of(row.ordered, row.due, days)
    return days > row.due.days or rules.excess_pack(need, handed)


def _presented(
    sheet: Sheet, rows: list[Row], presented_on: date, by: Member, at: datetime
) -> Received:
    """The presentation already written, which is what is told now, or a new one."""
    numbers = [row.due.fraction_no for row in rows if row.is_narcotic]
    fraction_no = numbers[0] if numbers else max(sheet.received, default=1)
    received = sheet.received.get(fraction_no)
    if received is None:
        return write_received(sheet, fraction_no, presented_on, by, at)
    if received.presented_on != presented_on:
        raise CannotDispense(
            f"L’ordonnance est enregistrée comme présentée le {received.presented_on:%d/%m/%Y} "
            f"({received.pharmacy})\u202f: écrivez ce jour, ou faites-le corriger d’abord.",
            "presented_on",
        )
    return received
