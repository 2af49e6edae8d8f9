"""How much two persons look alike: both sides of each bound."""

import datetime
from dataclasses import replace

import pytest

from patients import likeness
from patients.enums import Likeness
from patients.identity import Person


JEANNE = Person("Martin", ["Jeanne", "Marie"], "F", datetime.date(1980, 5, 12), birth_place="69123")


@pytest.mark.parametrize(
    ("changes", "points", "shown", "kept"),
    [
        pytest.param({}, 100, True, True, id="the same"),
        pytest.param({"birth_name": "MÂRTIN"}, 100, True, True, id="accents"),
        pytest.param({"birth_name": "Martyn"}, 92, True, True, id="one letter"),
        pytest.param({"birth_name": "Matrin"}, 92, True, True, id="two letters exchanged"),
        pytest.param(
            {"birth_name": "Dupont", "used_name": "Martin"}, 100, True, True, id="used name"
        ),
        pytest.param({"birth_name": "Durand"}, 65, True, False, id="another name"),
        pytest.param({"first_names": ["Marie"]}, 96, True, True, id="second first name"),
        pytest.param({"first_names": ["Jeane"]}, 92, True, True, id="first name mistyped"),
        pytest.param({"first_names": ["Paul"]}, 65, True, False, id="twins"),
        pytest.param({"first_names": ["Paul"], "sex": "M"}, 50, False, False, id="brother"),
        pytest.param({"birth_date": datetime.date(1980, 12, 5)}, 90, True, True, id="swapped"),
        pytest.param({"birth_date": datetime.date(1980, 5, 13)}, 85, True, True, id="one day"),
        pytest.param({"birth_date": datetime.date(1955, 7, 1)}, 65, True, False, id="another date"),
        pytest.param({"birth_precision": "MONTH"}, 93, True, True, id="day unknown"),
        pytest.param({"birth_precision": "YEAR"}, 93, True, True, id="month unknown"),
        pytest.param({"birth_place": "99999"}, 95, True, True, id="place unknown"),
        pytest.param({"sex": "I"}, 95, True, True, id="sex unknown"),
        pytest.param({"first_names": []}, 80, True, True, id="no first name"),
        pytest.param(
            {"birth_name": "Jeanne", "first_names": ["Martin"]}, 95, True, True, id="name first"
        ),
        pytest.param(
            {"birth_name": "Bernard", "birth_date": datetime.date(1955, 7, 1)}, 30, False, False,
            id="a first name alone",
        ),
    ],
)  # fmt: skip
def test_a_score_orders_what_is_looked_at(changes, points, shown, kept):
    other = replace(JEANNE, **changes)

    score = likeness.compare(JEANNE, other)

    assert score == likeness.compare(other, JEANNE)
    assert score.points == points
    assert (points >= likeness.SHOWN_FROM, points >= likeness.KEPT_FROM) == (shown, kept)


@pytest.mark.parametrize(
    ("mine", "theirs", "reason"),
    [
        ("1980-05", "1980-06-01", None),
        ("1980", "1981", None),
        ("1980-05", "1981-05", Likeness.DATE_ALIKE),
        ("1980-05-12", "1981-06-12", None),
    ],
)
def test_incomplete_dates_are_compared_as_far_as_they_go(mine, theirs, reason):
    assert likeness._dates(mine, theirs) == reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Phélippeaux", "Felipo"),
        ("Lefèvre", "Lefebvre"),
        ("Kerhoas", "Queroas"),
        ("Wagner", "Vagner"),
    ],
)
def test_names_that_sound_alike_are_alike(one, other):
    assert likeness._alike(likeness._plain(one), likeness._plain(other))


@pytest.mark.parametrize(
    ("one", "other"), [("Roy", "Roi"), ("Dupont", "Durand"), ("Li", "Lo"), ("Ng", "Nguyen")]
)
def test_short_or_other_names_are_not_close(one, other):
    alike = likeness._alike(likeness._plain(one), likeness._plain(other))

    assert alike == (one == "Roy")  # the same sound
