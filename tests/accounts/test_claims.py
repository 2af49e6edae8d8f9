"""What is read of the claims of Pro Santé Connect, odd ones included."""

import pytest

from accounts.claims import identity
from accounts.enums import Profession
from tests.accounts.provider import practice


RPPS = "10101010101"


def read(**claims):
    return identity("https://fournisseur.invalid", {"sub": "f:1:2", **claims})


def other(number, origin="RPPS"):
    return {"identifiant": number, "origine": origin}


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        pytest.param({"SubjectNameID": f"8{RPPS}"}, RPPS, id="typed"),
        pytest.param({"SubjectNameID": RPPS}, RPPS, id="bare"),
        pytest.param({"SubjectNameID": f"0{RPPS}"}, "", id="another type of number"),
        pytest.param({"SubjectNameID": RPPS[1:]}, "", id="too short"),
        pytest.param({"SubjectNameID": "\uff18" + RPPS}, "", id="digits of another script"),
        pytest.param({"SubjectNameID": 8}, "", id="a number"),
        pytest.param({}, "", id="nothing"),
        pytest.param({"otherIds": [other(f"8{RPPS}")], "SubjectNameID": "x"}, RPPS, id="other"),
        pytest.param({"otherIds": [other(RPPS), other(f"8{RPPS}")]}, RPPS, id="twice the same"),
        pytest.param({"otherIds": [other(RPPS), other("20202020202")]}, "", id="two numbers"),
        pytest.param(
            {"otherIds": [other("1", "ADELI")], "SubjectNameID": f"8{RPPS}"}, RPPS, id="ADELI"
        ),
        pytest.param({"otherIds": "odd", "SubjectNameID": f"8{RPPS}"}, RPPS, id="text for a list"),
        pytest.param({"otherIds": 3, "SubjectNameID": f"8{RPPS}"}, RPPS, id="number for a list"),
    ],
)
def test_which_number(claims, expected):
    assert read(**claims).rpps == expected


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"SubjectRole": ["10^1.2.250"]}, {Profession.DOCTOR}),
        ({"SubjectRole": ["21^1.2.250", 3]}, {Profession.PHARMACIST}),
        ({"SubjectRole": ["70^1.2.250"]}, set()),
        ({"SubjectRole": None}, set()),
        ({"SubjectRefPro": {"exercices": [practice("21")]}}, {Profession.PHARMACIST}),
        ({"SubjectRefPro": {"exercices": [practice("60"), "odd"]}}, set()),
        ({"SubjectRefPro": []}, set()),
        ({"SubjectRefPro": {"exercices": None}}, set()),
    ],
)
def test_which_professions(claims, expected):
    assert read(**claims).professions == expected


def test_each_situation_of_the_profession_is_offered_once():
    practices = [
        practice(numeroFinessSite="750000018", raisonSocialeSite=" CHU "),
        practice(numeroFinessSite="750000018", raisonSocialeSite="CHU"),
        practice(skill="SM54"),
        practice("21", numeroFinessSite="750000026"),
    ]
    who = read(SubjectRefPro={"exercices": practices})

    found = who.situations_as(Profession.DOCTOR)

    assert [(one.code, one.label, one.finess) for one in found] == [
        ("10/SM26/SA07/750000018", "Médecin, CHU", "750000018"),
        ("10/SM54//", "Médecin", ""),
    ]
    assert who.situations_as(Profession.AGENT) == []
