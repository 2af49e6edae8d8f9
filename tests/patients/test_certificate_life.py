"""The certificate after it was made: printed again, lost, replaced, and once the patient left."""

import datetime
import io

import pypdf
import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from core import codes, offline, seal_key
from core import documents as store
from core.models import Document, JournalLine, VerificationCode
from core.pdf import intact
from patients import actions, documents
from patients.enums import EndReason
from tests.patients.factories import EnrolmentFactory, PersonFactory


NOON = datetime.datetime(2026, 4, 2, 12, tzinfo=datetime.UTC)
DAY = NOON.date()


@pytest.fixture
def person():
    return PersonFactory(birth_name="Martin", birth_date=datetime.date(1980, 5, 12))


@pytest.fixture
def enrolment(person):
    return EnrolmentFactory(patient__person=person)


@pytest.fixture
def issued(monkeypatch):
    """The codes that were printed, in the order of the certificates."""
    found, issue = [], codes.issue
    monkeypatch.setattr(
        codes, "issue", lambda *args, **more: found.append(issue(*args, **more)) or found[-1]
    )
    return found


def make(enrolment):
    return actions.issue_certificate(enrolment, by=enrolment.included_by, at=NOON)


def replace(enrolment, because="LOST"):
    return actions.replace_certificate(enrolment, because, by=enrolment.included_by, at=NOON)


def end(enrolment, reason=EndReason.INEFFICACY, weaning=False):
    actions.end(
        enrolment, reason=reason, on=DAY, weaning=weaning, by=enrolment.included_by, at=NOON
    )


# --- Without network --------------------------------------------------------------------------


def test_its_offline_proof_tells_number_and_fingerprint(enrolment, monkeypatch):
    made = []
    build = offline.build
    monkeypatch.setattr(
        offline, "build", lambda *args, **more: made.append(build(*args, **more)) or made[0]
    )

    document = make(enrolment)

    proof = offline.read(made[0], seal_key.private().public_key())
    code = VerificationCode.objects.get()
    assert proof.fields == {
        offline.NUMBER: enrolment.number,
        offline.FINGERPRINT: code.fingerprint,
    }
    assert proof.issued_on == DAY
    text = pypdf.PdfReader(io.BytesIO(store.read(document))).pages[0].extract_text()
    assert "Sans réseau" in text


# --- Who bears it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "birth_date", "matches"),
    [
        ("Martin", datetime.date(1980, 5, 12), True),
        ("dupont", datetime.date(1980, 5, 12), True),
        ("MARTIN", datetime.date(1980, 5, 13), False),
        ("Durand", datetime.date(1980, 5, 12), False),
    ],
)
def test_the_bearer_is_told_by_name_and_birth_date(enrolment, issued, name, birth_date, matches):
    make(enrolment)

    assert codes.bears(issued[0].record, name=name, birth_date=birth_date) == matches
    stranger = EnrolmentFactory(patient__person=PersonFactory(used_name="Petit"))
    assert not documents.is_bearer(stranger.pk, name, birth_date)


def test_a_birth_day_that_civil_status_does_not_know_is_no_obstacle():
    born = PersonFactory(birth_date=datetime.date(1980, 1, 1), birth_precision="YEAR")
    enrolment = EnrolmentFactory(patient__person=born)

    assert documents.is_bearer(enrolment.pk, "Dupont", datetime.date(1980, 7, 3))
    assert not documents.is_bearer(enrolment.pk, "Dupont", datetime.date(1981, 7, 3))


def test_after_the_exit_nobody_is_confirmed(enrolment, issued, client):
    make(enrolment)
    end(enrolment)

    typed = {"code": issued[0].token, "name": "Martin", "birth_date": "12/05/1980"}
    answer = client.post(reverse("core:verify_bearer"), typed)

    assert answer.status_code == 404
    assert "oncorde" not in answer.content.decode()


# --- Replaced ---------------------------------------------------------------------------------


def test_what_was_lost_answers_no_more(enrolment, issued):
    first = make(enrolment)

    second = replace(enrolment)

    assert documents.certificate(enrolment) == second != first
    assert intact(store.read(second))
    assert codes.answer(issued[0].short) is None
    assert codes.answer(issued[1].short).state == "Valable"
    # What was delivered stays readable.
    assert store.read(first)
    line = JournalLine.objects.get(action="certificate.replaced")
    assert line.detail == {"because": "LOST"}


