"""Who looks alike: shown before anything is saved, never blocking, remembered once told apart."""

import datetime
from dataclasses import replace

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from core.models import JournalLine
from patients import actions, duplicates, identity
from patients.enums import DuplicateState
from patients.identity import Person
from patients.models import Enrolment, IdentityIndex, Patient, PossibleDuplicate
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, PairFactory, PatientFactory, PersonFactory
from tests.patients.situations import NOON, a_setting, an_inclusion, trained, typed
from tests.patients.test_inclusion import include
from tests.programmes.factories import ListingFactory


JEANNE = Person("Martin", ["Jeanne", "Marie"], "F", datetime.date(1980, 5, 12), birth_place="69123")


@pytest.fixture
def setting():
    return a_setting()


# --- Found -----------------------------------------------------------------------------------


def test_ones_own_patient_is_shown_with_a_name_and_another_structures_without():
    mine = EnrolmentFactory(patient__person=JEANNE)
    theirs = EnrolmentFactory(patient__person=replace(JEANNE, first_names=["Jeane"]))
    stranger = EnrolmentFactory(patient__person=PersonFactory(birth_date=datetime.date(1950, 1, 1)))

    found = duplicates.candidates(replace(JEANNE, birth_place="75056"), by=mine.included_by)

    assert [one.patient for one in found] == [mine.patient, theirs.patient]
    assert [one.is_mine for one in found] == [True, False]
    assert found[0].person == JEANNE
    assert found[1].site == theirs.site
    assert stranger.patient not in [one.patient for one in found]


def test_a_slip_in_the_date_is_found_by_the_name_and_a_slip_in_the_name_by_the_date():
    known = EnrolmentFactory(patient__person=JEANNE)

    for slip in ({"birth_date": datetime.date(1980, 5, 21)}, {"birth_name": "Martyn"}):
        found = duplicates.candidates(replace(JEANNE, **slip), by=known.included_by)
        assert [one.patient for one in found] == [known.patient]


def test_somebody_without_participation_or_erased_is_not_shown():
    PatientFactory(person=JEANNE)

    assert duplicates.candidates(JEANNE, by=MemberFactory()) == []


def test_a_comparison_has_a_fixed_number_of_queries(django_assert_num_queries):
    first = EnrolmentFactory(patient__person=JEANNE)
    for name in ("Jeane", "Jeann", "Jeannne"):
        EnrolmentFactory(patient__person=replace(JEANNE, first_names=[name]))

    # who is near, patients, identities, enrolments, mine
    with django_assert_num_queries(5), django_assert_num_queries(1, using="keys"):
        found = duplicates.candidates(JEANNE, by=first.included_by)

    assert len(found) == 4


def test_a_frequent_name_stops_after_those_of_the_birth_date(monkeypatch):
    born = EnrolmentFactory(patient__person=replace(JEANNE, birth_name="Durand"))
    for year in (1950, 1951):
        EnrolmentFactory(patient__person=replace(JEANNE, birth_date=datetime.date(year, 1, 1)))
    monkeypatch.setattr(duplicates, "MOST_OPENED", 1)

    found = duplicates.candidates(JEANNE, by=born.included_by)

    assert [one.patient for one in found] == [born.patient]


# --- Said at the inclusion -------------------------------------------------------------------


def elsewhere(setting):
    other = trained(setting.programme, site__name="CHU d’ailleurs")
    ListingFactory(site=other.site, indication=setting.indication)
    return other


def test_who_looks_alike_is_kept_for_review(setting):
    first = include(setting, an_inclusion(setting, JEANNE))

    second = include(
        setting, an_inclusion(setting, replace(JEANNE, birth_name="Martyn")), key="inclusion:2"
    )

    pair = PossibleDuplicate.objects.get()
    assert (pair.first, pair.second) == (first.patient, second.patient)
    assert (pair.state, pair.score) == (DuplicateState.OPEN, 92)
    assert "NAME_ALIKE" in pair.reasons


def test_who_was_said_to_be_another_is_never_compared_again(setting):
    first = include(setting, an_inclusion(setting, JEANNE))
    twin = replace(JEANNE, first_names=["Anne"])
    said = replace(an_inclusion(setting, twin), different=frozenset({first.patient.public_id}))

    second = include(setting, said, key="inclusion:2")

    pair = PossibleDuplicate.objects.get()
    assert (pair.state, pair.decided_by) == (DuplicateState.DIFFERENT, setting.doctor)
    assert duplicates.said_different(second.patient) == {first.patient.pk}
    assert duplicates.said_different(first.patient) == {second.patient.pk}


def test_twins_are_accepted_and_not_kept(setting):
    include(setting, an_inclusion(setting, JEANNE))
    include(
        setting, an_inclusion(setting, replace(JEANNE, first_names=["Anne"])), key="inclusion:2"
    )

    assert Enrolment.objects.count() == 2
    assert not PossibleDuplicate.objects.exists()


