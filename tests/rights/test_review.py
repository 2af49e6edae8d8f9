"""The yearly review: every member decided, the whole signed, kept as it was."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from accounts.enums import Role
from core.models import JournalLine
from rights import due, team
from rights.actions import review
from rights.actions.review import CannotReview
from rights.enums import Decision
from rights.models import Review, ReviewLine, RightsRule
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.programmes.factories import ProgrammeFactory
from tests.rights.factories import ReviewFactory, ReviewLineFactory, RightsRuleFactory
from tests.sessions import one_time_code


NOW = timezone.now()


@pytest.fixture(autouse=True)
def _since_2020():
    """Reviews are owed from the first rule on, whatever the day of the test."""
    RightsRuleFactory()


@pytest.fixture
def programme():
    return ProgrammeFactory(training_required=True)


@pytest.fixture
def referent(programme):
    return MemberFactory(is_referent=True, programme=programme)


@pytest.fixture
def colleague(referent, programme):
    return MemberFactory(site=referent.site, programme=programme, user__last_login=NOW)


def keeping(*members, **ended):
    decisions = {str(one.public_id): Decision.KEEP for one in members}
    return decisions | {str(one.public_id): Decision.END for one in ended.values()}


def test_a_review_keeps_what_stood_and_ends_what_it_ends(referent, colleague, programme):
    signed = review.sign(referent.site, keeping(referent, left=colleague), by=referent, at=NOW)

    colleague.refresh_from_db()
    assert colleague.ended_on == referent.site.local_day(NOW)
    line = signed.lines.get(member=colleague)
    assert (line.decision, line.programmes) == (Decision.END, programme.short_name)
    assert line.untrained_for == programme.short_name
    assert line.last_seen_on == referent.site.local_day(NOW)
    assert signed.lines.get(member=referent).decision == Decision.KEEP
    written = JournalLine.objects.get(action="rights.reviewed")
    assert written.detail == {"members": 2, "ended": 1}


@pytest.mark.parametrize("missing", [True, False])
def test_an_incomplete_review_and_one_of_another_team_are_refused(referent, colleague, missing):
    others = keeping(referent) if missing else keeping(referent, colleague, MemberFactory())

    with pytest.raises(CannotReview, match="équipe a changé"):
        review.sign(referent.site, others, by=referent, at=NOW)

    assert not Review.objects.exists()


def test_a_review_of_another_site_is_refused(referent, colleague):
    stranger = MemberFactory(is_referent=True)

    with pytest.raises(CannotReview, match="ne gérez pas"):
        review.sign(referent.site, keeping(referent, colleague), by=stranger, at=NOW)

    assert not Review.objects.exists()


def test_nobody_ends_their_own_right_and_a_referent_no_referent(referent, colleague):
    colleague.is_referent = True
    colleague.save()

    with pytest.raises(CannotReview, match="vos propres droits"):
        review.sign(referent.site, keeping(colleague, own=referent), by=referent, at=NOW)
    with pytest.raises(CannotReview, match="Seule la gestion"):
        review.sign(referent.site, keeping(referent, left=colleague), by=referent, at=NOW)

    assert not ReviewLine.objects.exists()
    colleague.refresh_from_db()
    assert colleague.ended_on is None


def test_the_page_asks_for_each_decision_and_a_signature(client, sign_in, referent, colleague):
    sign_in(referent)
    page = reverse("rights:review", args=[referent.site.public_id])
    decisions = keeping(referent, colleague)

    nothing = client.post(page, {"secret": one_time_code(referent.user)})
    assertContains(nothing, "Confirmez ou retirez ces droits.")
    assert not Review.objects.exists()
    answer = client.post(page, {**decisions, "secret": one_time_code(referent.user)})

    signed = Review.objects.get()
    assertRedirects(answer, reverse("rights:reviewed", args=[signed.public_id]))
    kept = client.get(reverse("rights:reviewed", args=[signed.public_id]))
    assertContains(kept, colleague.user.full_name)
    assertContains(kept, "Confirmé", count=2)


def test_a_refusal_stays_on_the_page(client, sign_in, referent, colleague):
    colleague.is_referent = True
    colleague.save()
    sign_in(referent)
    page = reverse("rights:review", args=[referent.site.public_id])
    sent = keeping(referent, left=colleague) | {"secret": one_time_code(referent.user)}

    assertContains(client.post(page, sent), "Seule la gestion du programme")


def test_a_stranger_who_reviews_their_own_site_reads_no_other(client, sign_in, referent):
    theirs = ReviewFactory(signed_by=referent, site=referent.site)
    ReviewLineFactory(review=theirs)
    other = MemberFactory(is_referent=True)
    own = ReviewFactory(signed_by=other, site=other.site)
    sign_in(other)

    assert client.get(reverse("rights:reviewed", args=[own.public_id])).status_code == 200
    assert client.get(reverse("rights:reviewed", args=[theirs.public_id])).status_code == 404
    page = reverse("rights:review", args=[referent.site.public_id])
    assert client.get(page).status_code == 404


def test_what_a_team_is_takes_as_many_queries_whatever_its_size(
    django_assert_num_queries, referent, programme
):
    for _ in range(3):
        MemberFactory(site=referent.site, programme=programme)

    with django_assert_num_queries(3):  # members, accreditations, proofs
        rows = team.of(referent.site, today=referent.site.local_day(NOW))

    assert len(rows) == 4


@pytest.mark.parametrize(
    ("days", "state", "words"), [(-1, "late", "En retard"), (0, "due", "avant"), (31, "future", "")]
)
def test_a_review_is_due_a_year_after_the_last(days, state, words):
    today = NOW.date()
    site = SiteFactory(opened_on=_a_year_before(today + timedelta(days=days)))

    found = due.of_sites([site], today)[0]

    assert (found.state, words in found.words) == (state, True)
    assert found.is_announced == (state != "future")


def _a_year_before(day):
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def test_the_worklist_says_when_a_review_is_due(client, sign_in, referent):
    client = sign_in(referent)

    assertContains(client.get(reverse("record:patients")), "Faire la revue")
    ReviewFactory(signed_by=referent, site=referent.site, reviewed_on=NOW.date())

    assert "Faire la revue" not in client.get(reverse("record:patients")).content.decode()


def test_nothing_is_due_for_others_nor_before_any_rule(referent):
    today = NOW.date()

    assert due.of_member(MemberFactory(), today) == []
    assert due.of_member(MemberFactory(role=Role.MANAGER), today)
    RightsRule.objects.all().delete()
    assert due.of_member(referent, today) == []
