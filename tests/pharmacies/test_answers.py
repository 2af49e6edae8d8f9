"""After the counter: undone by a counter-entry, written late, written to the prescriber."""

import datetime
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import keys, once
from core.models import JournalLine, OutgoingMail
from pharmacies import actions, sheet
from pharmacies.actions import CannotDispense, CannotUndo, Word
from pharmacies.enums import BrokenRule, MovementKind, Shelf, UndoReason
from pharmacies.models import (
    Dispensation,
    DispensedItem,
    Intervention,
    Received,
    RegisterLine,
    Undone,
)
from prescriptions.enums import VoidReason
from prescriptions.models import Prescription
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.pharmacies.factories import DispensationFactory, InterventionFactory, at_the_counter
from tests.pharmacies.test_actions import dispense, given, handover
from tests.pharmacies.test_views import page_of, typed, written
from tests.prescriptions.factories import WRITTEN_AT, WRITTEN_ON, PrescriptionFactory


DAY = datetime.timedelta(days=1)


def case():
    prescription = PrescriptionFactory(signed=True)
    return prescription, at_the_counter(prescription)


def undo(dispensation, by, at=WRITTEN_AT + DAY):
    return actions.undo(dispensation, reason=UndoReason.WRONG_BATCH, by=by, at=at)


# --- Undone --------------------------------------------------------------------------------------


def test_what_is_undone_is_due_again_and_comes_back_to_the_register():
    prescription, by = case()
    wrong = dispense(prescription, by)

    undone = undo(wrong, by)
    again = undo(wrong, by)
    right = dispense(prescription, by, key="other", on=WRITTEN_ON)

    assert undone == again
    assert list(Dispensation.objects.standing()) == [right]
    assert right.sequence_no == 2
    item = DispensedItem.objects.get(dispensation=right)
    assert item.days == 28
    kinds = [MovementKind.DISPENSATION, MovementKind.CORRECTION, MovementKind.DISPENSATION]
    assert list(RegisterLine.objects.order_by("number").values_list("kind", flat=True)) == kinds
    assert actions.balance(by, item.pack, Shelf.STOCK) == -30
    assert JournalLine.objects.filter(action="dispensation.undone").count() == 1


def test_only_the_last_one_of_its_own_pharmacy_is_undone():
    prescription, by = case()
    first = dispense(prescription, by, days=10, packs=1)
    dispense(prescription, by, key="second", days=10, packs=1)
    elsewhere = at_the_counter(prescription)

    for who in (by, elsewhere):
        with pytest.raises(CannotUndo):
            undo(first, who)

    assert not Undone.objects.exists()


def test_an_undone_supply_changes_what_the_page_read_before():
    prescription, by = case()
    wrong = dispense(prescription, by, days=10, packs=1)
    seen = sheet.read(prescription, member=by, on=WRITTEN_ON)

    undo(wrong, by)

    assert not seen.is_of(Prescription.objects.get(pk=prescription.pk), WRITTEN_ON)
    assert sheet.read(prescription, member=by, on=WRITTEN_ON).rows[0].due.days == 28


def test_undo_on_its_page(client, sign_in):
    prescription = written(days_ago=1)
    by = at_the_counter(prescription)
    client = sign_in(by)
    client.post(page_of(prescription), typed(client.get(page_of(prescription))))
    page = reverse("pharmacies:undo", args=[Dispensation.objects.get().public_id])
    assertContains(client.get(page), "LOT-A1")

    empty = client.post(page, {})
    done = client.post(page, {"reason": "TWICE"}, follow=True)

    assertContains(empty, "obligatoire")
    assertRedirects(done, page_of(prescription))
    assertContains(done, "Annulée le")
    assert client.get(page).status_code == 404
    dispensation = Dispensation.objects.get()
    told = client.get(reverse("pharmacies:done", args=[dispensation.public_id]))
    assertContains(told, "Annulée le")


def test_what_is_undone_once_the_prescription_is_put_away_leads_to_the_history(client, sign_in):
    done = DispensationFactory(lately=True, items=True)
    client = sign_in(done.dispensed_by)

    after = client.post(
        reverse("pharmacies:undo", args=[done.public_id]), {"reason": "TWICE"}, follow=True
    )

    assertRedirects(after, reverse("pharmacies:history"))
    assertContains(after, "Annulée")


def test_a_refusal_to_undo_is_said(client, sign_in, monkeypatch):
    monkeypatch.setattr("pharmacies.rules.SERVED_DAYS", 36_500)
    prescription, by = case()
    first = dispense(prescription, by, days=10, packs=1)
    dispense(prescription, by, key="second", days=10, packs=1)

    response = sign_in(by).post(
        reverse("pharmacies:undo", args=[first.public_id]), {"reason": "TWICE"}
    )

    assertContains(response, "Annulez d’abord")


