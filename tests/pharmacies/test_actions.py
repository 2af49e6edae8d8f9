import datetime
import json
from decimal import Decimal

import pytest

from core import keys, once
from core.models import DoneOnce, JournalLine
from patients.enums import EndReason, EnrolmentState
from pharmacies import actions
from pharmacies.actions import CannotDispense, CannotReceive, Given, Handover
from pharmacies.enums import BearerKind, OverrideReason
from pharmacies.models import Dispensation, DispensedItem, Received
from prescriptions.enums import PrescriptionStatus, VoidReason
from prescriptions.models import LinePack, Prescription
from programmes.enums import DispensingPlaces
from tests.accounts.factories import SiteFactory
from tests.pharmacies.factories import at_the_counter
from tests.prescriptions.factories import WRITTEN_AT, WRITTEN_ON, PrescriptionFactory
from tests.programmes.factories import PackFactory, SupplyRuleFactory


DAY = datetime.timedelta(days=1)
IN_TWO_YEARS = datetime.date(2028, 3, 31)


@pytest.fixture
def prescription(db):
    """28 days at 1 mL a day, in bottles of 10 mL, written on 2 March 2026."""
    return PrescriptionFactory(signed=True)


@pytest.fixture
def pharmacist(prescription):
    return at_the_counter(prescription)


def given(prescription, packs=3, **changes):
    line = prescription.lines.order_by("position").first()
    pack = line.packs.order_by("-pack__quantity").first().pack
    fields = {"position": line.position, "pack_id": pack.pk, "batch": "LOT-A1"}
    return Given(**fields | {"expires_on": IN_TWO_YEARS, "packs": packs} | changes)


def handover(prescription, *, on=WRITTEN_ON, days=28, packs=3, items=None, **changes):
    items = items if items is not None else (given(prescription, packs),)
    return Handover(items=tuple(items), days={1: days}, dispensed_on=on, **changes)


def dispense(prescription, by, *, key="key", at=None, **changes):
    typed = handover(prescription, **changes)
    at = at or WRITTEN_AT + (typed.dispensed_on - WRITTEN_ON)
    return actions.dispense(prescription, handover=typed, key=key, by=by, at=at)


def nothing_written():
    written = Received.objects.count(), Dispensation.objects.count(), DispensedItem.objects.count()
    return written == (0, 0, 0) and not DoneOnce.objects.exists()


# --- Handed over ---------------------------------------------------------------------------------


def test_dispense(prescription, pharmacist):
    done = dispense(prescription, pharmacist)

    item = done.items.get()
    assert (item.days, item.packs, item.batch) == (28, 3, "LOT-A1")
    assert (item.quantity_due, item.quantity) == (28, 30)
    assert (done.pharmacy, done.sequence_no, done.bearer) == (pharmacist.site, 1, "PATIENT")
    assert done.received.presented_on == done.dispensed_on == WRITTEN_ON
    prescription.refresh_from_db()
    assert prescription.first_dispensed_at == WRITTEN_AT
    line = JournalLine.objects.get(action="dispensation.recorded")
    assert (line.target_id, line.actor_id) == (str(done.pk), pharmacist.pk)
    assert line.subject == str(prescription.enrolment.public_id)
    assert line.detail["days"] == {"1": 28}


def test_presented_on_day_2_and_handed_over_on_day_6(prescription, pharmacist):
    presented_on, handed_on = WRITTEN_ON + 2 * DAY, WRITTEN_ON + 6 * DAY
    actions.receive(
        prescription, presented_on=presented_on, key="r", by=pharmacist, at=WRITTEN_AT + 2 * DAY
    )

    done = dispense(prescription, pharmacist, on=handed_on)

    assert done.items.get().days == 28
    assert (done.received.presented_on, done.dispensed_on) == (presented_on, handed_on)


