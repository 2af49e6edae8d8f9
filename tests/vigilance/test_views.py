from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from patients import identity
from patients.identity import Person
from patients.models import Enrolment
from tests.accounts.factories import MemberFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory
from tests.pharmacies.factories import DispensationFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import ProductFactory, ProgrammeLinkFactory
from tests.vigilance.factories import AdverseEventFactory, DeclarationFactory, SuspectFactory
from vigilance.enums import Situation
from vigilance.models import AdverseEvent, Declaration


NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)
CANARY = Person(
    birth_name="Zyxwcanari",
    first_names=["Quetzalcoatl"],
    sex="F",
    birth_date=date(1980, 5, 17),
)
TYPED = {
    "once": "a" * 32,
    "terms": ["SOMNOLENCE"],
    "occurred_on": "10/03/2026",
    "known_on": "12/03/2026",
    "severity": "MODERATE",
    "outcome": "RECOVERING",
    "action_taken": "NONE",
}


@pytest.fixture(autouse=True)
def _at_noon():
    with mock.patch("vigilance.views.timezone.now", return_value=NOW):
        yield


def treated(**fields):
    """A patient under a signed prescription, and the product's key."""
    prescription = PrescriptionFactory(signed=True, **fields)
    return prescription.enrolment, str(prescription.lines.get().product_id)


def report_page(enrolment):
    return reverse("vigilance:report", args=[enrolment.public_id])


def test_the_form_proposes_the_running_treatment(sign_in):
    enrolment, _ = treated()
    ProgrammeLinkFactory(
        programme=enrolment.programme, kind="PORTAL", url="https://portail.exemple.test"
    )

    response = sign_in(enrolment.included_by).get(report_page(enrolment))

    assertContains(response, "25\u00a0mg de THC et 25\u00a0mg de CBD par jour")
    assertContains(response, "La saisie ici ne remplace pas la déclaration au CRPV")
    assertContains(response, "https://portail.exemple.test")
    assertContains(response, 'value="12/03/2026"')


def test_an_event_is_reported_and_read(sign_in):
    enrolment, product = treated()
    client = sign_in(enrolment.included_by)
    typed = {**TYPED, "suspects": [product], "narrative": "Le matin surtout", "batch": "LOT-Z9"}

    response = client.post(report_page(enrolment), typed)

    event = AdverseEvent.objects.get()
    address = reverse("vigilance:event", args=[event.public_id])
    assertRedirects(response, address)
    suspect = event.suspects.get()
    assert (suspect.thc_mg_per_day, suspect.batch) == (25, "LOT-Z9")
    response = client.get(address)
    for words in ("Somnolence, sédation", "Le matin surtout", "LOT-Z9", "Aucun critère"):
        assertContains(response, words)
    listed = client.get(reverse("vigilance:of_patient", args=[enrolment.public_id]))
    assertContains(listed, "Somnolence, sédation")
    assertContains(listed, "À déclarer")


def test_an_event_is_tied_to_the_visit_it_came_from(sign_in):
    enrolment, product = treated()
    visit = VisitFactory(enrolment=enrolment, done=True)
    address = f"{report_page(enrolment)}?consultation={visit.public_id}"
    client = sign_in(enrolment.included_by)

    assertContains(client.get(address), "02/04/2026")
    client.post(address, {**TYPED, "suspects": [product]})

    assert AdverseEvent.objects.get().visit == visit


@pytest.mark.parametrize("text", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_an_address_that_names_no_visit_is_an_ordinary_report(sign_in, text):
    enrolment, _ = treated()

    response = sign_in(enrolment.included_by).get(f"{report_page(enrolment)}?consultation={text}")

    assertNotContains(response, "À la suite de")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"terms": []}, "Ce champ est obligatoire."),
        ({"terms": ["OTHER"]}, "Décrivez l’effet en quelques mots."),
        ({"occurred_on": "13/03/2026"}, "le 12/03/2026 ou avant"),
        ({"known_on": "09/03/2026"}, "n’a pas pu être connu avant"),
        ({"outcome": "FATAL"}, "cochez le critère"),
        ({"outcome": "RECOVERED", "ended_on": "09/03/2026"}, "La fin ne peut pas précéder"),
        ({"suspects": []}, "Indiquez le médicament suspect."),
        ({"other_product": "0"}, "Sélectionnez un choix valide"),
        ({"severity": ""}, "Ce champ est obligatoire."),
    ],
)
def test_what_is_wrong_is_told_and_stays_typed(sign_in, change, message):
    enrolment, product = treated()
    typed = {**TYPED, "suspects": [product], "narrative": "À garder", **change}
    client = sign_in(enrolment.included_by)

    response = client.post(report_page(enrolment), typed)

    assertContains(response, message)
    assertContains(response, "À garder")
    assert not AdverseEvent.objects.exists()
    assertContains(client.get(report_page(enrolment)), "À garder")  # a draft since


