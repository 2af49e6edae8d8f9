from datetime import date

import pytest
from django.core.exceptions import ValidationError

from pharmacies.boxes import GS, Box, read_box
from pharmacies.forms.box import BatchField


GTIN = "03400930000120"
END_OF_JUNE = date(2027, 6, 30)


@pytest.mark.parametrize(
    ("scanned", "batch", "expires_on"),
    [
        (f"01{GTIN}1727063010LOT-A1", "LOT-A1", END_OF_JUNE),
        (f"01{GTIN}1727060010LOT-A1", "LOT-A1", END_OF_JUNE),
        (f"  ]d201{GTIN}1727063010LOT-A1 ", "LOT-A1", END_OF_JUNE),
        (f"{GS}01{GTIN}1727063010LOT-A1", "LOT-A1", END_OF_JUNE),
        (f"01{GTIN}21S10N17{GS}1727063010LOT-A1", "LOT-A1", END_OF_JUNE),
        (f"01{GTIN}10L21A1{GS}1125010117270630", "L21A1", END_OF_JUNE),
        (f"01{GTIN}1728020010A", "A", date(2028, 2, 29)),
        (f"01{GTIN}17270630101234567890ABCDEFGHIJ", "1234567890ABCDEFGHIJ", END_OF_JUNE),
    ],
)
def test_the_code_of_a_box_holds_its_batch_and_its_expiry(scanned, batch, expires_on):
    assert read_box(scanned) == Box(GTIN, batch, expires_on)


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "17270630",
        "10LOT-A1",
        # Its separators are lost: the serial number would be taken for the batch.
        "1727063010LOT-A121SERIAL",
        "21SERIAL1727063010LOT-A1",
        "17270631" + "10LOT-A1",
        "17271300" + "10LOT-A1",
        "17270A3010LOT",
        "1727063010" + "A" * 21,
        f"1727063010LOT-A1{GS}99X",
    ],
)
def test_what_is_not_read_to_its_end_is_not_guessed(rest):
    assert read_box(f"01{GTIN}{rest}") == Box(GTIN)


@pytest.mark.parametrize("typed", ["", "LOT-A1", "0103400", "010340093000012", "L261114"])
def test_a_batch_that_is_typed_is_no_box(typed):
    assert read_box(typed) is None


def batch(typed, cip13=""):
    return BatchField(expires="expires_on", cip13=cip13).clean(typed)


def test_the_batch_is_taken_from_the_box_of_the_pack():
    assert batch(f"01{GTIN}1727063010LOT-A1", GTIN[1:]) == "LOT-A1"
    assert batch(f"01{GTIN}1727063010LOT-A1") == "LOT-A1"
    assert batch(" LOT-A1 ") == "LOT-A1"


@pytest.mark.parametrize(
    ("typed", "cip13", "words"),
    [
        (f"01{GTIN}1727063010LOT-A1", "3400930000137", "autre conditionnement"),
        (f"01{GTIN}1727063010LOT-A121SERIAL", "", "tapez le lot"),
        ("A" * 31, "", "30"),
        ("", "", "obligatoire"),
    ],
)
def test_a_code_that_says_no_batch_is_refused(typed, cip13, words):
    with pytest.raises(ValidationError, match=words):
        batch(typed, cip13)