# --- Late ----------------------------------------------------------------------------------------


def late(prescription, by, *, presented_on=WRITTEN_ON, key="late", days_later=9, **changes):
    made = handover(prescription, **changes)
    return actions.record_made(
        prescription,
        handover=made,
        presented_on=presented_on,
        key=key,
        by=by,
        at=WRITTEN_AT + days_later * DAY,
    )


def test_what_was_made_by_the_rules_is_written_with_its_true_dates():
    prescription, by = case()

    made = late(prescription, by, on=WRITTEN_ON + 2 * DAY)
    again = late(prescription, by, on=WRITTEN_ON + 2 * DAY)

    assert made == again
    assert (made.already_made, made.broken_rules) == (True, [])
    assert (made.dispensed_on, made.received.presented_on) == (WRITTEN_ON + 2 * DAY, WRITTEN_ON)
    assert RegisterLine.objects.get().happened_on == WRITTEN_ON + 2 * DAY


@pytest.mark.parametrize("presented", [0, 3, 4, 27, 28])
def test_more_days_than_were_due_are_told(presented):
    prescription, by = case()
    on = WRITTEN_ON + presented * DAY

    made = late(prescription, by, on=on, presented_on=on, days_later=40)

    assert made.broken == (["Plus que ce qui était dû"] if presented > 3 else [])
    assert made.items.get().days == 28


@pytest.mark.parametrize(("packs", "told"), [(3, False), (4, True)])
def test_a_bottle_too_many_is_told(packs, told):
    prescription, by = case()

    made = late(prescription, by, packs=packs)

    assert made.broken_rules == [BrokenRule.TOO_MUCH] * told
    assert made.items.get().quantity == 10 * packs


def test_every_broken_rule_is_told_and_nothing_refused():
    prescription, by = case()
    dispense(prescription, by)
    enrolment = prescription.enrolment
    enrolment.pharmacy = SiteFactory()
    enrolment.save()
    by.accreditations.update(ended_on=WRITTEN_ON)
    expired = replace(given(prescription), expires_on=WRITTEN_ON - DAY)

    made = late(prescription, by, on=WRITTEN_ON + DAY, items=[expired])

    assert made.broken_rules == [
        BrokenRule.NOT_ALLOWED,
        BrokenRule.TOO_MUCH,
        BrokenRule.EXPIRED,
        BrokenRule.OTHER_PLACE,
    ]
    assert JournalLine.objects.get(action="dispensation.recorded_late").detail["broken"]


def test_an_early_fraction_is_told():
    prescription = PrescriptionFactory(signed=True, fraction_days=14, is_single_supply=False)
    by = at_the_counter(prescription)
    dispense(prescription, by, days=14, packs=2)

    # Six millilitres of the first fraction are in hand: one bottle is enough.
    made = late(prescription, by, on=WRITTEN_ON + 5 * DAY, days=14, packs=1)

    assert made.broken_rules == [BrokenRule.EARLY]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": WRITTEN_ON + 9 * DAY}, "dispensed_on"),
        ({"on": WRITTEN_ON + 10 * DAY}, "dispensed_on"),
        ({"on": WRITTEN_ON - DAY}, "dispensed_on"),
        ({"presented_on": WRITTEN_ON - DAY}, "presented_on"),
        ({"presented_on": WRITTEN_ON + DAY}, "presented_on"),
        ({"bearer": "CARER"}, "bearer_name"),
        ({"items": ()}, ""),
        ({"days": 0}, "days-1"),
    ],
)
def test_what_cannot_have_been_is_refused(changes, field):
    prescription, by = case()

    with pytest.raises(CannotDispense) as refused:
        late(prescription, by, **changes)

    assert refused.value.field == field
    assert not Dispensation.objects.exists()
    assert not Received.objects.exists()


def test_another_product_or_a_void_prescription_is_refused():
    prescription, by = case()
    other = given(PrescriptionFactory(signed=True))
    with pytest.raises(CannotDispense, match="conditionnement"):
        late(prescription, by, items=[other])
    Prescription.objects.filter(pk=prescription.pk).update(
        status="VOIDED", voided_at=WRITTEN_AT, void_reason=VoidReason.TYPING_ERROR
    )
    with pytest.raises(CannotDispense, match="annulée"):
        late(prescription, by)


@pytest.mark.parametrize("after", [4, 1])
def test_another_presentation_than_the_one_written_is_refused(after):
    """A day is put right by itself, never by a dispensation that tells another one."""
    prescription, by = case()
    actions.receive(
        prescription,
        presented_on=WRITTEN_ON + after * DAY,
        key="r",
        by=by,
        at=WRITTEN_AT + 5 * DAY,
    )

    with pytest.raises(CannotDispense, match="écrivez ce jour, ou faites-le corriger") as refused:
        late(prescription, by, on=WRITTEN_ON + 2 * DAY)

    assert refused.value.field == "presented_on"
    assert not Dispensation.objects.exists()


