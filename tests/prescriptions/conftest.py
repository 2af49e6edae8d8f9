import pytest
from django.utils import timezone

from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import entitled
from tests.programmes.factories import PackFactory, ProductFactory


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def doctor(sign_in):
    enrolment = EnrolmentFactory()
    member = entitled(enrolment.included_by, enrolment)
    client = sign_in(member)
    client.enrolment, client.member = enrolment, member
    return client


@pytest.fixture
def medicine(doctor):
    product = ProductFactory(
        narcotic=True,
        programme=doctor.enrolment.programme,
        indications=[doctor.enrolment.indication],
    )
    PackFactory(product=product)
    return product


@pytest.fixture
def signature(monkeypatch):
    """A hand that signs: the proof itself is tested in accounts."""
    monkeypatch.setattr("accounts.step_up._refusal", lambda request, user, secret: "")
