"""What a draft refuses whatever the page let through, and what a replacement leaves alone."""

import datetime
from dataclasses import replace
from decimal import Decimal
from unittest import mock

import pytest

from prescriptions import actions, wanted
from prescriptions.actions import drafts
from prescriptions.dosage import Step
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription
from tests.prescriptions.factories import WRITTEN_AT, WRITTEN_ON, PrescriptionFactory
from tests.prescriptions.signing import sign
from tests.programmes.factories import PackFactory


def lasting(prescription, days):
    """What the prescription says, for so many days."""
    said = wanted.of(prescription)
    lines = tuple(
        replace(line, steps=(Step(dose=Decimal("0.5"), intakes_per_day=2, days=days),))
        for line in said.lines
    )
    return replace(said, lines=lines)


@pytest.mark.parametrize(
    ("ordinary", "days", "words"),
    [
        pytest.param(False, 29, "limitée à 28 jours", id="a narcotic for 29 days"),
        pytest.param(True, 367, "un an au plus", id="an ordinary line for 367 days"),
    ],
)
def test_a_draft_refuses_a_duration_that_no_signature_could_accept(ordinary, days, words):
    traits = {"ordinary": True} if ordinary else {}
    draft = PrescriptionFactory(**traits)
    before = draft.lines.get().days

    with pytest.raises(actions.CannotDraft, match=words):
        actions.change_draft(draft, lasting(draft, days), by=draft.author, at=WRITTEN_AT)

    assert draft.lines.get().days == before


def test_a_draft_without_a_line_is_refused():
    draft = PrescriptionFactory()
    nothing = replace(wanted.of(draft), lines=())

    with pytest.raises(actions.CannotDraft, match="au moins un médicament"):
        actions.change_draft(draft, nothing, by=draft.author, at=WRITTEN_AT)

    assert draft.lines.count() == 1


def test_what_is_signed_takes_no_mention_any_more():
    signed = sign(PrescriptionFactory())

    with pytest.raises(actions.CannotDraft, match="plus un brouillon"):
        actions.accept_mention(signed, by=signed.author)

    signed.refresh_from_db()
    assert signed.has_overlap_mention is False


def test_a_pack_that_is_no_longer_sold_is_not_prescribed():
    sold = PackFactory()
    PackFactory(product=sold.product, valid_to=WRITTEN_ON - datetime.timedelta(days=1))
    last_day = PackFactory(product=sold.product, valid_to=WRITTEN_ON)

    found = drafts.packs_in_force([sold.product_id], WRITTEN_ON)

    assert found == {sold.product_id: [sold, last_day]}


def test_the_database_has_the_last_word_on_a_silent_overlap():
    first = sign(PrescriptionFactory())
    second = PrescriptionFactory(enrolment=first.enrolment, author=first.author)

    # As if the check had not seen the first one: another signature went in between.
    with (
        mock.patch("prescriptions.checks.periods", return_value=[]),
        pytest.raises(actions.CannotSign, match="couvre déjà cette période"),
    ):
        sign(second, key="once-2", reason="vu")

    second.refresh_from_db()
    assert second.status == Status.DRAFT


def test_a_replaced_prescription_dispensed_meanwhile_stays():
    old = sign(PrescriptionFactory())
    new = actions.replace(old, by=old.author, at=WRITTEN_AT, key="once-2")
    actions.mark_dispensed(old, at=WRITTEN_AT)
    actions.accept_mention(new, by=new.author)
    new.refresh_from_db()

    sign(new, key="once-3", reason="vu")

    assert Prescription.objects.get(pk=old.pk).status == Status.SIGNED
