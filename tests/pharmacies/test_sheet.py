import datetime
from decimal import Decimal

import pytest

from pharmacies import actions, sheet
from pharmacies.actions import CannotDispense, CannotReceive, Given, Handover
from pharmacies.models import DispensedItem, Received
from prescriptions.models import DoseStep, Prescription
from programmes.enums import Form, Regime, Unit
from tests.pharmacies.factories import at_the_counter
from tests.prescriptions.factories import (
    WRITTEN_AT,
    WRITTEN_ON,
    LineFactory,
    PrescriptionFactory,
)
from tests.programmes.factories import PackFactory, ProductFactory, SupplyRuleFactory


DAY = datetime.timedelta(days=1)
IN_TWO_YEARS = datetime.date(2028, 3, 31)
OIL = {"name": "Huile", "form": Form.OIL, "unit": Unit.ML}
TABLET = {"name": "Comprimé", "form": Form.TABLET, "unit": Unit.UNIT}
FLOWER = {"name": "Fleurs", "form": Form.FLOWER, "unit": Unit.G, "needs_vaporiser": True}


def signed(*lines, **fields):
    """A prescription of these lines: (product, size of its pack, days, changes of the line)."""
    prescription = PrescriptionFactory(
        lines=False, duration_days=max(days for _, _, days, _ in lines), **fields
    )
    for position, (traits, size, days, changes) in enumerate(lines, 1):
        product = ProductFactory(
            narcotic=True, programme=prescription.enrolment.programme, **traits
        )
        PackFactory(product=product, label=f"Boîte de {size}", quantity=Decimal(size))
        line = {"prescription": prescription, "product": product, "position": position}
        LineFactory(**line, days=days, **changes)
    sign(prescription)
    return prescription


def sign(prescription):
    signature = {"status": "SIGNED", "signed_at": WRITTEN_AT, "signed_on": WRITTEN_ON}
    Prescription.objects.filter(pk=prescription.pk).update(**signature)
    prescription.refresh_from_db()


def give(prescription, by, *, days, packs, on=WRITTEN_ON, **changes):
    """Hand over, line by line: days and packs by position."""
    lines = {line.position: line for line in prescription.lines.all()}
    items = tuple(
        Given(no, lines[no].packs.get().pack_id, "LOT", IN_TWO_YEARS, count, f"{no}-0")
        for no, count in packs.items()
    )
    typed = Handover(items=items, days=days, dispensed_on=on, **changes)
    at = WRITTEN_AT + (on - WRITTEN_ON)
    key = f"{prescription.pk} {on} {days} {changes}"
    return actions.dispense(prescription, handover=typed, key=key, by=by, at=at)


def read(prescription, by, on=WRITTEN_ON):
    loaded = Prescription.objects.select_related(*sheet.LOADED).get(pk=prescription.pk)
    return sheet.read(loaded, member=by, on=on)


# --- Fractions -----------------------------------------------------------------------------------


def test_fractions_are_presented_and_given_one_after_the_other():
    prescription = signed((OIL, 10, 28, {}), is_single_supply=False, fraction_days=7)
    by = at_the_counter(prescription)
    give(prescription, by, days={1: 7}, packs={1: 1})
    eighth = WRITTEN_ON + 7 * DAY

    with pytest.raises(CannotDispense, match="Délivrance anticipée"):
        give(prescription, by, days={1: 7}, packs={1: 1}, on=eighth - DAY)
    with pytest.raises(CannotDispense, match="7 jours à délivrer au plus"):
        give(prescription, by, days={1: 8}, packs={1: 1}, on=eighth)
    give(prescription, by, days={1: 7}, packs={1: 1}, on=eighth)

    assert list(
        Received.objects.order_by("fraction_no").values_list("fraction_no", "presented_on")
    ) == [(1, WRITTEN_ON), (2, eighth)]
    assert read(prescription, by, on=eighth).opens_on == WRITTEN_ON + 14 * DAY


def test_the_second_fraction_is_received_on_its_own():
    prescription = signed((OIL, 10, 14, {}), is_single_supply=False, fraction_days=7)
    by = at_the_counter(prescription)
    give(prescription, by, days={1: 7}, packs={1: 1})
    on = WRITTEN_ON + 8 * DAY

    received = actions.receive(
        prescription, presented_on=on, key="2", by=by, at=WRITTEN_AT + 8 * DAY
    )

    assert (received.fraction_no, received.presented_on) == (2, on)


