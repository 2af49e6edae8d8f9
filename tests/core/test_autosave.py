"""What a view that wears `@autosaved` keeps, gives back and empties."""

import json
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from core import autosave, drafts, views
from core.models import Draft
from tests.core.factories import NOON


KEY = "notes:7:m5"


def a_request(method="get", pk=1, member=5, **body):
    request = getattr(RequestFactory(), method)("/notes/7/", body)
    request.user = SimpleNamespace(pk=pk, is_authenticated=True)
    request.member = SimpleNamespace(pk=member, user_id=pk)
    return request


@autosave.autosaved("notes")
def page(request, number):
    if "refuse" in request.POST:
        return HttpResponse("refusée")
    if "crash" in request.POST:
        raise ValueError("boom")
    return HttpResponseRedirect("/") if request.method == "POST" else HttpResponse("vide")


def typed():
    return drafts.save(1, KEY, {"note": "à demi tap"}, 0, at=NOON)


def test_a_page_opens_with_what_was_typed_in_it():
    typed()
    request = a_request()

    page(request, number=7)

    kept = request.typing
    assert (kept.key, kept.version, kept.data) == (KEY, 1, {"note": "à demi tap"})
    assert kept.attributes == ' data-draft="/brouillons/notes:7:m5" data-version="1"'
    assert json.loads(kept.script.split(">")[1].split("<")[0]) == {"note": "à demi tap"}


def test_nothing_typed_gives_nothing_back():
    request = a_request()

    page(request, number=7)

    assert (request.typing.version, request.typing.script) == (0, "")
    assert autosave.NONE.attributes == ""


def test_what_is_recorded_is_emptied():
    typed()

    page(a_request("post"), number=7)

    assert Draft.objects.get().closed_at is not None
    assert drafts.load(1, KEY) is None


def test_what_is_refused_stays_and_the_page_saves_what_it_shows():
    typed()
    request = a_request("post", refuse="1")

    page(request, number=7)

    assert drafts.load(1, KEY).data == {"note": "à demi tap"}
    assert request.typing.attributes.endswith('data-version="1" data-refused')
    assert request.typing.script == ""


def test_a_crash_keeps_the_draft_and_undoes_the_rest():
    typed()
    with transaction.atomic(), pytest.raises(ValueError, match="boom"):
        page(a_request("post", crash="1"), number=7)

    assert drafts.load(1, KEY) is not None


def test_another_role_has_another_draft():
    typed()
    request = a_request(member=6)

    page(request, number=7)

    assert request.typing.data is None


# --- The answers to the page's script --------------------------------------------------------


def post(request_of=a_request, key=KEY, **body):
    text = json.dumps({"version": 0, "data": {"note": "ici"}} | body)
    request = RequestFactory().post("/", text, content_type="application/json")
    like = request_of()
    request.user, request.member = like.user, like.member
    answer = views.save_draft(request, key=key)
    return answer.status_code, json.loads(answer.content)


def test_a_page_is_saved_for_whoever_opened_it_and_nobody_else():
    mine = autosave.who(a_request())

    assert post(who=mine)[0] == 200
    for other in (a_request(pk=2), a_request(member=6)):
        status, answer = post(lambda other=other: other, who=mine, key="notes:8")
        assert (status, answer["autre_compte"]) == (403, True)
    assert Draft.objects.count() == 1


def test_the_mark_of_nobody_is_empty():
    nobody = SimpleNamespace(user=SimpleNamespace(is_authenticated=False))

    assert autosave.who(nobody) == ""
    assert autosave.who(SimpleNamespace()) == ""


def test_a_stale_page_is_told_what_the_other_one_says():
    typed()

    status, answer = post()

    assert status == 409
    assert answer["autre"]["data"] == {"note": "à demi tap"}
    assert answer["autre"]["version"] == 1


def test_a_stale_page_whose_other_version_is_unreadable_is_only_refused():
    drafts.keys.destroy_keys([typed().key_id])

    status, answer = post()

    assert (status, "autre" in answer) == (409, False)


def discard(key, **body):
    request = RequestFactory().post("/", body)
    request.user = SimpleNamespace(pk=1, is_authenticated=True)
    return views.discard_draft(request, key=key)


@pytest.mark.parametrize(
    ("asked", "leads"),
    [("/notes/7/", "/notes/7/"), ("https://ailleurs.example/", "/"), ("", "/")],
)
def test_a_draft_is_given_up_and_its_page_opens_again(asked, leads):
    typed()

    assert discard(KEY, next=asked).url == leads
    assert drafts.load(1, KEY) is None
