"""The narcotics register: lines added in order, never changed, balances that add up."""

import datetime
import re
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from core.models import JournalLine
from core.once import AnotherBody
from pharmacies import actions, documents
from pharmacies.actions import CannotEnter, Order, Typed
from pharmacies.enums import Kept, Medium, MovementKind, Shelf
from pharmacies.models import (
    DispensedItem,
    Inventory,
    OrderSlip,
    RegisterCopy,
    RegisterLine,
    RegisterMonth,
)
from tests.pharmacies.factories import (
    ENTERED_AT,
    ENTERED_ON,
    OrderSlipFactory,
    RegisterLineFactory,
    at_the_counter,
    narcotic_pack,
    register_keeper,
)
from tests.pharmacies.test_actions import dispense
from tests.prescriptions.factories import PrescriptionFactory


DAY = datetime.timedelta(days=1)


def dispensed():
    prescription = PrescriptionFactory(signed=True)
    return dispense(prescription, at_the_counter(prescription))


def typed(pack, kind=MovementKind.RECEIPT, quantity=200, **changes):
    said = {"reference": "BL 12", "reason": "Flacon cassé", "witness": "Dr Roy, CNOP"}
    return Typed(
        kind=kind,
        pack=pack,
        batch="LOT-A1",
        quantity=Decimal(quantity),
        **{"happened_on": ENTERED_ON} | said | changes,
    )


def entered(by, pack, kind=MovementKind.RECEIPT, quantity=200, key="", **changes):
    wanted = typed(pack, kind, quantity, **changes)
    key = key or f"{kind} {quantity} {RegisterLine.objects.count()}"
    return actions.enter(wanted, key=key, by=by, at=ENTERED_AT)


# --- Written -------------------------------------------------------------------------------------


def test_lines_are_numbered_from_one_and_balances_follow():
    by = register_keeper()
    pack = narcotic_pack(by)
    RegisterLineFactory()

    entered(by, pack, quantity=200)
    entered(by, pack, MovementKind.LOSS, 10)
    entered(by, pack, MovementKind.SET_ASIDE, 30)
    entered(by, pack, MovementKind.DESTRUCTION, 30)

    lines = RegisterLine.objects.visible_to(by).order_by("number")
    assert [(one.number, one.shelf, one.change, one.balance_after) for one in lines] == [
        (1, Shelf.STOCK, 200, 200),
        (2, Shelf.STOCK, -10, 190),
        (3, Shelf.STOCK, -30, 160),
        (4, Shelf.SET_ASIDE, 30, 30),
        (5, Shelf.SET_ASIDE, -30, 0),
    ]
    assert JournalLine.objects.filter(action="register.entered").count() == 4


def test_what_a_patient_brings_back_is_never_dispensed_again():
    by = register_keeper()
    pack = narcotic_pack(by)

    entered(by, pack, MovementKind.PATIENT_RETURN, 5)

    assert actions.balance(by, pack, Shelf.STOCK) == 0
    assert actions.balance(by, pack, Shelf.SET_ASIDE) == 5


def test_dispensing_a_narcotic_writes_its_exit():
    dispensation = dispensed()

    item = DispensedItem.objects.get()
    line = RegisterLine.objects.get()
    assert (line.kind, line.item_no, line.batch) == ("DISPENSATION", item.pk, item.batch)
    assert (line.change, line.balance_after) == (-item.quantity, -item.quantity)
    assert (line.pharmacy, line.happened_on) == (
        dispensation.pharmacy,
        dispensation.dispensed_on,
    )


def test_a_movement_sent_twice_is_written_once():
    by = register_keeper()
    pack = narcotic_pack(by)

    first = entered(by, pack, key="same")
    again = entered(by, pack, key="same")

    assert [one.pk for one in first] == [one.pk for one in again]
    assert RegisterLine.objects.count() == 1
    with pytest.raises(AnotherBody):
        entered(by, pack, quantity=10, key="same")


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        (MovementKind.RECEIPT, {"happened_on": ENTERED_ON + DAY}, "happened_on"),
        (MovementKind.RECEIPT, {"quantity": 0}, "packs"),
        (MovementKind.RECEIPT, {"reference": ""}, "reference"),
        (MovementKind.LOSS, {"quantity": 201}, "packs"),
        (MovementKind.DESTRUCTION, {"quantity": 1}, "packs"),
        (MovementKind.DESTRUCTION, {"witness": " "}, "witness"),
    ],
)
def test_what_cannot_be_written_writes_nothing(kind, changes, field):
    by = register_keeper()
    pack = narcotic_pack(by)
    entered(by, pack)

    with pytest.raises(CannotEnter) as refused:
        entered(by, pack, kind, **changes)

    assert refused.value.field == field
    assert RegisterLine.objects.count() == 1


