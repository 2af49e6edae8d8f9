import pytest

from core import blind
from core.text import fold


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("DUPRÉ", "dupre"),
        ("Jean-Éric", "jean eric"),
        ("  Anne   Lise ", "anne lise"),
        ("D’Œuvre", "d oeuvre"),
        ("d'oeuvre", "d oeuvre"),
        ("Straße", "strasse"),
        ("Æsop Ø", "aesop o"),
        ("Nguyễn", "nguyen"),
        ("E\u0301lan", "elan"),
        ("Łukasz", "lukasz"),
        ("a\u00a0b\u202fc", "a b c"),
        ("ﬁls", "fils"),
        ("", ""),
        ("-- ’ --", ""),
    ],
)
def test_fold(typed, folded):
    assert fold(typed) == folded


def test_a_blind_index_ignores_how_the_name_is_written():
    assert blind.index("name", "DUPRÉ-Martin") == blind.index("name", "dupre martin")


def test_a_blind_index_depends_on_its_namespace_and_on_the_key(settings):
    first = blind.index("name", "dupre")

    assert len(first) == 16
    assert blind.index("town", "dupre") != first
    settings.INDEX_KEY = "another"
    assert blind.index("name", "dupre") != first
