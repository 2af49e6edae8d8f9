"""The text of the papers: one snapshot of a narcotic one, one of an ordinary one."""

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.models import Value
from pypdf import PdfReader

from accounts.models import Site
from core import codes
from core.documents import read
from core.pdf import intact
from patients import identity
from patients.identity import Person
from patients.models import Enrolment
from prescriptions import actions, documents, wanted
from prescriptions.dosage import Step
from prescriptions.enums import VoidReason
from prescriptions.models import Prescription
from prescriptions.wanted import Wanted, WantedLine
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import WRITTEN_AT, WRITTEN_ON, PrescriptionFactory, entitled
from tests.programmes.factories import PackFactory, ProductFactory, SupplyRuleFactory


@pytest.fixture
def enrolment():
    SupplyRuleFactory()
    enrolment = EnrolmentFactory(included_by__user__last_name="Durand")
    entitled(enrolment.included_by, enrolment)
    identity.write(
        enrolment.patient, Person("Martin", ["Jeanne"], "F", date(1960, 5, 12), used_name="Dupont")
    )
    return enrolment


def medicine(enrolment, *, narcotic):
    product = ProductFactory(
        narcotic=narcotic, programme=enrolment.programme, indications=[enrolment.indication]
    )
    PackFactory(product=product)
    PackFactory(product=product, label="Flacon de 10 mL", quantity=Decimal(10))
    return product


def signed(enrolment, *lines, **fields):
    typed = Wanted(tuple(lines), WRITTEN_ON, **fields)
    by = enrolment.included_by
    draft = actions.draft(enrolment, typed, by=by, at=WRITTEN_AT, key="draft")
    shown = actions.fingerprint(wanted.of(draft))
    return actions.sign(draft, by=by, at=WRITTEN_AT, key="sign", shown=shown)


def text_of(prescription):
    content = read(prescription.document)
    assert intact(content)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s+", " ", text)


# Of the prescription signed in the first test.
ASKED_BY_THE_LAW = (
    "1 rue de la Démonstration, 75001 Paris, France",
    "+33 1 00 00 00 00",
    "2 mars 2026",
    "DUPONT Jeanne (née MARTIN)",
    "Sexe féminin · née le 12/05/1960",
    "Huile THC 25 / CBD 25",
    "vingt-cinq milligrammes de THC et vingt-cinq milligrammes de CBD par millilitre",
    "Zéro virgule vingt-cinq millilitre par prise, deux fois par jour, pendant sept jours",
    "Zéro virgule cinq millilitre par prise, deux fois par jour, pendant vingt et un jours",
    "Durée : vingt-huit jours",
    "vingt-quatre virgule cinq millilitres",
    "trois flacons de dix millilitres",
    "À avaler pendant le repas",
    "Revoir à un mois",
    "Délivrance fractionnée : quatorze jours, puis quatorze jours",
    "au plus tard le 5 mars 2026 pour être délivrée en entier",
    "un médicament prescrit",
    "ne constitue pas à elle seule une ordonnance sécurisée",
    "Espace annulé",
)


def test_a_narcotic_prescription_says_all_that_the_law_asks(enrolment):
    steps = (Step(Decimal("0.25"), 2, 7), Step(Decimal("0.5"), 2, 21))
    line = WantedLine(medicine(enrolment, narcotic=True), steps, "À avaler pendant le repas")

    prescription = signed(enrolment, line, fraction_days=14, note="Revoir à un mois")

    text, doctor = text_of(prescription), enrolment.included_by
    who = (
        f"Dr Camille {doctor.user.last_name}",
        f"RPPS {doctor.user.rpps}",
        f"FINESS {doctor.site.finess}",
        doctor.site.name,
        doctor.user.email,
    )
    for said in (*who, *ASKED_BY_THE_LAW):
        assert said in text, said
    assert re.search(r"RV-\w{4}-\w{4}-\w{4}-.", text)
    assert "chevauchement" not in text.lower()


def test_an_ordinary_prescription_is_not_laid_out_for_protected_paper(enrolment):
    line = WantedLine(medicine(enrolment, narcotic=False), (Step(Decimal("0.4"), 2, 90),))

    prescription = signed(enrolment, line)

    text = text_of(prescription)
    for said in (
        "0,4 mL × 2 par jour, 90 jours",
        "À renouveler 2 fois, par délivrances de 30 jours au plus",
        "Première délivrance au plus tard le 2 juin 2026",
        "1 flacon de 50 mL + 3 flacons de 10 mL",
    ):
        assert said in text, said
    for unsaid in ("papier sécurisé", "stupéfiant", "une seule fois", "délivrée en entier"):
        assert unsaid not in text


def test_one_supply_and_the_mention_are_printed(enrolment):
    line = WantedLine(medicine(enrolment, narcotic=True), (Step(Decimal("0.5"), 2, 28),))

    text = text_of(signed(enrolment, line, has_mention=True))

    assert "Délivrance en une seule fois" in text
    assert "Chevauchement" in text


def test_on_one_sheet_what_is_said_of_narcotics_says_so(enrolment):
    narcotic = WantedLine(medicine(enrolment, narcotic=True), (Step(Decimal("0.5"), 2, 1),))
    ordinary = WantedLine(medicine(enrolment, narcotic=False), (Step(Decimal("0.4"), 2, 90),))

    text = text_of(signed(enrolment, narcotic, ordinary))

    for said in (
        "Ordonnance de médicaments, dont stupéfiants",
        "Durée : un jour (1 jour)",
        "Pour les stupéfiants : Délivrance en une seule fois",
        "Autres médicaments : première délivrance",
        "deux médicaments prescrits",
    ):
        assert said in text, said


