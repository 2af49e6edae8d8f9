import random
from decimal import Decimal
from itertools import product
from operator import mul

import pytest

from prescriptions.dosage import Step, held_by, packs_needed, totals


D = Decimal


def test_totals_of_a_titration():
    steps = [Step(D("0.25"), 2, 7), Step(D(1), 2, 21)]

    sums = totals(steps, thc_mg_per_unit=D("25.0000"), cbd_mg_per_unit=D("50.0000"))

    assert (sums.days, sums.quantity) == (28, D("45.5"))
    assert (sums.thc_mg_first, sums.thc_mg_max, sums.thc_mg_last) == (D("12.5"), D(50), D(50))
    assert (sums.cbd_mg_first, sums.cbd_mg_max, sums.cbd_mg_last) == (D(25), D(100), D(100))
    assert (sums.thc_mg_mean, sums.cbd_mg_mean) == (D("40.6250"), D("81.2500"))


def test_a_weaning_ends_below_its_maximum():
    sums = totals(
        [Step(D(1), 2, 7), Step(D("0.5"), 1, 7)], thc_mg_per_unit=D(10), cbd_mg_per_unit=D(0)
    )

    assert (sums.thc_mg_max, sums.thc_mg_last) == (D(20), D(5))


@pytest.mark.parametrize(
    ("quantity", "sizes", "packs"),
    [
        pytest.param("28", ["50"], {"50": 1}, id="one bottle, a surplus"),
        pytest.param("28", ["50", "10"], {"10": 3}, id="smallest surplus first"),
        pytest.param("50", ["50", "10"], {"50": 1}, id="then fewest packs"),
        pytest.param("50.0001", ["50", "10"], {"50": 1, "10": 1}, id="never short"),
        pytest.param("53.5", ["50", "10"], {"50": 1, "10": 1}, id="a mix"),
        pytest.param("120", ["50", "30"], {"30": 4}, id="not always the largest"),
        pytest.param("130", ["50", "30"], {"50": 2, "30": 1}, id="exact mix"),
        pytest.param("110", ["50", "30"], {"50": 1, "30": 2}, id="exact mix, small ones"),
        pytest.param("0.0001", ["10"], {"10": 1}, id="a drop takes a bottle"),
        pytest.param("0", ["10"], {}, id="nothing"),
        pytest.param("5", [], {}, id="no pack known"),
    ],
)
def test_packs_needed(quantity, sizes, packs):
    found = packs_needed(D(quantity), [D(size) for size in sizes])

    assert found == {D(size): count for size, count in packs.items()}
    assert not found or held_by(found) >= D(quantity)


def test_the_mix_against_every_mix():
    """Up to eight packs of each of three sizes, counted one by one."""
    dice = random.Random(5132)
    for _ in range(150):
        sizes = sorted({D(dice.choice(["50", "30", "10", "7", "2.5"])) for _ in range(3)})
        need = D(dice.randint(1, 40)) * min(sizes) / 4
        mixes = [
            (sum(map(mul, sizes, counts)) - need, sum(counts), tuple(-one for one in counts[::-1]))
            for counts in product(range(11), repeat=len(sizes))
        ]
        best = min(mix for mix in mixes if mix[0] >= 0)
        counts = dict(zip(sizes[::-1], (-one for one in best[2]), strict=True))

        assert packs_needed(need, sizes) == {size: one for size, one in counts.items() if one}


def test_a_dose_mistyped_for_a_year_is_counted_at_once():
    need = D(1000) * 24 * 366

    assert packs_needed(need, [D(50), D(30), D(10), D(5)]) == {D(50): 175_680}
