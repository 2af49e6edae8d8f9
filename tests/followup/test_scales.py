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


@pytest.mark.parametrize(
    ("code", "first", "last", "words"),
    [
        ("pain", 10, 7, "amélioration modérée"),
        ("pain", 10, 7.1, None),
        ("pain", 10, 5, "amélioration importante"),
        ("pain", 10, 5.1, "amélioration modérée"),
        ("pain", 0, 0, None),
        ("pain", 5, 8, None),
        ("spasticity", 10, 8, "réponse initiale"),
        ("spasticity", 10, 7, "amélioration cliniquement importante"),
        ("seizures", 40, 20, "répondeur"),
        ("seizures", 40, 21, None),
        ("sleep", 10, 0, None),
    ],
)
def test_reading(code, first, last, words):
    found = scales.reading(code, first, last)

    assert (found.words if found else None) == words
    assert found is None or found.source


@pytest.mark.parametrize(
    ("word", "degree"),
    [("none", 0), ("mild", 1), ("moderate", 2), ("severe", 3), ("unbearable", 4), ("pain", None)],
)
def test_verbal_degree(word, degree):
    assert scales.verbal_degree(word) == degree


@pytest.mark.parametrize(
    ("pgic", "is_improved"), [("1", True), ("2", True), ("3", False), ("7", False), ("", False)]
)
def test_is_much_improved(pgic, is_improved):
    assert scales.is_much_improved(pgic) == is_improved
