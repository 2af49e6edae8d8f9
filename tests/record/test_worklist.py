"""My patients, urgent first: what counts as urgent, who is in the list, how it is paged."""

import datetime

import pytest
from django.http import QueryDict

from accounts.enums import Role
from patients.enums import EndReason, EnrolmentState
from record import worklist
from record.enums import Shown, Todo
from record.worklist import Filters
from tests.accounts.factories import MemberFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import AccreditationFactory


# The prescription of the factory runs from 2 to 29 March 2026.
LAST_DAY = datetime.date(2026, 3, 29)


def day(after: int) -> datetime.date:
    return LAST_DAY + datetime.timedelta(days=after)


def treated(**fields):
    """A patient whose prescription runs until `LAST_DAY`, without any visit planned."""
    return PrescriptionFactory(signed=True, enrolment=EnrolmentFactory(**fields)).enrolment


def row_of(enrolment, today):
    found = worklist.waiting(enrolment.included_by, today).get(pk=enrolment.pk)
    return worklist.Row(found, None, today)


@pytest.mark.parametrize(
    ("today", "todo", "words"),
    [
        pytest.param(day(-8), Todo.LATER, "jusqu’au 29/03/2026", id="eight days before"),
        pytest.param(day(-7), Todo.RENEWAL, "avant le 29/03/2026", id="a week before: due"),
        pytest.param(day(0), Todo.RENEWAL, "avant le 29/03/2026", id="last day: not interrupted"),
        pytest.param(
            day(1), Todo.RENEWAL, "Sans traitement depuis", id="the day after: interrupted"
        ),
    ],
)
def test_a_renewal_is_due_a_week_before_the_end(today, todo, words):
    row = row_of(treated(), today)

    assert row.enrolment.todo == todo
    assert words in row.renewal[1]


def test_a_narcotic_beside_a_year_of_oil_is_renewed_by_its_own_end():
    enrolment = treated()
    PrescriptionFactory(signed=True, ordinary=True, duration_days=360, enrolment=enrolment)

    assert row_of(enrolment, day(-8)).enrolment.todo == Todo.LATER
    assert row_of(enrolment, day(0)).renewal == ("due", "À renouveler avant le 29/03/2026")


def test_a_patient_never_treated_waits_for_a_first_prescription():
    row = row_of(EnrolmentFactory(), day(-20))

    assert row.enrolment.todo == Todo.RENEWAL
    assert row.renewal == ("late", "Première prescription à faire")


def test_a_draft_renews_nothing():
    enrolment = treated()
    PrescriptionFactory(enrolment=enrolment, starts_on=day(1))

    assert row_of(enrolment, day(1)).enrolment.todo == Todo.RENEWAL


# The visit of the factory: due on 2 April, a week around.
@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(datetime.date(2026, 3, 25), ("future", "M1 le 02/04/2026"), id="before"),
        pytest.param(
            datetime.date(2026, 3, 26), ("due", "M1 à faire vers le 02/04/2026"), id="first day"
        ),
        pytest.param(
            datetime.date(2026, 4, 9), ("due", "M1 à faire vers le 02/04/2026"), id="last day"
        ),
        pytest.param(datetime.date(2026, 4, 10), ("late", "M1 en retard de 1 j"), id="late"),
    ],
)
def test_what_is_said_of_a_visit(today, expected):
    visit = VisitFactory(enrolment=treated())

    assert row_of(visit.enrolment, today).visit == expected


def test_a_visit_left_behind_by_a_later_one_is_waited_for_no_more():
    visit = VisitFactory(enrolment=treated())
    today = datetime.date(2026, 6, 2)
    assert row_of(visit.enrolment, today).visit[0] == "late"

    VisitFactory(enrolment=visit.enrolment, code="M3", due_on=today, done=True)

    assert row_of(visit.enrolment, today).visit is None


def test_the_visit_that_is_late_for_longest_comes_first():
    """Windows differ: what was due first may be late last."""
    member, today = MemberFactory(), datetime.date(2026, 3, 20)
    wide, narrow = (treated(included_by=member, site=member.site) for _ in range(2))
    for one in (wide, narrow):
        AccreditationFactory(member=member, programme=one.programme)
    VisitFactory(enrolment=wide, due_on=day(-40), closes_on=day(-10))
    VisitFactory(enrolment=narrow, due_on=day(-30), closes_on=day(-25))

    asked = worklist.filtered(worklist.waiting(member, today), Filters(todo="late"), member, today)

    assert list(asked.order_by("todo", "todo_on", "pk")) == [narrow, wide]


