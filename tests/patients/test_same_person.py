from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from core.models import KeyRecord
from patients import actions, identity
from patients.actions.identity import Correction
from patients.enums import CorrectionReason
from patients.models import Enrolment, IdentityIndex, Patient
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.patients.situations import DAY, NOON, a_setting, an_inclusion, limited, trained
from tests.patients.test_inclusion import include, rows
from tests.programmes.factories import ListingFactory


@pytest.fixture
def setting():
    return a_setting()


def test_the_same_person_is_refused_and_whom_to_call_is_told(setting):
    person = PersonFactory()
    first = include(setting, an_inclusion(setting, person))
    other = trained(setting.programme, site__name="CHU d’ailleurs")
    ListingFactory(site=other.site, indication=setting.indication)
    before = rows()

    with pytest.raises(actions.AlreadyFollowed) as caught:
        include(setting, an_inclusion(setting, replace(person, phone="")), "inclusion:2", other)

    assert rows() == before
    assert first.site.name in str(caught.value)
    assert first.site.phone in str(caught.value)
    assert "homonyme" in str(caught.value)
    assert first.number not in str(caught.value)
    assert setting.indication.label not in str(caught.value)


def test_ones_own_patient_is_told_by_the_number(setting):
    person = PersonFactory()
    first = include(setting, an_inclusion(setting, person))

    with pytest.raises(actions.AlreadyFollowed, match=f"votre structure, numéro {first.number}"):
        include(setting, an_inclusion(setting, person), "inclusion:2")


def test_the_same_person_in_another_programme_is_the_same_patient(setting):
    person = PersonFactory(phone="")
    first = include(setting, an_inclusion(setting, person))
    elsewhere = a_setting()
    called = replace(person, phone="06 11 11 11 11", used_name="")

    second = include(elsewhere, an_inclusion(elsewhere, called), key="inclusion:2")

    assert second.patient == first.patient
    assert Patient.objects.count() == 1
    assert identity.open_one(second.patient).phone == "06 11 11 11 11"
    assert identity.open_one(second.patient).used_name == person.used_name
    # No key is left over: one patient, two enrolments.
    assert KeyRecord.objects.filter(purpose="patient").count() == 1


def test_a_used_name_told_later_is_searched_by(setting):
    person = PersonFactory(birth_name="Martin", used_name="")
    include(setting, an_inclusion(setting, person))
    elsewhere = a_setting()

    married = replace(person, used_name="Dupont")
    second = include(elsewhere, an_inclusion(elsewhere, married), key="inclusion:2")

    assert list(identity.search(elsewhere.doctor, name="Dupont")) == [second]


def test_who_left_may_come_back_and_the_first_participation_is_kept(setting):
    person = PersonFactory()
    first = EnrolmentFactory(
        indication=setting.indication,
        patient__person=person,
        included_on=DAY - timedelta(days=90),
        ended=True,
        ended_on=DAY,
    )

    second = include(setting, an_inclusion(setting, person))

    assert (second.patient, second.previous) == (first.patient, first)


def test_a_participation_that_was_still_going_on_is_refused(setting):
    """Typed afterwards, the inclusion would begin before the exit."""
    person = PersonFactory()
    EnrolmentFactory(
        indication=setting.indication,
        patient__person=person,
        included_on=DAY - timedelta(days=90),
        ended=True,
        ended_on=DAY,
    )
    earlier = DAY - timedelta(days=1)
    late = {"included_on": earlier, "signed_on": earlier, "late_reason": "NO_TIME"}

    with pytest.raises(actions.AlreadyFollowed, match="participait encore ce jour-là"):
        include(setting, an_inclusion(setting, person, **late))

    assert Enrolment.objects.count() == 1


def test_a_third_namesake_passes_though_the_first_was_corrected_since(setting):
    person = PersonFactory()
    first = include(setting, an_inclusion(setting, person), key="inclusion:1")
    namesake = replace(an_inclusion(setting, person), homonym_reason="Pièce vue")
    second = include(setting, namesake, key="inclusion:2")
    corrected = Correction(replace(person, first_names=["Anne"]), CorrectionReason.TYPO)
    actions.correct_identity(first, corrected, by=setting.doctor, at=NOON)

    third = include(setting, namesake, key="inclusion:3")

    assert second.patient.index.homonym_no == 1
    assert third.patient.index.homonym_no == 2


def test_a_name_alike_is_another_patient(setting):
    person = PersonFactory()
    first = include(setting, an_inclusion(setting, person))

    twin = replace(person, first_names=["Anne"])
    second = include(setting, an_inclusion(setting, twin), key="inclusion:2")

    assert second.patient != first.patient


def at_once(*acts):
    """Run the acts at the same instant; give back what each answers or is refused."""
    barrier, results = Barrier(len(acts)), []

    def go(act):
        try:
            barrier.wait(timeout=10)
            results.append(act())
        except actions.CannotInclude as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=go, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    connection.close()
    return results


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_the_last_place_is_taken_once():
    setting = limited(1)
    acts = [
        partial(include, setting, an_inclusion(setting), key=f"inclusion:{number}")
        for number in range(4)
    ]

    results = at_once(*acts)

    assert len(results) == 4
    assert Enrolment.objects.count() == 1
    assert sum("maximum" in str(result) for result in results) == 3


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_structures_at_the_same_instant_include_one_person_once():
    setting = a_setting()
    other = trained(setting.programme)
    ListingFactory(site=other.site, indication=setting.indication)
    inclusion = an_inclusion(setting, PersonFactory())
    barrier, results = Barrier(2), []

    def go(member, key):
        try:
            barrier.wait(timeout=10)
            results.append(actions.include(inclusion, key=key, by=member, at=NOON))
        except actions.AlreadyFollowed as error:
            results.append(error)
        finally:
            connections.close_all()

    doctors = [(setting.doctor, "inclusion:1"), (other, "inclusion:2")]
    threads = [Thread(target=go, args=given) for given in doctors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(type(result).__name__ for result in results) == ["AlreadyFollowed", "Enrolment"]
    assert IdentityIndex.objects.count() == Enrolment.objects.count() == 1
    assert KeyRecord.objects.filter(purpose__in=["patient", "enrolment"]).count() == 2
    connection.close()
