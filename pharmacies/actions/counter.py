"""What happens at the counter: a prescription is presented, medicines are handed over."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from accounts.models import Member
from core import audit, keys, once
from patients.models import Enrolment, Patient
from pharmacies import rights, rules, words
from pharmacies.actions.register import record_exit
from pharmacies.enums import BearerKind, OverrideReason
from pharmacies.models import Dispensation, DispensedItem, Received
from pharmacies.row import Row
from pharmacies.sheet import LOADED, Sheet, read
from prescriptions.actions import mark_dispensed
from prescriptions.models import Prescription
from programmes.models import Pack


class CannotReceive(Exception):
    """The message is in French and may be shown to the pharmacist."""


class CannotDispense(Exception):
    """The message is in French and may be shown beside the field it names ("" for none)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Given:
    """Packs of one batch. `slot` names the row of the form, for refusals."""

    position: int
    pack_id: int
    batch: str
    expires_on: date
    packs: int
    slot: str = ""


@dataclass(frozen=True)
class Handover:
    """What the pharmacist typed. `days`: by position of the line."""

    items: tuple[Given, ...]
    days: Mapping[int, int]
    dispensed_on: date
    bearer: str = BearerKind.PATIENT
    # Name, address, identity document of a bearer who is not the patient.
    bearer_identity: Mapping[str, str] = field(default_factory=dict)
    with_vaporiser: bool = False
    override_reason: str = ""
    override_note: str = ""


# --- Presented -------------------------------------------------------------------------------


def receive(
    prescription: Prescription, *, presented_on: date, key: str, by: Member, at: datetime
) -> Received:
    """Record the day a prescription was presented, nothing being handed over yet.

    The first day recorded stands: presented again, the first row is given back.

    :raises CannotReceive: a day before the writing or in the future, nothing due, or no right
    :raises core.once.AnotherBody: the key was used for other content
    """
    body = {"prescription": str(prescription.public_id), "presented_on": presented_on}
    with audit.acting("prescription.received", by=by):
        if before := once.guard(by=by, key=key, action="prescription.received", body=body):
            return Received.objects.get(pk=before)
        locked = _lock(prescription)
        received = _received_already(locked, presented_on, by, at)
        if received is None:
            sheet = read(locked, member=by, on=presented_on)
            if refused := _nothing_due(sheet):
                raise CannotReceive(refused)
            received = _write_received(sheet, sheet.fraction_no, presented_on, by, at)
        once.done(by=by, key=key, target=received.pk)
    return received


def _lock(prescription: Prescription) -> Prescription:
    """Lock patient, enrolment, prescription, in this order; read what the sheet needs with it."""
    Patient.objects.select_for_update().values_list("pk").get(pk=prescription.patient_id)
    Enrolment.objects.select_for_update().values_list("pk").get(pk=prescription.enrolment_id)
    loaded = Prescription.objects.select_related(*LOADED).select_for_update(of=("self",))
    return loaded.get(pk=prescription.pk)


def _received_already(
    prescription: Prescription, presented_on: date, by: Member, at: datetime
) -> Received | None:
    if prescription.signed_on is None:
        raise CannotReceive(rights.refusal_of_state(is_signed=False, is_live=True))
    refused = rights.refusal_of_presentation(
        presented_on, signed_on=prescription.signed_on, today=by.site.local_day(at)
    )
    if refused:
        raise CannotReceive(refused)
    return read(prescription, member=by, on=presented_on).presented


def _nothing_due(sheet: Sheet) -> str:
    if sheet.refused or sheet.open_rows:
        return sheet.refused
    return sheet.rows[0].due.refused if sheet.rows else "Cette ordonnance n’a aucune ligne."


def _write_received(
    sheet: Sheet, fraction_no: int, presented_on: date, by: Member, at: datetime
) -> Received:
    received = Received.objects.create(
        prescription=sheet.prescription,
        fraction_no=fraction_no,
        pharmacy=by.site,
        presented_on=presented_on,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        "prescription.received",
        received,
        by=by,
        subject=str(sheet.prescription.enrolment.public_id),
        prescription=str(sheet.prescription.public_id),
        fraction=fraction_no,
        presented_on=presented_on,
    )
    return received


