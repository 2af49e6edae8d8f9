"""Letters to relay doctors: who receives them, what waits first, who sees that they were read."""

from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import documents, keys
from core.models import JournalLine
from followup.actions import CannotClose
from followup.models import Letter, LetterReading
from patients import exceptional
from patients.actions.designation import designate
from patients.enums import DesignationKind
from record import duties, letters
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.followup.factories import LetterFactory, LetterReadingFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory


INBOX = "/courriers/"
AT = datetime(2026, 4, 2, 11, tzinfo=UTC)


def a_letter(relay=None, *, hours=0, **fields):
    """About a patient who chose that relay doctor, with its bytes."""
    if relay is None:
        enrolment = EnrolmentFactory(patient__person=True)
        relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=enrolment.programme)
        enrolment.relay_doctor = relay
        enrolment.save()
    else:
        indication = relay.relayed_enrolments.first().indication
        enrolment = EnrolmentFactory(
            patient__person=True, indication=indication, relay_doctor=relay
        )
    visit = VisitFactory(enrolment=enrolment, done=True)
    return written(visit, AT + timedelta(hours=hours), **fields)


def written(visit, at, **fields):
    enrolment = visit.enrolment
    paper = documents.store(
        kind="visit_letter",
        key_id=enrolment.key_id,
        content=b"%PDF",
        enrolment_id=enrolment.pk,
        at=at,
    )
    return LetterFactory(
        visit=visit,
        paper=paper.public_id,
        written_at=at,
        **{"addressee": enrolment.relay_doctor, **fields},
    )


def open_address(letter):
    return reverse("record:open_letter", args=[letter.public_id])


def shown(member, address=""):
    return letters.page(member, QueryDict(address.removeprefix("?")))


# --- Who receives what ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "receives"),
    [
        ("relay", True), ("substitute", True), ("writer", False), ("stranger", False),
        ("preparer", False),
    ],
)  # fmt: skip
def test_who_receives_a_letter(who, receives):
    letter, other = a_letter(), a_letter()
    enrolment = letter.visit.enrolment
    relay, today = enrolment.relay_doctor, date(2026, 4, 2)
    member = {
        "relay": lambda: relay,
        "substitute": lambda: MemberFactory(
            role=Role.RELAY_DOCTOR,
            site=relay.site,
            replaces=relay,
            started_on=today,
            until=today + timedelta(days=9),
        ),
        "writer": lambda: letter.written_by,
        "stranger": lambda: other.addressee,
        "preparer": lambda: MemberFactory(role=Role.PREPARER, site=enrolment.site),
    }[who]()

    assert (letter in Letter.objects.received_by(member)) == receives


def test_the_next_relay_doctor_sees_what_concerns_their_patient():
    letter = a_letter()
    enrolment, before = letter.visit.enrolment, letter.addressee
    after = MemberFactory(role=Role.RELAY_DOCTOR, programme=enrolment.programme)
    with mock.patch("patients.designations.doctor_refusal", return_value=""):
        designate(enrolment, DesignationKind.DOCTOR, after, by=enrolment.included_by, at=AT)

    (row,) = shown(after).rows
    assert (row.letter, row.is_waiting, row.to_another) == (letter, True, True)
    assert shown(before).rows == []
    assert not Letter.objects.to_read_by(before).exists()


def test_what_waits_comes_first_then_the_newest(django_assert_num_queries):
    read = a_letter(hours=3)
    relay = read.addressee
    LetterReadingFactory(letter=read)
    old = a_letter(relay, hours=1)
    new = a_letter(relay, hours=2)

    # The letters, the identities and their keys.
    with django_assert_num_queries(2), django_assert_num_queries(1, using="keys"):
        found = shown(relay).rows

    assert [row.letter for row in found] == [new, old, read]
    assert all(row.person for row in found)


def test_pages_follow_each_other_without_counting(monkeypatch):
    monkeypatch.setattr("record.letters.PAGE_SIZE", 2)
    read = a_letter()
    relay = read.addressee
    LetterReadingFactory(letter=read)
    waiting = [a_letter(relay, hours=hour) for hour in (1, 2, 3)]

    first = shown(relay)
    second = shown(relay, first.following)

    assert [row.letter for row in first.rows] == waiting[:0:-1]
    assert [row.letter for row in second.rows] == [waiting[0], read]
    assert second.previous
    assert not second.following


def test_one_that_a_newer_replaces_waits_no_more():
    first = a_letter()
    second = written(first.visit, AT + timedelta(hours=1))

    assert list(Letter.objects.to_read_by(first.addressee)) == [second]
    assert [row.state for row in shown(first.addressee).rows] == ["due", "missed"]


def test_what_waits_is_counted_on_the_first_page():
    letter = a_letter()
    relay = letter.addressee
    a_letter(relay)
    a_letter()

    (duty,) = duties.of(relay, date(2026, 4, 2))

    assert (duty.text, duty.url) == ("2 courriers à lire.", INBOX)
    assert duties.of(letter.written_by, date(2026, 4, 2)) == []


def test_one_letter_is_said_in_the_singular_and_none_not_at_all():
    letter = a_letter()
    assert duties.of(letter.addressee, date(2026, 4, 2))[0].text == "1 courrier à lire."

    LetterReadingFactory(letter=letter)
    assert duties.of(letter.addressee, date(2026, 4, 2)) == []


# --- Opening one ------------------------------------------------------------------------------


def test_opening_says_that_it_was_read_once_and_shows_it(sign_in):
    letter = a_letter()
    client = sign_in(letter.addressee)

    answers = [client.post(open_address(letter)) for _ in range(2)]

    address = reverse("record:letter", args=[letter.public_id])
    for answer in answers:
        assertRedirects(answer, address, fetch_redirect_response=False)
    assert client.get(address).content == b"%PDF"
    reading = LetterReading.objects.get()
    assert (reading.letter, reading.read_by) == (letter, letter.addressee)
    line = JournalLine.objects.get(action="visit.letter_read")
    assert line.subject == str(letter.visit.enrolment.public_id)


