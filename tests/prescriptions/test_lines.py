"""What a line may say beyond a dose: as needed, packs by hand, the vaporiser, a switch."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from prescriptions import actions, checks, wanted
from prescriptions.dosage import Step, has_spare_pack, missing
from prescriptions.enums import AlertCode as Code
from prescriptions.enums import Level
from prescriptions.models import Line
from prescriptions.sheet import sheet
from prescriptions.wanted import Switch
from tests.prescriptions.factories import WRITTEN_AT, WRITTEN_ON, PrescriptionFactory
from tests.prescriptions.signing import sign
from tests.programmes.factories import PackFactory, ProductFactory


D = Decimal


def changed(draft, **changes):
    """Write the only line of a draft over."""
    said = wanted.of(draft)
    lines = (replace(said.lines[0], **changes),)
    actions.change_draft(draft, replace(said, lines=lines), by=draft.author, at=WRITTEN_AT)
    return draft.lines.get()


def told(draft, code):
    found = checks.verdicts(draft.enrolment, wanted.of(draft), by=draft.author, on=WRITTEN_ON)
    return [alert for alert in found if alert.code == code]


# --- As needed -------------------------------------------------------------------------------


def test_as_needed_is_summed_at_its_daily_maximum():
    line = changed(PrescriptionFactory(), steps=(Step(D("0.1"), 4, 28, as_needed=True),))

    step = line.steps.get()
    assert (step.as_needed, line.quantity) == (True, D("11.2"))


def test_as_needed_is_printed_with_its_maximum():
    draft = PrescriptionFactory()
    changed(draft, steps=(Step(D("0.5"), 4, 28, as_needed=True),))

    printed = sheet(draft, on=WRITTEN_ON).lines[0].steps[0]

    assert printed.figures == "0,5\u00a0mL si besoin, au plus 4 par jour (2\u00a0mL), 28 jours"
    assert "si besoin, quatre fois par jour au plus (deux millilitres par jour au plus)" in (
        printed.letters
    )


def test_two_drafts_that_differ_by_as_needed_differ_in_what_is_signed():
    draft = PrescriptionFactory()
    before = actions.fingerprint(wanted.of(draft))

    changed(draft, steps=(Step(D("0.5"), 2, 28, as_needed=True),))

    assert actions.fingerprint(wanted.of(draft)) != before


# --- Packs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("packs", "lacks", "spare"),
    [
        pytest.param({"10": 3}, "0", False, id="as computed"),
        pytest.param({"50": 1}, "0", False, id="one large bottle"),
        pytest.param({"10": 2}, "8", False, id="too few"),
        pytest.param({"10": 4}, "0", True, id="one too many"),
        pytest.param({"10": 3, "50": 0}, "0", False, id="none of a size"),
        pytest.param({"50": 1, "10": 1}, "0", True, id="the small one is not needed"),
        pytest.param({}, "28", False, id="none at all"),
    ],
)
def test_packs_by_hand_against_the_need(packs, lacks, spare):
    chosen = {D(size): count for size, count in packs.items()}

    assert missing(D(28), chosen) == D(lacks)
    assert has_spare_pack(D(28), chosen) == spare


def sizes_of(draft):
    packs = draft.lines.get().packs.order_by("-pack__quantity")
    return [(pack.pack.quantity, pack.count) for pack in packs]


def large_and_small(draft):
    packs = draft.lines.get().product.packs.order_by("-quantity")
    return packs[0], packs[1]


def test_packs_are_computed_unless_chosen():
    draft = PrescriptionFactory()
    large, small = large_and_small(draft)
    changed(draft)
    assert sizes_of(draft) == [(D(10), 3)]

    changed(draft, own_packs=((large, 1), (small, 1)))

    assert sizes_of(draft) == [(D(50), 1), (D(10), 1)]
    assert draft.lines.get().has_own_packs


def test_packs_by_hand_are_kept_by_the_signature_and_by_a_renewal():
    draft = PrescriptionFactory()
    changed(draft, own_packs=((large_and_small(draft)[0], 1),))

    signed = sign(draft)
    renewal = actions.renew(signed, by=signed.author, at=WRITTEN_AT, key="again")

    assert sizes_of(signed) == sizes_of(renewal) == [(D(50), 1)]


@pytest.mark.parametrize(
    ("large", "small", "level", "asks"),
    [
        pytest.param(1, 0, Level.OK, False, id="enough"),
        pytest.param(0, 2, Level.WARNING, True, id="too few"),
        pytest.param(1, 1, Level.WARNING, True, id="one too many"),
    ],
)
def test_packs_by_hand_are_controlled(large, small, level, asks):
    draft = PrescriptionFactory()
    big, little = large_and_small(draft)
    chosen = ((big, large), (little, small))
    changed(draft, own_packs=tuple((pack, n) for pack, n in chosen if n))

    (alert,) = told(draft, Code.PACKS)

    assert (alert.level, alert.needs_reason) == (level, asks)


def test_computed_packs_need_no_control():
    assert told(PrescriptionFactory(), Code.PACKS) == []


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "refused"),
    [
        (WRITTEN_ON, WRITTEN_ON, False),
        (WRITTEN_ON - timedelta(days=9), WRITTEN_ON - timedelta(days=1), True),
        (WRITTEN_ON + timedelta(days=1), None, True),
    ],
)
def test_a_pack_by_hand_that_is_not_sold_that_day_is_refused(valid_from, valid_to, refused):
    draft = PrescriptionFactory()
    pack, _ = large_and_small(draft)
    changed(draft, own_packs=((pack, 1),))
    pack.valid_from, pack.valid_to = valid_from, valid_to
    pack.save()

    refusals = [alert for alert in told(draft, Code.PACKS) if alert.level == Level.REFUSAL]

    assert bool(refusals) == refused


# --- Flowers, switches -----------------------------------------------------------------------


def test_flowers_say_the_vaporiser():
    draft = PrescriptionFactory()
    product = draft.lines.get().product
    product.needs_vaporiser = True
    product.save()

    (alert,) = told(draft, Code.DEVICE)

    assert (alert.level, alert.needs_reason) == (Level.WARNING, False)
    assert sheet(draft, on=WRITTEN_ON).lines[0].needs_vaporiser


def switched(draft):
    old = ProductFactory(programme=draft.enrolment.programme, name="Huile en rupture")
    return changed(draft, switch=Switch(old, "SHORTAGE", D(0), D("40.0000")))


def test_a_switch_is_kept_with_both_doses_and_signed():
    draft = PrescriptionFactory()
    switched(draft)

    signed = sign(draft)

    line = signed.lines.get()
    assert (line.replaces_product.name, line.replace_reason) == ("Huile en rupture", "SHORTAGE")
    assert (line.replaced_thc_mg, line.replaced_cbd_mg) == (0, 40)
    assert sheet(signed, on=WRITTEN_ON).lines[0].replaced.words == "Huile en rupture (rupture)"


def test_a_renewal_does_not_switch_again():
    draft = PrescriptionFactory()
    switched(draft)
    signed = sign(draft)

    renewal = actions.renew(signed, by=signed.author, at=WRITTEN_AT, key="again")

    assert Line.objects.get(prescription=renewal).replaces_product is None


# --- Another dosage --------------------------------------------------------------------------


def test_another_dosage_after_a_supply_starts_today_and_takes_the_mention():
    signed = sign(PrescriptionFactory())
    actions.mark_dispensed(signed, at=WRITTEN_AT)
    later = WRITTEN_AT + timedelta(days=10)

    draft = actions.adapt(signed, by=signed.author, at=later, key="adapt")

    assert (draft.starts_on, draft.has_overlap_mention) == (date(2026, 3, 12), False)
    with pytest.raises(actions.CannotSign, match="mention expresse"):
        sign(draft, at=later, key="once-2")
    actions.accept_mention(draft, by=draft.author)
    draft.refresh_from_db()
    assert sign(draft, at=later, key="once-3").has_overlap_mention
    signed.refresh_from_db()
    assert signed.status == "SIGNED"


def test_a_new_pack_of_the_medicine_changes_no_pack_chosen_by_hand():
    draft = PrescriptionFactory()
    large, _ = large_and_small(draft)
    changed(draft, own_packs=((large, 1),))
    PackFactory(product=large.product, quantity=D(30), label="Flacon de 30 mL")

    assert sizes_of(sign(draft)) == [(D(50), 1)]
