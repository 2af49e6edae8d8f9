"""The manager's catalogue: what changes by date, without a release."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.models import JournalLine
from programmes import actions, catalogue
from programmes.enums import Form, Regime, SupplyLevel, Unit
from programmes.models import Pack, Product, ProductRegime, SupplyNotice
from tests.accounts.factories import MemberFactory
from tests.programmes.factories import (
    OPENING,
    IndicationFactory,
    PackFactory,
    ProductFactory,
    ProductRegimeFactory,
    ProgrammeFactory,
    SupplyNoticeFactory,
)


D = Decimal
DAY = date(2026, 5, 4)


@pytest.fixture
def manager():
    return MemberFactory(role="MANAGER")


def entry(product, on=DAY):
    return catalogue.entries([product], on)[0]


def facts(programme, **changes):
    said = {
        "name": "Huile d’essai",
        "route": "orale",
        "holder": "Exploitant",
        "valid_from": DAY,
        "valid_to": None,
        "indications": [IndicationFactory(programme=programme)],
        "source": "Décision d’essai",
    }
    return actions.ProductFacts(**said | changes)


def added(programme, manager, *, code="NEUF", form=Form.OIL, percent="0.3", **changes):
    return actions.add_product(
        programme,
        facts(programme, **changes),
        code=code,
        form=form,
        strength=(D("3.0000"), D("60.0000"), D(percent)),
        by=manager,
    )


# --- Medicines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "unit", "vaporiser"),
    [(Form.OIL, Unit.ML, False), (Form.FLOWER, Unit.G, True), (Form.TABLET, Unit.UNIT, False)],
)
def test_a_medicine_is_added_with_the_unit_of_its_form(manager, form, unit, vaporiser):
    product = added(ProgrammeFactory(), manager, form=form)

    product.refresh_from_db()
    assert (product.unit, product.needs_vaporiser) == (unit, vaporiser)
    assert product.indications.count() == 1
    assert JournalLine.objects.get().action == "product.added"


def test_without_a_regime_it_is_told(manager):
    assert "ne peut pas être prescrit" in entry(added(ProgrammeFactory(), manager)).control


def test_a_code_serves_once_a_programme(manager):
    programme = ProgrammeFactory()
    added(programme, manager)

    with pytest.raises(actions.CannotChange, match="déjà celui") as refusal:
        added(programme, manager, name="Autre")

    assert refusal.value.field == "code"
    assert Product.objects.get().name == "Huile d’essai"
    assert added(ProgrammeFactory(code="autre"), manager)


def test_dates_and_names_change_strengths_do_not(manager):
    product = ProductFactory()

    actions.change_product(
        product, facts(product.programme, name="Autre nom", valid_to=DAY), by=manager
    )

    product.refresh_from_db()
    assert (product.name, product.valid_to, product.cbd_mg_per_unit) == ("Autre nom", DAY, 50)


@pytest.mark.parametrize(("last", "refused"), [(DAY, False), (DAY - timedelta(days=1), True)])
def test_a_medicine_does_not_end_before_it_begins(manager, last, refused):
    product = ProductFactory()
    said = facts(product.programme, valid_to=last)

    if refused:
        with pytest.raises(actions.CannotChange, match="précède"):
            actions.change_product(product, said, by=manager)
        product.refresh_from_db()
        assert product.name == "Huile CBD 50"
    else:
        actions.change_product(product, said, by=manager)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "level", "status"),
    [
        (DAY + timedelta(days=1), None, None, "À venir"),
        (DAY, None, None, "Disponible"),
        (OPENING, DAY, None, "Disponible"),
        (OPENING, DAY - timedelta(days=1), None, "Retiré"),
        (OPENING, None, "TENSION", "Tension d’approvisionnement"),
        (OPENING, None, "SHORTAGE", "Rupture"),
    ],
)
def test_status_of_a_day(valid_from, valid_to, level, status):
    product = ProductFactory(valid_from=valid_from, valid_to=valid_to)
    if level:
        SupplyNoticeFactory(product=product, level=level)

    assert entry(product).status[1] == status


# --- Regimes ---------------------------------------------------------------------------------


def periods(product):
    rows = product.regimes.order_by("valid_from")
    return [(row.regime, row.valid_from, row.valid_to) for row in rows]


def test_a_regime_begins_and_the_one_before_ends_the_day_before(manager):
    product = ProductFactory(regimes=False)
    ProductRegimeFactory(product=product)

    actions.set_regime(product, Regime.ORDINARY, valid_from=DAY, source="essai", by=manager)

    assert periods(product) == [
        (Regime.NARCOTIC, OPENING, DAY - timedelta(days=1)),
        (Regime.ORDINARY, DAY, None),
    ]


def test_a_regime_set_before_another_ends_where_that_one_begins(manager):
    product = ProductFactory(regimes=False)
    ProductRegimeFactory(product=product, valid_from=DAY)

    actions.set_regime(product, Regime.ORDINARY, valid_from=OPENING, source="essai", by=manager)

    assert periods(product) == [
        (Regime.ORDINARY, OPENING, DAY - timedelta(days=1)),
        (Regime.NARCOTIC, DAY, None),
    ]


def test_two_regimes_do_not_begin_the_same_day(manager):
    product = ProductFactory(regimes=False)
    ProductRegimeFactory(product=product)

    with pytest.raises(actions.CannotChange, match="commence déjà"):
        actions.set_regime(product, Regime.ORDINARY, valid_from=OPENING, source="x", by=manager)

    assert periods(product) == [(Regime.NARCOTIC, OPENING, None)]


@pytest.mark.parametrize(
    ("percent", "regime", "contradicts"),
    [
        ("0.3000", Regime.ORDINARY, False),
        ("0.3001", Regime.ORDINARY, True),
        ("0.3001", Regime.NARCOTIC, False),
        ("0.3000", Regime.NARCOTIC, True),
    ],
)
def test_the_computed_regime_is_a_control(percent, regime, contradicts):
    product = ProductFactory(thc_percent=D(percent), regimes=False)
    ProductRegimeFactory(product=product, regime=regime)

    assert bool(entry(product).control) == contradicts


@pytest.mark.parametrize(
    ("mg", "unit", "percent", "told"),
    [("3", "ML", "0.3", False), ("3", "ML", "0.03", True), ("5", "UNIT", "0.5", False)],
)
def test_milligrams_are_compared_with_the_percentage(mg, unit, percent, told):
    product = ProductFactory(thc_mg_per_unit=D(mg), unit=unit, thc_percent=D(percent))

    assert bool(catalogue.difference(product)) == told


# --- Packs, notices --------------------------------------------------------------------------


def test_packs_are_sold_on_their_days(manager):
    product = ProductFactory()
    pack = actions.add_pack(
        product, label="Flacon de 30 mL", quantity=D(30), cip13="", valid_from=DAY, by=manager
    )
    actions.end_pack(pack, on=DAY + timedelta(days=1), by=manager)

    sold = [bool(entry(product, DAY + timedelta(days=days)).packs) for days in (-1, 0, 1, 2)]

    assert sold == [False, True, True, False]


def test_a_pack_is_not_named_twice_nor_ended_before_it_begins(manager):
    pack = PackFactory(valid_from=DAY)

    with pytest.raises(actions.CannotChange, match="déjà en vente"):
        actions.add_pack(
            pack.product, label=pack.label, quantity=D(9), cip13="", valid_from=DAY, by=manager
        )
    with pytest.raises(actions.CannotChange, match="précède"):
        actions.end_pack(pack, on=DAY - timedelta(days=1), by=manager)

    assert Pack.objects.get().valid_to is None


def test_a_pack_is_ended_once(manager):
    pack = PackFactory(valid_from=DAY)
    actions.end_pack(pack, on=DAY, by=manager)

    with pytest.raises(actions.CannotChange, match="déjà arrêtée"):
        actions.end_pack(pack, on=DAY + timedelta(days=9), by=manager)

    pack.refresh_from_db()
    assert pack.valid_to == DAY


def notice(level=SupplyLevel.SHORTAGE, on=DAY, substitutes=()):
    return actions.NoticeText(level, on, "Plus de stock.", False, substitutes, "essai")


def test_a_notice_replaces_the_open_one_and_is_lifted(manager):
    product, other = ProductFactory(), ProductFactory(name="Autre")
    first = actions.publish_notice(product, notice(SupplyLevel.TENSION, OPENING), by=manager)

    second = actions.publish_notice(product, notice(substitutes=[other]), by=manager)
    actions.lift_notice(second, on=DAY + timedelta(days=9), by=manager)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.valid_to, second.valid_to) == (
        DAY - timedelta(days=1),
        DAY + timedelta(days=9),
    )
    assert second.substitutes.get() == other
    assert entry(product, DAY + timedelta(days=10)).status[1] == "Disponible"


def test_what_a_notice_refuses(manager):
    product = ProductFactory()
    published = actions.publish_notice(product, notice(), by=manager)

    with pytest.raises(actions.CannotChange, match="commence ce jour"):
        actions.publish_notice(product, notice(), by=manager)
    with pytest.raises(actions.CannotChange, match="précède"):
        actions.lift_notice(published, on=DAY - timedelta(days=1), by=manager)
    actions.lift_notice(published, on=DAY, by=manager)
    with pytest.raises(actions.CannotChange, match="déjà levé"):
        actions.lift_notice(published, on=DAY, by=manager)

    assert SupplyNotice.objects.get().valid_to == DAY


def test_history_keeps_each_regime(manager):
    product = ProductFactory(regimes=False)
    ProductRegimeFactory(product=product)

    actions.set_regime(product, Regime.ORDINARY, valid_from=DAY, source="essai", by=manager)

    assert ProductRegime.pgh_event_model.objects.filter(pgh_label="update").count() == 1