def test_a_look_says_nothing(sign_in):
    letter = a_letter()
    client = sign_in(letter.addressee)

    client.get(reverse("record:letter", args=[letter.public_id]))
    client.get(INBOX)
    assert client.get(open_address(letter)).status_code == 405

    assert not LetterReading.objects.exists()


def test_the_writer_reads_it_again_without_marking_it(sign_in):
    letter = a_letter()
    client = sign_in(letter.written_by)

    assert client.get(reverse("record:letter", args=[letter.public_id])).status_code == 200
    assert client.post(open_address(letter)).status_code == 403

    assert not LetterReading.objects.exists()


def test_one_whose_key_was_destroyed_is_not_said_to_be_read(sign_in):
    letter = a_letter()
    keys.destroy_keys([letter.visit.enrolment.key_id])

    assert sign_in(letter.addressee).post(open_address(letter)).status_code == 404
    assert not LetterReading.objects.exists()


def test_another_choice_of_the_patient_meanwhile_is_told(sign_in):
    letter = a_letter()
    client = sign_in(letter.addressee)
    late = CannotClose("Le patient a désigné un autre médecin relais.")

    with mock.patch("record.views.letters.actions.read_letter", side_effect=late):
        answer = client.post(open_address(letter), follow=True)

    assertContains(answer, str(late))
    assert not LetterReading.objects.exists()


# --- What the pages say -----------------------------------------------------------------------


def test_the_page_says_who_wrote_about_whom(sign_in):
    letter, other = a_letter(), a_letter()

    page = sign_in(letter.addressee).get(INBOX)

    for words in ("DUPONT Jeanne", letter.written_by.user.full_name, "À lire", "02/04/2026"):
        assertContains(page, words)
    assertNotContains(page, other.visit.enrolment.number)
    assert JournalLine.objects.get(action="letters.viewed").detail == {"rows": 1}


@pytest.mark.parametrize("count", [1, 6])
def test_the_page_costs_the_same_whatever_its_length(sign_in, django_assert_max_num_queries, count):
    relay = a_letter().addressee
    for hour in range(1, count):
        a_letter(relay, hours=hour)
    client = sign_in(relay)

    # session, user, otp, member, letters, identities, journal, and what frames the page
    with django_assert_max_num_queries(9):
        page = client.get(INBOX)

    assertContains(page, "À lire", count=count)


def test_nothing_received_is_said(sign_in):
    assertContains(sign_in(MemberFactory(role=Role.RELAY_DOCTOR)).get(INBOX), "Aucun courrier")


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        (None, "Non lue"),
        ("addressee", "Lue"),
        ("substitute", "par Remplaçant"),
    ],
)
def test_the_writer_sees_whether_it_was_read(sign_in, reader, words):
    letter = a_letter()
    enrolment = letter.visit.enrolment
    if reader:
        substitute = MemberFactory(role=Role.RELAY_DOCTOR, user__last_name="Remplaçant")
        read_by = substitute if reader == "substitute" else letter.addressee
        LetterReadingFactory(letter=letter, read_by=read_by)
    client = sign_in(letter.written_by)

    record = client.get(reverse("record:patient", args=[enrolment.public_id])).content.decode()
    closing = client.get(reverse("record:closing", args=[letter.visit.public_id])).content.decode()

    for page in (record, closing):
        assert words.split()[-1].casefold() in page.casefold()
        assert ("Non lue" in page) == (reader is None)
        assert ("03/04/2026" in page) == (reader is not None)


def test_the_relay_doctor_opens_it_from_the_record_too(sign_in):
    letter = a_letter()
    record = reverse("record:patient", args=[letter.visit.enrolment.public_id])
    client = sign_in(letter.addressee)

    assertContains(client.get(record), f'action="{open_address(letter)}"')
    client.post(open_address(letter))

    assertNotContains(client.get(record), open_address(letter))
    assertContains(client.get(record), reverse("record:letter", args=[letter.public_id]))


def test_a_record_opened_by_exception_lists_letters_and_opens_none(sign_in):
    letter = a_letter()
    enrolment = letter.visit.enrolment
    stranger = MemberFactory(programme=enrolment.programme)
    exceptional.open_record(
        enrolment, reason="Patient adressé en urgence cette nuit", by=stranger, at=timezone.now()
    )

    page = sign_in(stranger).get(reverse("record:patient", args=[enrolment.public_id]))

    assertContains(page, "Non lue")
    assertNotContains(page, reverse("record:letter", args=[letter.public_id]))


@pytest.mark.browser
@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_a_relay_doctor_reads_the_letter_and_its_writer_sees_it(open_page, errors):
    letter = a_letter()
    enrolment = letter.visit.enrolment
    page = open_page(member=letter.addressee, width=390)

    page.goto("/patients/")
    with page.expect_navigation():
        page.get_by_role("link", name="Courriers reçus").click()
    expect_accessible(page)
    with page.expect_response(lambda answer: answer.url.endswith(".pdf")):
        page.get_by_role("button", name="Ouvrir la lettre").click()
    page.goto(INBOX)
    errors.clear()  # the icon that the browser's viewer of PDFs asks for
    assert page.get_by_role("button", name="Ouvrir la lettre").count() == 0

    writer = open_page(member=letter.written_by)
    writer.goto(f"/patients/{enrolment.public_id}/")
    assert writer.get_by_text("Lue", exact=True).count() == 1
    expect_accessible(writer)
