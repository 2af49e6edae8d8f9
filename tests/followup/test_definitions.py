"""The manager changes the calendar: what it would move, what it moves, what it leaves."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from accounts.enums import Role
from core.models import Draft, JournalLine
from followup import impact
from followup.actions import definitions as actions
from followup.enums import DateSource, VisitStatus
from followup.models import Visit
from patients.enums import EnrolmentState
from programmes.actions import CannotPublish
from programmes.actions import visits as drafts
from programmes.enums import OpeningState, VisitKind
from programmes.models import VisitDefinition
from programmes.rules import HOLDERS
from retention.classes import history_of
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import OPENING, ProgrammeFactory


DAY = datetime.date(2026, 3, 20)
AT = datetime.datetime(2026, 3, 20, 9, tzinfo=datetime.UTC)
# The patients of the factories: included on 2 March 2026.
DAYS = datetime.timedelta(days=1)


@pytest.fixture
def visit():
    """M1 on 2 April 2026, a week around, of a patient included on 2 March."""
    return VisitFactory()


@pytest.fixture
def manager(visit):
    return MemberFactory(role=Role.MANAGER, programme=visit.enrolment.programme)


def draft(visit, manager, **changes):
    wanted = {
        "code": visit.code, "offset_months": 2, "window_before_days": 14, "window_after_days": 10,
        "kind": VisitKind.SIMPLE, "holders": HOLDERS[VisitKind.SIMPLE], "applies_from": OPENING,
        "source": "Décision",
    }  # fmt: skip
    wanted = drafts.WantedVisit(**(wanted | changes))
    return drafts.draft_visit(visit.enrolment.programme, wanted, by=manager)


def another(visit, **changes):
    """A visit of another patient of the programme, under the same definition."""
    indication = visit.enrolment.indication
    fields = {"included_on": visit.enrolment.included_on} | changes.pop("patient", {})
    enrolment = EnrolmentFactory(indication=indication, **fields)
    return VisitFactory(enrolment=enrolment, definition=visit.definition, **changes)


def test_a_draft_says_what_it_would_change_and_changes_nothing(visit, manager):
    another(visit, done=True)
    another(visit, due_on=visit.due_on + DAYS, date_source=DateSource.NEXT_DATE)
    drafted = draft(visit, manager)

    found = impact.of(drafted, DAY)

    assert (found.planned, found.changed, found.moved, found.given) == (2, 2, 1, 1)
    assert (found.other_kind, found.held, found.added, found.late) == (2, 1, 0, 0)
    assert found.other_holders == 2
    assert (found.before.first, found.after.last) == (visit.due_on, datetime.date(2026, 5, 2))
    visit.refresh_from_db()
    assert visit.due_on == datetime.date(2026, 4, 2)
    assert VisitDefinition.objects.in_force(DAY).get() == visit.definition


def test_an_impact_costs_the_same_for_any_number(visit, manager, django_assert_num_queries):
    for _ in range(3):
        another(visit)
    drafted = draft(visit, manager)

    # visits to come, visits held, patients without one
    with django_assert_num_queries(3):
        assert impact.of(drafted, DAY).changed == 4


def test_publishing_moves_what_is_planned_and_nothing_else(visit, manager):
    held = another(visit, done=True)
    missed = another(visit, status=VisitStatus.NOT_DONE)
    gone = another(visit, patient={"state": EnrolmentState.ENDED, "ended_on": DAY,
        "end_reason": "INEFFICACY", "end_recorded_at": AT})  # fmt: skip
    given = another(visit, due_on=visit.due_on + DAYS, date_source=DateSource.NEXT_DATE)
    drafted = draft(visit, manager)
    expected = impact.of(drafted, DAY).changed

    assert actions.publish(drafted, by=manager, at=AT) == expected == 2

    visit.refresh_from_db()
    assert (visit.due_on, visit.kind) == (datetime.date(2026, 5, 2), VisitKind.SIMPLE)
    assert (visit.opens_on, visit.closes_on) == (
        datetime.date(2026, 4, 18), datetime.date(2026, 5, 12),
    )  # fmt: skip
    assert visit.definition == drafted
    for one in (held, missed, gone):
        before = one.due_on, one.kind, one.definition_id
        one.refresh_from_db()
        assert (one.due_on, one.kind, one.definition_id) == before
    due_on = given.due_on
    given.refresh_from_db()
    assert (given.due_on, given.kind) == (due_on, VisitKind.SIMPLE)


def test_relay_doctors_may_be_given_a_complex_visit_and_nothing_else_changes(visit, manager):
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=visit.enrolment.programme)
    visit.enrolment.relay_doctor = relay
    visit.enrolment.save()
    changes = {"offset_months": 1, "window_before_days": 7, "window_after_days": 7}
    changes |= {"kind": VisitKind.COMPLEX, "holders": HOLDERS[VisitKind.SIMPLE]}
    drafted = draft(visit, manager, **changes)
    found = impact.of(drafted, DAY)
    assert (found.changed, found.other_holders, found.moved, found.other_kind) == (1, 1, 0, 0)
    assert not Visit.objects.holdable_by(relay).exists()

    assert actions.publish(drafted, by=manager, at=AT) == 1

    assert Visit.objects.holdable_by(relay).get() == visit


def test_what_ends_and_goes_on_is_held_by_the_same(visit, manager):
    changes = {"holders": HOLDERS[VisitKind.COMPLEX], "applies_to": datetime.date(2026, 3, 31)}
    actions.publish(draft(visit, manager), by=manager, at=AT)
    actions.publish(draft(visit, manager, **changes), by=manager, at=AT)

    after = VisitDefinition.objects.in_force(datetime.date(2026, 4, 1)).get(code="M1")
    assert after.holders == list(HOLDERS[VisitKind.SIMPLE])


def test_it_is_journaled_and_each_visit_keeps_its_history(visit, manager):
    drafted = draft(visit, manager)
    actions.publish(drafted, by=manager, at=AT)

    line = JournalLine.objects.get(action="visit_definition.published")
    assert (line.detail["moved"], line.detail["added"]) == (1, 0)
    events = history_of(Visit).objects.filter(pgh_obj_id=visit.pk)
    assert events.latest("pgh_id").due_on == datetime.date(2026, 5, 2)


@pytest.mark.parametrize(
    ("included_on", "months", "due_on"),
    [
        (datetime.date(2024, 1, 31), 1, datetime.date(2024, 2, 29)),
        (datetime.date(2025, 1, 31), 1, datetime.date(2025, 2, 28)),
        (datetime.date(2024, 2, 29), 12, datetime.date(2025, 2, 28)),
        (datetime.date(2025, 10, 31), 4, datetime.date(2026, 2, 28)),
    ],
)
def test_the_database_counts_months_as_the_rules_do(manager, visit, included_on, months, due_on):
    moved = another(visit, patient={"included_on": included_on})

    actions.publish(draft(visit, manager, offset_months=months), by=manager, at=AT)

    moved.refresh_from_db()
    assert moved.due_on == due_on == actions.rules.due_on(included_on, months)


def test_a_visit_that_becomes_late_is_told(visit, manager):
    drafted = draft(visit, manager, offset_months=1, window_after_days=0)

    assert impact.of(drafted, datetime.date(2026, 4, 3)).late == 1
    assert impact.of(drafted, datetime.date(2026, 4, 2)).late == 0


def test_a_new_code_is_planned_for_those_whose_window_is_not_over(visit, manager):
    drafted = draft(visit, manager, code="M2")
    late = datetime.date(2026, 5, 12)
    assert impact.of(drafted, late).added == 1
    assert impact.of(drafted, late + DAYS).added == 0

    assert actions.publish(drafted, by=manager, at=AT) == 1

    added = Visit.objects.get(code="M2")
    assert (added.due_on, added.date_source) == (
        datetime.date(2026, 5, 2), DateSource.DEFINITION,
    )  # fmt: skip
    assert impact.of(drafted, DAY).added == 0


def test_a_change_for_later_inclusions_moves_nobody(visit, manager):
    drafted = draft(visit, manager, applies_from=datetime.date(2026, 3, 3))

    assert actions.publish(drafted, by=manager, at=AT) == 0

    before = VisitDefinition.objects.get(pk=visit.definition_id)
    assert before.applies_to == datetime.date(2026, 3, 2)
    assert before.state == OpeningState.PUBLISHED


def test_a_period_that_ends_gives_back_what_stood_before(visit, manager):
    first, last = datetime.date(2026, 3, 3), datetime.date(2026, 3, 31)
    actions.publish(draft(visit, manager, applies_from=first, applies_to=last), by=manager, at=AT)

    def months(day):
        return VisitDefinition.objects.in_force(day).get(code="M1").offset_months

    assert [months(day) for day in (first - DAYS, first, last, last + DAYS)] == [1, 2, 2, 1]
    again = draft(visit, manager, offset_months=3, applies_to=datetime.date(2027, 1, 1))
    actions.publish(again, by=manager, at=AT)
    assert [months(day) for day in (first, last + DAYS, datetime.date(2027, 1, 2))] == [3, 3, 1]


def test_a_draft_is_published_or_discarded_once(visit, manager):
    published, discarded = draft(visit, manager), draft(visit, manager, code="M9")
    actions.publish(published, by=manager, at=AT)
    drafts.discard_visit(discarded, by=manager)

    for act in (
        lambda: actions.publish(published, by=manager, at=AT),
        lambda: drafts.discard_visit(published, by=manager),
        lambda: drafts.discard_visit(discarded, by=manager),
    ):
        with pytest.raises(CannotPublish, match="déjà publié ou abandonné"):
            act()


# --- Pages -----------------------------------------------------------------------------------


def typed(**changes):
    said = {
        "code": "m1", "offset_months": "2", "window_before_days": "14", "window_after_days": "14",
        "kind": "COMPLEX", "applies_from": f"{OPENING:%d/%m/%Y}", "applies_to": "",
        "source": "Décision",
    }  # fmt: skip
    return said | changes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": "6M"}, "Une lettre, puis"),
        ({"offset_months": "121"}, "valeur maximale"),
        ({"window_after_days": "-1"}, "valeur minimale"),
        ({"applies_to": "01/01/2020"}, "La fin précède le début"),
        ({"source": ""}, "obligatoire"),
    ],
)
def test_what_is_wrong_is_told(client, sign_in, visit, manager, changes, message):
    url = reverse("followup:draft_definition", args=[visit.enrolment.programme.code])

    answer = sign_in(manager).post(url, typed(**changes))

    assertContains(answer, message)
    assert VisitDefinition.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("COMPLEX", "", "Structure de référence"),
        ("COMPLEX", "BOTH", "Structure de référence, ou médecin relais"),
        ("SIMPLE", "", "Structure de référence, ou médecin relais"),
        ("SIMPLE", "STRUCTURE", "Structure de référence"),
    ],
)
def test_who_holds_it_follows_its_nature_unless_one_says(
    sign_in, visit, manager, kind, said, words
):
    url = reverse("followup:draft_definition", args=[visit.enrolment.programme.code])

    page = sign_in(manager).post(url, typed(kind=kind, holders=said), follow=True)

    drafted = VisitDefinition.objects.get(state=OpeningState.DRAFT)
    assert drafted.held_by_words == words
    assertContains(page, f"<dt>Tenue par</dt><dd>{words}</dd>", html=True)


def test_another_programme_is_not_found(client, sign_in, visit, manager):
    stranger = MemberFactory(role=Role.MANAGER, programme=ProgrammeFactory())
    drafted = draft(visit, manager)
    client = sign_in(stranger)

    for name, *args in (
        ("draft_definition", visit.enrolment.programme.code),
        ("definition", drafted.public_id),
    ):
        assert client.get(reverse(f"followup:{name}", args=args)).status_code == 404
    for name in ("publish_definition", "discard_definition"):
        url = reverse(f"followup:{name}", args=[drafted.public_id])
        assert client.post(url).status_code == 404
    drafted.refresh_from_db()
    assert drafted.state == OpeningState.DRAFT


def test_a_change_begins_with_what_stands(client, sign_in, visit, manager):
    definition = VisitDefinition.objects.get()
    url = reverse("followup:draft_definition", args=[definition.programme.code])
    client = sign_in(manager)

    form = client.get(f"{url}?depuis={definition.public_id}").context["form"]

    assert (form["code"].value(), form["offset_months"].value()) == ("M1", 1)
    assert form["holders"].value() == "STRUCTURE"
    assert form["applies_from"].value() is None
    assert client.get(f"{url}?depuis=x").context["form"]["code"].value() is None


def test_a_refusal_is_told(client, sign_in, visit, manager):
    published = VisitDefinition.objects.get()
    client = sign_in(manager)

    for name in ("publish_definition", "discard_definition"):
        answer = client.post(reverse(f"followup:{name}", args=[published.public_id]), follow=True)
        assertContains(answer, "déjà publié ou abandonné")


def test_a_draft_is_discarded(client, sign_in, visit, manager):
    drafted = draft(visit, manager)

    url = reverse("followup:discard_definition", args=[drafted.public_id])
    assertRedirects(sign_in(manager).post(url), reverse("followup:definitions"))

    assert VisitDefinition.objects.count() == 1


@pytest.mark.browser
@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_from_the_calendar_to_the_publication(open_page, visit, manager):
    page = open_page(member=manager)
    page.goto(reverse("followup:definitions"))
    expect_accessible(page)
    page.click("table >> text=M1")
    with page.expect_navigation():
        page.click("text=Préparer un changement")
    page.fill("input[name=offset_months]", "2")
    page.fill("input[name=applies_from]", f"{OPENING:%d/%m/%Y}")
    page.fill("input[name=source]", "Décision du comité")
    expect_accessible(page)
    page.click("text=Voir ce qui change")
    page.wait_for_selector("text=1 consultation change")
    expect_accessible(page)
    page.set_viewport_size({"width": 390, "height": 900})
    expect_accessible(page)
    page.click("text=Publier")
    page.wait_for_selector("text=1 consultation à venir changée")
    visit.refresh_from_db()
    assert visit.due_on == datetime.date(2026, 5, 2)
    assert not Draft.objects.filter(closed_at=None).exists()
    assert timezone.now() > VisitDefinition.objects.get(offset_months=2).published_at
