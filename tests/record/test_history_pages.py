"""The pages of a history: filters, keys, file, who may read them."""

import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains

from core import audit
from core.models import JournalLine
from followup.models import Visit
from patients.models import Enrolment
from record import touched, trail
from record.enums import Fact
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory
from tests.pharmacies.factories import DispensationFactory, ReceivedFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.record.test_history import ended, page_of
from tests.vigilance.factories import AdverseEventFactory


def test_filters_by_person_kind_and_date(sign_in):
    enrolment = EnrolmentFactory()
    ended(enrolment)
    visit = VisitFactory(enrolment=enrolment)
    client, doctor = sign_in(enrolment.included_by), enrolment.included_by.user

    def shown(**query):
        rows = client.get(page_of(enrolment), query).context["found"].rows
        return [entry.action for entry in rows]

    assert "Sortie enregistrée" in shown(qui=doctor.public_id)
    assert shown(qui=doctor.public_id, quoi=Fact.VISIT) == []
    assert len(shown(quoi=Fact.VISIT)) == 1
    assert shown(du="01/01/2020", au="02/01/2020") == []
    assert shown(du="hier") == shown()
    assert shown(au="31/12/9999") == shown()
    assert visit.enrolment == enrolment


def five_versions():
    """A visit corrected four times, one transaction each."""
    visit = VisitFactory(done=True)
    for mode in ("REMOTE", "ON_SITE", "REMOTE", "ON_SITE"):
        with audit.acting("visit.corrected", by=visit.held_by):
            Visit.objects.filter(pk=visit.pk).update(mode=mode)
    return visit


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_the_history_goes_by_pages_and_costs_the_same(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(trail, "SIZE", 2)
    visit = five_versions()

    def follow(link):
        address = QueryDict(link[1:]).dict()
        written = touched.read(visit.enrolment)
        return trail.page(written, trail.Asked(fact=Fact.VISIT), address)

    pages = [follow("?")]
    while pages[-1].following:
        pages.append(follow(pages[-1].following))

    instants = [entry.at for one in pages for entry in one.rows]
    assert len(instants) == 5
    assert instants == sorted(instants, reverse=True)
    assert follow(pages[-1].previous).rows == pages[-2].rows
    assert not follow(pages[1].previous).previous
    # From when to when; rows; their versions.
    with django_assert_num_queries(3):
        touched.read(visit.enrolment)
    # And what was in them; the key; members with their users and sites; authors.
    with django_assert_num_queries(7):
        follow("?")
    with django_assert_num_queries(7):
        follow(pages[0].following)


def test_a_key_that_is_not_ours_shows_the_first_page():
    enrolment = EnrolmentFactory()

    for key in ("x", "2026-13-45T00:00:00+00:00", "2026-01-01T00:00:00"):
        assert trail.page(touched.read(enrolment), trail.Asked(), {"avant": key}).rows


# --- Months that are read --------------------------------------------------------------------


def test_only_the_months_since_the_patient_is_known_are_planned():
    enrolment = EnrolmentFactory()
    with CaptureQueriesContext(connection) as captured:
        touched.read(enrolment)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {captured[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    months = set(re.findall(r" on (patients_\w+event)_(\d{6}|rest)\b", plan))
    assert "patients_enrolmentevent" in {table for table, _ in months}
    assert {month for _, month in months} == {f"{touched.read(enrolment).span.until:%Y%m}"}


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_what_was_written_of_the_patient_before_the_participation_is_told():
    enrolment = EnrolmentFactory(patient=PatientFactory())

    rows = trail.page(touched.read(enrolment), trail.Asked(), {}).rows

    titles = [row.title for entry in rows for group in entry.told for row in group.rows]
    assert "Patient" in titles
    assert len({entry.at for entry in rows}) > 1


def test_a_participation_without_any_version_has_an_empty_history():
    nothing = Enrolment(pk=0, patient_id=0)

    written = touched.read(nothing)

    assert written.span.since is None
    assert trail.page(written, trail.Asked(), {}).rows == []


# --- Export, rights --------------------------------------------------------------------------


def test_the_export_holds_every_change_and_is_journaled(sign_in):
    enrolment = EnrolmentFactory()
    ended(enrolment)

    response = sign_in(enrolment.included_by).get(
        reverse("record:history_csv", args=[enrolment.public_id])
    )

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    heading, *lines = text.splitlines()
    assert heading.startswith("Date et heure;Décalage UTC;Acte;Auteur")
    (state,) = [line for line in lines if ";Modification;État" in line]
    assert ";Sortie enregistrée;" in state
    assert ";Modification;État;Suivi en cours;Sorti;Inefficacité;" in state
    assert response["Cache-Control"] == "no-store"
    actions = JournalLine.objects.filter(subject=str(enrolment.public_id))
    assert "history.exported" in actions.values_list("action", flat=True)


def test_the_export_follows_every_page(monkeypatch, sign_in):
    monkeypatch.setattr(trail, "SIZE", 1)
    enrolment = EnrolmentFactory()

    written = touched.read(enrolment)
    assert list(trail.everything(written, trail.Asked()))
    assert list(trail.everything(written, trail.Asked(user=-1))) == []


def test_a_stranger_reads_no_history(sign_in):
    mine, other = EnrolmentFactory(), EnrolmentFactory()
    client = sign_in(other.included_by)

    assert client.get(page_of(mine)).status_code == 404
    assert client.get(reverse("record:history_csv", args=[mine.public_id])).status_code == 404
    assert client.get(page_of(other)).status_code == 200


def test_a_prescription_a_dispensation_and_an_event_lead_to_their_history(sign_in):
    signed = PrescriptionFactory(signed=True, enrolment__patient__person=True)
    enrolment = signed.enrolment
    supplied = DispensationFactory(received=ReceivedFactory(prescription=signed), items=True)
    told = AdverseEventFactory(enrolment=enrolment)
    client = sign_in(enrolment.included_by)

    shown = {
        reverse("prescriptions:detail", args=[enrolment.public_id, signed.public_id]): signed,
        reverse("record:patient", args=[enrolment.public_id]): supplied,
        reverse("vigilance:event", args=[told.public_id]): told,
    }

    for page, row in shown.items():
        link = f"{page_of(enrolment)}?fait={row.public_id}"
        assertContains(client.get(page), f'href="{link}"')
        assert "Historique d’un acte" in client.get(link).content.decode()