def test_renewals_come_first_then_visits_then_the_others():
    member = MemberFactory()
    enrolments = [treated(included_by=member, site=member.site) for _ in range(3)]
    AccreditationFactory(member=member, programme=enrolments[0].programme)
    for enrolment in enrolments[1:]:
        AccreditationFactory(member=member, programme=enrolment.programme)
    renewed, visited, quiet = enrolments
    for enrolment in (visited, quiet):
        PrescriptionFactory(signed=True, enrolment=enrolment, starts_on=day(1), is_initiation=False)
    VisitFactory(enrolment=visited)
    today = datetime.date(2026, 4, 3)

    page = worklist.page(worklist.waiting(member, today), QueryDict(), today)

    assert [row.enrolment for row in page.rows] == [renewed, visited, quiet]


def test_a_relay_doctor_sees_the_simple_visits_of_their_patients_only():
    relay = MemberFactory(role=Role.RELAY_DOCTOR)
    mine, other = treated(relay_doctor=relay), treated()
    AccreditationFactory(member=relay, programme=mine.programme)
    AccreditationFactory(member=relay, programme=other.programme)
    VisitFactory(enrolment=mine)

    rows = worklist.waiting(relay, datetime.date(2026, 4, 10))

    assert [row.pk for row in rows] == [mine.pk]
    assert rows[0].visit_on is None


def left(**fields):
    return treated(
        state=EnrolmentState.ENDED,
        ended_on=day(-1),
        end_reason=EndReason.INEFFICACY,
        end_recorded_at=datetime.datetime(2026, 3, 28, 10, tzinfo=datetime.UTC),
        **fields,
    )


@pytest.mark.parametrize(("shown", "count"), [(Shown.FOLLOWED, 1), (Shown.LEFT, 1), (Shown.ALL, 2)])
def test_the_list_shows_those_followed_or_those_who_left(shown, count):
    followed = treated()
    gone = left(included_by=followed.included_by, site=followed.site)
    AccreditationFactory(member=followed.included_by, programme=gone.programme)
    rows = worklist.waiting(followed.included_by, day(0))

    assert (
        worklist.filtered(rows, Filters(shown=shown), followed.included_by, day(0)).count() == count
    )


def test_the_counters_count_what_waits():
    visit = VisitFactory(enrolment=treated())
    gone = left(included_by=visit.enrolment.included_by, site=visit.enrolment.site)
    AccreditationFactory(member=gone.included_by, programme=gone.programme)

    counts = worklist.counts(visit.enrolment.included_by, datetime.date(2026, 4, 10))

    assert (counts.renewals, counts.late, counts.soon, counts.followed) == (1, 1, 0, 1)


def several(count):
    """Patients of one doctor, in one programme."""
    first = treated()
    others = [
        treated(indication=first.indication, included_by=first.included_by, site=first.site)
        for _ in range(count - 1)
    ]
    return first.included_by, [first, *others]


def test_pages_follow_each_other_both_ways_without_losing_anybody(monkeypatch):
    monkeypatch.setattr(worklist, "PAGE_SIZE", 2)
    member, enrolments = several(5)
    rows, seen, address = worklist.waiting(member, day(0)), [], ""

    for _ in range(3):
        page = worklist.page(rows, QueryDict(address), day(0))
        seen += [row.enrolment.pk for row in page.rows]
        address = page.following.lstrip("?")
    back = worklist.page(rows, QueryDict(page.previous.lstrip("?")), day(0))

    assert sorted(seen) == sorted(one.pk for one in enrolments)
    assert len(set(seen)) == 5
    assert page.following == ""
    assert [row.enrolment.pk for row in back.rows] == seen[2:4]


def test_a_key_that_we_did_not_make_is_left_out():
    member, _ = several(1)

    page = worklist.page(worklist.waiting(member, day(0)), QueryDict("apres=1.x.2"), day(0))

    assert len(page.rows) == 1


def test_a_search_finds_by_number_or_name_within_ones_own():
    person = PersonFactory(birth_name="Lefèvre", used_name="")
    mine = treated(patient=PatientFactory(person=person))
    namesake = PersonFactory(birth_name="Lefèvre", used_name="", first_names=["Lucie"])
    treated(patient=PatientFactory(person=namesake))
    member, rows = mine.included_by, worklist.waiting(mine.included_by, day(0))

    by_name = worklist.found(rows, member, typed="LEFEVRE", birth_date=None)
    by_number = worklist.found(rows, member, typed=mine.number.lower(), birth_date=None)
    by_other_day = worklist.found(
        rows, member, typed="lefevre", birth_date=datetime.date(1981, 5, 12)
    )

    assert list(by_name) == [mine]
    assert list(by_number) == [mine]
    assert not by_other_day.exists()
