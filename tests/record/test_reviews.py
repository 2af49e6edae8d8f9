"""Five ready reviews: what each shows, and its signature."""

import datetime
from datetime import UTC

import pytest
from django.db import connection
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import audit, keys
from core.models import JournalLine
from followup.models import Answers, Visit
from record import actions, reviews
from record.enums import ReviewKind
from record.models import Review, ReviewRule
from record.reviews import Period
from tests.accounts.factories import MemberFactory
from tests.core.factories import JournalLineFactory
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory
from tests.record.factories import ReviewFactory
from tests.sessions import one_time_code


# March 2026, and a morning after it.
SINCE, UNTIL = datetime.date(2026, 3, 1), datetime.date(2026, 3, 31)
AFTER = datetime.datetime(2026, 4, 1, 8, tzinfo=UTC)
MOMENT = datetime.datetime(2026, 3, 10, 12, tzinfo=UTC)


def manager_of(enrolment):
    return MemberFactory(role=Role.MANAGER, programme=enrolment.programme)


def cases(kind, enrolment, *, since=SINCE, until=UNTIL, **parameters):
    rule = ReviewRule.objects.get(kind=kind).parameters
    period = Period(since, until, manager_of(enrolment))
    return reviews.cases(kind, rule | parameters, period)


def today():
    """The period around this moment: history is dated by the database."""
    day = datetime.datetime.now(reviews.ZONE).date()
    return {"since": day - datetime.timedelta(days=1), "until": day + datetime.timedelta(days=1)}


def line_at(member, hour, *, minute=0, day=10, action="patient.viewed", subject=""):
    at = datetime.datetime(2026, 3, day, hour, minute, tzinfo=reviews.ZONE)
    return JournalLineFactory(
        at=at, action=action, user_id=member.user_id, actor_id=member.pk, subject=subject
    )


# --- Late entries ----------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "shown"), [(14, 0), (15, 1)])
def test_late_entries_begin_after_the_threshold(days, shown):
    visit = VisitFactory(done=True, due_on=MOMENT.date() - datetime.timedelta(days=days))
    Visit.objects.filter(pk=visit.pk).update(recorded_at=MOMENT)

    found = cases(ReviewKind.LATE_ENTRIES, visit.enrolment)

    assert len(found) == shown
    if shown:
        (case,) = found
        assert "15 jours avant la saisie" in case.what
        assert (case.record, case.who) == (
            visit.enrolment.number,
            visit.held_by.user.full_name,
        )
        assert str(visit.enrolment.public_id) in case.url


def test_late_inclusions_show_too_and_other_programmes_do_not():
    late = EnrolmentFactory(included_on=datetime.date(2026, 2, 1), recorded_at=MOMENT)
    EnrolmentFactory(included_on=datetime.date(2026, 2, 1), recorded_at=MOMENT)

    (case,) = cases(ReviewKind.LATE_ENTRIES, late)

    assert case.what.startswith("Inclusion du 01/02/2026")


# --- Changes ---------------------------------------------------------------------------------


def correct(answers, pain):
    with audit.acting("visit.corrected", by=answers.visit.held_by, reason="TYPING_ERROR"):
        Answers.objects.filter(pk=answers.pk).update(data={"pain": pain})


def test_a_correction_shows_with_its_reason_and_a_first_entry_does_not():
    answers = AnswersFactory()
    enrolment = answers.visit.enrolment
    assert cases(ReviewKind.CHANGED_AFTER, enrolment, **today()) == []

    correct(answers, 4)

    (case,) = cases(ReviewKind.CHANGED_AFTER, enrolment, **today())
    assert case.what == "Consultation corrigée (réponses) – Erreur de saisie"
    assert case.record == enrolment.number
    assert cases(ReviewKind.CHANGED_AFTER, EnrolmentFactory(), **today()) == []


def test_what_is_written_past_the_registry_shows_without_reason():
    visit = VisitFactory(done=True)
    with connection.cursor() as cursor:
        cursor.execute("update followup_visit set mode = 'REMOTE' where id = %s", [visit.pk])

    (case,) = cases(ReviewKind.CHANGED_AFTER, visit.enrolment, **today())

    assert case.what == "Écriture directe dans la base (consultation) – sans motif"


