"""Several doctors, several tabs, the same instant (security.md C04, C05)."""

import pytest

from core.pdf import PdfUnavailable
from prescriptions import actions, wanted
from prescriptions.models import Prescription
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.prescriptions.signing import relay_of, sign
from tests.together import together


pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture(autouse=True)
def no_library(monkeypatch):
    """Paper is made while the patient is locked: on a busy machine the others would give up."""

    def missing(*args):
        raise PdfUnavailable

    monkeypatch.setattr("prescriptions.documents.pdf", missing)


def signing(draft, **how):
    """The act of a tab that read the draft before the others signed."""
    shown = actions.fingerprint(wanted.of(draft))
    return lambda: sign(draft, shown=shown, key=f"once-{draft.pk}", **how)


def outcomes(given):
    return sorted(type(one).__name__ for one in given)


def test_one_doctor_in_five_tabs_signs_one():
    first = PrescriptionFactory()
    drafts = [
        first,
        *(PrescriptionFactory(enrolment=first.enrolment, author=first.author) for _ in range(4)),
    ]

    given = together([signing(draft, reason="vu") for draft in drafts])

    assert outcomes(given) == ["CannotSign"] * 4 + ["Prescription"]
    assert Prescription.objects.signed().filter(has_overlap_mention=False).count() == 1


def test_two_doctors_at_once_the_second_sees_the_first_and_is_asked_why():
    enrolment = EnrolmentFactory()
    PrescriptionFactory(enrolment=enrolment, signed=True, ordinary=True)
    drafts = [
        PrescriptionFactory(enrolment=enrolment),
        PrescriptionFactory(enrolment=enrolment, author=relay_of(enrolment)),
    ]

    given = together([signing(draft) for draft in drafts])

    assert outcomes(given) == ["CannotSign", "Prescription"]
    assert Prescription.objects.covering().count() == 1
    refused = next(one for one in given if isinstance(one, actions.CannotSign))
    assert "passez outre" in str(refused)


def test_with_reasons_both_are_signed_and_the_second_keeps_the_overlap():
    enrolment = EnrolmentFactory()
    PrescriptionFactory(enrolment=enrolment, signed=True, ordinary=True)
    drafts = [
        PrescriptionFactory(enrolment=enrolment),
        PrescriptionFactory(enrolment=enrolment, author=relay_of(enrolment)),
    ]

    given = together([signing(draft, reason="vu avec le confrère") for draft in drafts])

    codes = [
        list(one.passed_alerts.filter(code="OTHER_PRESCRIBER").values_list("code", flat=True))
        for one in given
    ]
    assert sorted(codes) == [[], ["OTHER_PRESCRIBER"]]


def test_the_same_form_sent_five_times_at_once_signs_once():
    draft = PrescriptionFactory()
    act = signing(draft)

    given = together([act] * 5)

    assert outcomes(given) == ["Prescription"] * 5
    assert Prescription.objects.signed().count() == 1


def test_a_cancellation_and_a_supply_at_once_never_both_stand():
    signed = sign(PrescriptionFactory())
    author, at = signed.author, signed.signed_at

    together(
        [
            lambda: actions.void(signed, reason="TYPING_ERROR", by=author, at=at),
            lambda: actions.mark_dispensed(signed, at=at),
        ]
    )

    signed.refresh_from_db()
    assert (signed.voided_at is None) != (signed.first_dispensed_at is None)