# --- Corrected -----------------------------------------------------------------------------------


def test_a_line_is_corrected_by_its_opposite():
    by = register_keeper()
    (line,) = entered(by, narcotic_pack(by))

    undone = actions.correct(line, reason="Saisie en double", key="c", by=by, at=ENTERED_AT)
    again = actions.correct(line, reason="Saisie en double", key="c", by=by, at=ENTERED_AT)

    assert undone == again
    undone.refresh_from_db()
    assert (undone.number, undone.change, undone.balance_after) == (2, -200, 0)
    line.refresh_from_db()
    assert line.change == 200


def test_what_is_not_corrected_here():
    by = register_keeper()
    (line,) = entered(by, narcotic_pack(by))
    undone = actions.correct(line, reason="Erreur", key="c", by=by, at=ENTERED_AT)
    (whole,) = entered(by, narcotic_pack(by))
    dispensed()
    exit_ = RegisterLine.objects.get(kind=MovementKind.DISPENSATION)

    refusals = [(undone, "Non"), (line, "Non"), (exit_, "Non"), (whole, " ")]
    for number, (what, reason) in enumerate(refusals):
        with pytest.raises(CannotEnter):
            actions.correct(what, reason=reason, key=str(number), by=by, at=ENTERED_AT)

    assert RegisterLine.objects.filter(kind=MovementKind.CORRECTION).count() == 1


# --- Balances, inventory -------------------------------------------------------------------------


def test_a_balance_at_any_date_counts_what_had_happened():
    by = register_keeper()
    pack = narcotic_pack(by)
    entered(by, pack, happened_on=ENTERED_ON - 10 * DAY)
    entered(by, pack, MovementKind.LOSS, 30, happened_on=ENTERED_ON - 5 * DAY)

    lines = RegisterLine.objects.visible_to(by)

    key = (pack.pk, Shelf.STOCK)
    assert lines.until(ENTERED_ON - 11 * DAY).balances() == {}
    assert lines.until(ENTERED_ON - 6 * DAY).balances() == {key: 200}
    assert lines.until(ENTERED_ON - 5 * DAY).balances() == {key: 170}


def test_months_are_frozen_one_after_the_other_and_add_up():
    by = register_keeper()
    pack = narcotic_pack(by)
    entered(by, pack)
    june = datetime.datetime(2026, 6, 3, 9, tzinfo=datetime.UTC)
    # Written in June, of May: the balance of May stands, this is in June's with its date.
    late = typed(pack, MovementKind.LOSS, 10, happened_on=ENTERED_ON)
    actions.enter(late, key="late", by=by, at=june)

    may = actions.close_month(datetime.date(2026, 5, 1), by=by, at=june)
    in_july = datetime.datetime(2026, 7, 1, 9, tzinfo=datetime.UTC)
    following = actions.close_month(datetime.date(2026, 6, 1), by=by, at=in_july)
    again = actions.close_month(datetime.date(2026, 6, 1), by=by, at=in_july)

    assert (may.first_number, may.last_number, may.table[0]["closing"]) == (1, 1, 200)
    assert (following.first_number, following.last_number) == (2, 2)
    told = following.table[0]
    assert (told["opening"], told["exits"], told["closing"]) == (200, 10, 190)
    assert again == following
    quiet = actions.close_month(
        datetime.date(2026, 7, 1), by=by, at=datetime.datetime(2026, 8, 1, 9, tzinfo=datetime.UTC)
    )
    assert (quiet.first_number, quiet.last_number, quiet.table[0]["closing"]) == (3, 2, 190)


def test_a_month_is_not_frozen_before_its_end_nor_without_a_line():
    by = register_keeper()

    with pytest.raises(CannotEnter, match="aucune ligne"):
        actions.close_month(datetime.date(2026, 4, 1), by=by, at=ENTERED_AT)
    entered(by, narcotic_pack(by))
    with pytest.raises(CannotEnter, match="pas terminé"):
        actions.close_month(datetime.date(2026, 5, 1), by=by, at=ENTERED_AT)

    assert not RegisterMonth.objects.exists()


