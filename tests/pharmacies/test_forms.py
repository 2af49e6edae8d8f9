import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains

from pharmacies import words
from pharmacies.forms import CodeField, ExpiryField
from pharmacies.models import DispensedItem
from prescriptions.models import Prescription
from tests.pharmacies.factories import at_the_counter
from tests.pharmacies.test_views import page_of, typed, written
from tests.prescriptions.factories import LineFactory, PrescriptionFactory
from tests.programmes.factories import PackFactory


@pytest.mark.parametrize(
    ("typed", "last_day"),
    [
        ("06/2031", datetime.date(2031, 6, 30)),
        ("6/31", datetime.date(2031, 6, 30)),
        ("062031", datetime.date(2031, 6, 30)),
        ("0631", datetime.date(2031, 6, 30)),
        (" 02-2028 ", datetime.date(2028, 2, 29)),
        ("15/06/2031", datetime.date(2031, 6, 15)),
        ("15062031", datetime.date(2031, 6, 15)),
        ("", None),
    ],
)
def test_an_expiry_is_the_last_day_of_the_month_printed(typed, last_day):
    assert ExpiryField(required=False).clean(typed) == last_day


@pytest.mark.parametrize("typed", ["13/2031", "00/2031", "06/1999", "2031", "juin", "31/02/2031"])
def test_what_is_no_expiry_is_refused(typed):
    with pytest.raises(ValidationError):
        ExpiryField().clean(typed)


@pytest.mark.parametrize(
    ("scanned", "code"),
    [
        ("RC-1234-5678-9ABC-D", "RC-1234-5678-9ABC-D"),
        ("https://recann.example/v/To-ken_1", "To-ken_1"),
        ("https://recann.example/v/To-ken_1/?a=b#c", "To-ken_1"),
        ("  To-ken_1 ", "To-ken_1"),
    ],
)
def test_a_scanned_address_is_read_as_its_code(scanned, code):
    assert CodeField().clean(scanned) == code


def test_two_medicines_are_named_where_their_batches_are_typed(sign_in):
    today = timezone.localdate()
    prescription = PrescriptionFactory(lines=False, starts_on=today)
    names = [LineFactory(prescription=prescription, position=no).product_name for no in (1, 2)]
    Prescription.objects.filter(pk=prescription.pk).update(
        status="SIGNED", signed_at=timezone.now(), signed_on=today
    )
    prescription.refresh_from_db()

    page = sign_in(at_the_counter(prescription)).get(
        reverse("pharmacies:prescription", args=[prescription.public_id])
    )

    for name in names:
        assertContains(page, f"{name}<br>À délivrer")


def test_a_pack_instead_of_the_one_computed_is_typed_in_the_details(sign_in):
    prescription = written(days_ago=0)
    line = prescription.lines.get()
    instead = PackFactory(product=line.product, label="Flacon de 14 mL", quantity=14)
    client = sign_in(at_the_counter(prescription))
    page = client.get(page_of(prescription))

    assertContains(page, "Flacon de 14 mL, à la place")
    slots = [slot for slot in page.context["form"].slots if slot.pack == instead]
    name = slots[0].name
    data = typed(page) | {
        "packs-1-0": 0, "batch-1-0": "", "expires-1-0": "",
        f"packs-{name}": 2, f"batch-{name}": "LOT-A1", f"expires-{name}": "06/2031",
    }  # fmt: skip
    client.post(page_of(prescription), data)

    assert DispensedItem.objects.get().pack == instead


def test_a_line_that_opens_later_is_left_out_beside_one_that_is_open(sign_in):
    today = timezone.localdate()
    prescription = PrescriptionFactory(
        lines=False, starts_on=today, fraction_days=14, is_single_supply=False
    )
    for position in (1, 2):
        LineFactory(prescription=prescription, position=position)
    Prescription.objects.filter(pk=prescription.pk).update(
        status="SIGNED", signed_at=timezone.now(), signed_on=today
    )
    prescription.refresh_from_db()
    client = sign_in(at_the_counter(prescription))
    page = client.get(page_of(prescription))
    client.post(page_of(prescription), typed(page) | {"packs-2-0": 0})

    form = client.get(page_of(prescription)).context["form"]

    # The second fraction of the first line waits for a fortnight; the first of the second does not.
    assert (form["packs-1-0"].value(), form["packs-2-0"].value() > 0) == (0, True)


def test_packs_in_excess_are_told_to_their_end(sign_in):
    """27 days of 28 leave in three bottles of 10 mL, which hold the last one too."""
    prescription = written(days_ago=0)
    client = sign_in(at_the_counter(prescription))
    data = typed(client.get(page_of(prescription)), **{"days__1": 27})

    response = client.post(page_of(prescription), data, follow=True)

    last = prescription.starts_on + datetime.timedelta(days=27)
    assertContains(response, "Tout est délivré")
    assertContains(response, words.in_full(last))


def test_the_packs_to_hand_over_come_before_those_that_could(sign_in):
    """Of a line whose packs were never chosen: three of 10 mL, none of 50 mL."""
    today = timezone.localdate()
    prescription = PrescriptionFactory(lines=False, starts_on=today)
    line = LineFactory(prescription=prescription, packs=False)
    for size in (50, 10):
        PackFactory(product=line.product, label=f"Flacon de {size} mL", quantity=Decimal(size))
    Prescription.objects.filter(pk=prescription.pk).update(
        status="SIGNED", signed_at=timezone.now(), signed_on=today
    )
    prescription.refresh_from_db()

    page = sign_in(at_the_counter(prescription)).get(page_of(prescription))

    fields = page.context["form"].lines()[0].slots
    assert [one.packs.value() for one in fields] == [3, 0]
