from datetime import date

import pytest

from followup import scales


@pytest.mark.parametrize(
    ("first", "last", "change"),
    [(8, 3, -63), (8, 8, 0), (3, 4, 33), (8, 5, -38), (200, 201, 1), (0, 5, None)],
)
def test_percent_change(first, last, change):
    assert scales.percent_change(first, last) == change


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], ""),
        ([8], ""),
        ([8, 5, 3], "−63\u202f% depuis le 02/03/2026"),
        ([4, 5], "+25\u202f% depuis le 02/03/2026"),
        ([4, 4], "0\u202f% depuis le 02/03/2026"),
        ([0, 4], ""),
    ],
)
def test_change_in_words(values, words):
    points = [(date(2026, 3 + i, 2), value) for i, value in enumerate(values)]

    assert scales.change_in_words(points) == words
