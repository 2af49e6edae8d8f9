"""The guided switch: equivalence, what is proposed, what is recorded."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from prescriptions import switching
from prescriptions.dosage import Step
from prescriptions.models import Line, Prescription
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import WRITTEN_ON, PrescriptionFactory
from tests.prescriptions.pages import address
from tests.programmes.factories import PackFactory, ProductFactory, SupplyNoticeFactory


D = Decimal


@pytest.mark.parametrize(
    ("dose", "before", "after", "expected"),
    [
        pytest.param("1", ("0", "50"), ("0", "100"), "0.5", id="twice as strong"),
        pytest.param("0.4", ("0", "50"), ("1", "20"), "1", id="by CBD"),
        pytest.param("0.33", ("0", "50"), ("0", "50"), "0.3", id="rounded down"),
        pytest.param("0.5", ("20", "0"), ("10", "10"), "1", id="by THC when it dominates"),
        pytest.param("0.5", ("25", "25"), ("0", "50"), "0.25", id="CBD when they are equal"),
        pytest.param("0.5", ("20", "0"), ("0", "50"), None, id="none of it in the new one"),
        pytest.param("0.01", ("0", "50"), ("0", "50"), None, id="below the smallest dose"),
    ],
)
def test_equivalent_dose(dose, before, after, expected):
    before, after = (tuple(map(D, pair)) for pair in (before, after))

    found = switching.equivalent_dose(Step(D(dose), 2, 28), before=before, after=after)

    assert found == (None if expected is None else D(expected))


def product(enrolment, name, *, thc, cbd, narcotic=False):
    made = ProductFactory(
        programme=enrolment.programme,
        indications=[enrolment.indication],
        name=name,
        thc_mg_per_unit=D(thc),
        cbd_mg_per_unit=D(cbd),
        thc_percent=D(thc) / 10,
        regimes=True,
    )
    PackFactory(product=made)
    return made


@pytest.fixture
def running():
    """50 mg of CBD a day, whose medicine is missing."""
    return _running(EnrolmentFactory(), WRITTEN_ON)


def _running(enrolment, on, **fields):
    one = PrescriptionFactory(
        enrolment=enrolment, ordinary=True, signed=True, starts_on=on, signed_on=on, **fields
    )
    missing = one.lines.get().product
    SupplyNoticeFactory(
        product=missing,
        valid_from=on,
        substitutes=[
            product(enrolment, "CBD 100", thc="0", cbd="100"),
            product(enrolment, "THC 25 / CBD 25", thc="25", cbd="25"),
            ProductFactory(programme=enrolment.programme, name="D’une autre indication"),
        ],
    )
    return one


def test_substitutes_open_to_the_indication_are_proposed_with_their_equivalence(running):
    (one,) = switching.affected(running, WRITTEN_ON)

    told = [(o.product.name, o.dose, o.thc_mg, o.cbd_mg, o.is_narcotic) for o in one.options]
    assert told == [
        ("CBD 100", D("0.25"), 0, D(50), False),
        # The same CBD would bring 50 mg of THC a day to a patient who took none.
        ("THC 25 / CBD 25", None, D(50), D(50), True),
    ]


def test_a_substitute_that_is_missing_too_is_not_proposed(running):
    (one,) = switching.affected(running, WRITTEN_ON)
    SupplyNoticeFactory(product=one.options[0].product, valid_from=WRITTEN_ON)

    (again,) = switching.affected(running, WRITTEN_ON)

    assert [option.product.name for option in again.options] == ["THC 25 / CBD 25"]


def test_thc_is_told_where_it_is_discouraged(running):
    running.enrolment.indication.thc_discouraged = True
    running.enrolment.indication.save()
    running.refresh_from_db()

    (one,) = switching.affected(running, WRITTEN_ON)

    assert [option.is_discouraged for option in one.options] == [False, True]


def test_nothing_is_proposed_before_the_notice(running):
    assert switching.affected(running, WRITTEN_ON - timedelta(days=1)) == []


# --- Pages -----------------------------------------------------------------------------------


@pytest.fixture
def shortage(doctor, today):
    return _running(doctor.enrolment, today, author=doctor.member, signed_at=timezone.now())


def chosen(doctor, running, place, today):
    (one,) = switching.affected(running, today)
    option = one.options[place]
    query = f"?remplacer={running.public_id}&de={one.line.product.public_id}"
    return address("create", doctor.enrolment) + f"{query}&par={option.product.public_id}"


def test_from_the_list_to_a_form_already_filled(doctor, shortage, today):
    page = doctor.get(address("list", doctor.enrolment))
    assertContains(page, "Remplacer ce médicament")
    options = doctor.get(address("switch", doctor.enrolment, shortage))
    assertContains(options, "CBD 50 mg")
    assertContains(options, "dose à titrer")

    form = doctor.get(chosen(doctor, shortage, 0, today))

    assertContains(form, 'value="0,25"')
    assertContains(form, "Remplace Huile CBD 50 (rupture)")
    assertContains(form, 'name="line-0-reason" value="SHORTAGE"')


def test_a_dose_with_more_thc_is_left_to_choose(doctor, shortage, today):
    form = doctor.get(chosen(doctor, shortage, 1, today))

    step = form.context["form"].lines[0].steps[0]
    assert step["dose"].value() == ""
    assert step["days"].value() == "28"


def test_the_switch_is_recorded_with_the_draft(doctor, shortage, today):
    form = doctor.get(chosen(doctor, shortage, 0, today)).context["form"]
    fields = {bound.html_name: bound.value() or "" for bound in form}
    counts = {"lines": "1", "line-0-steps": "1", "once": "d95c6f2d-6a81-4863-8423-63b20786778a"}

    answer = doctor.post(address("create", doctor.enrolment), fields | counts)

    draft = Prescription.objects.get(status="DRAFT")
    assertRedirects(answer, address("detail", doctor.enrolment, draft))
    line = Line.objects.get(prescription=draft)
    old = shortage.lines.get().product
    assert (line.replaces_product, line.replace_reason) == (old, "SHORTAGE")
    assert (line.replaced_thc_mg, line.replaced_cbd_mg) == (0, 50)
    assertContains(doctor.get(address("detail", doctor.enrolment, draft)), "Remplace Huile CBD 50")


@pytest.mark.parametrize("changes", [{"reason": "BORED"}, {"replaces": "nothing"}])
def test_what_no_page_sends_switches_nothing(doctor, shortage, today, changes):
    form = doctor.get(chosen(doctor, shortage, 0, today)).context["form"]
    fields = {bound.html_name: bound.value() or "" for bound in form}
    counts = {"lines": "1", "line-0-steps": "1", "once": "d95c6f2d-6a81-4863-8423-63b20786778a"}
    forged = {f"line-0-{name}": value for name, value in changes.items()}

    doctor.post(address("create", doctor.enrolment), fields | counts | forged)

    draft = Prescription.objects.get(status="DRAFT")
    assert Line.objects.get(prescription=draft).replaces_product is None


@pytest.mark.parametrize(
    "query", ["?remplacer=1", "?remplacer={}&de=1&par=2", "?remplacer={}&de={}&par=1"]
)
def test_an_invented_address_opens_an_empty_form(doctor, shortage, query):
    product_id = shortage.lines.get().product.public_id
    filled = query.format(shortage.public_id, product_id)

    page = doctor.get(address("create", doctor.enrolment) + filled)

    assertNotContains(page, "Remplace Huile")


def test_without_shortage_the_page_says_so(doctor, today):
    signed = PrescriptionFactory(enrolment=doctor.enrolment, signed=True)

    page = doctor.get(address("switch", doctor.enrolment, signed))

    assertContains(page, "Aucun médicament de cette ordonnance ne manque")