def test_late_presentation_reduces_and_refuses_more(prescription, pharmacist):
    late = WRITTEN_ON + 4 * DAY

    with pytest.raises(CannotDispense, match="24 jours à délivrer au plus") as refused:
        dispense(prescription, pharmacist, on=late)

    assert refused.value.field == "days-1"
    assert nothing_written()
    assert dispense(prescription, pharmacist, on=late, days=24).items.get().quantity_due == 24


def test_what_is_left_is_dispensed_later_and_never_more(prescription, pharmacist):
    dispense(prescription, pharmacist, days=20, packs=2)

    second = dispense(prescription, pharmacist, key="2", on=WRITTEN_ON + 15 * DAY, days=8, packs=1)

    assert (second.sequence_no, second.items.get().quantity_due) == (2, 8)
    with pytest.raises(CannotDispense, match="Tout est déjà délivré"):
        dispense(prescription, pharmacist, key="3", days=1, packs=1)


def test_two_batches_of_one_line(prescription, pharmacist):
    items = (given(prescription, 2), given(prescription, 1, batch="LOT-B2"))

    done = dispense(prescription, pharmacist, items=items)

    rows = list(done.items.order_by("pk").values_list("batch", "days", "quantity_due", "quantity"))
    assert rows == [("LOT-A1", 28, 20, 20), ("LOT-B2", 0, 8, 10)]


def test_the_same_key_is_done_once(prescription, pharmacist):
    first = dispense(prescription, pharmacist)

    assert dispense(prescription, pharmacist) == first
    assert Dispensation.objects.count() == DispensedItem.objects.count() == 1


def test_the_same_key_with_other_content_is_refused(prescription, pharmacist):
    dispense(prescription, pharmacist, days=10, packs=1)

    with pytest.raises(once.AnotherBody):
        dispense(prescription, pharmacist, days=18, packs=2)

    assert DispensedItem.objects.get().days == 10


def test_a_carer_is_named_under_the_key_of_the_enrolment(prescription, pharmacist):
    identity = {"name": "Léa Martin", "address": "2 rue Basse", "document": "CNI 12AB"}

    done = dispense(prescription, pharmacist, bearer=BearerKind.CARER, bearer_identity=identity)

    aad = f"pharmacies.Dispensation {done.public_id} bearer"
    assert b"Martin" not in bytes(done.bearer_sealed)
    plain = keys.unseal(prescription.enrolment.key_id, done.bearer_sealed, aad=aad)
    assert json.loads(plain) == identity
    assert "Martin" not in str(list(JournalLine.objects.values_list("detail", flat=True)))


def test_a_weaned_patient_is_still_served(prescription, pharmacist):
    end(prescription, EnrolmentState.WEANING)

    assert dispense(prescription, pharmacist).items.count() == 1


def test_a_note_explains_another_reason(prescription, pharmacist):
    done = dispense(prescription, pharmacist, override_reason="OTHER", override_note="Dernier bus")

    aad = f"pharmacies.Dispensation {done.public_id} note"
    plain = keys.unseal(prescription.enrolment.key_id, done.override_note_sealed, aad=aad)
    assert plain.decode() == "Dernier bus"


# --- Refused -------------------------------------------------------------------------------------


def end(prescription, state=EnrolmentState.ENDED):
    enrolment = prescription.enrolment
    enrolment.state, enrolment.ended_on = state, WRITTEN_ON
    enrolment.end_reason = EndReason.INEFFICACY
    enrolment.save()


def void(prescription):
    Prescription.objects.filter(pk=prescription.pk).update(
        status=PrescriptionStatus.VOIDED,
        voided_at=WRITTEN_AT,
        void_reason=VoidReason.TYPING_ERROR,
    )


def close_site(pharmacist):
    pharmacist.site.closed_on = WRITTEN_ON
    pharmacist.site.save()


def make_pui_only(prescription):
    programme = prescription.enrolment.programme
    programme.dispensing_places = DispensingPlaces.PUI
    programme.save()