def test_lines_at_two_fractions_are_recorded_apart():
    prescription = signed(
        (OIL, 10, 14, {}), (TABLET, 30, 14, {}), is_single_supply=False, fraction_days=7
    )
    by = at_the_counter(prescription)
    give(prescription, by, days={1: 7}, packs={1: 1})
    on = WRITTEN_ON + 8 * DAY

    with pytest.raises(CannotDispense, match="même fraction"):
        give(prescription, by, days={1: 7, 2: 7}, packs={1: 1, 2: 1}, on=on)

    assert DispensedItem.objects.count() == 1


# --- Units ---------------------------------------------------------------------------------------


def test_tablets_are_given_to_the_unit():
    prescription = signed((TABLET, 30, 28, {}))
    by = at_the_counter(prescription)

    row = read(prescription, by).rows[0]
    item = give(prescription, by, days={1: 28}, packs={1: 1}).items.get()

    assert row.facts == [
        ("Prescrit", "28 jours, 28\u00a0comprimés"),
        ("Dû aujourd’hui", "28 jours, 28\u00a0comprimés"),
    ]
    assert (item.packs, item.quantity_due, item.quantity) == (1, 28, 28)


def test_bottles_tell_what_is_in_excess():
    prescription = signed((OIL, 10, 28, {}))
    by = at_the_counter(prescription)

    row = read(prescription, by, on=WRITTEN_ON + 4 * DAY).rows[0]

    assert row.title == "À délivrer\u202f: 3\u00a0×\u00a0Boîte de 10"
    assert row.facts == [
        ("Prescrit", "28 jours, 28\u00a0mL"),
        ("Dû aujourd’hui", "24 jours, 24\u00a0mL"),
        ("À remettre", "30\u00a0mL"),
        ("Remis en plus, un conditionnement ne s’ouvre pas", "6\u00a0mL"),
    ]
    assert (row.state, row.headline) == ("due", "24 jours à délivrer")


def test_bottles_that_hold_exactly_what_is_due():
    prescription = signed((OIL, 7, 28, {}))

    assert read(prescription, at_the_counter(prescription)).rows[0].facts[-1] == (
        "À remettre",
        "28\u00a0mL",
    )


def test_steps_are_followed():
    prescription = PrescriptionFactory(lines=False)
    line = LineFactory(prescription=prescription, steps=False, quantity=Decimal(21))
    for position, dose in enumerate((Decimal("0.5"), Decimal(1)), 1):
        DoseStep.objects.create(line=line, position=position, dose=dose, intakes_per_day=1, days=14)
    sign(prescription)
    by = at_the_counter(prescription)

    row = read(prescription, by).rows[0]

    assert row.steps == [
        "0,5\u00a0mL, 1 fois par jour, pendant 14 jours",
        "1\u00a0mL, 1 fois par jour, pendant 14 jours",
    ]
    assert row.sentences[-1] == "28 jours, palier par palier\u202f: 21\u00a0mL."


@pytest.mark.parametrize(("by_hand", "served"), [(False, True), (True, False)])
def test_another_pack_of_the_medicine_leaves_unless_the_prescriber_chose(by_hand, served):
    """Bottles of 10 mL were computed and the pharmacy holds bottles of 14 mL: two are enough."""
    prescription = signed((OIL, 10, 28, {"has_own_packs": by_hand}))
    line = prescription.lines.get()
    other = PackFactory(product=line.product, label="Flacon de 14 mL", quantity=Decimal(14))
    by = at_the_counter(prescription)
    item = Given(1, other.pk, "LOT", IN_TWO_YEARS, 2, "1-1")
    typed = Handover(items=(item,), days={1: 28}, dispensed_on=WRITTEN_ON)

    assert read(prescription, by).rows[0].others == ([other] if served else [])
    if served:
        done = actions.dispense(prescription, handover=typed, key="k", by=by, at=WRITTEN_AT)
        assert (done.items.get().pack, done.items.get().quantity) == (other, 28)
        return
    with pytest.raises(CannotDispense, match="pas celui de l’ordonnance"):
        actions.dispense(prescription, handover=typed, key="k", by=by, at=WRITTEN_AT)
    assert not DispensedItem.objects.exists()


