from datetime import date, timedelta
from unittest.mock import patch

import pytest

from accounts.enums import Role
from core import codes
from core.models import JournalLine
from patients import identity
from patients.enums import Precision
from patients.identity import Person
from prescriptions import actions
from prescriptions.models import Prescription, Presentation
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import WRITTEN_AT, PrescriptionFactory


BORN = date(1960, 5, 12)


def issued(prescription):
    return codes.issue(
        "prescription",
        "prescriptions.Prescription",
        prescription.pk,
        prescription.signed_on,
        content="x",
    )


@pytest.fixture
def paper():
    """A signed prescription, its printed code, and a pharmacist of its programme."""
    enrolment = EnrolmentFactory()
    identity.write(enrolment.patient, Person("Martin", ["Jeanne"], "F", BORN))
    prescription = PrescriptionFactory(enrolment=enrolment, signed=True)
    prescription.code = issued(prescription)
    prescription.pharmacist = MemberFactory(role=Role.PHARMACIST, programme=enrolment.programme)
    return prescription


def present(paper, *, code=None, birth_date=BORN, by=None, at=WRITTEN_AT):
    by = by or paper.pharmacist
    return actions.present(code or paper.code.short, birth_date=birth_date, by=by, at=at)


def test_the_code_and_the_birth_date_open_for_a_shift(paper):
    presentation = present(paper)

    def seen(at, member=paper.pharmacist):
        return list(Prescription.objects.presented_to(member, at))

    assert seen(WRITTEN_AT) == [paper]
    assert seen(presentation.until - timedelta(seconds=1)) == [paper]
    assert seen(presentation.until) == []
    assert seen(WRITTEN_AT, MemberFactory(role=Role.PHARMACIST)) == []
    line = JournalLine.objects.get(action="prescription.presented")
    assert line.subject == str(paper.enrolment.public_id)


@pytest.mark.parametrize("way", [str.lower, lambda code: code.replace("-", " "), str])
def test_the_code_may_be_typed_in_many_ways(paper, way):
    assert present(paper, code=way(paper.code.short)).prescription == paper


def test_the_qr_code_works_too(paper):
    assert present(paper, code=paper.code.token).prescription == paper


def test_every_refusal_has_one_answer_and_opens_nothing(paper):
    stranger = MemberFactory(role=Role.PHARMACIST, programme=EnrolmentFactory().programme)
    doctor = MemberFactory(programme=paper.enrolment.programme)
    tries = [
        {"code": "RV-0000-0000-0000-0"},
        {"code": "n’importe quoi"},
        {"birth_date": date(1960, 5, 13)},
        {"by": stranger},
        {"by": doctor},
    ]
    answers = set()
    for one in tries:
        with pytest.raises(actions.CannotPresent) as refusal:
            present(paper, **one)
        answers.add(str(refusal.value))

    assert len(answers) == 1
    assert not Presentation.objects.exists()
    assert JournalLine.objects.filter(action="presentation.refused").count() == len(tries)


def test_another_kind_of_document_opens_nothing(paper):
    certificate = codes.issue("certificate", "patients.Enrolment", paper.pk, BORN, content="x")

    with pytest.raises(actions.CannotPresent):
        present(paper, code=certificate.short)


def test_tries_are_counted(paper):
    for _ in range(20):
        with pytest.raises(actions.CannotPresent, match="Aucune"):
            present(paper, birth_date=date(1961, 1, 1))

    with pytest.raises(actions.CannotPresent, match="Trop d’essais"):
        present(paper)

    later = WRITTEN_AT + timedelta(minutes=11)
    assert present(paper, at=later).prescription == paper


def test_a_known_code_does_not_hide_wrong_tries(paper):
    for _ in range(19):
        with pytest.raises(actions.CannotPresent, match="Aucune"):
            present(paper, birth_date=date(1961, 1, 1))
    present(paper)

    with pytest.raises(actions.CannotPresent, match="Aucune"):
        present(paper, birth_date=date(1961, 1, 1))
    with pytest.raises(actions.CannotPresent, match="Trop d’essais"):
        present(paper)


def test_an_accreditation_withdrawn_closes_what_was_opened(paper):
    present(paper)

    paper.pharmacist.accreditations.update(ended_on=date(2026, 3, 2))

    assert not Prescription.objects.presented_to(paper.pharmacist, WRITTEN_AT).exists()


@pytest.mark.parametrize(
    ("precision", "typed", "opens"),
    [
        (Precision.DAY, date(1960, 5, 12), True),
        (Precision.DAY, date(1960, 5, 1), False),
        (Precision.MONTH, date(1960, 5, 31), True),
        (Precision.MONTH, date(1960, 6, 1), False),
        (Precision.YEAR, date(1960, 12, 31), True),
        (Precision.YEAR, date(1961, 1, 1), False),
    ],
)
def test_a_day_that_nobody_knows_is_not_compared(paper, precision, typed, opens):
    known = Person("Martin", ["Jeanne"], "F", BORN, birth_precision=precision)

    with patch.object(identity, "open_one", return_value=known):
        if opens:
            assert present(paper, birth_date=typed).prescription == paper
        else:
            with pytest.raises(actions.CannotPresent):
                present(paper, birth_date=typed)


def test_a_first_supply_is_stamped_once(paper):
    actions.mark_dispensed(paper, at=WRITTEN_AT)
    actions.mark_dispensed(paper, at=WRITTEN_AT + timedelta(days=1))

    paper.refresh_from_db()
    assert paper.first_dispensed_at == WRITTEN_AT
