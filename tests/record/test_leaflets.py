import io
from datetime import date

import pypdf
import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.models import Site
from core.models import Document, JournalLine
from core.pdf import PdfUnavailable
from record import leaflets, rules
from tests.accounts.factories import SiteFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.prescriptions.factories import PrescriptionFactory


FROM, TO = date(2026, 3, 2), date(2026, 3, 29)


def text_of(content):
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def enrolment():
    return EnrolmentFactory(patient__person=PersonFactory(birth_name="Martin"), relay=True)


@pytest.mark.parametrize(
    ("leaves_on", "returns_on", "covered_to", "words"),
    [
        (FROM, TO, TO, ""),
        (FROM, FROM, TO, ""),
        (date(2026, 3, 3), FROM, TO, "précéder"),
        (date(2026, 3, 1), TO, TO, "couvre"),
        (FROM, date(2026, 3, 30), TO, "couvre"),
        (FROM, date(2026, 3, 31), date(2026, 5, 1), ""),
        (FROM, date(2026, 4, 1), date(2026, 5, 1), "30 jours"),
    ],
)
def test_a_travel_stays_inside_the_prescription(leaves_on, returns_on, covered_to, words):
    told = rules.travel_refusal(
        leaves_on=leaves_on, returns_on=returns_on, covered_from=FROM, covered_to=covered_to
    )

    assert words in told
    assert bool(told) == bool(words)


def test_both_days_of_a_travel_count():
    assert rules.travel_days(FROM, FROM) == 1


def booklet(client, enrolment):
    return client.get(reverse("record:booklet", args=[enrolment.public_id]))


def test_the_booklet_says_when_what_whom_and_the_rights(enrolment, sign_in):
    VisitFactory(enrolment=enrolment, code="M1", due_on=date(2026, 4, 2))
    pharmacy = SiteFactory(pharmacy=True, name="Pharmacie de la Gare")
    SiteFactory(pharmacy=True, name="Pharmacie lointaine", departement="2A")
    enrolment.pharmacy = pharmacy
    enrolment.save()
    PrescriptionFactory(enrolment=enrolment, signed=True)

    answer = booklet(sign_in(enrolment.relay_doctor), enrolment)

    text = text_of(answer.content)
    for words in (
        "DUPONT Jeanne (née MARTIN)",
        "02/04/2026",
        "du 2 mars 2026",
        enrolment.site.name,
        enrolment.relay_doctor.user.full_name,
        "Pharmacie de la Gare",
        "vous retirer, à tout moment",
        "Soulagement (0 à 10)",
    ):
        assert words in text
    assert "lointaine" not in text
    assert JournalLine.objects.filter(action="booklet.printed").count() == 1
    # Kept nowhere: one copy of the identity less.
    assert not Document.objects.exists()


def test_an_empty_booklet_says_so(enrolment, sign_in):
    text = text_of(booklet(sign_in(enrolment.included_by), enrolment).content)

    assert "Aucune ordonnance" in text
    assert "Aucune pharmacie du département" in text


def test_without_pdf_the_reason_is_told(enrolment, sign_in, monkeypatch):
    def unavailable(*_args, **_more):
        raise PdfUnavailable

    monkeypatch.setattr("core.pdf.render", unavailable)
    client = sign_in(enrolment.included_by)

    page = client.get(reverse("record:booklet", args=[enrolment.public_id]), follow=True)

    assertContains(page, "bibliothèques")


def travel(client, prescription, **changes):
    url = reverse("record:travel", args=[prescription.enrolment.public_id, prescription.public_id])
    typed = {
        "leaves_on": "05/03/2026",
        "returns_on": "15/03/2026",
        "destination": "Italie",
        "passport": "passeport 00AA00000",
        **changes,
    }
    return client.get(url) if changes.get("get") else client.post(url, typed)


def test_a_certificate_is_prepared_and_says_it_is_worth_nothing_yet(enrolment, sign_in):
    prescription = PrescriptionFactory(enrolment=enrolment, signed=True)
    client = sign_in(enrolment.included_by)
    assertContains(travel(client, prescription, get=True), "trente jours au plus")

    text = text_of(travel(client, prescription).content)

    for words in ("sans valeur tant que", "passeport 00AA00000", "(11 jours), Italie",
                  "Agence régionale de santé Île-de-France", "Adresse"):  # fmt: skip
        assert words in text
    assert not Document.objects.exists()
    assert "00AA00000" not in str(JournalLine.objects.values())


def test_what_is_wrong_is_told(enrolment, sign_in):
    prescription = PrescriptionFactory(enrolment=enrolment, signed=True)

    page = travel(sign_in(enrolment.included_by), prescription, returns_on="15/05/2026")

    assertContains(page, "30 jours au plus")


def test_only_a_narcotic_travels_with_a_certificate(enrolment, sign_in):
    ordinary = PrescriptionFactory(enrolment=enrolment, signed=True, ordinary=True)
    stranger = EnrolmentFactory(patient__person=True)

    assert travel(sign_in(enrolment.included_by), ordinary, get=True).status_code == 404
    narcotic = PrescriptionFactory(enrolment=enrolment, signed=True)
    assert travel(sign_in(stranger.included_by), narcotic, get=True).status_code == 404


def test_nobody_travels_without_a_name(sign_in):
    enrolment = EnrolmentFactory()
    prescription = PrescriptionFactory(enrolment=enrolment, signed=True)

    assert travel(sign_in(enrolment.included_by), prescription, get=True).status_code == 404


def test_an_agency_without_line_is_named_after_its_region():
    assert leaflets.authority(Site(departement="974")).name.endswith("La Réunion")