def choose_another_pharmacy(prescription):
    prescription.enrolment.pharmacy = SiteFactory(pharmacy=True)
    prescription.enrolment.save()


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (lambda row, by: void(row), "annulée"),
        (lambda row, by: end(row), "ne participe plus"),
        (lambda row, by: by.user.completions.all().delete(), "formation obligatoire"),
        (lambda row, by: by.accreditations.update(ended_on=WRITTEN_ON), "pas habilité"),
        (lambda row, by: close_site(by), "ne participe pas au programme"),
        (lambda row, by: make_pui_only(row), "n’est pas une pharmacie admise"),
        (lambda row, by: choose_another_pharmacy(row), "Autre pharmacie"),
    ],
)
def test_refusals_write_nothing(prescription, pharmacist, trouble, message, as_owner):
    with as_owner():
        trouble(prescription, pharmacist)

    with pytest.raises(CannotDispense, match=message):
        dispense(prescription, pharmacist)

    assert nothing_written()
    assert not JournalLine.objects.filter(action="dispensation.recorded").exists()


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"on": WRITTEN_ON + DAY, "at": WRITTEN_AT}, "dispensed_on", "futur"),
        ({"on": WRITTEN_ON - DAY, "at": WRITTEN_AT}, "dispensed_on", "datée du 2 mars 2026"),
        ({"on": WRITTEN_ON + 28 * DAY}, "days-1", "aucun jour à délivrer"),
        ({"days": 0}, "days-1", "28 jours à délivrer au plus"),
        ({"days": 29}, "days-1", "28 jours à délivrer au plus"),
        ({"packs": 2}, "packs-", "couvre 20 jours sur 28"),
        ({"packs": 4}, "packs-", "un conditionnement de moins suffit"),
        ({"packs": 0}, "", "n’est pas celui de l’ordonnance"),
        ({"items": ()}, "", "au moins un conditionnement"),
        ({"bearer": "CARER"}, "bearer_name", "pièce d’identité"),
        ({"override_reason": "OTHER"}, "override_note", "Précisez le motif"),
    ],
)
def test_what_is_typed_wrong_writes_nothing(prescription, pharmacist, changes, field, message):
    with pytest.raises(CannotDispense, match=message) as refused:
        dispense(prescription, pharmacist, **changes)

    assert refused.value.field == field
    assert nothing_written()


@pytest.mark.parametrize(("expires_on", "refused"), [(WRITTEN_ON - DAY, True), (WRITTEN_ON, False)])
def test_an_expired_batch_is_refused(prescription, pharmacist, expires_on, refused):
    items = (given(prescription, 3, expires_on=expires_on),)

    if not refused:
        assert dispense(prescription, pharmacist, items=items).items.count() == 1
        return
    with pytest.raises(CannotDispense, match="périmé depuis 03/2026"):
        dispense(prescription, pharmacist, items=items)
    assert nothing_written()


def test_another_product_is_refused(prescription, pharmacist):
    other = PackFactory(quantity=Decimal(10))

    with pytest.raises(CannotDispense, match="n’est pas celui de l’ordonnance"):
        dispense(prescription, pharmacist, items=(given(prescription, 3, pack_id=other.pk),))

    assert nothing_written()


def test_another_pharmacy_serves_with_a_reason(prescription, pharmacist):
    choose_another_pharmacy(prescription)

    done = dispense(prescription, pharmacist, override_reason=OverrideReason.OTHER_PHARMACY)

    assert done.override_reason == "OTHER_PHARMACY"
    assert done.pharmacy == pharmacist.site


# --- Ordinary lines ------------------------------------------------------------------------------


@pytest.fixture
def ordinary(db):
    SupplyRuleFactory()
    prescription = PrescriptionFactory(ordinary=True, duration_days=60, lines=True)
    LinePack.objects.filter(line__prescription=prescription).update(count=6)
    Prescription.objects.filter(pk=prescription.pk).update(
        status=PrescriptionStatus.SIGNED, signed_at=WRITTEN_AT, signed_on=WRITTEN_ON
    )
    prescription.refresh_from_db()
    return prescription


