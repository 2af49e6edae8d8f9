"""What the pharmacist typed, and whether it may leave: each check refuses with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core import keys
from pharmacies import rules, words
from pharmacies.enums import BearerKind, OverrideReason
from pharmacies.models import Dispensation
from pharmacies.row import Row
from pharmacies.sheet import Sheet
from prescriptions.models import Prescription


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
    bearer_is_known: bool = False
    with_vaporiser: bool = False
    override_reason: str = ""
    override_note: str = ""
    is_counselled: bool = False
    # Handed over before it was written, and the rules it then broke: `actions.late`.
    already_made: bool = False
    broken: tuple[str, ...] = ()


def check_day(prescription: Prescription, handover: Handover, today: date) -> None:
    if handover.dispensed_on > today:
        raise CannotDispense("La délivrance ne peut pas être dans le futur.", "dispensed_on")
    signed_on = prescription.signed_on
    if signed_on is not None and handover.dispensed_on < signed_on:
        written = words.in_full(signed_on)
        raise CannotDispense(
            f"L’ordonnance est datée du {written}{words.THIN}: pas avant.", "dispensed_on"
        )


def chosen(sheet: Sheet, handover: Handover) -> list[Row]:
    """The lines of which something is handed over, each of them checked."""
    if sheet.refused:
        raise CannotDispense(sheet.refused)
    positions = {item.position for item in handover.items}
    chosen = [row for row in sheet.rows if row.line.position in positions]
    if not chosen or len(chosen) != len(positions):
        raise CannotDispense("Indiquez au moins un conditionnement remis.")
    for row in chosen:
        items = [item for item in handover.items if item.position == row.line.position]
        check_line(row, items, handover.days.get(row.line.position, 0), handover.dispensed_on)
    if len({row.due.fraction_no for row in chosen if row.is_narcotic}) > 1:
        raise CannotDispense("Ces lignes n’en sont pas à la même fraction. Enregistrez-en une.")
    return chosen


def check_line(row: Row, items: list[Given], days: int, on: date) -> None:
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
    check_packs(row, items, days)


def check_packs(row: Row, items: list[Given], days: int) -> None:
    """As many packs as the days need: no fewer, and none that could stay on the shelf."""
    sizes = row.sizes
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


def check_reason(sheet: Sheet, chosen: list[Row], handover: Handover) -> None:
    early = any(row.due.is_early(handover.dispensed_on) for row in chosen)
    pharmacy = sheet.prescription.enrolment.pharmacy
    elsewhere = any(warning.needs_reason and warning.is_about_place for warning in sheet.warnings)
    overlap = any(warning.is_overlap for warning in sheet.warnings)
    if (early or elsewhere or overlap) and not handover.override_reason:
        what = "Délivrance anticipée" if early else f"Autre pharmacie que {pharmacy}"
        what = what if early or elsewhere else "Chevauchement sans mention expresse"
        raise CannotDispense(f"{what}{words.THIN}: indiquez un motif.", "override_reason")
    if handover.override_reason == OverrideReason.OTHER and not handover.override_note.strip():
        raise CannotDispense("Précisez le motif.", "override_note")


def check_bearer(handover: Handover) -> None:
    if handover.bearer == BearerKind.PATIENT:
        return
    needed = ["name", "address"] if handover.bearer_is_known else ["name", "address", "document"]
    for name in needed:
        if not handover.bearer_identity.get(name, "").strip():
            raise CannotDispense(
                "Le nom et l’adresse du porteur sont nécessaires, et la référence de sa pièce "
                "d’identité s’il n’est pas connu de la pharmacie (CSP art. R. 5132-35).",
                f"bearer_{name}",
            )


def seal(dispensation: Dispensation, place: str, text: str) -> bytes:
    """A text of the dispensation under the key of its enrolment."""
    aad = f"pharmacies.Dispensation {dispensation.public_id} {place}"
    return keys.seal(dispensation.enrolment.key_id, text.encode(), aad=aad)
