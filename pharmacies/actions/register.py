"""The narcotics register: lines are added, never changed. R. 5132-36; ADR 0042."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.models import Member
from core import audit, once
from pharmacies import stock, words
from pharmacies.enums import MovementKind, Shelf
from pharmacies.models import DispensedItem, OrderSlip, RegisterHead, RegisterLine
from programmes.models import Pack


class CannotEnter(Exception):
    """The message is in French and may be shown beside the field it names ("" for none)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Typed:
    """A movement as a pharmacist enters it. `quantity`: units of dosage, always positive."""

    kind: str
    pack: Pack
    batch: str
    quantity: Decimal
    happened_on: date
    expires_on: date | None = None
    reference: str = ""
    reason: str = ""
    witness: str = ""
    slip: OrderSlip | None = None


def enter(typed: Typed, *, key: str, by: Member, at: datetime) -> list[RegisterLine]:
    """Write the lines of a movement. The same key is done once.

    :raises CannotEnter: something missing, a day to come, or more than what is there
    :raises core.once.AnotherBody: the key was used for other content
    """
    with audit.acting("register.entered", by=by, reason=typed.reason):
        if before := once.guard(by=by, key=key, action="register.entered", body=repr(typed)):
            return list(RegisterLine.objects.filter(pk__in=before.split(",")))
        _check(typed, by.site.local_day(at))
        hold(by)
        found = [_line(typed, effect, by, at) for effect in stock.MOVEMENTS[typed.kind].effects]
        once.done(by=by, key=key, target=",".join(str(line.pk) for line in found))
        audit.record("register.entered", found[0], by=by, kind=typed.kind)
    return found


def _check(typed: Typed, today: date) -> None:
    if typed.happened_on > today:
        raise CannotEnter("Cette date est dans le futur.", "happened_on")
    if typed.quantity <= 0:
        raise CannotEnter("Indiquez une quantité.", "packs")
    wanting = stock.missing(
        typed.kind, reference=typed.reference, reason=typed.reason, witness=typed.witness
    )
    if wanting:
        field, message = wanting
        raise CannotEnter(message, field)


def hold(by: Member) -> None:
    """Whoever writes in this register waits here; the first line makes its head."""
    RegisterHead.objects.select_for_update().filter(pk=by.site_id).first()


def _line(typed: Typed, effect: stock.Effect, by: Member, at: datetime) -> RegisterLine:
    there = balance(by, typed.pack, effect.shelf)
    if effect.sign < 0 and typed.quantity > there:
        amount = _amount(there, typed.pack)
        where = Shelf(effect.shelf).label.lower()
        raise CannotEnter(f"Le registre ne compte que {amount} ({where}).", "packs")
    return RegisterLine.objects.create(
        pharmacy=by.site,
        kind=typed.kind,
        shelf=effect.shelf,
        pack=typed.pack,
        batch=typed.batch,
        expires_on=typed.expires_on,
        change=effect.sign * typed.quantity,
        happened_on=typed.happened_on,
        recorded_at=at,
        recorded_by=by,
        slip=typed.slip,
        reference=typed.reference,
        reason=typed.reason,
        witness=typed.witness,
    )


def balance(by: Member, pack: Pack, shelf: str) -> Decimal:
    """What the register of the member's pharmacy counts now, in units of dosage."""
    lines = RegisterLine.objects.filter(pharmacy=by.site_id, pack=pack, shelf=shelf)
    last = lines.order_by("-number").values_list("balance_after", flat=True).first()
    return last or Decimal(0)


def _amount(quantity: Decimal, pack: Pack) -> str:
    return words.amount(quantity, pack.product.unit, pack.product.form)


def record_exit(item: DispensedItem, *, by: Member, at: datetime) -> None:
    """The line of what is dispensed, in the act's transaction, after all its other locks."""
    dispensation = item.dispensation
    RegisterLine.objects.create(
        pharmacy=dispensation.pharmacy,
        kind=MovementKind.DISPENSATION,
        pack_id=item.pack_id,
        batch=item.batch,
        expires_on=item.expires_on,
        change=-item.quantity,
        happened_on=dispensation.dispensed_on,
        recorded_at=at,
        recorded_by=by,
        item_no=item.pk,
    )


# --- Corrections -----------------------------------------------------------------------------


def correct(line: RegisterLine, *, reason: str, key: str, by: Member, at: datetime) -> RegisterLine:
    """Undo a line by its opposite, which says why. The line itself stays as it was.

    :raises CannotEnter: a correction, a line already corrected, a dispensation, or no reason
    """
    body = {"line": str(line.public_id), "reason": reason}
    with audit.acting("register.corrected", by=by, reason=reason):
        if before := once.guard(by=by, key=key, action="register.corrected", body=body):
            return RegisterLine.objects.get(pk=before)
        hold(by)
        if refused := _not_correctable(line, reason):
            raise CannotEnter(refused, "reason")
        undone = undo(line, reason=reason, by=by, at=at)
        once.done(by=by, key=key, target=undone.pk)
    return undone


def _not_correctable(line: RegisterLine, reason: str) -> str:
    if line.kind == MovementKind.CORRECTION:
        return "Une correction ne se corrige pas\u202f: écrivez un nouveau mouvement."
    if line.kind == MovementKind.DISPENSATION:
        return "Une délivrance se corrige depuis la dispensation elle-même."
    if RegisterLine.objects.filter(corrects=line).exists():
        return "Cette ligne est déjà corrigée."
    return "" if reason.strip() else "Indiquez la raison."


def undo(line: RegisterLine, *, reason: str, by: Member, at: datetime) -> RegisterLine:
    """Write the counter-line, in the transaction of the act that decided it."""
    undone = RegisterLine.objects.create(
        pharmacy=line.pharmacy,
        kind=MovementKind.CORRECTION,
        shelf=line.shelf,
        pack_id=line.pack_id,
        batch=line.batch,
        expires_on=line.expires_on,
        change=-line.change,
        happened_on=by.site.local_day(at),
        recorded_at=at,
        recorded_by=by,
        corrects=line,
        reason=reason,
    )
    audit.record("register.corrected", undone, by=by, line=str(line.public_id))
    return undone
