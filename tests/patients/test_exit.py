import datetime
from io import BytesIO

import pypdf
import pytest

from core import codes
from core import documents as store
from core.models import Document, JournalLine, VerificationCode
from core.pdf import PdfUnavailable, intact
from patients import actions, documents, identity
from patients.enums import ConsentKind, EndReason, EnrolmentState
from patients.models import Consent, Enrolment
from tests.patients.factories import ConsentFactory, EnrolmentFactory, PersonFactory


NOON = datetime.datetime(2026, 4, 2, 12, tzinfo=datetime.UTC)
DAY = NOON.date()


def end(enrolment, reason=EndReason.INEFFICACY, weaning=False, on=DAY):
    return actions.end(
        enrolment, reason=reason, on=on, weaning=weaning, by=enrolment.included_by, at=NOON
    )


def read_again(enrolment):
    return Enrolment.objects.get(pk=enrolment.pk)


# --- Exit -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "weaning", "state"),
    [
        (EndReason.INEFFICACY, False, EnrolmentState.ENDED),
        (EndReason.ADVERSE_EVENT, True, EnrolmentState.WEANING),
        (EndReason.DEATH, True, EnrolmentState.ENDED),
    ],
)
def test_an_exit_is_recorded_and_journaled(reason, weaning, state):
    enrolment = EnrolmentFactory()

    end(enrolment, reason, weaning)

    enrolment = read_again(enrolment)
    assert (enrolment.state, enrolment.end_reason) == (state, reason)
    assert (enrolment.ended_on, enrolment.end_recorded_at) == (DAY, NOON)
    line = JournalLine.objects.get(action="enrolment.ended")
    assert (line.subject, line.detail) == (str(enrolment.public_id), {"state": state})


@pytest.mark.parametrize(
    ("situation", "on"),
    [
        ({}, datetime.date(2026, 3, 1)),
        ({}, datetime.date(2026, 4, 3)),
        ({"ended": True}, DAY),
        ({"weaning": True}, DAY),
        ({"state": EnrolmentState.CANCELLED}, DAY),
    ],
)
def test_an_exit_refused_changes_nothing(situation, on):
    enrolment = EnrolmentFactory(**situation)
    before = Enrolment.objects.values().get(pk=enrolment.pk)

    with pytest.raises(actions.CannotEnd):
        end(enrolment, on=on)

    assert Enrolment.objects.values().get(pk=enrolment.pk) == before
    assert not JournalLine.objects.filter(action="enrolment.ended").exists()


def test_a_withdrawn_consent_ends_both():
    enrolment = EnrolmentFactory()
    ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR)

    end(enrolment, EndReason.CONSENT_WITHDRAWN, weaning=True)

    assert not Consent.objects.standing(DAY).filter(enrolment=enrolment).exists()


def test_another_exit_leaves_the_consent():
    enrolment = EnrolmentFactory()

    end(enrolment)

    assert Consent.objects.standing(DAY).filter(enrolment=enrolment).exists()


def test_the_acts_above_are_told_of_an_exit(monkeypatch):
    called = []
    monkeypatch.setattr(actions.hooks, "ON_ENDED", [lambda *given: called.append(given)])
    enrolment = EnrolmentFactory()

    end(enrolment)

    assert called == [([enrolment], enrolment.included_by, NOON)]


def test_weaning_is_closed():
    enrolment = EnrolmentFactory(weaning=True)

    actions.finish_weaning(enrolment, by=enrolment.included_by, at=NOON)

    assert read_again(enrolment).state == EnrolmentState.ENDED
    assert JournalLine.objects.filter(action="enrolment.weaned").exists()


@pytest.mark.parametrize("situation", [{}, {"ended": True}])
def test_no_weaning_to_close(situation):
    enrolment = EnrolmentFactory(**situation)

    with pytest.raises(actions.CannotEnd):
        actions.finish_weaning(enrolment, by=enrolment.included_by, at=NOON)

    assert read_again(enrolment).state == enrolment.state
    assert not JournalLine.objects.exists()