def test_a_namesake_to_the_last_trait_passes_by_an_act_with_a_reason(setting):
    first = include(setting, an_inclusion(setting, JEANNE))
    other = elsewhere(setting)
    said = replace(an_inclusion(setting, JEANNE), homonym_reason="Papiers comparés")

    second = include(setting, said, key="inclusion:2", by=other)

    assert second.patient != first.patient
    numbers = IdentityIndex.objects.order_by("patient").values_list("homonym_no", flat=True)
    assert list(numbers) == [0, 1]
    pair = PossibleDuplicate.objects.get()
    assert pair.state == DuplicateState.OPEN  # somebody else looks at it
    assert b"Papiers" not in bytes(pair.reason_sealed)
    assert JournalLine.objects.filter(action="identity.homonym").count() == 1


def test_what_is_known_of_a_pair_is_refreshed_and_what_was_decided_stays():
    patient = EnrolmentFactory(patient__person=JEANNE).patient
    alike = EnrolmentFactory(patient__person=replace(JEANNE, birth_name="Martyn"))
    by = alike.included_by
    note = actions.duplicates.note_alike

    note(
        alike.patient,
        replace(JEANNE, birth_name="Martyn"),
        actions.duplicates.Said(),
        by=by,
        at=NOON,
    )
    note(
        alike.patient,
        replace(JEANNE, birth_name="Martin"),
        actions.duplicates.Said(),
        by=by,
        at=NOON,
    )

    assert PossibleDuplicate.objects.get().score == 100
    said = actions.duplicates.Said({patient.public_id})
    note(alike.patient, JEANNE, said, by=by, at=NOON)
    note(alike.patient, JEANNE, actions.duplicates.Said(), by=by, at=NOON)
    assert PossibleDuplicate.objects.get().state == DuplicateState.DIFFERENT


# --- Told apart later ------------------------------------------------------------------------


def test_two_persons_are_told_apart_for_good():
    pair = PairFactory()
    by = MemberFactory()

    actions.tell_apart(pair, reason="Jumelles", by=by, at=NOON)

    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == (DuplicateState.DIFFERENT, by)
    assert b"Jumelles" not in bytes(pair.reason_sealed)
    with pytest.raises(actions.CannotDecide, match="déjà été examiné"):
        actions.tell_apart(pair, reason="Encore", by=by, at=NOON)


# --- Pages -----------------------------------------------------------------------------------


def begun(client, setting):
    """The address of the identity step, the first two steps being filled."""
    client.post(reverse("patients:include"), {"programme": str(setting.programme.public_id)})
    from core.models import Draft

    draft_id = Draft.objects.get().key.removeprefix("inclusion:")
    for step in ("information", "eligibilite"):
        client.post(reverse("patients:step", args=[draft_id, step]), typed(setting)[step])
    return draft_id


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


def test_candidates_are_shown_while_typing(sign_in, setting):
    known = EnrolmentFactory(
        indication=setting.indication, included_by=setting.doctor, patient__person=JEANNE
    )
    client = sign_in(setting.doctor)
    draft_id = begun(client, setting)
    address = reverse("patients:alike", args=[draft_id])

    partial = client.post(address, {"birth_name": "Martyn", "birth_date": "12/05/1980"})
    nothing = client.post(address, {"birth_name": "Martyn"})

    assertContains(partial, "MARTIN Jeanne")
    assertContains(partial, known.number)
    assertContains(partial, "sur 100")
    assertNotContains(nothing, "MARTIN")
    lines = JournalLine.objects.filter(action="identity.compared")
    assert [line.detail for line in lines] == [{"found": 1}]


def test_who_is_shown_without_a_name_reads_it_among_the_accesses(sign_in, setting):
    theirs = EnrolmentFactory(patient__person=JEANNE)
    client = sign_in(setting.doctor)
    address = reverse("patients:alike", args=[begun(client, setting)])

    page = client.post(address, {"birth_name": "Martin", "birth_date": "12/05/1980"})

    assertContains(page, "Connu ailleurs")
    assertNotContains(page, theirs.number)
    lines = JournalLine.objects.filter(action="identity.compared", subject=theirs.public_id)
    assert lines.count() == 1


@pytest.mark.parametrize(
    "theirs", [JEANNE, replace(JEANNE, birth_place="99999")], ids=["alike", "namesake"]
)
def test_the_last_page_too_stands_among_the_accesses(sign_in, setting, theirs):
    known = EnrolmentFactory(patient__person=theirs)
    client = sign_in(setting.doctor)
    draft_id = begun(client, setting)
    for step in ("identite", "relais"):
        client.post(reverse("patients:step", args=[draft_id, step]), typed(setting)[step])

    page = client.get(reverse("patients:step", args=[draft_id, "confirmation"]))

    assertContains(page, "Déjà connu")
    lines = JournalLine.objects.filter(action="identity.compared", subject=known.public_id)
    assert lines.count() == 1