def test_two_medicines_have_no_one_batch(sign_in):
    enrolment, product = treated()
    other = ProductFactory(programme=enrolment.programme)
    typed = {**TYPED, "suspects": [product], "other_product": str(other.pk), "batch": "LOT-Z9"}

    response = sign_in(enrolment.included_by).post(report_page(enrolment), typed)

    assertContains(response, "n’en cochez qu’un")


def test_a_pharmacist_reports_after_a_dispensation(sign_in):
    dispensation = DispensationFactory(items=True)
    identity.write(dispensation.enrolment.patient, CANARY)
    pharmacist = dispensation.dispensed_by
    address = reverse("vigilance:report_dispensed", args=[dispensation.public_id])
    client = sign_in(pharmacist)
    product = str(dispensation.prescription.lines.get().product_id)

    assertContains(client.get(address), "lot LOT-A1")
    client.post(address, {**TYPED, "suspects": [product]})

    event = AdverseEvent.objects.get()
    assert (event.dispensation, event.reported_by) == (dispensation, pharmacist)
    page = client.get(reverse("vigilance:event", args=[event.public_id]))
    assertContains(page, dispensation.enrolment.number)
    assertNotContains(page, "canari")


def test_another_pharmacy_reports_nothing_on_it(sign_in):
    dispensation = DispensationFactory(items=True)
    stranger = DispensationFactory(items=True).dispensed_by

    response = sign_in(stranger).get(
        reverse("vigilance:report_dispensed", args=[dispensation.public_id])
    )

    assert response.status_code == 404


# --- Who sees what ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "link", "status"),
    [
        (Role.REFERENCE_DOCTOR, "same site", 200),
        (Role.REFERENCE_DOCTOR, "none", 404),
        (Role.RELAY_DOCTOR, "designated", 200),
        (Role.RELAY_DOCTOR, "none", 404),
        (Role.PHARMACIST, "none", 404),
        (Role.VIGILANCE_OFFICER, "accredited", 200),
        (Role.VIGILANCE_OFFICER, "another programme", 404),
        (Role.ANALYST, "accredited", 403),
        (Role.MANAGER, "accredited", 403),
    ],
)
def test_who_reads_an_event(sign_in, role, link, status):
    event = AdverseEventFactory()
    enrolment = event.enrolment
    at = {"site": enrolment.site} if link == "same site" else {}
    programme = None if link == "another programme" else enrolment.programme
    member = MemberFactory(role=role, programme=programme, **at)
    if link == "designated":
        enrolment.relay_doctor = member
        enrolment.save()
    AdverseEventFactory(reported_by=member)  # one of their own

    response = sign_in(member).get(reverse("vigilance:event", args=[event.public_id]))

    assert response.status_code == status


def test_a_pharmacist_whose_accreditation_is_over_reads_no_event(sign_in):
    dispensation = DispensationFactory(items=True)
    event = AdverseEventFactory(
        enrolment=dispensation.enrolment, reported_by=dispensation.dispensed_by
    )
    client = sign_in(dispensation.dispensed_by)
    address = reverse("vigilance:event", args=[event.public_id])
    assert client.get(address).status_code == 200

    dispensation.dispensed_by.accreditations.update(ended_on=date(2026, 3, 1))

    assert client.get(address).status_code == 404


def officer_of(programme):
    return MemberFactory(role=Role.VIGILANCE_OFFICER, programme=programme)


def test_the_queue_is_under_pseudonym_serious_first(sign_in):
    event = AdverseEventFactory(recorded_at=NOW)
    identity.write(event.enrolment.patient, CANARY)
    programme, doctor = event.enrolment.programme, event.enrolment.included_by
    serious = AdverseEventFactory(
        enrolment__indication=event.enrolment.indication,
        enrolment__included_by=doctor,
        serious=True,
        recorded_at=NOW - timedelta(days=30),
    )
    declared = DeclarationFactory(event__enrolment=event.enrolment).event
    stranger = AdverseEventFactory()
    SuspectFactory(event=event)
    client = sign_in(officer_of(programme))

    response = client.get(reverse("vigilance:list"))

    rows = [row["event"] for row in response.context["rows"]]
    assert rows == [serious, event]
    assertNotContains(response, "canari")
    everything = client.get(reverse("vigilance:list"), {"etat": "tous"})
    assert declared in [row["event"] for row in everything.context["rows"]]
    assertNotContains(everything, stranger.enrolment.number)


def test_an_abuse_waits_for_both_networks():
    event = AdverseEventFactory(situations=[Situation.ABUSE])
    DeclarationFactory(event=event)
    assert AdverseEvent.objects.undeclared().contains(event)

    DeclarationFactory(event=event, network="CEIP_A")

    assert not AdverseEvent.objects.undeclared().contains(event)


