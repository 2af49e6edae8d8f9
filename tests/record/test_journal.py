"""Who opened a record, what an account saw, and the whole journal, for those who may read it."""

import datetime
import io
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from pypdf import PdfReader
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import audit
from core.models import JournalLine
from record import forms, journal
from record.journal import Asked
from tests.accounts.factories import MemberFactory
from tests.core.factories import JournalCheckFactory, JournalLineFactory, SealFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory


PARIS = ZoneInfo("Europe/Paris")
NOON = datetime.datetime(2026, 3, 2, 11, tzinfo=UTC)
DAY = datetime.timedelta(days=1)


def line_of(member, enrolment=None, *, at=NOON, action="patient.viewed", **fields):
    return JournalLineFactory(
        at=at,
        action=action,
        actor_id=member.pk,
        user_id=member.user_id,
        site_id=member.site_id,
        role=member.role,
        subject=str(enrolment.public_id) if enrolment else "",
        **fields,
    )


def a_manager(enrolment=None):
    return MemberFactory(role=Role.MANAGER, programme=enrolment.programme if enrolment else None)


# --- Who opened this record ------------------------------------------------------------------


def test_one_line_a_person_and_a_day(sign_in):
    enrolment = EnrolmentFactory(patient=PatientFactory(person=PersonFactory()))
    doctor, pharmacist = enrolment.included_by, MemberFactory(role=Role.PHARMACIST)
    for hour in (0, 1, 2):
        line_of(doctor, enrolment, at=NOON + datetime.timedelta(hours=hour))
    line_of(doctor, enrolment, action="prescription.read")
    line_of(pharmacist, enrolment, at=NOON - DAY, action="prescription.presented")
    line_of(doctor, EnrolmentFactory(), action="event.viewed")
    JournalLineFactory(role="SYSTEM", subject=str(enrolment.public_id), action="visits.closed")

    found = journal.accesses(enrolment, {}, zone=PARIS)

    first, second = found.rows
    assert (first.day, first.who) == (datetime.date(2026, 3, 2), doctor.user.full_name)
    assert (first.first, first.last) == (NOON, NOON + datetime.timedelta(hours=2))
    assert first.what == ["Dossier ouvert (3\u00a0fois)", "Ordonnance lue"]
    assert second.role == "Pharmacien"
    assert second.plain_role == "Pharmacien"
    assert first.plain_role == "Médecin de l’hôpital ou du centre qui suit le traitement"


def test_the_day_is_that_of_the_reader():
    enrolment = EnrolmentFactory()
    line_of(enrolment.included_by, enrolment, at=datetime.datetime(2026, 3, 1, 23, 30, tzinfo=UTC))

    (access,) = journal.accesses(enrolment, {}, zone=PARIS).rows

    assert access.day == datetime.date(2026, 3, 2)


def test_accesses_go_by_days(django_assert_num_queries):
    enrolment = EnrolmentFactory()
    for ago in range(5):
        line_of(enrolment.included_by, enrolment, at=NOON - ago * DAY)

    # Days, lines by person, members, users.
    with django_assert_num_queries(4):
        first = journal.accesses(enrolment, {}, zone=PARIS, days=2)
    last = journal.accesses(enrolment, {"avant": "2026-02-28"}, zone=PARIS, days=2)

    assert [one.day.day for one in first.rows] == [2, 1]
    assert first.following == "?avant=2026-03-01"
    assert [one.day.day for one in last.rows] == [27, 26]
    assert last.following == ""
    assert journal.accesses(enrolment, {"avant": "2026-13-13"}, zone=PARIS).rows
    assert journal.accesses(EnrolmentFactory(), {}, zone=PARIS).rows == []


def test_the_list_is_handed_to_the_patient_on_paper(sign_in):
    enrolment = EnrolmentFactory(patient=PatientFactory(person=PersonFactory()))
    doctor = enrolment.included_by
    client = sign_in(doctor)

    page = client.get(reverse("record:accesses", args=[enrolment.public_id]))
    paper = client.get(reverse("record:accesses_pdf", args=[enrolment.public_id]))

    assertContains(page, "Qui a ouvert ce dossier")
    assertContains(page, doctor.user.full_name)
    text = " ".join(PdfReader(io.BytesIO(paper.content)).pages[0].extract_text().split())
    assert "Qui a ouvert votre dossier" in text
    assert "DUPONT Jeanne" in text
    assert doctor.user.full_name in text
    assert "Médecin de l’hôpital" in text
    assert "accesses.printed" in JournalLine.objects.values_list("action", flat=True)