def test_a_visit_that_becomes_held_is_no_correction():
    visit = VisitFactory()
    done = VisitFactory.build(done=True, enrolment=visit.enrolment)
    Visit.objects.filter(pk=visit.pk).update(
        status="DONE",
        held_on=visit.due_on,
        held_by=visit.enrolment.included_by,
        recorded_at=MOMENT,
        decision=done.decision,
    )

    assert cases(ReviewKind.CHANGED_AFTER, visit.enrolment, **today()) == []


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
@pytest.mark.parametrize(("changes", "shown"), [(2, 0), (3, 1)])
def test_repeated_changes_begin_at_the_threshold(changes, shown):
    answers = AnswersFactory()
    for pain in range(changes):
        correct(answers, pain)

    found = cases(ReviewKind.REPEATED_CHANGES, answers.visit.enrolment, **today())

    assert [case.what for case in found] == ["Réponses\u202f: 3 corrections"] * shown


# --- Accounts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "shown"),
    [(21, 59, 0), (22, 0, 1), (23, 59, 1), (0, 0, 1), (5, 59, 1), (6, 0, 0)],
)
def test_the_night_is_that_of_paris(hour, minute, shown):
    member = MemberFactory()
    for _ in range(10):
        line_at(member, hour, minute=minute)

    found = cases(ReviewKind.NIGHT_ACTIVITY, EnrolmentFactory())

    assert [case.what for case in found] == ["10 actes entre 22 h et 6 h"] * shown
    if shown:
        assert str(member.user.public_id) in found[0].url


def test_a_few_acts_at_night_are_nothing():
    member = MemberFactory()
    for _ in range(9):
        line_at(member, 23)

    assert cases(ReviewKind.NIGHT_ACTIVITY, EnrolmentFactory()) == []
    assert len(cases(ReviewKind.NIGHT_ACTIVITY, EnrolmentFactory(), acts=9)) == 1


def test_a_night_that_does_not_pass_midnight():
    member = MemberFactory()
    line_at(member, 2)
    line_at(member, 4)

    found = cases(ReviewKind.NIGHT_ACTIVITY, EnrolmentFactory(), from_hour=2, to_hour=4, acts=1)

    assert [case.what for case in found] == ["1 actes entre 2 h et 4 h"]


def test_mass_reading_counts_different_records_of_one_day():
    member, other = MemberFactory(), MemberFactory()
    for rank in range(3):
        line_at(member, 10, subject=f"e-{rank}")
        line_at(other, 10, subject="e-1")
    line_at(member, 10, day=11, subject="e-9")
    line_at(member, 10, action="visit.held", subject="e-8")

    found = cases(ReviewKind.MASS_READING, EnrolmentFactory(), records=3)

    assert [(case.what, case.who) for case in found] == [
        ("3 dossiers ouverts dans la journée", member.user.full_name)
    ]
    assert cases(ReviewKind.MASS_READING, EnrolmentFactory(), records=4) == []


def test_the_newest_case_comes_first():
    member = MemberFactory()
    for day in (3, 12, 7):
        line_at(member, 10, day=day, subject="e-1")

    found = cases(ReviewKind.MASS_READING, EnrolmentFactory(), records=1)

    assert [case.at.day for case in found] == [12, 7, 3]


# --- Signing ---------------------------------------------------------------------------------


def sign(manager, *, since=SINCE, until=UNTIL, remark="", at=AFTER):
    period = Period(since, until, manager)
    return actions.sign_review(ReviewKind.LATE_ENTRIES, period, remark=remark, by=manager, at=at)


def test_a_signed_review_says_who_what_period_and_how_much():
    late = EnrolmentFactory(included_on=datetime.date(2026, 2, 1), recorded_at=MOMENT)
    manager = manager_of(late)

    review = sign(manager, remark="Rappel fait au centre")

    review.refresh_from_db()
    assert (review.kind, review.since, review.until, review.found) == (
        "LATE_ENTRIES",
        SINCE,
        UNTIL,
        1,
    )
    assert (review.signed_by, review.signed_at) == (manager, AFTER)
    assert review.parameters == {"days": 14}
    assert b"Rappel" not in bytes(review.remark_sealed)
    assert actions.remarks([review]) == {review.pk: "Rappel fait au centre"}
    line = JournalLine.objects.get(action="review.signed")
    assert line.detail == {"kind": "LATE_ENTRIES", "found": 1}
    keys.destroy_keys([review.key_id])
    assert actions.remarks([review]) == {}


