"""The regime of a medicine, as tables: both sides of each bound."""

from datetime import date
from decimal import Decimal

import pytest

from programmes import rules
from programmes.enums import Regime, Unit


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