def test_a_stranger_does_not_know_who_opened_it(sign_in):
    mine, other = EnrolmentFactory(), EnrolmentFactory()
    client = sign_in(other.included_by)

    for name in ("record:accesses", "record:accesses_pdf"):
        assert client.get(reverse(name, args=[mine.public_id])).status_code == 404


def test_a_server_without_pdf_says_so(sign_in, monkeypatch):
    from core.pdf import PdfUnavailable
    from record import documents

    def unavailable(*_args, **_kwargs):
        raise PdfUnavailable

    monkeypatch.setattr(documents.pdf, "render", unavailable)
    enrolment = EnrolmentFactory()

    response = sign_in(enrolment.included_by).get(
        reverse("record:accesses_pdf", args=[enrolment.public_id])
    )

    assertRedirects(response, reverse("record:accesses", args=[enrolment.public_id]))
    assert "accesses.printed" not in JournalLine.objects.values_list("action", flat=True)


# --- The whole journal -----------------------------------------------------------------------


def test_the_manager_reads_who_what_when_and_no_name_of_a_patient(sign_in):
    enrolment = EnrolmentFactory(patient=PatientFactory(person=PersonFactory()))
    line_of(enrolment.included_by, enrolment)
    audit.record("access.refused", by=enrolment.included_by, permission="DATA_EXPORT")

    response = sign_in(a_manager(enrolment)).get(reverse("record:journal"))

    assertContains(response, "Dossier ouvert")
    assertContains(response, enrolment.included_by.user.full_name)
    assertContains(response, enrolment.number)
    assertContains(response, "02/03/2026 12:00:00")
    assertContains(response, "UTC+01:00")
    assertContains(response, "droit\u202f: Exporter les données pseudonymisées")
    assertNotContains(response, "DUPONT")


def test_reading_the_journal_is_a_line_of_it(sign_in):
    manager = a_manager()

    sign_in(manager).get(reverse("record:journal"), {"compte": manager.user.public_id})

    line = JournalLine.objects.get(action="journal.searched")
    assert (line.user_id, line.detail["user"]) == (manager.user_id, manager.user_id)


def test_the_journal_of_an_account_of_a_record_of_a_kind_of_a_day(sign_in):
    enrolment, other = EnrolmentFactory(), EnrolmentFactory()
    doctor = enrolment.included_by
    line_of(doctor, enrolment)
    line_of(doctor, other, at=NOON - DAY)
    line_of(other.included_by, other, action="signature.refused")
    client = sign_in(a_manager(enrolment))

    def shown(**query):
        rows = client.get(reverse("record:journal"), query).context["found"].rows
        return [row.action for row in rows if row.who != "Camille" and row.at <= NOON]

    assert shown(compte=doctor.user.public_id) == ["Dossier ouvert"] * 2
    assert shown(dossier=enrolment.public_id) == ["Dossier ouvert"]
    assert shown(actes="refus") == ["Signature refusée"]
    assert shown(actes="lectures", du="01/03/2026", au="01/03/2026") == ["Dossier ouvert"]
    assert shown(actes="inconnu") == shown()


def test_a_record_of_another_programme_is_not_found(sign_in):
    other = EnrolmentFactory()
    client = sign_in(a_manager(EnrolmentFactory()))

    for query in ({"dossier": other.public_id}, {"compte": other.public_id}, {"compte": "x"}):
        assert client.get(reverse("record:journal"), query).status_code == 404


@pytest.mark.parametrize("group", forms.GROUPS)
def test_each_group_names_known_actions(group):
    assert forms.actions_of(group)