def test_as_needed_is_told_with_its_most():
    prescription = PrescriptionFactory(lines=False)
    line = LineFactory(prescription=prescription, steps=False)
    step = {"dose": Decimal("0.1"), "intakes_per_day": 4, "days": 28, "as_needed": True}
    DoseStep.objects.create(line=line, position=1, **step)
    sign(prescription)

    row = read(prescription, at_the_counter(prescription)).rows[0]

    assert row.steps == ["0,1\u00a0mL, si besoin, 4 fois par jour au plus, pendant 28 jours"]


def test_a_vaporiser_leaves_with_the_first_flowers():
    prescription = signed((FLOWER, 10, 28, {}))
    by = at_the_counter(prescription)
    assert read(prescription, by).needs_vaporiser

    give(prescription, by, days={1: 10}, packs={1: 1}, with_vaporiser=True)

    assert not read(prescription, by).needs_vaporiser


# --- Several lines, several prescriptions --------------------------------------------------------


def test_narcotic_and_ordinary_lines_follow_their_own_rule():
    SupplyRuleFactory()
    ordinary = {"regime": Regime.ORDINARY}
    prescription = signed((OIL, 10, 28, {}), (TABLET, 30, 60, ordinary), ordinary=True)
    by = at_the_counter(prescription)

    rows = read(prescription, by, on=WRITTEN_ON + 10 * DAY).rows

    assert [row.due.days for row in rows] == [18, 30]
    done = give(prescription, by, on=WRITTEN_ON + 10 * DAY, days={1: 18, 2: 30}, packs={1: 2, 2: 1})
    assert done.items.count() == 2


def test_a_line_may_be_left_for_later():
    prescription = signed((OIL, 10, 28, {}), (TABLET, 30, 28, {}))
    by = at_the_counter(prescription)
    give(prescription, by, days={1: 28, 2: 0}, packs={1: 3})

    rows = read(prescription, by, on=WRITTEN_ON + 5 * DAY).rows

    assert [row.due.days for row in rows] == [0, 28]
    assert [row.state for row in rows] == ["done", "done"]
    assert rows[0].headline == "Plus rien à délivrer"


def test_what_an_earlier_prescription_still_covers_is_told():
    first = PrescriptionFactory(signed=True)
    by = at_the_counter(first)
    give(first, by, days={1: 28}, packs={1: 3})
    product = first.lines.get().product
    second = PrescriptionFactory(
        lines=False, enrolment=first.enrolment, author=first.author, has_overlap_mention=True
    )
    LineFactory(prescription=second, product=product)
    sign(second)

    warnings = {
        on: [warning.message for warning in read(second, by, on=on).warnings]
        for on in (WRITTEN_ON + 27 * DAY, WRITTEN_ON + 28 * DAY)
    }

    assert "jusqu’au 29 mars 2026" in warnings[WRITTEN_ON + 27 * DAY][0]
    assert warnings[WRITTEN_ON + 28 * DAY] == []


def test_handed_over_before_it_was_presented_is_refused():
    prescription = PrescriptionFactory(signed=True)
    by = at_the_counter(prescription)
    at = WRITTEN_AT + 2 * DAY
    actions.receive(prescription, presented_on=WRITTEN_ON + 2 * DAY, key="r", by=by, at=at)

    with pytest.raises(CannotDispense, match="présentée le 4 mars 2026") as refused:
        give(prescription, by, on=WRITTEN_ON + DAY, days={1: 28}, packs={1: 3})

    assert refused.value.field == "dispensed_on"
    assert not DispensedItem.objects.exists()


def test_a_draft_is_not_received():
    draft = PrescriptionFactory()
    by = at_the_counter(PrescriptionFactory(signed=True))

    with pytest.raises(CannotReceive, match="n’est pas signée"):
        actions.receive(draft, presented_on=WRITTEN_ON, key="r", by=by, at=WRITTEN_AT)

    assert not Received.objects.exists()


def test_a_prescription_without_a_line_is_not_received():
    empty = PrescriptionFactory(signed=True, lines=False)
    by = at_the_counter(empty)

    with pytest.raises(CannotReceive, match="aucune ligne"):
        actions.receive(empty, presented_on=WRITTEN_ON, key="r", by=by, at=WRITTEN_AT)

    assert read(empty, by).covered_until is None


def test_names_say_what_they_are():
    done = give_once()

    assert str(done.received) == f"Présentée {done.received.pk}"
    assert str(done) == f"Dispensation {done.public_id}"
    assert str(done.items.get()).startswith("Produit délivré ")


def give_once():
    prescription = PrescriptionFactory(signed=True)
    return give(prescription, at_the_counter(prescription), days={1: 28}, packs={1: 3})
