"""What the register amounts to: the balance of each month, frozen, and the yearly inventory."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from accounts.models import Member
from core import audit, once
from pharmacies import stock, words
from pharmacies.actions.register import CannotEnter, balance, hold
from pharmacies.enums import MovementKind, Shelf
from pharmacies.models import Inventory, RegisterLine, RegisterMonth
from programmes.models import Pack


def close_month(month: date, *, by: Member, at: datetime) -> RegisterMonth:
    """Freeze the balance of a month that is over: every line up to now that is not in another.

    A line dated in a closed month and written later is of the month that is open: its own date
    stands beside it. Already closed: the same row is given back.
    """
    with audit.acting("register.month_closed", by=by):
        hold(by)
        closed = RegisterMonth.objects.filter(pharmacy=by.site_id, month=month).first()
        if closed is not None:
            return closed
        last = RegisterMonth.objects.filter(pharmacy=by.site_id).order_by("-month").first()
        lines = list(_lines_after(last, by, month))
        _check_close(month, last, lines, by, at)
        made = _write_month(month, last, lines, by, at)
        audit.record("register.month_closed", made, by=by, month=month)
    return made


def _lines_after(last: RegisterMonth | None, by: Member, month: date) -> Sequence[RegisterLine]:
    """Lines that no balance holds yet, written before the end of the month: consecutive numbers."""
    waiting = RegisterLine.objects.filter(
        pharmacy=by.site_id, number__gt=last.last_number if last else 0
    ).order_by("number")
    found = []
    for line in waiting:
        if by.site.local_day(line.recorded_at) >= stock.month_after(month):
            break
        found.append(line)
    return found


def _check_close(
    month: date,
    last: RegisterMonth | None,
    lines: Sequence[RegisterLine],
    by: Member,
    at: datetime,
) -> None:
    refused = stock.refusal_to_close(
        month,
        last_closed=last.month if last else None,
        first=first_month(by) or month,
        today=by.site.local_day(at),
    )
    if refused:
        raise CannotEnter(refused, "month")
    if last is None and not lines:
        raise CannotEnter("Le registre n’a encore aucune ligne.", "month")


def first_month(by: Member) -> date | None:
    """The month in which the register began."""
    first = RegisterLine.objects.filter(pharmacy=by.site_id).order_by("number").first()
    return stock.first_of(by.site.local_day(first.recorded_at)) if first else None


def _write_month(
    month: date,
    last: RegisterMonth | None,
    lines: Sequence[RegisterLine],
    by: Member,
    at: datetime,
) -> RegisterMonth:
    opening = {
        (row["pack"], row["shelf"]): Decimal(row["closing"]) for row in (last.rows if last else [])
    }
    written = [stock.Written(one.number, one.pack_id, one.shelf, one.change) for one in lines]
    found = stock.balances(written, opening)
    before = last.last_number if last else 0
    return RegisterMonth.objects.create(
        pharmacy=by.site,
        month=month,
        first_number=before + 1,
        last_number=lines[-1].number if lines else before,
        rows=_rows(found),
        closed_at=at,
        closed_by=by,
    )


def _rows(found: Mapping[stock.Key, stock.Balance]) -> list[dict[str, object]]:
    packs = _packs(found)
    return [
        _named(packs[pack], shelf)
        | {
            "opening": str(told.opening),
            "entries": str(told.entries),
            "exits": str(told.exits),
            "closing": str(told.closing),
        }
        for (pack, shelf), told in sorted(found.items())
    ]


def _packs(keys: Mapping[stock.Key, object]) -> dict[int, Pack]:
    return Pack.objects.select_related("product").in_bulk({pack for pack, _ in keys})


def _named(pack: Pack, shelf: str) -> dict[str, object]:
    """The names as they are today: what is frozen is printed again as it was."""
    return {
        "pack": pack.pk,
        "product": pack.product.name,
        "label": pack.label,
        "unit": words.unit(pack.product.unit, pack.product.form),
        "shelf": shelf,
        "shelf_label": Shelf(shelf).label,
    }


def take_inventory(
    counts: Mapping[stock.Key, Decimal],
    *,
    counted_on: date,
    note: str,
    key: str,
    by: Member,
    at: datetime,
) -> Inventory:
    """Write what was counted beside what the register says; a line for each difference.

    The difference is kept for the inspectors (R. 5132-36); from then on the balance is the count.
    """
    body = {"counts": repr(sorted(counts.items())), "on": counted_on, "note": note}
    with audit.acting("register.inventory", by=by, reason=note):
        if before := once.guard(by=by, key=key, action="register.inventory", body=body):
            return Inventory.objects.get(pk=before)
        if counted_on != by.site.local_day(at):
            raise CannotEnter("Un inventaire s’enregistre le jour même.", "counted_on")
        if not counts:
            raise CannotEnter("Comptez au moins un conditionnement.")
        hold(by)
        made = _write_inventory(counts, counted_on, note, by, at)
        once.done(by=by, key=key, target=made.pk)
    return made


def _write_inventory(
    counts: Mapping[stock.Key, Decimal], counted_on: date, note: str, by: Member, at: datetime
) -> Inventory:
    packs = _packs(counts)
    rows, differences = [], []
    for (pack_id, shelf), counted in sorted(counts.items()):
        expected = balance(by, packs[pack_id], shelf)
        told = {"expected": str(expected), "counted": str(counted)}
        rows.append(_named(packs[pack_id], shelf) | told | {"difference": str(counted - expected)})
        if counted != expected:
            differences.append((packs[pack_id], shelf, counted - expected))
    made = Inventory.objects.create(
        pharmacy=by.site,
        counted_on=counted_on,
        rows=rows,
        note=note,
        recorded_at=at,
        recorded_by=by,
    )
    for pack, shelf, difference in differences:
        _write_difference(made, pack, shelf, difference)
    audit.record("register.inventory", made, by=by, differences=len(differences))
    return made


def _write_difference(made: Inventory, pack: Pack, shelf: str, difference: Decimal) -> None:
    RegisterLine.objects.create(
        pharmacy=made.pharmacy,
        kind=MovementKind.INVENTORY,
        shelf=shelf,
        pack=pack,
        batch="",
        change=difference,
        happened_on=made.counted_on,
        recorded_at=made.recorded_at,
        recorded_by=made.recorded_by,
        reason=f"Inventaire du {made.counted_on:%d/%m/%Y}",
    )