def test_the_document_is_made_once(enrolment):
    line = WantedLine(medicine(enrolment, narcotic=True), (Step(Decimal("0.5"), 2, 28),))
    prescription = signed(enrolment, line)
    before = prescription.document_id

    actions.print_document(prescription, by=prescription.author, at=WRITTEN_AT)

    prescription.refresh_from_db()
    assert prescription.document_id == before


def test_without_the_libraries_it_is_signed_and_printed_later(enrolment, monkeypatch):
    line = WantedLine(medicine(enrolment, narcotic=True), (Step(Decimal("0.5"), 2, 28),))
    with monkeypatch.context() as broken:
        broken.setattr("core.pdf.render", _no_library)
        prescription = signed(enrolment, line)
    assert prescription.document is None
    assert not codes.VerificationCode.objects.exists()

    actions.print_document(prescription, by=prescription.author, at=WRITTEN_AT)

    prescription.refresh_from_db()
    assert prescription.document is not None


def _no_library(*args, **kwargs):
    from core.pdf import PdfUnavailable

    raise PdfUnavailable


def test_what_the_public_page_answers():
    draft = PrescriptionFactory()
    past = PrescriptionFactory(signed=True, starts_on=WRITTEN_ON)
    future = PrescriptionFactory(signed=True, starts_on=date(2200, 1, 1))
    voided = PrescriptionFactory(signed=True)
    actions.void(voided, reason=VoidReason.TYPING_ERROR, by=voided.author, at=WRITTEN_AT)

    assert documents.public_state(draft.pk) is None
    assert documents.public_state(0) is None
    assert documents.public_state(future.pk) == "Valable, non délivrée"
    assert documents.public_state(voided.pk) == "Annulée par le prescripteur"
    assert past.ends_on < datetime.now(UTC).date()
    assert "Terminée" in documents.public_state(past.pk)
    Prescription.objects.filter(pk=future.pk).update(first_dispensed_at=WRITTEN_AT)
    # Stamped, and nothing of it stands: what was handed over was undone.
    assert documents.public_state(future.pk) == "Valable, non délivrée"


@pytest.mark.parametrize(
    ("zone", "now", "ended"),
    [
        ("Europe/Paris", "2026-03-29 21:59+00", False),
        ("Europe/Paris", "2026-03-29 22:01+00", True),
        ("America/Guadeloupe", "2026-03-30 03:59+00", False),
        ("Indian/Reunion", "2026-03-29 20:01+00", True),
    ],
)
def test_the_period_ends_with_the_day_where_it_was_written(monkeypatch, zone, now, ended):
    prescription = PrescriptionFactory(signed=True)
    assert prescription.ends_on == date(2026, 3, 29)
    Site.objects.filter(pk=prescription.author.site_id).update(time_zone=zone)
    monkeypatch.setattr(documents, "Now", lambda: Value(datetime.fromisoformat(now)))

    assert ("Terminée" in documents.public_state(prescription.pk)) == ended


def test_after_an_exit_the_public_page_no_longer_says_valid():
    prescription = PrescriptionFactory(signed=True, starts_on=date(2200, 1, 1))
    Enrolment.objects.filter(pk=prescription.enrolment_id).update(
        state="ENDED", ended_on=WRITTEN_ON, end_reason="DEATH"
    )

    assert documents.public_state(prescription.pk) == "Ne peut plus être délivrée"


def test_each_further_page_says_for_whom_and_by_whom(enrolment):
    medicines = [medicine(enrolment, narcotic=True) for _ in range(3)]
    steps = tuple(Step(Decimal("0.1"), 2, 2) for _ in range(12))

    prescription = signed(enrolment, *(WantedLine(one, steps) for one in medicines))

    pages = PdfReader(io.BytesIO(read(prescription.document))).pages
    assert len(pages) > 1
    for page in pages[1:]:
        text = " ".join(page.extract_text().split())
        for said in ("DUPONT Jeanne", enrolment.included_by.user.rpps, "02/03/2026"):
            assert said in text


def test_flowers_and_a_daily_maximum_are_printed(enrolment):
    flowers = ProductFactory(
        name="Fleurs",
        form="FLOWER",
        unit="G",
        needs_vaporiser=True,
        thc_percent=Decimal(10),
        thc_mg_per_unit=Decimal(100),
        programme=enrolment.programme,
        indications=[enrolment.indication],
    )
    PackFactory(product=flowers, label="Pot de 10 g", quantity=Decimal(10))

    text = text_of(signed(enrolment, WantedLine(flowers, (Step(Decimal("0.1"), 4, 28, True),))))

    for said in (
        "si besoin, quatre fois par jour au plus (zéro virgule quatre gramme par jour au plus)",
        "onze virgule deux grammes",
        "deux boîtes de dix grammes",
        "après vaporisation avec le dispositif médical, jamais par combustion",
    ):
        assert said in text, said


def test_the_last_day_that_was_prescribed(enrolment):
    first = PrescriptionFactory(enrolment=enrolment, signed=True)
    PrescriptionFactory(starts_on=date(2027, 1, 1))

    assert documents.covered_until(enrolment.pk) == first.ends_on
    assert documents.covered_until(EnrolmentFactory().pk) is None
