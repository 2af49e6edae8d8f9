from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from cryptography.exceptions import InvalidTag
from django.db import IntegrityError

from core import drafts, keys
from core.models import DoneOnce, JournalLine
from patients.enums import EnrolmentState
from patients.models import Enrolment
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory
from tests.pharmacies.factories import DispensationFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import ProductFactory
from tests.vigilance.factories import AdverseEventFactory, DeclarationFactory
from vigilance import actions, rules, suspects
from vigilance.enums import Network, Outcome, Seriousness
from vigilance.models import AdverseEvent, Declaration
from vigilance.words import seal, unseal


AT = datetime(2026, 3, 12, 12, tzinfo=UTC)
DAY = date(2026, 3, 12)
ONCE = actions.Once("key-1", {"terms": "SOMNOLENCE"})


def said(enrolment, **changes):
    product = ProductFactory(programme=enrolment.programme)
    base = actions.Report(
        terms=["SOMNOLENCE", "NAUSEA"],
        dates=rules.Dates(date(2026, 3, 10), DAY),
        severity="MODERATE",
        outcome=Outcome.RECOVERED,
        action_taken="DOSE_REDUCED",
        suspects=[actions.Suspected(product, Decimal(25), Decimal(25), "LOT-A1")],
    )
    return replace(base, **changes)


def report(enrolment, what, *, once_only=ONCE, at=AT):
    by = enrolment.included_by
    return actions.report(enrolment, what, once_only=once_only, by=by, at=at)


def declare(event, **changes):
    declared = replace(actions.Declared(Network.CRPV, DAY), **changes)
    return actions.declare(event, declared, by=event.reported_by, at=AT)


def refused(enrolment, what, match):
    with pytest.raises(actions.CannotReport, match=match):
        report(enrolment, what)
    assert not AdverseEvent.objects.exists()
    assert not JournalLine.objects.exists()
    assert not DoneOnce.objects.exists()


def words_of(event):
    key = keys.open_key(event.enrolment.key_id)
    sealed = {one.term: one.words_sealed for one in event.reactions.all()}
    sealed["narrative"] = event.narrative_sealed
    return {name: unseal(key, event, name, blob) for name, blob in sealed.items()}


def test_report_records_the_event_its_terms_and_its_suspect():
    enrolment = EnrolmentFactory()
    doctor = enrolment.included_by
    visit = VisitFactory(enrolment=enrolment, done=True)
    drafts.save(doctor.user_id, "event:1", {"narrative": "B"}, 0, at=AT)
    what = said(
        enrolment,
        terms=["SOMNOLENCE", "OTHER"],
        other_words="Rêves intenses",
        narrative="Depuis la hausse",
        seriousness=[Seriousness.HOSPITALISATION],
        visit=visit,
    )

    target = report(enrolment, what, once_only=replace(ONCE, draft="event:1"))

    event = AdverseEvent.objects.get()
    assert target == str(event.public_id)
    assert (event.is_serious, event.reported_by, event.visit) == (True, doctor, visit)
    assert words_of(event) == {
        "narrative": "Depuis la hausse", "SOMNOLENCE": "", "OTHER": "Rêves intenses"
    }  # fmt: skip
    assert b"hausse" not in bytes(event.narrative_sealed)
    suspect = event.suspects.get()
    assert (suspect.thc_mg_per_day, suspect.batch) == (Decimal(25), "LOT-A1")
    assert suspect.action_taken == "DOSE_REDUCED"
    assert drafts.load(doctor.user_id, "event:1") is None
    line = JournalLine.objects.get()
    assert (line.action, line.detail) == ("event.reported", {"serious": True})


def test_the_same_form_sent_twice_is_one_event():
    enrolment = EnrolmentFactory()
    what = said(enrolment)

    assert report(enrolment, what) == report(enrolment, what)
    assert AdverseEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"terms": []}, "au moins un effet"),
        ({"terms": ["UNKNOWN"]}, "de la liste"),
        ({"terms": ["OTHER"]}, "en quelques mots"),
        ({"dates": rules.Dates(date(2026, 3, 13), date(2026, 3, 13))}, "à venir"),
        ({"dates": rules.Dates(DAY, date(2026, 3, 11))}, "avant de survenir"),
        ({"outcome": Outcome.FATAL}, "cochez le critère"),
        ({"suspects": []}, "médicament suspect"),
    ],
)
def test_report_refuses(changes, match):
    enrolment = EnrolmentFactory()

    refused(enrolment, said(enrolment, **changes), match)