def test_nothing_is_replaced_before_it_was_made(enrolment):
    with pytest.raises(actions.CannotEnd):
        replace(enrolment)

    assert not Document.objects.exists()


def test_nothing_is_replaced_once_it_is_over(enrolment, issued):
    make(enrolment)
    end(enrolment)

    with pytest.raises(actions.CannotEnd):
        replace(enrolment)

    assert Document.objects.count() == 1


def test_the_page_replaces_it(enrolment, sign_in):
    make(enrolment)
    client = sign_in(enrolment.included_by)
    url = reverse("patients:replace_certificate", args=[enrolment.public_id])

    assertContains(client.get(url), "ne répondent plus")
    assertContains(client.post(url, {}), "obligatoire")
    assertContains(client.post(url, {"because": "LOST"}, follow=True), "nouvelle attestation")


def test_a_page_refused_says_why(enrolment, sign_in):
    url = reverse("patients:replace_certificate", args=[enrolment.public_id])

    page = sign_in(enrolment.included_by).post(url, {"because": "LOST"})

    assertContains(page, "n’a plus d’attestation")


# --- After an exit ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends_in_days", "reason", "state"),
    [
        (1, EndReason.INEFFICACY, "Valable"),
        (0, EndReason.INEFFICACY, "Valable"),
        (-1, EndReason.INEFFICACY, None),
        (30, EndReason.DEATH, None),
        (None, EndReason.INEFFICACY, None),
    ],
)
def test_it_is_valid_until_the_last_day_prescribed(
    enrolment, issued, monkeypatch, ends_in_days, reason, state
):
    make(enrolment)
    end(enrolment, reason)
    today = enrolment.site.local_day(datetime.datetime.now(datetime.UTC))
    days = ends_in_days
    until = None if days is None else today + datetime.timedelta(days)
    monkeypatch.setattr(documents, "COVERED_UNTIL", [lambda _: None, lambda _: until])

    answer = codes.answer(issued[0].token)

    assert (answer.state if answer else None) == state


def test_a_covered_patient_still_prints_and_replaces_it(enrolment, monkeypatch, sign_in):
    make(enrolment)
    end(enrolment)
    monkeypatch.setattr(documents, "COVERED_UNTIL", [lambda _: datetime.date(2999, 1, 1)])
    client = sign_in(enrolment.included_by)

    page = client.get(reverse("patients:certificate", args=[enrolment.public_id]))
    shown = client.get(reverse("patients:inclusion", args=[enrolment.public_id]))

    assert page["Content-Type"] == "application/pdf"
    assertContains(shown, "jusqu’au dernier jour prescrit")
    assertContains(shown, "Imprimée 1 fois")
    assert replace(enrolment)


def test_a_cancelled_participation_answers_nothing(enrolment):
    cancelled = EnrolmentFactory(state="CANCELLED")

    assert documents.certificate_state(cancelled.pk) is None
    assert documents.certificate_state(0) is None


def test_a_programme_without_certificate_makes_none(sign_in):
    enrolment = EnrolmentFactory(
        patient__person=True, indication__programme__issues_certificate=False
    )
    client = sign_in(enrolment.included_by)

    page = client.post(
        reverse("patients:issue_certificate", args=[enrolment.public_id]), follow=True
    )

    assertContains(page, "Ce programme ne délivre pas d’attestation d’inclusion.")
    assertContains(page, "Ce programme ne délivre pas d’attestation.")
    assertNotContains(page, "Établir l’attestation")
    assert not Document.objects.exists()


def test_a_certificate_never_made_is_told_once_it_is_too_late(enrolment, monkeypatch, sign_in):
    end(enrolment)
    monkeypatch.setattr(documents, "COVERED_UNTIL", [lambda _: datetime.date(2999, 1, 1)])

    page = sign_in(enrolment.included_by).get(
        reverse("patients:inclusion", args=[enrolment.public_id])
    )

    assertContains(page, "jamais été établie")
