import pytest
from django.http import Http404
from django.test import RequestFactory

from core import keys
from core.models import JournalLine
from patients.access import open_live, open_record
from tests.patients.factories import EnrolmentFactory


def request_of(member):
    request = RequestFactory().get("/")
    request.member = member
    return request


def test_a_record_opens_in_three_queries(django_assert_num_queries):
    enrolment = EnrolmentFactory(patient__person=True, relay=True)
    request = request_of(enrolment.relay_doctor)

    with (
        django_assert_num_queries(2),  # enrolment, journal
        django_assert_num_queries(1, using="keys"),
    ):
        opened, person = open_record(request, enrolment.public_id)
        # What the strip shows is loaded.
        assert opened.indication.label
        assert opened.site.name
        assert opened.relay_doctor.user.full_name

    assert person.first_name == "Jeanne"


def test_a_view_is_journaled_once_a_page():
    enrolment = EnrolmentFactory(patient__person=True)
    request = request_of(enrolment.included_by)

    open_record(request, enrolment.public_id)
    open_record(request, enrolment.public_id)
    open_record(request_of(enrolment.included_by), enrolment.public_id)

    lines = JournalLine.objects.filter(action="patient.viewed")
    assert lines.count() == 2
    assert {line.subject for line in lines} == {str(enrolment.public_id)}


def test_an_erased_identity_opens_without_a_name():
    enrolment = EnrolmentFactory(patient__person=True)
    keys.destroy_keys([enrolment.patient.key_id])

    assert open_record(request_of(enrolment.included_by), enrolment.public_id)[1] is None


def test_the_record_of_another_is_not_found_and_not_journaled():
    enrolment, stranger = EnrolmentFactory(), EnrolmentFactory()

    with pytest.raises(Http404):
        open_record(request_of(stranger.included_by), enrolment.public_id)

    assert not JournalLine.objects.exists()


@pytest.mark.parametrize(
    ("situation", "opens"), [({}, True), ({"weaning": True}, True), ({"ended": True}, False)]
)
def test_a_live_record_opens_until_the_exit(situation, opens):
    enrolment = EnrolmentFactory(patient__person=True, **situation)
    request = request_of(enrolment.included_by)

    if opens:
        assert open_live(request, enrolment.public_id)[0] == enrolment
    else:
        with pytest.raises(Http404):
            open_live(request, enrolment.public_id)
