"""A narcotic beside a long ordinary treatment: each is renewed, and compared, by its own end."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from patients.models import Enrolment
from prescriptions import actions, checks, planned, running, wanted
from prescriptions.dosage import Step
from prescriptions.enums import AlertCode as Code
from prescriptions.enums import Level
from prescriptions.models import Prescription
from prescriptions.wanted import Wanted, WantedLine
from programmes.enums import Regime
from programmes.models import Listing
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.copying import OUTSIDE, copy, shown
from tests.prescriptions.copying import a_patient as with_a_certificate
from tests.prescriptions.factories import (
    WRITTEN_AT,
    WRITTEN_ON,
    LineFactory,
    PlanFactory,
    PrescriptionFactory,
    entitled,
)
from tests.prescriptions.signing import sign
from tests.programmes.factories import ProductFactory


DAY = timedelta(days=1)
# 28 days of a narcotic from the day of writing.
NARCOTIC_END = WRITTEN_ON + 27 * DAY


def ordinary(days, **changes):
    return PrescriptionFactory(signed=True, ordinary=True, duration_days=days, **changes)


def beside(**changes):
    """A year of an ordinary oil, and a narcotic of 28 days by the same doctor."""
    year = ordinary(360)
    return PrescriptionFactory(signed=True, enrolment=year.enrolment, author=year.author, **changes)


def on_one_sheet():
    """28 days of a narcotic and 90 of an ordinary oil, signed together."""
    both = PrescriptionFactory(lines=False, duration_days=90, narcotic_days=28)
    LineFactory(prescription=both)
    product = ProductFactory(
        programme=both.enrolment.programme, indications=[both.enrolment.indication]
    )
    LineFactory(prescription=both, position=2, product=product, regime=Regime.ORDINARY, days=90)
    Prescription.objects.filter(pk=both.pk).update(
        status="SIGNED", signed_at=WRITTEN_AT, signed_on=WRITTEN_ON
    )
    both.refresh_from_db()
    return both


# --- When to renew -------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [beside, on_one_sheet])
def test_a_renewal_begins_when_the_first_of_its_medicines_ends(make):
    narcotic = make()

    new = actions.renew(narcotic, by=narcotic.author, at=WRITTEN_AT + 20 * DAY, key="once")

    assert new.starts_on == NARCOTIC_END + DAY


def test_the_long_one_is_renewed_by_its_own_end():
    narcotic = beside()
    year = Prescription.objects.get(enrolment=narcotic.enrolment, narcotic_days=None)

    new = actions.renew(year, by=year.author, at=WRITTEN_AT + 20 * DAY, key="once")

    assert new.starts_on == WRITTEN_ON + 360 * DAY


@pytest.mark.parametrize("make", [beside, on_one_sheet])
@pytest.mark.parametrize(
    ("after", "until"),
    [
        pytest.param(0, "narcotic", id="both run"),
        pytest.param(27, "narcotic", id="the last day of the narcotic"),
        pytest.param(28, "whole", id="the ordinary one goes on alone"),
        pytest.param(400, "whole", id="all is over"),
    ],
)
def test_what_ends_first_is_to_renew_first(make, after, until):
    narcotic, today = make(), WRITTEN_ON + after * DAY
    signed = Prescription.objects.filter(enrolment=narcotic.enrolment)
    ends = {"narcotic": NARCOTIC_END, "whole": max(one.ends_on for one in signed)}
    annotated = Enrolment.objects.annotate(ends=running.ends(today))

    assert running.end(narcotic.enrolment_id, today) == ends[until]
    assert annotated.get(pk=narcotic.enrolment_id).ends == ends[until]
    found = running.to_renew(signed, today)
    assert ends[until] in {found.narcotic_ends_on, found.ends_on}


def test_nothing_signed_ends_on_no_day():
    enrolment = EnrolmentFactory()
    PrescriptionFactory(enrolment=enrolment)

    assert running.end(enrolment.pk, WRITTEN_ON) is None
    assert (
        Enrolment.objects.annotate(ends=running.ends(WRITTEN_ON)).get(pk=enrolment.pk).ends is None
    )
    assert running.to_renew([], WRITTEN_ON) is None
    assert running.now(enrolment, WRITTEN_ON) == []


@pytest.mark.parametrize(
    ("signed", "first"),
    [
        pytest.param([], 0, id="nothing runs"),
        pytest.param([{"narcotic": True}], 28, id="after a narcotic"),
        pytest.param([{"ordinary": True, "duration_days": 29}], 29, id="after what ends soon"),
        pytest.param([{"ordinary": True, "duration_days": 30}], 0, id="beside what goes on"),
        pytest.param(
            [{"ordinary": True, "duration_days": 360}, {"narcotic": True}],
            28,
            id="after the narcotic, beside the rest",
        ),
    ],
)
def test_the_first_day_proposed_for_another_prescription(signed, first):
    enrolment = EnrolmentFactory()
    for traits in signed:
        PrescriptionFactory(signed=True, enrolment=enrolment, **traits)

    assert running.first_day(enrolment, WRITTEN_ON) == WRITTEN_ON + first * DAY


def test_a_plan_goes_on_after_its_own_medicine():
    both = on_one_sheet()
    plan = PlanFactory(
        enrolment=both.enrolment,
        product=both.lines.get(position=1).product,
        duration_days=60,
        steps=False,
    )
    plan.steps.create(position=1, dose=Decimal("0.5"), intakes_per_day=2, days=60)

    assert planned.next_part(plan, WRITTEN_ON).first == NARCOTIC_END + DAY


# --- What a dose is compared to ------------------------------------------------------------------


def jumps(draft, **how):
    found = checks.verdicts(
        draft.enrolment,
        wanted.of(draft),
        by=draft.author,
        on=NARCOTIC_END,
        **how,
    )
    return [alert.message for alert in found if alert.code == Code.DOSE_JUMP]


def again(narcotic, *, times):
    """A draft of the same narcotic, at so many times its dose, from the day after its end."""
    product = narcotic.lines.get().product
    line = WantedLine(product, (Step(Decimal("0.5") * times, 2, 28),))
    typed = Wanted((line,), NARCOTIC_END + DAY)
    entitled(narcotic.author, narcotic.enrolment)
    return actions.draft(
        narcotic.enrolment, typed, by=narcotic.author, at=WRITTEN_AT + 27 * DAY, key=f"x{times}"
    )


@pytest.mark.parametrize(("times", "told"), [(2, False), (3, True)])
def test_a_jump_of_the_narcotic_is_told_beside_the_year_of_oil(times, told):
    narcotic = beside()
    name = narcotic.lines.get().product_name

    found = jumps(again(narcotic, times=times))

    assert [f"La dose de THC ({name}) passe" in message for message in found[:1]] == [True] * told


def test_a_narcotic_of_long_ago_is_compared_to_nothing():
    """Twenty-eight days without it: its treatment begins anew."""
    long_ago = WRITTEN_ON - 56 * DAY
    narcotic = beside(starts_on=long_ago, signed_on=long_ago, signed_at=WRITTEN_AT - 56 * DAY)

    assert jumps(again(narcotic, times=3)) == []


# --- A correction gives way to nothing of its own ------------------------------------------------


def test_the_first_prescription_replaced_is_still_a_first_prescription():
    first = sign(PrescriptionFactory())
    new = actions.replace(first, by=first.author, at=WRITTEN_AT, key="once-2")
    Listing.objects.update(
        listed_on=WRITTEN_ON - 2 * DAY, delisted_on=WRITTEN_ON - DAY, end_decision="essai"
    )

    with pytest.raises(actions.CannotSign, match="n’est pas inscrite"):
        sign(new, key="once-3")

    first.refresh_from_db()
    assert first.status == "SIGNED"


def test_the_dose_that_is_replaced_is_compared_to_nothing():
    """A first dose typed ten times too low is corrected without having to be justified."""
    first = sign(PrescriptionFactory())
    new = actions.replace(first, by=first.author, at=WRITTEN_AT, key="once-2")
    said = wanted.of(new)
    lines = (replace(said.lines[0], steps=(Step(Decimal(5), 2, 28),)),)
    actions.change_draft(new, replace(said, lines=lines), by=new.author, at=WRITTEN_AT)

    assert jumps(new) != []
    assert jumps(new, replaces=first) == []


def test_a_paper_of_somebody_who_has_an_account_since_is_their_own():
    enrolment = with_a_certificate()
    pharmacist = shown(enrolment)
    copy(enrolment, by=pharmacist)
    doctor = enrolment.included_by
    doctor.user.rpps = OUTSIDE
    doctor.user.save()
    draft = PrescriptionFactory(enrolment=enrolment)

    found = checks.verdicts(enrolment, wanted.of(draft), by=doctor, on=WRITTEN_ON)

    mention = [alert for alert in found if alert.code == Code.MENTION]
    assert [alert.level for alert in mention] == [Level.REFUSAL]
    assert not [alert for alert in found if alert.code == Code.OTHER_PRESCRIBER]