def test_an_ordinary_line_made_before_is_not_in_the_register():
    prescription = PrescriptionFactory(signed=True, duration_days=28, ordinary=True)
    by = at_the_counter(prescription)

    late(prescription, by, packs=1)

    assert not RegisterLine.objects.exists()


def test_write_late_on_its_page(client, sign_in):
    prescription = written(days_ago=9)
    by = at_the_counter(prescription)
    client = sign_in(by)
    page = reverse("pharmacies:late", args=[prescription.public_id])
    on = (timezone.localdate() - 2 * DAY).strftime("%d/%m/%Y")
    data = {
        "key": "k",
        "presented_on": on,
        "dispensed_on": on,
        "bearer": "PATIENT",
        "days-1": "28",
        "packs-1-0": "3",
        "batch-1-0": "LOT-A1",
        "expires-1-0": "06/2031",
    }
    assertContains(client.get(page), "Saisir une remise déjà faite")
    nothing = client.post(page, data | {"packs-1-0": "", "days-1": ""})
    done = client.post(page, data, follow=True)
    other = client.post(page, data | {"days-1": "27"})

    assertContains(nothing, "Indiquez au moins")
    assertContains(done, "Plus que ce qui était dû")
    assertContains(other, "autre contenu")
    assertContains(client.get(reverse("pharmacies:history")), "Plus que ce qui était dû")
    assertContains(client.get(page_of(prescription)), "Rien à délivrer")


# --- To the prescriber ---------------------------------------------------------------------------


WORD = Word(kind="REFUSAL", reason="INTERACTION", note="Clobazam : proposer une baisse ?")


def test_a_word_goes_to_the_prescriber_without_saying_anything_by_mail():
    prescription, by = case()

    made = actions.intervene(prescription, word=WORD, key="k", by=by, at=WRITTEN_AT)
    again = actions.intervene(prescription, word=WORD, key="k", by=by, at=WRITTEN_AT)

    assert made == again
    assert actions.note_of(made) == WORD.note
    mail = OutgoingMail.objects.get()
    assert mail.to == prescription.prescriber.email
    assert prescription.enrolment.number in mail.body
    assert "Refus de dispenser" in mail.body
    assert "Clobazam" not in mail.body + mail.subject
    with pytest.raises(once.AnotherBody):
        actions.intervene(prescription, word=Word("REFUSAL", "DOSE"), key="k", by=by, at=WRITTEN_AT)


def test_a_word_without_a_note_or_whose_key_is_gone():
    prescription, by = case()
    bare = actions.intervene(
        prescription, word=Word("INTERVENTION", "DOSE"), key="b", by=by, at=WRITTEN_AT
    )
    told = actions.intervene(prescription, word=WORD, key="k", by=by, at=WRITTEN_AT)
    keys.destroy_keys([prescription.enrolment.key_id])

    assert actions.note_of(bare) == ""
    assert actions.note_of(told) == ""


def test_who_reads_a_word():
    word, other = InterventionFactory(), InterventionFactory()
    prescription = word.prescription
    doctor = MemberFactory(
        role=Role.REFERENCE_DOCTOR,
        site=prescription.enrolment.site,
        programme=prescription.enrolment.programme,
    )

    assert list(Intervention.objects.visible_to(doctor)) == [word]
    assert list(Intervention.objects.visible_to(other.recorded_by)) == [other]


def test_write_to_the_prescriber_on_its_page(client, sign_in):
    prescription = written(days_ago=1)
    client = sign_in(at_the_counter(prescription))
    page = reverse("pharmacies:intervene", args=[prescription.public_id])
    data = {"key": "k", "kind": "REFUSAL", "reason": "OTHER", "note": ""}
    assertContains(client.get(page), prescription.prescriber.full_name)

    empty = client.post(page, data)
    done = client.post(page, data | {"note": "Patient confus"}, follow=True)
    other = client.post(page, data | {"note": "Autre chose"})

    assertContains(empty, "Précisez le motif")
    assertRedirects(done, page_of(prescription))
    assertContains(done, "Envoyé à")
    assertContains(other, "autre contenu")
    assertNotContains(done, "Patient confus")


def test_the_doctor_reads_it_on_the_page_of_the_patient(client, sign_in):
    prescription = written(days_ago=1)
    by = at_the_counter(prescription)
    actions.intervene(prescription, word=WORD, key="k", by=by, at=timezone.now())

    response = sign_in(prescription.author).get(
        reverse("record:patient", args=[prescription.enrolment.public_id])
    )

    assertContains(response, "Refus de dispenser")
    assertContains(response, WORD.note)
