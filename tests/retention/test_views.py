from datetime import date

from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from core.models import JournalLine
from patients.models import Identity
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory
from tests.programmes.factories import IndicationFactory
from tests.retention.factories import PurgeRunFactory, programme_with_rules
from tests.vigilance.factories import AdverseEventFactory


PLAN = reverse("retention:plan")


def manager_of(programme):
    return MemberFactory(role=Role.MANAGER, programme=programme)


def test_a_programme_without_end_says_that_nothing_is_erased(sign_in, django_assert_num_queries):
    programme = programme_with_rules(end_rule="3 mois après l’avis de la HAS")
    stranger = programme_with_rules(ends_on=date(2024, 12, 31))
    client = sign_in(manager_of(programme))

    # Session, user, second factor, member; programmes, rules, runs.
    with django_assert_num_queries(7):
        response = client.get(PLAN)

    assertContains(response, "Aucune date de fin\u202f: aucun effacement.")
    assertContains(response, "3 mois après l’avis de la HAS")
    assertContains(response, "10 ans de plus")
    assertNotContains(response, stranger.name)
    assertNotContains(response, "Simulation")


def test_an_end_gives_the_due_dates(sign_in):
    programme = programme_with_rules(ends_on=date(2024, 2, 29))
    PurgeRunFactory(programme=programme)

    response = sign_in(manager_of(programme)).get(PLAN)

    for day in ("28/02/2026", "01/03/2026", "29/02/2036", "01/03/2036"):
        assertContains(response, day)
    assertContains(response, "échéance le 28/02/2026, en cours")


def test_the_dry_run_counts_and_erases_nothing(sign_in):
    programme = programme_with_rules()
    enrolment = EnrolmentFactory(
        indication=IndicationFactory(programme=programme), patient=PatientFactory(person=True)
    )
    AdverseEventFactory(enrolment=enrolment, narrative_sealed=b"sealed")
    elsewhere = EnrolmentFactory(
        indication=IndicationFactory(programme=programme), patient=PatientFactory(person=True)
    )
    EnrolmentFactory(
        patient=elsewhere.patient, indication=IndicationFactory(programme=programme_with_rules())
    )
    lines = JournalLine.objects.count()

    response = sign_in(manager_of(programme)).get(PLAN, {"simuler": programme.code})

    (_, identities), (_, clinical) = response.context["simulated"]["tables"]
    # The other patient's identity is still kept by another programme.
    assert ["Identités", 1] in identities
    assert ["Textes libres\u202f: effets indésirables", 1] in identities
    assert ["Participations", 2] in clinical
    assert ["Effets indésirables", 1] in clinical
    assert Identity.objects.count() == 2
    assert JournalLine.objects.count() == lines


def test_another_programme_is_not_simulated(sign_in):
    programme, other = programme_with_rules(), programme_with_rules()

    response = sign_in(manager_of(programme)).get(PLAN, {"simuler": other.code})

    assert response.context["simulated"] is None


def test_analysts_do_not_read_the_plan(sign_in):
    assert sign_in(MemberFactory(role=Role.ANALYST)).get(PLAN).status_code == 403