def test_an_early_renewal_asks_for_a_reason(ordinary):
    pharmacist = at_the_counter(ordinary)
    dispense(ordinary, pharmacist, days=30)
    early, in_time = WRITTEN_ON + 29 * DAY, WRITTEN_ON + 30 * DAY

    with pytest.raises(CannotDispense, match="Délivrance anticipée"):
        dispense(ordinary, pharmacist, key="2", on=early, days=30)

    assert Dispensation.objects.count() == 1
    assert dispense(ordinary, pharmacist, key="3", on=in_time, days=30).sequence_no == 2


def test_an_early_renewal_with_a_reason(ordinary):
    pharmacist = at_the_counter(ordinary)
    dispense(ordinary, pharmacist, days=30)

    done = dispense(
        ordinary, pharmacist, key="2", on=WRITTEN_ON + DAY, days=30,
        override_reason=OverrideReason.PATIENT_TRAVELS,
    )  # fmt: skip

    assert done.override_reason == "PATIENT_TRAVELS"


# --- Presented -----------------------------------------------------------------------------------


def receive(prescription, by, *, on=WRITTEN_ON, key="key", at=None):
    at = at or WRITTEN_AT + (on - WRITTEN_ON)
    return actions.receive(prescription, presented_on=on, key=key, by=by, at=at)


def test_receive(prescription, pharmacist):
    received = receive(prescription, pharmacist, on=WRITTEN_ON + DAY)

    assert (received.presented_on, received.fraction_no) == (WRITTEN_ON + DAY, 1)
    assert received.pharmacy == pharmacist.site
    line = JournalLine.objects.get(action="prescription.received")
    assert line.detail["presented_on"] == "2026-03-03"
    assert not Dispensation.objects.exists()
    prescription.refresh_from_db()
    assert prescription.first_dispensed_at is None


def test_the_first_day_stands(prescription, pharmacist):
    first = receive(prescription, pharmacist, on=WRITTEN_ON + 2 * DAY)

    again = receive(prescription, pharmacist, key="2", on=WRITTEN_ON + 3 * DAY)

    assert again == first
    assert again.presented_on == WRITTEN_ON + 2 * DAY
    assert receive(prescription, pharmacist, on=WRITTEN_ON + 2 * DAY) == first


def test_a_presentation_is_recorded_later_with_its_true_date(prescription, pharmacist):
    received = receive(prescription, pharmacist, on=WRITTEN_ON + 2 * DAY, at=WRITTEN_AT + 6 * DAY)

    assert received.presented_on == WRITTEN_ON + 2 * DAY
    assert received.recorded_at == WRITTEN_AT + 6 * DAY


@pytest.mark.parametrize(
    ("on", "at", "message"),
    [
        (WRITTEN_ON - DAY, WRITTEN_AT, "datée du 2 mars 2026"),
        (WRITTEN_ON + DAY, WRITTEN_AT, "futur"),
        (WRITTEN_ON + 28 * DAY, WRITTEN_AT + 28 * DAY, "aucun jour à délivrer"),
    ],
)
def test_receive_refuses_and_writes_nothing(prescription, pharmacist, on, at, message):
    with pytest.raises(CannotReceive, match=message):
        receive(prescription, pharmacist, on=on, at=at)

    assert nothing_written()


def test_a_stranger_to_the_programme_receives_nothing(prescription):
    stranger = at_the_counter(PrescriptionFactory(signed=True))

    with pytest.raises(CannotReceive, match="pas habilité"):
        receive(prescription, stranger)

    assert nothing_written()


def test_the_day_is_the_day_of_the_pharmacy(prescription, pharmacist):
    """21:00 UTC on the 2nd is already the 3rd in La Réunion."""
    pharmacist.site.time_zone = "Indian/Reunion"
    pharmacist.site.save()
    at = datetime.datetime(2026, 3, 2, 21, tzinfo=datetime.UTC)

    assert receive(prescription, pharmacist, on=WRITTEN_ON + DAY, at=at).pk
