"""One inclusion typed in two tabs of its author: the older one saves later, nothing is lost."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from patients import draft
from tests.accessible import expect_accessible
from tests.patients.situations import a_setting


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
]


@pytest.fixture
def begun():
    """An inclusion whose consent is signed, and its author."""
    setting, now = a_setting(), timezone.now()
    draft_id = draft.start(setting.programme, by=setting.doctor, at=now)
    found = draft.load(draft_id, by=setting.doctor, at=now)
    typed = {"person_kind": "ADULT", "participation": "YES"}
    draft.save(found, draft.Save("information", typed, found.version), by=setting.doctor, at=now)
    return setting.doctor, draft_id


@pytest.fixture
def tabs(open_page, begun):
    """Its first step, opened twice before anything more is typed."""
    doctor, draft_id = begun
    older = open_page(member=doctor)
    newer = older.context.new_page()
    for page in (older, newer):
        page.goto(reverse("patients:step", args=[draft_id, "information"]))
    return older, newer


def choose(page, name, value):
    page.locator(f"input[name={name}][value={value}]").check(force=True)


def saving(page):
    """Until the server has kept what was typed: the page said already when it last did."""
    return page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok)


def test_both_versions_are_shown_and_either_may_be_kept(tabs, errors):
    older, newer = tabs
    with saving(newer):
        choose(newer, "nir", "YES")
        choose(newer, "research", "YES")

    choose(older, "nir", "NO")
    panel = older.locator(".rc-both")
    expect(panel).to_be_visible()
    expect(panel.locator("tbody tr")).to_have_count(2)
    expect(panel.locator("tbody tr").first).to_contain_text("sécurité sociale")
    expect(panel.locator("tbody tr").first.locator("td")).to_have_text(["Non", "Oui"])
    expect_accessible(older)
    with older.expect_navigation():
        older.get_by_role("button", name="Reprendre l’autre version").click()
    expect(older.locator("input[name=nir][value=YES]")).to_be_checked()

    # Continued there: the other tab is the older one now, and its author keeps it.
    with saving(older):
        choose(older, "nir", "NO")
    choose(newer, "research", "NO")
    with saving(newer):
        newer.get_by_role("button", name="Garder cette page").click()
    expect(newer.locator(".rc-both")).to_be_hidden()
    with older.expect_navigation():
        older.reload()
    expect(older.locator("input[name=nir][value=YES]")).to_be_checked()
    expect(older.locator("input[name=research][value=NO]")).to_be_checked()
    errors.clear()  # the savings that were refused


def test_another_step_saved_meanwhile_is_no_other_version_of_this_one(begun, tabs, errors):
    doctor, draft_id = begun
    older, _ = tabs
    with saving(older):
        choose(older, "nir", "YES")
    now = timezone.now()
    found = draft.load(draft_id, by=doctor, at=now)
    other = draft.Save("identite", {"birth_name": "Martin"}, found.version)
    draft.save(found, other, by=doctor, at=now)

    with saving(older):
        choose(older, "nir", "NO")

    expect(older.locator(".rc-both")).to_have_count(0)
    steps = draft.load(draft_id, by=doctor, at=now).steps
    assert (steps["information"]["nir"], steps["identite"]["birth_name"]) == ("NO", "Martin")
    errors.clear()  # the saving that was refused first
