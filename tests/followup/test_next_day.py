"""The next date, on a day when the structure receives nobody: said, proposed, never refused."""

from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import strip_tags
from playwright.sync_api import expect
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Site
from core.closed_days import ClosedDays
from followup import next_day
from followup.models import Visit
from tests.accessible import expect_accessible
from tests.accounts.factories import ClosureFactory
from tests.followup.factories import VisitFactory
from tests.followup.pages import TYPED, page_of


# A Friday; the week-end follows.
HOLIDAY = date(2026, 5, 1)
CLOSED = ClosedDays("12345", [(HOLIDAY, HOLIDAY)])


@pytest.mark.parametrize(
    ("typed", "day", "proposed"),
    [
        ("01/05/2026", HOLIDAY, date(2026, 5, 4)),
        ("1/5/2026", HOLIDAY, date(2026, 5, 4)),
        (HOLIDAY, HOLIDAY, date(2026, 5, 4)),
        ("03/05/2026", date(2026, 5, 3), date(2026, 5, 4)),
        ("30/04/2026", None, None),
        ("1/5", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_what_is_typed_is_closed_or_says_nothing(typed, day, proposed):
    found = next_day.of(typed, CLOSED)

    assert (found.typed, found.proposed) == (day, proposed)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("next_on=01/05/2026", "01/05/2026"),
        ("next_on=01/05/2026&open_day=", "01/05/2026"),
        ("next_on=01/05/2026&open_day=04/05/2026", "04/05/2026"),
    ],
)
def test_the_box_that_is_ticked_takes_the_open_day(sent, found):
    assert next_day.with_day_taken(QueryDict(sent))["next_on"] == found


@pytest.fixture
def visit():
    planned = VisitFactory()
    ClosureFactory(site=planned.enrolment.site, starts_on=HOLIDAY, ends_on=HOLIDAY)
    # Of somebody else's place.
    ClosureFactory(starts_on=date(2026, 5, 4), ends_on=date(2026, 5, 4))
    return planned


@pytest.mark.usefixtures("at_noon")
def test_a_form_that_comes_back_says_it_beside_the_field(sign_in, visit):
    client = sign_in(visit.enrolment.included_by)

    page = client.post(page_of(visit), {**TYPED, "decision": "", "next_on": "01/05/2026"})

    assertContains(page, "La structure est fermée le vendredi 1er mai 2026.")
    assertContains(page, "Premier jour ouvert ensuite&#8239;: le lundi 4 mai 2026.")
    assertContains(page, 'name="open_day" value="04/05/2026"')
    assert Visit.objects.get(pk=visit.pk).status == "PLANNED"


@pytest.mark.usefixtures("at_noon")
def test_an_open_day_says_nothing(sign_in, visit):
    client = sign_in(visit.enrolment.included_by)

    page = client.post(page_of(visit), {**TYPED, "decision": "", "next_on": "30/04/2026"})

    assertNotContains(page, "La structure est fermée")


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("more", "kept"),
    [({}, HOLIDAY), ({"open_day": "04/05/2026"}, date(2026, 5, 4))],
)
def test_a_closed_day_is_recorded_as_it_was_typed_unless_the_other_is_ticked(
    sign_in, visit, more, kept
):
    client = sign_in(visit.enrolment.included_by)

    client.post(page_of(visit), {**TYPED, "next_on": "01/05/2026", **more})

    assert Visit.objects.get(pk=visit.pk).next_on == kept


def server_words(day):
    closed = ClosedDays("1234567", [(day, day + timedelta(days=2))])
    drawn = render_to_string("followup/_closed_day.html", {"closed": next_day.of(day, closed)})
    return " ".join(strip_tags(drawn.split("<button")[0]).split()).replace("&#8239;", "\u202f")


@pytest.mark.browser
@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_it_is_said_while_one_types_and_taken_in_one_key_or_one_click(open_page):
    day = timezone.localdate() + timedelta(days=40)
    opens = f"{day + timedelta(days=3):%d/%m/%Y}"
    visit = VisitFactory(due_on=timezone.localdate())
    site = visit.enrolment.site
    Site.objects.filter(pk=site.pk).update(open_weekdays="1234567")
    ClosureFactory(site=site, starts_on=day, ends_on=day + timedelta(days=2))
    page = open_page(member=visit.enrolment.included_by)
    page.goto(page_of(visit))
    field, note = page.locator("input[name=next_on]"), page.locator("[data-closed-day]")

    field.fill(f"{day:%d/%m/%Y}")
    expect(note.locator("[data-closed-text]")).to_have_text(server_words(day))
    expect_accessible(page)
    field.press("=")
    expect(field).to_have_value(opens)
    expect(note).to_be_hidden()

    field.fill(f"{day + timedelta(days=1):%d%m%Y}")
    note.get_by_role("button", name="Prendre le").click()
    expect(field).to_have_value(opens)
    expect(field).to_be_focused()
    expect(note).to_be_hidden()