def test_the_first_prescription_is_stamped_once():
    enrolment = EnrolmentFactory()

    actions.mark_treated(enrolment, on=DAY)
    actions.mark_treated(enrolment, on=datetime.date(2026, 5, 2))

    assert read_again(enrolment).first_treated_on == DAY


# --- Certificate ------------------------------------------------------------------------------


@pytest.fixture
def enrolment():
    person = PersonFactory(birth_name="Martin")
    return EnrolmentFactory(patient__person=person)


def issue(enrolment):
    return actions.issue_certificate(enrolment, by=enrolment.included_by, at=NOON)


def text_of(document):
    reader = pypdf.PdfReader(BytesIO(store.read(document)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_certificate_says_who_what_and_where(enrolment):
    text = text_of(issue(enrolment))

    for words in (
        "Attestation d’inclusion",
        "DUPONT Jeanne (née MARTIN) – Jeanne, Marie",
        "12/05/1980",
        enrolment.number,
        "2 mars 2026",
        enrolment.site.name,
        enrolment.included_by.user.full_name,
        enrolment.included_by.user.rpps,
        "2 avril 2026",
        "Présentée avec l’ordonnance en cours",
        "obtenir, de détenir et de transporter",
        "arrêté du 29 octobre 2020, art. 3-1",
    ):
        assert words in text


def test_the_certificate_is_sealed_and_kept_encrypted(enrolment):
    document = issue(enrolment)

    content = store.read(document)
    assert intact(content)
    assert not intact(content[:-200] + b"x" + content[-199:])
    assert b"%PDF" not in bytes(Document.objects.get(pk=document.pk).sealed)
    assert document.key_id == enrolment.key_id


def test_the_certificate_is_made_once(enrolment):
    first = issue(enrolment)

    assert issue(enrolment) == first
    assert JournalLine.objects.filter(action="certificate.issued").count() == 1


def test_its_code_is_verified_until_the_exit(enrolment, monkeypatch):
    issued = []
    issue_code = codes.issue
    monkeypatch.setattr(
        codes, "issue", lambda *args, **more: issued.append(issue_code(*args, **more)) or issued[0]
    )
    issue(enrolment)
    code = issued[0]

    answers = [codes.answer(code.short), codes.answer(code.token)]
    end(enrolment, weaning=True)
    while_weaning = codes.answer(code.short)
    actions.finish_weaning(enrolment, by=enrolment.included_by, at=NOON)

    assert [answer.state for answer in answers] == ["Valable", "Valable"]
    assert answers[0].kind == "Attestation d’inclusion"
    assert answers[0].issued_on == DAY
    assert while_weaning.state == "Valable"
    # The same as for a code that never existed.
    assert codes.answer(code.short) is None
    assert codes.answer(code.token) is None


def test_the_fingerprint_follows_the_facts(enrolment):
    person = identity.open_one(enrolment.patient)
    other = EnrolmentFactory(patient=enrolment.patient)

    same = documents.canonical(enrolment, person)

    assert same == documents.canonical(read_again(enrolment), person)
    assert same != documents.canonical(other, person)


@pytest.mark.parametrize("situation", [{"ended": True}, {"patient__person": None}])
def test_no_certificate_without_participation_or_identity(situation):
    enrolment = EnrolmentFactory(**{"patient__person": True, **situation})

    with pytest.raises(actions.CannotEnd):
        issue(enrolment)

    assert not Document.objects.exists()
    assert not VerificationCode.objects.exists()


def test_without_pdf_the_inclusion_stands_and_says_so(enrolment, monkeypatch):
    def unavailable(*_args, **_more):
        raise PdfUnavailable

    monkeypatch.setattr("core.pdf.render", unavailable)

    assert not actions.try_certificate(enrolment, by=enrolment.included_by, at=NOON)
    assert not VerificationCode.objects.exists()
