import random

import pytest

from core import identifiers


@pytest.mark.parametrize(
    "value", ["10000000009", "10123456781", "10999999997", "99700366240", " 1012 345 6781 "]
)
def test_rpps_that_are_right(value):
    assert identifiers.rpps_ok(value)


@pytest.mark.parametrize(
    "value",
    [
        "10000000001",
        "99700366241",
        *["10003461033", "10102727017", "10100050075", "10001288385"],
        pytest.param("899700366240", id="IDNPS, not an RPPS"),
        pytest.param("ANS20231122132732", id="identity of the sandbox"),
        pytest.param(
            "\uff11\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff11",
            id="full-width digits",
        ),
        pytest.param("1000000000", id="ten digits"),
        "",
    ],
)
def test_rpps_that_are_wrong(value):
    assert not identifiers.rpps_ok(value)


@pytest.mark.parametrize(
    "value",
    [
        *["540002698", "750712184", "750100042", "750000002", "971000005"],
        *["2A0000154", "2A0000204", "2A0000014", "2B0000020", "2a0000154"],
    ],
)
def test_finess_that_are_right(value):
    assert identifiers.finess_ok(value)


@pytest.mark.parametrize(
    "value", ["750712185", "458174839", "0B0172805", "1B0062023", "75071218", "2C0000154"]
)
def test_finess_that_are_wrong(value):
    assert not identifiers.finess_ok(value)


NIR = [
    *["185057800608491", "253072A07300443", "253072B07300470", "160012000401240"],
    *["190019710512343", "285069720904589", "177089730201039", "201029741107786"],
    *["195059750200105", "212049760803318", "188069873500239", "295109912611193"],
    *["180019935200178", "145207505600182", "230997505600290"],
    pytest.param("285067800604497", id="key 97"),
    pytest.param("285067800603509", id="key 09"),
    pytest.param("1 85 05 78 006 084 91", id="spaces"),
    pytest.param("253072a07300443", id="small letter"),
]


@pytest.mark.parametrize("value", NIR)
def test_nir_that_are_right(value):
    assert identifiers.nir_ok(value)
    assert identifiers.nir_warning(value) == ""


@pytest.mark.parametrize("value", ["385057800608488", "785057800608482", "885057800608432"])
def test_provisional_nir_are_right_with_a_warning(value):
    assert identifiers.nir_ok(value)
    assert "provisoire" in identifiers.nir_warning(value)


def test_a_nir_of_month_13_is_right_with_a_warning():
    assert identifiers.nir_ok("185137800608425")
    assert "mois" in identifiers.nir_warning("185137800608425")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("185057800608492", id="wrong key"),
        pytest.param("18505780060849", id="fourteen digits"),
        pytest.param("253072C07300443", id="2C"),
        pytest.param("\u066185057800608491", id="Arabic-Indic digit"),
        pytest.param("185057800608491\0", id="NUL"),
    ],
)
def test_nir_that_are_wrong(value):
    assert not identifiers.nir_ok(value)


def test_a_nir_detects_every_wrong_digit_and_every_swap():
    right = "185057800608491"
    mistyped = {right[:i] + d + right[i + 1 :] for i in range(15) for d in "0123456789"}
    mistyped |= {right[:i] + right[i + 1] + right[i] + right[i + 2 :] for i in range(14)}

    assert [value for value in mistyped - {right} if identifiers.nir_ok(value)] == []


@pytest.mark.parametrize("value", ["3400930000007", "3400935955838", "3400950000001"])
def test_cip13_that_are_right(value):
    assert identifiers.cip13_ok(value)
    assert not identifiers.ucd13_ok(value)


def test_a_ucd13_is_not_a_cip13():
    assert identifiers.ucd13_ok("3400890000000")
    assert not identifiers.cip13_ok("3400890000000")


@pytest.mark.parametrize("value", ["3400930000008", "340093000000", "3300930000007"])
def test_cip13_that_are_wrong(value):
    assert not identifiers.cip13_ok(value)


def test_luhn_refuses_what_is_not_a_number():
    assert not identifiers.luhn_ok("")
    assert not identifiers.luhn_ok("12a4")


@pytest.mark.parametrize("n", [0, 1, 12_345_678, 99_999_999])
def test_synthetic_rpps_are_right(n):
    assert identifiers.rpps_ok(identifiers.make_rpps(n))


@pytest.mark.parametrize("departement", ["01", "75", "2A", "2B", "971"])
def test_synthetic_finess_are_right(departement):
    made = identifiers.make_finess(departement, 42)

    assert identifiers.finess_ok(made)
    assert made.startswith(departement)


def test_a_short_code_is_read_however_it_is_typed():
    code = identifiers.code_with_check("0123456789AB")

    assert code == "RC-0123-4567-89AB-" + code[-1]
    assert identifiers.read_code(code) == code
    assert identifiers.read_code(code.lower().replace("-", " ")) == code
    assert identifiers.read_code(code[3:].replace("0", "o").replace("1", "l")) == code


@pytest.mark.parametrize("place", range(12))
def test_a_short_code_detects_every_wrong_character(place):
    code = identifiers.code_with_check("0123456789AB")
    random, check = "0123456789AB", code[-1]

    for other in identifiers.ALPHABET:
        typed = random[:place] + other + random[place + 1 :] + check
        assert (identifiers.read_code(typed) == code) == (other == random[place])


@pytest.mark.parametrize("typed", ["", "RC-", "RC-0123-4567-89AB", "RC-UUUU-4567-89AB-0", "é" * 13])
def test_a_short_code_of_the_wrong_shape_is_none(typed):
    assert identifiers.read_code(typed) is None


def test_a_drawn_code_ends_with_a_digit_or_a_letter():
    drawn = random.Random(1)

    codes = [identifiers.draw_code(drawn.choice) for _ in range(300)]

    assert {code[-1] for code in codes} <= set(identifiers.ALPHABET)
    assert all(identifiers.read_code(code) == code for code in codes)


def test_a_short_code_has_twelve_random_characters():
    with pytest.raises(ValueError, match="12"):
        identifiers.code_with_check("0123")