# --- Handed over -----------------------------------------------------------------------------


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
        locked = _lock(prescription)
        if seen is None or not seen.is_of(locked, handover.dispensed_on):
            seen = read(locked, member=by, on=handover.dispensed_on)
        dispensation = _dispense(seen, handover, by, at)
        once.done(by=by, key=key, target=dispensation.public_id)
    return dispensation


def _dispense(sheet: Sheet, handover: Handover, by: Member, at: datetime) -> Dispensation:
    prescription = sheet.prescription
    _check_day(prescription, handover, by.site.local_day(at))
    chosen = _chosen(sheet, handover)
    _check_reason(sheet, chosen, handover)
    _check_bearer(handover)
    received = _received(sheet, chosen, handover, by, at)
    dispensation = _write(sheet, received, handover, by, at)
    mark_dispensed(prescription, at=at)
    for row in chosen:
        _write_items(dispensation, row, handover)
    audit.record(
        "dispensation.recorded",
        dispensation,
        by=by,
        subject=str(prescription.enrolment.public_id),
        prescription=str(prescription.public_id),
        days={str(row.line.position): handover.days[row.line.position] for row in chosen},
        late_days=(by.site.local_day(at) - handover.dispensed_on).days,
        override=handover.override_reason,
    )
    return dispensation


# --- Checks ----------------------------------------------------------------------------------


def _check_day(prescription: Prescription, handover: Handover, today: date) -> None:
    if handover.dispensed_on > today:
        raise CannotDispense("La délivrance ne peut pas être dans le futur.", "dispensed_on")
    signed_on = prescription.signed_on
    if signed_on is not None and handover.dispensed_on < signed_on:
        written = words.in_full(signed_on)
        raise CannotDispense(
            f"L’ordonnance est datée du {written}{words.THIN}: pas avant.", "dispensed_on"
        )


def _chosen(sheet: Sheet, handover: Handover) -> list[Row]:
    """The lines of which something is handed over, each of them checked."""
    if sheet.refused:
        raise CannotDispense(sheet.refused)
    positions = {item.position for item in handover.items}
    chosen = [row for row in sheet.rows if row.line.position in positions]
    if not chosen or len(chosen) != len(positions):
        raise CannotDispense("Indiquez au moins un conditionnement remis.")
    for row in chosen:
        items = [item for item in handover.items if item.position == row.line.position]
        _check_line(row, items, handover.days.get(row.line.position, 0), handover.dispensed_on)
    if len({row.due.fraction_no for row in chosen if row.is_narcotic}) > 1:
        raise CannotDispense("Ces lignes n’en sont pas à la même fraction. Enregistrez-en une.")
    return chosen


def _check_line(row: Row, items: list[Given], days: int, on: date) -> None:
    position = row.line.position
    if row.due.refused:
        raise CannotDispense(row.due.refused, f"days-{position}")
    if days < 1 or days > row.due.days:
        due = words.days(row.due.days)
        raise CannotDispense(
            f"{row.line.product_name}{words.THIN}: {due} à délivrer au plus, vous en avez écrit "
            f"{days}.",
            f"days-{position}",
        )
    for item in items:
        if item.expires_on < on:
            raise CannotDispense(
                f"Ce lot est périmé depuis {words.expiry(item.expires_on)}.", f"expires-{item.slot}"
            )
    _check_packs(row, items, days)


