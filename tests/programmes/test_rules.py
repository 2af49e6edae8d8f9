"""The regime of a medicine, as tables: both sides of each bound."""

from datetime import date
from decimal import Decimal

import pytest

from programmes import rules
from programmes.enums import Regime, Unit
from programmes.rules import Transition


D = Decimal


@pytest.mark.parametrize(
    ("percent", "on", "regime"),
    [
        pytest.param(D("0.30"), date(2026, 3, 2), Regime.ORDINARY, id="exactly the threshold"),
        pytest.param(D("0.3000"), date(2026, 3, 2), Regime.ORDINARY, id="four decimals"),
        pytest.param(D("0.3001"), date(2026, 3, 2), Regime.NARCOTIC, id="never rounded"),
        pytest.param(D("0.301"), date(2026, 3, 2), Regime.NARCOTIC, id="just above"),
        pytest.param(D("0.304"), date(2026, 3, 2), Regime.NARCOTIC, id="rounds to 0.30"),
        pytest.param(D("0.31"), date(2026, 3, 2), Regime.NARCOTIC, id="above"),
        pytest.param(D("0"), date(2026, 3, 2), Regime.ORDINARY, id="pure CBD"),
        pytest.param(D("0"), date(2023, 3, 26), Regime.NARCOTIC, id="eve of the decree"),
        pytest.param(D("0"), date(2023, 3, 27), Regime.ORDINARY, id="day of the decree"),
        pytest.param(D("20"), date(2023, 3, 27), Regime.NARCOTIC, id="THC on that day"),
    ],
)
def test_regime_by_law(percent, on, regime):
    assert rules.regime_by_law(percent, on) == regime


@pytest.mark.parametrize(
    ("mg", "unit", "percent"),
    [
        pytest.param(D("3"), Unit.ML, D("0.3"), id="the threshold of an oil, m/V"),
        pytest.param(D("3.001"), Unit.ML, D("0.3001"), id="just above, never rounded"),
        pytest.param(D("100"), Unit.G, D(10), id="flowers, m/m"),
        pytest.param(D("5"), Unit.UNIT, None, id="a tablet has no percentage of its own"),
    ],
)
def test_percent_of(mg, unit, percent):
    assert rules.percent_of(mg, unit) == percent


ONE = Transition("Essai", date(2026, 11, 10))


@pytest.mark.parametrize(
    ("published_on", "ends_on"),
    [
        (date(2026, 11, 10), date(2027, 2, 10)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2026, 8, 31), date(2026, 11, 30)),
    ],
)
def test_the_transition_ends_three_months_after_the_opinion(published_on, ends_on):
    assert Transition("Essai", published_on).ends_on == ends_on


@pytest.mark.parametrize(
    ("on", "left", "over", "notice"),
    [
        (date(2026, 11, 10), 92, False, None),
        (date(2026, 11, 11), 91, False, None),
        (date(2026, 11, 12), 90, False, 90),
        (date(2026, 12, 11), 61, False, 90),
        (date(2026, 12, 12), 60, False, 60),
        (date(2027, 1, 10), 31, False, 60),
        (date(2027, 1, 11), 30, False, 30),
        (date(2027, 2, 10), 0, False, 30),
        (date(2027, 2, 11), -1, True, None),
    ],
)
def test_notices_at_90_60_and_30_days(on, left, over, notice):
    assert (ONE.days_left(on), ONE.is_over(on), ONE.notice(on)) == (left, over, notice)