def test_the_queue_goes_page_by_page_with_a_constant_number_of_queries(
    sign_in, django_assert_num_queries
):
    enrolment = EnrolmentFactory()
    for minutes in range(27):
        AdverseEventFactory(
            enrolment=enrolment,
            recorded_at=NOW - timedelta(minutes=minutes // 2),  # instants are shared
            **{"serious": True} if minutes % 2 else {},
        )
    client = sign_in(officer_of(enrolment.programme))
    client.get(reverse("vigilance:list"))

    # Session, user, device, member; page, three prefetched, count.
    with django_assert_num_queries(9):
        first = client.get(reverse("vigilance:list"))
    # And the row of the key.
    with django_assert_num_queries(10):
        last = client.get(reverse("vigilance:list") + first.context["page"].following)

    shown = [row["event"] for page in (first, last) for row in page.context["rows"]]
    assert len(shown) == len(set(shown)) == 27
    assert shown == sorted(
        shown, key=lambda event: (event.is_serious, event.recorded_at, event.pk), reverse=True
    )
    assert last.context["page"].following == ""


@pytest.mark.parametrize("cursor", ["", "x", "1_x_2"])
def test_a_cursor_that_is_none_of_ours_shows_the_first_page(sign_in, cursor):
    event = AdverseEventFactory()
    client = sign_in(officer_of(event.enrolment.programme))

    response = client.get(reverse("vigilance:list"), {"apres": cursor})

    assert [row["event"] for row in response.context["rows"]] == [event]


@pytest.mark.parametrize("who", ["officer", "reporter"])
def test_a_declaration_is_recorded(sign_in, who):
    event = AdverseEventFactory()
    member = event.reported_by if who == "reporter" else officer_of(event.enrolment.programme)
    address = reverse("vigilance:declare", args=[event.public_id])
    client = sign_in(member)

    wrong = client.post(address, {"network": "CRPV", "declared_on": "09/03/2026"})
    assertContains(wrong, "le 10/03/2026 ou après")
    client.post(address, {"network": "CRPV", "declared_on": "12/03/2026", "reference": "PV-1"})

    assert Declaration.objects.get().recorded_by == member
    page = client.get(reverse("vigilance:event", args=[event.public_id]))
    assertContains(page, "PV-1")
    assertNotContains(page, "Enregistrer la déclaration")


def test_a_colleague_of_the_reporter_does_not_declare(sign_in):
    event = AdverseEventFactory()
    colleague = MemberFactory(site=event.enrolment.site, programme=event.enrolment.programme)
    typed = {"network": "CRPV", "declared_on": "12/03/2026"}
    client = sign_in(colleague)

    response = client.post(reverse("vigilance:declare", args=[event.public_id]), typed)

    assert response.status_code == 404
    assert not Declaration.objects.exists()
    page = client.get(reverse("vigilance:event", args=[event.public_id]))
    assertNotContains(page, "Enregistrer la déclaration")


def test_the_same_network_is_not_told_twice(sign_in):
    event = AdverseEventFactory(situations=[Situation.ABUSE])
    DeclarationFactory(event=event)
    typed = {"network": "CRPV", "declared_on": "12/03/2026"}

    response = sign_in(event.reported_by).post(
        reverse("vigilance:declare", args=[event.public_id]), typed
    )

    assertContains(response, "Une déclaration est déjà enregistrée")
    assert Declaration.objects.count() == 1


def test_what_the_action_refuses_is_told_on_the_page(sign_in):
    enrolment, product = treated()
    Enrolment.objects.filter(pk=enrolment.pk).update(state="CANCELLED")

    response = sign_in(enrolment.included_by).post(
        report_page(enrolment), {**TYPED, "suspects": [product]}
    )

    assertContains(response, "Cette inclusion a été annulée.")
    assert not AdverseEvent.objects.exists()


def test_the_same_form_with_other_content_is_told_so(sign_in):
    enrolment, product = treated()
    client = sign_in(enrolment.included_by)
    typed = {**TYPED, "suspects": [product]}
    client.post(report_page(enrolment), typed)

    response = client.post(report_page(enrolment), {**typed, "severity": "MILD"})

    assertContains(response, "a déjà été enregistré avec un autre contenu")
    assert AdverseEvent.objects.count() == 1


def test_a_patient_without_prescription_names_a_medicine(sign_in):
    enrolment = EnrolmentFactory()
    product = ProductFactory(programme=enrolment.programme)
    client = sign_in(enrolment.included_by)

    refused = client.post(report_page(enrolment), TYPED)
    assertContains(refused, "Indiquez le médicament suspect.")
    client.post(report_page(enrolment), {**TYPED, "other_product": str(product.pk)})

    suspect = AdverseEvent.objects.get().suspects.get()
    assert (suspect.product, suspect.thc_mg_per_day) == (product, None)
