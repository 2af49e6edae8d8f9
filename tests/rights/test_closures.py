"""The closed days of a place: who writes them, what is refused, what the pages show."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from accounts import closures
from accounts.enums import Role
from accounts.models import Closure, Site
from core.closed_days import ClosedDays
from core.models import JournalLine
from rights.actions import closures as actions
from rights.actions.closures import CannotClose, Days
from tests.accounts.factories import ClosureFactory, MemberFactory


AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SUMMER = Days(date(2026, 8, 3), date(2026, 8, 21), "Congés d’été")


@pytest.fixture
def referent():
    return MemberFactory(is_referent=True)


def at(name, row):
    return reverse(f"rights:{name}", args=[row.public_id])


def test_a_referent_closes_days_of_the_place(referent):
    actions.close(referent.site, SUMMER, by=referent)

    written = Closure.objects.get()
    assert (written.site, written.starts_on, written.ends_on) == (
        referent.site,
        SUMMER.starts_on,
        SUMMER.ends_on,
    )
    assert JournalLine.objects.get().action == "closures.added"


def test_the_manager_closes_days_anywhere(referent):
    manager = MemberFactory(role=Role.MANAGER)

    actions.set_week(referent.site, ["6", "1"], by=manager)

    referent.site.refresh_from_db()
    assert referent.site.open_weekdays == "16"


@pytest.mark.parametrize(
    ("days", "field", "match"),
    [
        pytest.param(
            Days(date(2026, 8, 3), date(2026, 8, 2), "x"), "ends_on", "avant", id="reversed"
        ),
        pytest.param(
            Days(date(2026, 1, 1), date(2027, 1, 2), "x"), "ends_on", "366 jours", id="367 days"
        ),
        pytest.param(SUMMER, "starts_on", "déjà inscrite", id="known"),
    ],
)
def test_closures_that_make_no_sense_are_refused(referent, days, field, match):
    ClosureFactory(site=referent.site, starts_on=SUMMER.starts_on, ends_on=SUMMER.ends_on)

    with pytest.raises(CannotClose, match=match) as refusal:
        actions.close(referent.site, days, by=referent)

    assert refusal.value.field == field
    assert Closure.objects.count() == 1
    assert not JournalLine.objects.exists()


def test_366_days_are_the_longest(referent):
    actions.close(referent.site, Days(date(2026, 1, 1), date(2027, 1, 1), "x"), by=referent)

    assert Closure.objects.count() == 1


def test_a_place_without_any_open_day_is_refused(referent):
    with pytest.raises(CannotClose, match="au moins un jour"):
        actions.set_week(referent.site, [], by=referent)

    assert Site.objects.get(pk=referent.site_id).open_weekdays == "12345"


@pytest.mark.parametrize("act", ["close", "set_week", "take_holidays", "reopen"])
def test_nobody_closes_the_place_of_others(referent, act):
    other = ClosureFactory()
    acts = {
        "close": lambda: actions.close(other.site, SUMMER, by=referent),
        "set_week": lambda: actions.set_week(other.site, ["1"], by=referent),
        "take_holidays": lambda: actions.take_holidays(other.site, 2026, by=referent),
        "reopen": lambda: actions.reopen(other, by=referent, at=AT),
    }

    with pytest.raises(CannotClose, match="gérez pas"):
        acts[act]()

    assert list(Closure.objects.all()) == [other]
    assert not JournalLine.objects.exists()


def test_public_holidays_are_taken_over_once(referent):
    ClosureFactory(
        site=referent.site, starts_on=date(2026, 7, 14), ends_on=date(2026, 7, 14), label="Pont"
    )

    counts = [actions.take_holidays(referent.site, 2026, by=referent) for _ in range(2)]

    assert counts == [10, 0]
    assert Closure.objects.get(starts_on=date(2026, 7, 14)).label == "Pont"


@pytest.mark.parametrize(
    ("ends_on", "stays"), [(date(2026, 3, 1), True), (date(2026, 3, 2), False)]
)
def test_what_is_past_stays_written(referent, ends_on, stays):
    closure = ClosureFactory(site=referent.site, starts_on=date(2026, 2, 1), ends_on=ends_on)

    if stays:
        with pytest.raises(CannotClose, match="passée"):
            actions.reopen(closure, by=referent, at=AT)
    else:
        actions.reopen(closure, by=referent, at=AT)

    assert Closure.objects.exists() == stays


def test_the_closed_days_of_places_are_read_together(django_assert_num_queries):
    first = ClosureFactory(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 2))
    ClosureFactory(site=first.site, starts_on=date(2026, 2, 1), ends_on=date(2026, 3, 1))
    other = ClosureFactory(site__open_weekdays="135", starts_on=date(2026, 5, 1))

    with django_assert_num_queries(2):
        found = closures.of([first.site_id, other.site_id], since=date(2026, 3, 2))

    assert found == {
        first.site_id: ClosedDays("12345", [(first.starts_on, first.ends_on)]),
        other.site_id: ClosedDays("135", [(other.starts_on, other.ends_on)]),
    }


# --- Pages ------------------------------------------------------------------------------------


def test_the_page_writes_each_of_its_forms(client, sign_in, referent):
    sign_in(referent)
    url, today = at("closures", referent.site), timezone.localdate()
    day = f"{today + timedelta(days=9):%d/%m/%Y}"

    for typed, said in [
        ({"step": "week", "weekdays": ["1", "2"]}, "La semaine d’ouverture est enregistrée."),
        (
            {"step": "days", "starts_on": day, "ends_on": day, "label": "Travaux"},
            "La fermeture est inscrite.",
        ),
        ({"step": "holidays", "year": str(today.year + 1)}, "11 jours fériés inscrits."),
        ({"step": "holidays", "year": str(today.year + 1)}, "déjà inscrits"),
    ]:
        assertContains(client.post(url, typed, follow=True), said)
    Closure.objects.get(label="Toussaint").delete()
    again = client.post(url, {"step": "holidays", "year": str(today.year + 1)}, follow=True)
    assertContains(again, "1 jour férié inscrit.")
    page = client.get(url)
    assertContains(page, "Travaux")
    closure = Closure.objects.get(label="Travaux")
    answer = client.post(at("reopen_days", closure), follow=True)

    assertRedirects(answer, url)
    assertContains(answer, "La fermeture est retirée.")


def test_what_is_refused_keeps_what_was_typed(client, sign_in, referent):
    sign_in(referent)
    typed = {"step": "days", "starts_on": "02/05/2027", "ends_on": "01/05/2027", "label": "Travaux"}

    answer = client.post(at("closures", referent.site), typed)

    assertContains(answer, "La fermeture finit avant de commencer.")
    assertContains(answer, "Travaux")
    assert not Closure.objects.exists()


def test_a_past_closure_is_left_with_a_word(client, sign_in, referent):
    sign_in(referent)
    past = ClosureFactory(site=referent.site, starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 6))

    assertContains(client.post(at("reopen_days", past), follow=True), "reste inscrite")


def test_another_place_does_not_exist_for_a_referent(client, sign_in, referent):
    sign_in(referent)
    other = ClosureFactory()

    assert client.get(at("closures", other.site)).status_code == 404
    assert client.post(at("reopen_days", other)).status_code == 404
    assert Closure.objects.count() == 1