def test_without_remark_there_is_no_key():
    review = sign(manager_of(EnrolmentFactory()))

    assert (review.key_id, review.remark_sealed) == (None, None)
    assert actions.remarks([review]) == {}


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (UNTIL, SINCE, "finit avant"),
        (SINCE, datetime.date(2026, 4, 1), "pas finie"),
    ],
)
def test_a_period_that_cannot_be_reviewed_is_refused(since, until, words):
    manager = manager_of(EnrolmentFactory())

    with pytest.raises(actions.CannotSign, match=words):
        sign(manager, since=since, until=until)

    assert not Review.objects.exists()
    assert not JournalLine.objects.exists()


@pytest.mark.parametrize(
    ("until", "due"),
    [(datetime.date(2026, 1, 31), datetime.date(2026, 2, 28)), (UNTIL, datetime.date(2026, 4, 30))],
)
def test_a_review_is_due_again(until, due):
    assert ReviewFactory.build(until=until, signed_by=None).due_again(1) == due


# --- The pages -------------------------------------------------------------------------------


def page_of(kind="late-entries"):
    return reverse("record:review", args=[kind])


def test_the_five_reviews_and_when_they_are_due(sign_in, django_assert_num_queries):
    review = ReviewFactory(signed_by=manager_of(EnrolmentFactory()))
    client, address = sign_in(review.signed_by), reverse("record:reviews")

    page = client.get(address)

    for kind in ReviewKind:
        assertContains(page, kind.label)
    assertContains(page, "Jamais faite", count=4)
    assertContains(page, "En retard", count=1)
    assertContains(page, "28/03/2026")
    # Session, user, device, member; rules, last reviews.
    with django_assert_num_queries(6):
        client.get(address)


def test_a_review_begins_where_the_last_one_ended(sign_in):
    review = ReviewFactory(signed_by=manager_of(EnrolmentFactory()))

    page = sign_in(review.signed_by).get(page_of())

    assert page.context["period"].since == datetime.date(2026, 3, 1)
    assertContains(page, "Du 01/02/2026 au 28/02/2026")


@pytest.mark.parametrize("kind", [one.value.lower().replace("_", "-") for one in ReviewKind])
def test_each_review_opens_with_nothing_to_show(sign_in, kind):
    page = sign_in(manager_of(EnrolmentFactory())).get(
        page_of(kind), {"du": "01/01/2020", "au": "31/01/2020"}
    )

    assertContains(page, "Rien à signaler")
    line = JournalLine.objects.get(action="review.listed")
    assert line.detail["found"] == 0


def test_a_review_is_signed_from_its_page(sign_in):
    late = EnrolmentFactory(included_on=datetime.date(2026, 2, 1), recorded_at=MOMENT)
    manager = manager_of(late)
    client, address = sign_in(manager), f"{page_of()}?du=01/03/2026&au=31/03/2026"
    assertContains(client.get(address), late.number)

    response = client.post(address, {"remark": "Vu", "secret": one_time_code(manager.user)})

    assertRedirects(response, page_of(), fetch_redirect_response=False)
    review = Review.objects.get()
    assert (review.since, review.until, review.found) == (SINCE, UNTIL, 1)
    assertContains(client.get(page_of()), "Vu")


def test_a_wrong_code_signs_nothing(sign_in):
    manager = manager_of(EnrolmentFactory())

    page = sign_in(manager).post(
        f"{page_of()}?du=01/03/2026&au=31/03/2026", {"remark": "Vu", "secret": "000000"}
    )

    assertContains(page, "accepté")
    assertContains(page, "Vu")
    assert not Review.objects.exists()


def test_a_period_to_come_is_told_and_the_remark_stays(sign_in):
    manager = manager_of(EnrolmentFactory())
    client = sign_in(manager)

    page = client.post(
        f"{page_of()}?du=01/03/2026&au=31/12/2090",
        {"remark": "Vu", "secret": one_time_code(manager.user)},
    )

    assertContains(page, "pas finie")
    assertContains(page, ">\nVu</textarea>")
    assert not Review.objects.exists()


def test_a_period_that_makes_no_sense_shows_nothing_to_sign(sign_in):
    client = sign_in(manager_of(EnrolmentFactory()))

    page = client.get(page_of(), {"du": "hier", "au": "31/03/2026"})

    assertContains(page, "Écrivez la date")
    assertNotContains(page, "Signer la revue")
    assert client.post(f"{page_of()}?du=hier").status_code == 200
    assert client.get(page_of("mood")).status_code == 404