def _check_packs(row: Row, items: list[Given], days: int) -> None:
    """As many packs as the days need: no fewer, and none that could stay on the shelf."""
    sizes = {pack.pk: pack.quantity for pack in row.packs}
    if any(item.pack_id not in sizes or item.packs < 1 for item in items):
        raise CannotDispense("Ce conditionnement n’est pas celui de l’ordonnance.")
    handed = [sizes[item.pack_id] for item in items for _ in range(item.packs)]
    need = rules.net_of(row.ordered, row.due, days)
    where = f"packs-{items[0].slot}"
    if sum(handed, Decimal(0)) < need:
        covered = rules.days_covered(row.ordered, row.due, sum(handed, Decimal(0)))
        raise CannotDispense(
            f"Cette quantité couvre {words.days(covered)} sur {days}{words.THIN}: ajoutez un "
            f"conditionnement ou réduisez le nombre de jours.",
            where,
        )
    if rules.excess_pack(need, handed):
        amount = words.amount(need, row.line.unit, row.line.form)
        raise CannotDispense(
            f"{amount} à remettre{words.THIN}: un conditionnement de moins suffit.", where
        )


def _check_reason(sheet: Sheet, chosen: list[Row], handover: Handover) -> None:
    early = any(row.due.is_early(handover.dispensed_on) for row in chosen)
    pharmacy = sheet.prescription.enrolment.pharmacy
    elsewhere = any(warning.needs_reason and warning.is_about_place for warning in sheet.warnings)
    if (early or elsewhere) and not handover.override_reason:
        what = "Délivrance anticipée" if early else f"Autre pharmacie que {pharmacy}"
        raise CannotDispense(f"{what}{words.THIN}: indiquez un motif.", "override_reason")
    if handover.override_reason == OverrideReason.OTHER and not handover.override_note.strip():
        raise CannotDispense("Précisez le motif.", "override_note")


def _check_bearer(handover: Handover) -> None:
    if handover.bearer == BearerKind.PATIENT:
        return
    for name in ("name", "document"):
        if not handover.bearer_identity.get(name, "").strip():
            raise CannotDispense(
                "Le nom du porteur et la référence de sa pièce d’identité sont nécessaires "
                "(CSP art. R. 5132-35).",
                f"bearer_{name}",
            )


# --- Rows ------------------------------------------------------------------------------------


def _received(
    sheet: Sheet, chosen: list[Row], handover: Handover, by: Member, at: datetime
) -> Received:
    """The presentation these lines hang on; recorded now when nobody did before."""
    numbers = [row.due.fraction_no for row in chosen if row.is_narcotic]
    fraction_no = numbers[0] if numbers else max(sheet.received, default=1)
    received = sheet.received.get(fraction_no)
    if received is None:
        return _write_received(sheet, fraction_no, handover.dispensed_on, by, at)
    if received.presented_on > handover.dispensed_on:
        presented = words.in_full(received.presented_on)
        raise CannotDispense(
            f"L’ordonnance a été présentée le {presented}{words.THIN}: pas avant.", "dispensed_on"
        )
    return received


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
    )
    if handover.bearer != BearerKind.PATIENT:
        identity = json.dumps(dict(handover.bearer_identity), ensure_ascii=False)
        dispensation.bearer_sealed = _seal(dispensation, "bearer", identity)
    if handover.override_note:
        dispensation.override_note_sealed = _seal(dispensation, "note", handover.override_note)
    dispensation.save(force_insert=True)
    return dispensation


def _seal(dispensation: Dispensation, place: str, text: str) -> bytes:
    aad = f"pharmacies.Dispensation {dispensation.public_id} {place}"
    return keys.seal(dispensation.enrolment.key_id, text.encode(), aad=aad)


def _write_items(dispensation: Dispensation, row: Row, handover: Handover) -> None:
    """One item a batch. The first bears the days; each its share of the units due."""
    packs: dict[int, Pack] = {pack.pk: pack for pack in row.packs}
    days = handover.days[row.line.position]
    left = rules.net_of(row.ordered, row.due, days)
    for item in handover.items:
        if item.position != row.line.position:
            continue
        held = item.packs * packs[item.pack_id].quantity
        share = min(left, held)
        splittable = row.line.unit in rules.SPLITTABLE_UNITS
        written = DispensedItem.objects.create(
            dispensation=dispensation,
            line=row.line,
            pack=packs[item.pack_id],
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