def test_ones_own_namesake_is_no_access_of_another_structure(setting):
    mine = EnrolmentFactory(patient__person=JEANNE)

    assert duplicates.elsewhere(mine.patient.index, by=mine.included_by) == []


def test_too_many_comparisons_tell_nothing_more(sign_in, setting, monkeypatch):
    EnrolmentFactory(
        indication=setting.indication, included_by=setting.doctor, patient__person=JEANNE
    )
    client = sign_in(setting.doctor)
    address = reverse("patients:alike", args=[begun(client, setting)])
    monkeypatch.setattr("patients.views.inclusion.COMPARED", 1)
    sent = {"birth_name": "Martin", "birth_date": "12/05/1980"}

    assertContains(client.post(address, sent), "MARTIN")
    assertNotContains(client.post(address, sent), "MARTIN")


def test_there_is_nothing_to_compare_before_the_first_steps(sign_in, setting):
    client = sign_in(setting.doctor)
    unknown = reverse("patients:alike", args=["00000000-0000-0000-0000-000000000000"])

    assert client.post(unknown, {}).status_code == 404


def test_the_last_page_asks_and_keeps_what_was_said(sign_in, setting):
    theirs = EnrolmentFactory(patient__person=JEANNE)
    client = sign_in(setting.doctor)
    draft_id = begun(client, setting)
    sent = {"birth_name": "Martyn", "first_names": "Jeanne", "sex": "F", "birth_date": "12/05/1980"}
    client.post(reverse("patients:step", args=[draft_id, "identite"]), sent)
    client.post(reverse("patients:step", args=[draft_id, "relais"]), typed(setting)["relais"])
    last = reverse("patients:step", args=[draft_id, "confirmation"])

    page = client.get(last)

    assertContains(page, "Connu ailleurs")
    assertContains(page, theirs.site.name)
    assertNotContains(page, theirs.number)
    client.post(last, {"confirmed": "on", f"different_{theirs.patient.public_id}": "on"})
    assert PossibleDuplicate.objects.get().state == DuplicateState.DIFFERENT


def test_the_last_page_lets_a_namesake_pass(sign_in, setting):
    EnrolmentFactory(
        indication=setting.indication, patient__person=replace(JEANNE, birth_place="99999")
    )
    client = sign_in(setting.doctor)
    draft_id = begun(client, setting)
    sent = {
        "birth_name": "Martin",
        "first_names": "Jeanne Marie",
        "sex": "F",
        "birth_date": "12/05/1980",
    }
    client.post(reverse("patients:step", args=[draft_id, "identite"]), sent)
    client.post(reverse("patients:step", args=[draft_id, "relais"]), typed(setting)["relais"])
    last = reverse("patients:step", args=[draft_id, "confirmation"])

    refused = client.post(last, {"confirmed": "on"})
    passed = client.post(last, {"confirmed": "on", "homonym_reason": "Papiers comparés"})

    assertContains(refused, "participe déjà")
    assertContains(refused, "dites pourquoi")
    assert passed.status_code == 302
    assert Patient.objects.count() == 2


def test_the_desk_shows_pairs_of_ones_own_patients(sign_in):
    pair = PairFactory()
    mine = EnrolmentFactory(patient=pair.first)
    theirs = EnrolmentFactory(patient=pair.second)
    PairFactory()
    client = sign_in(mine.included_by)

    desk = client.get(reverse("patients:desk"))
    page = client.get(reverse("patients:pair", args=[pair.public_id]))

    assertContains(desk, "Examiner", count=1)
    assertContains(page, identity.open_one(pair.first).full_name)
    assertNotContains(page, identity.open_one(pair.second).birth_name.upper())
    assertContains(page, theirs.site.name)


def test_a_pair_of_others_does_not_exist(sign_in):
    pair = PairFactory()
    EnrolmentFactory(patient=pair.first)
    client = sign_in(EnrolmentFactory().included_by)

    for name in ("pair", "ask_merge"):
        assert client.post(reverse(f"patients:{name}", args=[pair.public_id])).status_code == 404


def test_a_pair_is_told_apart_on_its_page(sign_in):
    pair = PairFactory()
    mine = EnrolmentFactory(patient=pair.first)
    EnrolmentFactory(patient=pair.second)
    client, address = sign_in(mine.included_by), reverse("patients:pair", args=[pair.public_id])

    refused = client.post(address, {"reason": ""})
    client.post(address, {"reason": "Jumelles"})

    assertContains(refused, "obligatoire")
    pair.refresh_from_db()
    assert pair.state == DuplicateState.DIFFERENT
    assert client.get(address).status_code == 404