def test_an_inventory_writes_a_line_for_each_difference():
    by = register_keeper()
    pack, other = narcotic_pack(by), narcotic_pack(by)
    entered(by, pack)
    counts = {(pack.pk, "STOCK"): Decimal(190), (other.pk, "SET_ASIDE"): Decimal(0)}
    told = {"counted_on": ENTERED_ON, "note": "Deux pharmaciens", "key": "i"}

    made = actions.take_inventory(counts, **told, by=by, at=ENTERED_AT)
    again = actions.take_inventory(counts, **told, by=by, at=ENTERED_AT)

    assert made == again
    assert [row["difference"] for row in made.table] == [-10, 0]
    line = RegisterLine.objects.get(kind=MovementKind.INVENTORY)
    assert (line.change, line.balance_after, line.reason) == (-10, 190, "Inventaire du 12/05/2026")


@pytest.mark.parametrize(("days", "count"), [(1, 1), (-1, 1), (0, None)])
def test_an_inventory_is_of_today_and_counts_something(days, count):
    by = register_keeper()
    counts = {(narcotic_pack(by).pk, "STOCK"): Decimal(count)} if count else {}

    with pytest.raises(CannotEnter):
        actions.take_inventory(
            counts, counted_on=ENTERED_ON + days * DAY, note="", key="i", by=by, at=ENTERED_AT
        )

    assert not Inventory.objects.exists()


# --- Papers --------------------------------------------------------------------------------------


def wanted(pack, **changes):
    told = {"slip_number": "0001234", "supplier": "OCP", "packs": 20, "ordered_on": ENTERED_ON}
    return Order(pack=pack, **told | changes)


def test_an_order_slip_is_kept_once_and_says_its_quantity_in_letters():
    by = register_keeper()
    pack = narcotic_pack(by)

    slip = actions.order(wanted(pack), by=by, at=ENTERED_AT)
    again = actions.order(wanted(pack), by=by, at=ENTERED_AT)

    assert slip == again
    assert slip.in_letters == "vingt flacons de cinquante millilitres"
    with pytest.raises(CannotEnter) as refused:
        actions.order(wanted(pack, packs=21), by=by, at=ENTERED_AT)
    assert refused.value.field == "slip_number"
    with pytest.raises(CannotEnter):
        actions.order(wanted(pack, ordered_on=ENTERED_ON + DAY), by=by, at=ENTERED_AT)
    assert OrderSlip.objects.count() == 1


def test_a_copy_tells_every_line_and_is_remembered():
    by = register_keeper()
    slip = OrderSlipFactory(recorded_by=by)
    entered(by, slip.pack, slip=slip, expires_on=datetime.date(2028, 6, 30))
    entered(by, slip.pack, MovementKind.LOSS, 10)
    RegisterLineFactory(batch="SECRET")

    lines = documents.lines_of(by.site)
    content = documents.register_csv(lines)
    copy = actions.keep_copy(
        actions.Copy(Kept.REGISTER, Medium.CSV, content, 2), by=by, at=ENTERED_AT
    )

    text = content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("1;12/05/2026;12/05/2026;Réception;Stock;")
    assert ";30/06/2028;200;;200;mL;BL 12;" in text.splitlines()[1]
    assert "Perte ou casse" in text
    assert "SECRET" not in text
    assert RegisterCopy.objects.get() == copy


def test_each_page_of_the_copy_bears_the_name_and_address_of_the_pharmacy():
    """CSP art. R. 5132-36."""
    by = register_keeper()
    pack = narcotic_pack(by)
    by.site.address, by.site.postcode = "12 place du Marché", "31000"
    for number in range(20):
        entered(by, pack, key=str(number))

    entered(by, pack, MovementKind.LOSS, 10)

    copy = documents.register_pdf(documents.lines_of(by.site), by.site, on=ENTERED_ON)

    pages = [page.extract_text() for page in PdfReader(BytesIO(copy)).pages]
    assert len(pages) > 1
    assert all(by.site.name in page and "12 place du Marché, 31000" in page for page in pages)
    # What left is told without a sign, in its own column.
    assert "Perte ou casse" in pages[-1]
    assert "−10" not in pages[-1]
    assert re.search(r"\b10 mL\b", pages[-1])


def test_nothing_typed_in_the_register_runs_in_a_spreadsheet():
    line = RegisterLineFactory(batch="=1+1", reference="@SUM(A1)")

    content = documents.register_csv([line]).decode("utf-8-sig")

    assert ";'=1+1;" in content
    assert ";'@SUM(A1);" in content