def test_a_page_costs_the_same_however_long_the_journal(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(journal, "SIZE", 3)
    enrolments = [EnrolmentFactory() for _ in range(4)]
    for rank, one in enumerate(enrolments * 2):
        line_of(one.included_by, one, at=NOON - rank * DAY)

    # Lines, members, users, records.
    with django_assert_num_queries(4):
        first = journal.page(Asked(), {})

    pages = [first]
    while pages[-1].following:
        at = pages[-1].rows[-1].at.isoformat()
        pages.append(journal.page(Asked(), {"avant": at}))
    instants = [row.at for page in pages for row in page.rows]
    assert instants == sorted(instants, reverse=True)
    assert len(instants) == 8
    back = journal.page(Asked(), {"apres": pages[2].rows[0].at.isoformat()})
    assert back.rows == pages[1].rows
    assert back.previous
    assert not first.previous
    assert journal.page(Asked(), {"avant": "x"}).rows == first.rows


def test_lines_of_one_instant_stand_together(monkeypatch):
    monkeypatch.setattr(journal, "SIZE", 3)
    member = MemberFactory()
    for ago in (0, 1, 2, 2, 2):
        line_of(member, at=NOON - ago * DAY)

    first = journal.page(Asked(), {})
    second = journal.page(Asked(), {"avant": first.rows[-1].at.isoformat()})

    assert [len(first.rows), len(second.rows)] == [2, 3]


def test_an_empty_journal_has_a_next_step(sign_in):
    response = sign_in(a_manager()).get(reverse("record:journal"), {"au": "01/01/2020"})

    assertContains(response, "Aucune ligne ne correspond")


# --- Found by what is typed ------------------------------------------------------------------


def test_what_is_typed_leads_to_an_account_or_a_record(sign_in):
    enrolment = EnrolmentFactory()
    doctor = enrolment.included_by.user
    client = sign_in(a_manager(enrolment))

    def find(text):
        return client.post(reverse("record:find_in_journal"), {"q": text})

    there = reverse("record:account_journal", args=[doctor.public_id])
    for typed in (doctor.rpps, doctor.email.upper(), f" {doctor.last_name} Camille "):
        assertRedirects(find(typed), there, fetch_redirect_response=False)
    record = f"{reverse('record:journal')}?dossier={enrolment.public_id}"
    assertRedirects(find(enrolment.number.lower()), record, fetch_redirect_response=False)
    assertContains(find("Camille"), "RPPS")
    assertContains(find("personne ici"), "Aucun compte")
    assertContains(find(""), "obligatoire")
    assertContains(find(EnrolmentFactory().number), "Aucun compte")


def test_what_an_account_saw(sign_in):
    enrolment, other = EnrolmentFactory(), EnrolmentFactory()
    doctor = enrolment.included_by
    line_of(doctor, enrolment)
    line_of(doctor, enrolment, at=NOON - DAY)
    line_of(doctor, other, at=NOON - 2 * DAY)
    line_of(doctor)
    client = sign_in(a_manager(enrolment))
    address = reverse("record:account_journal", args=[doctor.user.public_id])

    rows = client.get(address).context["seen"]
    short = client.get(address, {"du": "02/03/2026"})

    assert [(row.enrolment, row.times) for row in rows] == [(enrolment, 2), (other, 1)]
    assert (rows[0].first, rows[0].last) == (NOON - DAY, NOON)
    assertContains(short, enrolment.number)
    assertNotContains(short, other.number)
    nobody = reverse("record:account_journal", args=[MemberFactory().user.public_id])
    assertContains(client.get(nobody), "n’a ouvert aucun dossier")


# --- File, integrity -------------------------------------------------------------------------


def test_the_file_holds_every_line_and_computes_nothing(sign_in, monkeypatch):
    monkeypatch.setattr(journal, "CHUNK", 2)
    enrolment = EnrolmentFactory()
    for ago in range(3):
        line_of(enrolment.included_by, enrolment, at=NOON - ago * DAY)
    line_of(enrolment.included_by, detail={"reason": "=1+1"})

    response = sign_in(a_manager(enrolment)).get(
        reverse("record:journal_csv"), {"au": "03/03/2026"}
    )

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("Date et heure;Décalage UTC;Acte")
    who = enrolment.included_by.user.full_name
    assert f"02/03/2026 12:00:00;UTC+01:00;Dossier ouvert;{who};" in text
    assert f";{enrolment.number};" in lines[-1]
    assert JournalLine.objects.filter(action="journal.exported").count() == 1


def test_the_integrity_page_tells_checks_seals_and_copies(sign_in, settings, tmp_path):
    settings.SEAL_COPIES = tmp_path / "seals.txt"
    client, address = sign_in(a_manager()), reverse("record:integrity")
    assertContains(client.get(address), "Aucune vérification")
    settings.SEAL_COPIES.write_text("2026-03-02 7:abcd\n")
    SealFactory()
    JournalCheckFactory()
    assertContains(client.get(address), "Intact")
    assertContains(client.get(reverse("record:journal")), "intact")

    JournalCheckFactory(at=NOON + DAY, faults=["Sceau 7\u202f: une ligne a été modifiée."])

    page = client.get(address)
    assertContains(page, "une ligne a été modifiée")
    assertContains(page, "2026-03-02 7:abcd")
    assertContains(client.get(reverse("record:journal")), "Le journal a été altéré")
