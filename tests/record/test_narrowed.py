"""The narrower worklists: who is in each, who is not, and the lists kept under a name."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import drafts
from core.models import JournalLine
from followup.models import Attempt
from patients.enums import EndReason, EnrolmentState
from pharmacies.models import SupplyEnd
from record import saved, worklist
from record.models import SavedFilter
from record.saved import CannotSave, Named
from record.worklist import Filters
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.followup.factories import (
    AttemptFactory,
    ReminderFactory,
    SearchFactory,
    VisitFactory,
)
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory
from tests.pharmacies.factories import DispensationFactory, ReceivedFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.record.factories import SavedFilterFactory


TODAY = date(2026, 7, 1)
AT = datetime(2026, 7, 1, 9, tzinfo=UTC)


def patient(**fields):
    return EnrolmentFactory(patient=PatientFactory(person=PersonFactory()), **fields)


def beside(enrolment, **fields):
    """Another patient of the same doctor."""
    return patient(
        included_by=enrolment.included_by,
        site=enrolment.site,
        indication=enrolment.indication,
        **fields,
    )


def kept(member, todo, today=TODAY):
    rows = worklist.waiting(member, today)
    return set(worklist.filtered(rows, Filters(todo=todo), member, today))


# --- Without news -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("included_on", "held_on", "silent"),
    [
        pytest.param(date(2026, 4, 2), None, True, id="included 90 days ago, never seen"),
        pytest.param(date(2026, 4, 3), None, False, id="included 89 days ago"),
        pytest.param(date(2026, 1, 5), date(2026, 4, 2), True, id="seen 90 days ago"),
        pytest.param(date(2026, 1, 5), date(2026, 4, 3), False, id="seen 89 days ago"),
    ],
)
def test_a_patient_without_news_for_ninety_days(included_on, held_on, silent):
    enrolment = patient(included_on=included_on)
    if held_on:
        VisitFactory(enrolment=enrolment, done=True, due_on=held_on)

    assert kept(enrolment.included_by, "silent") == ({enrolment} if silent else set())
    assert worklist.counts(enrolment.included_by, TODAY).silent == silent


@pytest.mark.parametrize("undone", [False, True])
def test_a_dispensation_is_news_unless_it_was_undone(undone):
    prescription = PrescriptionFactory(signed=True)
    received = ReceivedFactory(prescription=prescription)
    given = DispensationFactory(received=received, items=True)
    if undone:
        from tests.pharmacies.factories import UndoneFactory

        UndoneFactory(dispensation=given)
    day = given.dispensed_on + timedelta(days=89)
    enrolment = prescription.enrolment

    found = kept(enrolment.included_by, "silent", max(day, enrolment.included_on + timedelta(90)))

    assert (enrolment in found) == undone or day < enrolment.included_on + timedelta(90)


def test_who_left_is_not_asked_for_news():
    enrolment = patient(
        state=EnrolmentState.ENDED, ended_on=date(2026, 3, 20), end_reason=EndReason.OTHER
    )

    assert kept(enrolment.included_by, "silent") == set()


def test_the_list_says_when_they_were_last_seen():
    enrolment = patient()
    VisitFactory(enrolment=enrolment, done=True, due_on=date(2026, 3, 20))
    member = enrolment.included_by
    rows = worklist.filtered(worklist.waiting(member, TODAY), Filters(todo="silent"), member, TODAY)

    page = worklist.page(rows, QueryDict(), TODAY)

    assert page.rows[0].news == "Vu pour la dernière fois le 20/03/2026"
    everyone = worklist.page(worklist.waiting(member, TODAY), QueryDict(), TODAY)
    assert everyone.rows[0].news == ""


# --- The others -------------------------------------------------------------------------------


def test_searches_under_way_only():
    mine = patient()
    SearchFactory(enrolment=mine)
    other = beside(mine)
    SearchFactory(enrolment=other, closed_at=AT, closed_by=mine.included_by, outcome="FOUND")
    SearchFactory()

    assert kept(mine.included_by, "searched") == {mine}


@pytest.mark.parametrize(
    ("ends_on", "told"),
    [
        (date(2026, 5, 31), False),
        (date(2026, 6, 1), True),
        (date(2026, 7, 8), True),
        (date(2026, 7, 9), False),
    ],
)
def test_gaps_that_are_announced(ends_on, told):
    enrolment = patient()
    SupplyEnd.objects.create(enrolment=enrolment, ends_on=ends_on)
    SupplyEnd.objects.create(enrolment=patient(), ends_on=TODAY)

    assert kept(enrolment.included_by, "gap") == ({enrolment} if told else set())


@pytest.mark.parametrize(
    ("state", "due_on", "told"),
    [
        ("GIVEN_UP", date(2026, 7, 1), True),
        ("UNSURE", date(2026, 7, 2), True),
        ("UNSURE", date(2026, 6, 30), False),
        ("DROPPED", date(2026, 7, 2), False),
        ("SENT", date(2026, 7, 2), False),
    ],
)
def test_patients_whose_reminder_failed(state, due_on, told):
    enrolment = patient()
    visit = VisitFactory(enrolment=enrolment, simple=True, due_on=due_on)
    ReminderFactory(visit=visit, state=state, settled_at=AT)
    ReminderFactory(state="UNSURE", due_on=date(2026, 7, 2), settled_at=AT)

    assert kept(enrolment.included_by, "untold") == ({enrolment} if told else set())


def test_patients_without_pharmacy():
    without = patient()
    beside(without, pharmacy=SiteFactory(pharmacy=True))
    beside(
        without,
        state=EnrolmentState.ENDED,
        ended_on=date(2026, 3, 20),
        end_reason=EndReason.OTHER,
    )

    assert kept(without.included_by, "pharmacy") == {without}


def test_what_one_began_to_type():
    visited = VisitFactory(enrolment=patient())
    by_visit, member = visited.enrolment, visited.enrolment.included_by
    by_record, by_prescription, closed, others = (beside(by_visit) for _ in range(4))
    colleague = MemberFactory(site=member.site)
    PrescriptionFactory(enrolment=by_prescription)
    drafts.save(member.user_id, visited.draft_key, {"comment": "a"}, 0, at=AT)
    drafts.save(member.user_id, f"visit_new:{by_record.public_id}", {"comment": "a"}, 0, at=AT)
    drafts.save(member.user_id, f"visit_new:{closed.public_id}", {"comment": "a"}, 0, at=AT)
    drafts.remove(member.user_id, f"visit_new:{closed.public_id}", at=AT)
    drafts.save(colleague.user_id, f"visit_new:{others.public_id}", {"comment": "a"}, 0, at=AT)

    assert kept(member, "drafts") == {by_visit, by_record, by_prescription}


# Wednesday 1 July 2026: the week ends on Sunday 5.
@pytest.mark.parametrize(
    ("due_on", "days", "listed"),
    [
        pytest.param(date(2026, 7, 5), 0, True, id="planned for Sunday"),
        pytest.param(date(2026, 7, 6), 0, False, id="planned for Monday"),
        pytest.param(date(2026, 7, 1), 0, True, id="today is its last day"),
        pytest.param(date(2026, 6, 30), 0, False, id="late since yesterday"),
        pytest.param(date(2026, 7, 8), 7, True, id="its window opens today"),
    ],
)
def test_visits_of_the_week(due_on, days, listed):
    window = timedelta(days=days)
    visit = VisitFactory(
        enrolment=patient(), due_on=due_on, opens_on=due_on - window, closes_on=due_on + window
    )

    expected = {visit.enrolment} if listed else set()
    assert kept(visit.enrolment.included_by, "week") == expected


@pytest.mark.parametrize(
    "todo", ["gap", "silent", "searched", "untold", "pharmacy", "drafts", "week", "unheard-of"]
)
def test_each_list_opens_and_costs_the_same(sign_in, todo, django_assert_max_num_queries):
    first = patient()
    for _ in range(5):
        beside(first)
    client = sign_in(first.included_by)

    # session, user, otp, member, indications, counts, page, identities, training 2, to sign,
    # saved lists, programmes of the supply, drafts
    with django_assert_max_num_queries(14):
        response = client.get(f"{reverse('record:patients')}?a_faire={todo}")

    assert response.status_code == 200


# --- Lists under a name -----------------------------------------------------------------------


def test_only_the_filters_of_an_address_are_kept():
    asked = QueryDict("a_faire=late&q=DUPONT&apres=x&indication=Douleurs&patients=sortis")

    assert saved.query_of(asked) == "a_faire=late&indication=Douleurs&patients=sortis"


def test_what_is_usual_is_not_written():
    asked = QueryDict("a_faire=toutes&indication=toutes&patients=suivis")

    assert saved.query_of(asked) == ""


def test_a_list_is_ones_own_or_shared_by_the_place():
    mine = SavedFilterFactory()
    shared = SavedFilterFactory(owner=MemberFactory(site=mine.owner.site), is_shared=True)
    SavedFilterFactory(owner=MemberFactory(site=mine.owner.site))
    SavedFilterFactory(is_shared=True)

    assert set(saved.of(mine.owner)) == {mine, shared}


def test_saving_and_removing_are_journaled():
    member = MemberFactory()

    kept_list = saved.save(Named("Retards", True), "a_faire=late", by=member, at=AT)
    saved.remove(kept_list, by=member)

    actions = JournalLine.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["filter.saved", "filter.removed"]
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("why", ["the same name", "too many"])
def test_lists_that_cannot_be_kept(why):
    first = SavedFilterFactory()
    if why == "too many":
        SavedFilterFactory.create_batch(saved.MAX_PER_PERSON - 1, owner=first.owner)
    before = SavedFilter.objects.count()
    name = first.name if why == "the same name" else "Une autre"

    with pytest.raises(CannotSave, match="déjà"):
        saved.save(Named(name, False), "", by=first.owner, at=AT)

    assert SavedFilter.objects.count() == before
    assert not JournalLine.objects.exists()


def test_the_page_keeps_shows_and_removes_a_list(client, sign_in):
    enrolment = patient()
    sign_in(enrolment.included_by)
    query = "a_faire=late&patients=sortis"

    answer = client.post(
        reverse("record:save_filter"), {"name": "Mes retards", "query": f"{query}&q=DUPONT"}
    )
    assertRedirects(answer, f"{reverse('record:patients')}?{query}")
    assertContains(client.get(reverse("record:patients")), "Mes retards")
    assertContains(
        client.post(reverse("record:save_filter"), {"name": "Mes retards"}, follow=True),
        "porte déjà ce nom",
    )
    assertContains(
        client.post(reverse("record:save_filter"), {"name": ""}, follow=True), "Donnez un nom"
    )
    mine = SavedFilter.objects.get()
    other = SavedFilterFactory(owner=MemberFactory(site=enrolment.site), is_shared=True)
    assertContains(client.get(reverse("record:patients")), other.owner.user.full_name)
    remove = lambda one: reverse("record:remove_filter", args=[one.public_id])  # noqa: E731
    assert client.post(remove(other)).status_code == 404
    assertRedirects(client.post(remove(mine)), reverse("record:patients"))

    assertNotContains(client.get(reverse("record:patients")), "Mes retards")


# --- The page of a patient without news -------------------------------------------------------


def test_a_doctor_tries_finds_and_is_told(client, sign_in):
    enrolment = patient(included_on=timezone.localdate() - timedelta(days=100))
    sign_in(enrolment.included_by)
    url = reverse("record:lost", args=[enrolment.public_id])
    today = f"{timezone.localdate():%d/%m/%Y}"

    page = client.get(url)
    assertContains(page, "Aucune tentative")
    assertContains(page, "Sans nouvelles depuis 90 jours ou plus")
    assertNotContains(page, "Patient retrouvé")
    typed = {"attempted_on": today, "means": "PHONE", "answered": "NOTHING"}
    answer = client.post(url, typed, follow=True)
    assertContains(answer, "La tentative est enregistrée.")
    assertContains(answer, "Recherche en cours")
    assertContains(answer, "Trois tentatives par deux moyens")
    assertContains(answer, reverse("patients:end", args=[enrolment.public_id]))
    found = reverse("record:found", args=[enrolment.public_id])
    assertContains(client.post(found, follow=True), "la recherche est close")

    assertContains(client.post(found, follow=True), "Aucune recherche n’est en cours")


def test_an_attempt_to_come_is_refused_beside_its_field(client, sign_in):
    enrolment = patient()
    sign_in(enrolment.included_by)
    tomorrow = timezone.localdate() + timedelta(days=2)

    answer = client.post(
        reverse("record:lost", args=[enrolment.public_id]),
        {"attempted_on": f"{tomorrow:%d/%m/%Y}", "means": "PHONE", "answered": "NOTHING"},
    )

    assertContains(answer, "ou avant.")
    assert not Attempt.objects.exists()


def test_an_act_that_refuses_says_so_on_the_page(client, sign_in):
    enrolment = patient(
        state=EnrolmentState.ENDED,
        ended_on=date(2026, 3, 20),
        end_reason=EndReason.LOST_TO_FOLLOWUP,
    )
    AttemptFactory(
        search=SearchFactory(
            enrolment=enrolment, closed_at=AT, closed_by=enrolment.included_by, outcome="LOST"
        )
    )
    sign_in(enrolment.included_by)
    url = reverse("record:lost", args=[enrolment.public_id])

    page = client.get(url)
    assertContains(page, reverse("patients:reopen", args=[enrolment.public_id]))
    assertContains(page, "Perdu de vue, sortie enregistrée")
    client.post(url, {"attempted_on": "20/03/2026", "means": "PHONE", "answered": "NOTHING"})

    assert Attempt.objects.count() == 1


def test_a_relay_doctor_tries_and_does_not_end(client, sign_in):
    relay = MemberFactory(role=Role.RELAY_DOCTOR)
    enrolment = patient(relay_doctor=relay)
    from tests.programmes.factories import AccreditationFactory

    AccreditationFactory(member=relay, programme=enrolment.programme)
    AttemptFactory(search=SearchFactory(enrolment=enrolment))
    sign_in(relay)

    page = client.get(reverse("record:lost", args=[enrolment.public_id]))

    assertContains(page, "Patient retrouvé")
    assertNotContains(page, reverse("patients:end", args=[enrolment.public_id]))