def test_an_event_after_the_death_is_refused():
    enrolment = EnrolmentFactory(
        state=EnrolmentState.ENDED, end_reason="DEATH", ended_on=date(2026, 3, 9),
        end_recorded_at=AT,
    )  # fmt: skip

    refused(enrolment, said(enrolment), "Le décès est enregistré au 09/03/2026")
    Enrolment.objects.filter(pk=enrolment.pk).update(ended_on=date(2026, 3, 10))
    assert report(enrolment, said(enrolment))


def test_a_medicine_of_another_programme_is_refused():
    enrolment = EnrolmentFactory()
    what = said(enrolment, suspects=[actions.Suspected(ProductFactory())])

    refused(enrolment, what, "pas de ce programme")


@pytest.mark.parametrize("link", ["visit", "dispensation"])
def test_a_page_of_another_patient_is_refused(link):
    enrolment = EnrolmentFactory()
    other = VisitFactory(done=True) if link == "visit" else DispensationFactory()

    refused(enrolment, said(enrolment, **{link: other}), "ne concerne pas ce patient")


def test_a_cancelled_inclusion_has_no_event():
    enrolment = EnrolmentFactory()
    Enrolment.objects.update(state=EnrolmentState.CANCELLED)

    refused(enrolment, said(enrolment), "annulée")


def test_declare():
    event = AdverseEventFactory()

    declare(event, reference="PV-1")

    declaration = Declaration.objects.get()
    assert (declaration.network, declaration.reference) == ("CRPV", "PV-1")
    line = JournalLine.objects.get()
    assert (line.action, line.detail) == ("event.declared", {"network": "CRPV"})


@pytest.mark.parametrize(
    ("declared_on", "match"),
    [(date(2026, 3, 13), "à venir"), (date(2026, 3, 9), "précéder l’effet")],
)
def test_declare_refuses_a_day_that_cannot_be(declared_on, match):
    event = AdverseEventFactory()

    with pytest.raises(actions.CannotDeclare, match=match):
        declare(event, declared_on=declared_on)

    assert not Declaration.objects.exists()
    assert not JournalLine.objects.exists()


def test_a_network_is_told_once():
    event = DeclarationFactory().event

    with pytest.raises(actions.CannotDeclare, match="déjà enregistrée"):
        declare(event)

    assert Declaration.objects.count() == 1
    assert not JournalLine.objects.exists()


# --- Suspects --------------------------------------------------------------------------------


def test_candidates_have_the_dose_of_the_day_and_the_last_batch(django_assert_num_queries):
    dispensation = DispensationFactory(items=True)
    enrolment = dispensation.enrolment
    PrescriptionFactory(signed=True)  # a stranger's

    with django_assert_num_queries(3):  # lines, steps, batches
        (found,) = suspects.candidates(enrolment, date(2026, 3, 10))

    # 0.5 mL twice a day of an oil of 25 mg/mL.
    assert (found.thc_mg_per_day, found.cbd_mg_per_day) == (Decimal(25), Decimal(25))
    assert (found.batch, found.started_on) == ("LOT-A1", date(2026, 3, 2))


@pytest.mark.parametrize(
    "on",
    [
        pytest.param(date(2026, 3, 1), id="the day before"),
        pytest.param(date(2026, 3, 30), id="the day after the last"),
        pytest.param(date(2027, 3, 1), id="long after: still proposed"),
    ],
)
def test_outside_the_prescription_the_dose_is_not_known(on):
    prescription = PrescriptionFactory(signed=True)

    (found,) = suspects.candidates(prescription.enrolment, on)

    assert (found.thc_mg_per_day, found.cbd_mg_per_day) == (None, None)


def test_a_draft_is_no_treatment():
    assert suspects.candidates(PrescriptionFactory().enrolment, DAY) == []


def test_a_pharmacist_is_proposed_what_they_dispensed():
    dispensation = DispensationFactory(items=True)
    other = PrescriptionFactory(
        enrolment=dispensation.enrolment,
        author=dispensation.prescription.author,
        starts_on=date(2026, 3, 30),
        signed=True,
    )

    found = suspects.candidates(dispensation.enrolment, DAY, prescription=dispensation.prescription)

    names = {one.product.pk for one in found}
    assert names == {dispensation.prescription.lines.get().product_id}
    assert other.lines.get().product_id not in names


def test_what_is_sealed_opens_with_its_key_only():
    event = AdverseEventFactory()
    key = keys.open_key(event.enrolment.key_id)
    blob = seal(key, event, "narrative", "Le matin")

    assert unseal(key, event, "narrative", blob) == "Le matin"
    assert unseal(None, event, "narrative", blob) == ""
    with pytest.raises(InvalidTag):
        unseal(key, AdverseEventFactory(), "narrative", blob)


def test_another_refusal_of_the_database_is_not_hidden():
    event = AdverseEventFactory()

    with pytest.raises(IntegrityError, match="vigilance_network_known"):
        declare(event, network="POLICE")
