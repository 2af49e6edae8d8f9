"""Lists kept under a name: whose they are, what of an address they hold, what is refused."""

from datetime import UTC, datetime

import pytest
from django.http import QueryDict
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from core.models import JournalLine
from record import saved
from record.models import SavedFilter
from record.saved import CannotSave, Named
from tests.accounts.factories import MemberFactory
from tests.record.factories import SavedFilterFactory
from tests.record.test_narrowed import patient


AT = datetime(2026, 7, 1, 9, tzinfo=UTC)


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


def test_the_grid_opens_the_same_lists(client, sign_in):
    member = patient().included_by
    kept = SavedFilterFactory(owner=member)
    sign_in(member)

    page = client.get(reverse("record:grid"))

    assertContains(page, f'href="{reverse("record:grid")}?{kept.query}"')


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
