import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from core import drafts, tasks, views
from core.models import Draft, KeyRecord
from tests.core.factories import NOON, DraftFactory


DATA = {"pain": "7", "note": "à demi tap"}
KEY = "visit:12"


def drafts_keys():
    return KeyRecord.objects.filter(purpose="draft").count()


def save(data=DATA, version=0, owner=1, key=KEY, at=NOON):
    return drafts.save(owner, key, data, version, at=at)


def test_what_is_typed_is_found_again():
    assert save().version == 1
    assert save({"pain": "x"}, version=1).version == 2

    kept = drafts.load(1, KEY)
    assert (kept.version, kept.data, kept.saved_at) == (2, {"pain": "x"}, NOON)
    assert drafts_keys() == 1


def test_a_draft_is_unreadable_in_the_database():
    save()

    assert b"demi" not in bytes(Draft.objects.get().sealed)


def test_a_draft_belongs_to_one_person():
    save()

    assert drafts.load(2, KEY) is None
    assert save({"pain": "1"}, owner=2).version == 1
    assert drafts.load(1, KEY).data == DATA


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_save_over_another_version_is_refused_and_overwrites_nothing(version):
    save()
    save({"pain": "8"}, version=1)

    with pytest.raises(drafts.StaleDraft, match="autre onglet"):
        save({"pain": "lost"}, version=version)

    assert drafts.load(1, KEY).data == {"pain": "8"}


def test_a_save_that_loses_the_race_is_stale(monkeypatch):
    row = save()
    read = Draft.objects.get(pk=row.pk)
    save({"pain": "8"}, version=1)
    content = {"key_id": read.key_id, "sealed": b"", "saved_at": NOON}

    with pytest.raises(drafts.StaleDraft):
        drafts._write(read, 1, KEY, content)

    assert drafts.load(1, KEY).data == {"pain": "8"}


def test_a_new_draft_that_loses_the_race_is_stale_and_leaves_no_key():
    save()
    content = {
        "key_id": drafts.keys.create_key("draft"),
        "sealed": b"",
        "saved_at": NOON,
        "expires_at": NOON,
        "closed_at": None,
    }

    with pytest.raises(drafts.StaleDraft):
        drafts._write(None, 1, KEY, content)

    assert drafts.load(1, KEY).data == DATA
    assert drafts_keys() == 1


def test_a_recorded_form_is_closed(django_capture_on_commit_callbacks):
    save()
    with django_capture_on_commit_callbacks(execute=True):
        drafts.remove(1, KEY, at=NOON)
        drafts.remove(1, KEY, at=NOON)

    assert drafts.load(1, KEY) is None
    assert drafts_keys() == 0
    with pytest.raises(drafts.DraftClosed, match="déjà été validé"):
        save({"pain": "late"}, version=1)


def test_the_key_outlives_an_act_that_is_rolled_back(django_capture_on_commit_callbacks):
    save()

    with django_capture_on_commit_callbacks(execute=False):
        drafts.remove(1, KEY, at=NOON)

    assert drafts_keys() == 1


def test_the_same_form_may_be_opened_anew_after_it_was_recorded():
    save()
    drafts.remove(1, KEY, at=NOON)

    again = save({"pain": "9"}, version=0)

    assert again.version == 3
    assert drafts.load(1, KEY).data == {"pain": "9"}
    with pytest.raises(drafts.StaleDraft):
        save({"pain": "late"}, version=1)


@pytest.mark.parametrize(
    "key", ["", "Visit", "visit 1", "visit/1", "visit:", "a:" * 7 + "b", "v" * 121, "é", "a\nb"]
)
def test_a_key_that_our_pages_do_not_send_is_refused(key):
    with pytest.raises(drafts.BadDraft):
        save(key=key)

    assert not Draft.objects.exists()


@pytest.mark.parametrize("key", ["inclusion", "visit:6a1b-22:x_1", "adverse_event:1.2"])
def test_keys_of_our_pages(key):
    assert drafts.key_ok(key)


def test_size_is_limited():
    most = {"note": "a" * (drafts.MAX_BYTES - len(json.dumps({"note": ""})))}
    save(most)

    with pytest.raises(drafts.BadDraft):
        save({"note": most["note"] + "a"}, version=1)

    assert drafts.load(1, KEY).data == most


def test_number_is_limited(monkeypatch):
    monkeypatch.setattr(drafts, "MAX_PER_PERSON", 1)
    save()

    with pytest.raises(drafts.BadDraft):
        save(key="visit:13")
    save(key="visit:13", owner=2)

    assert Draft.objects.count() == 2
    assert drafts_keys() == 2


def test_old_drafts_are_erased_with_their_keys(monkeypatch):
    monkeypatch.setitem(drafts.LIFETIME_DAYS, "inclusion", 7)
    save()
    save(key="inclusion")

    assert drafts.erase_old(NOON + timedelta(days=7, seconds=-1)) == 0
    assert drafts.erase_old(NOON + timedelta(days=7)) == 1
    assert drafts.load(1, "inclusion") is None
    assert drafts.load(1, KEY).data == DATA
    assert drafts_keys() == 1
    assert drafts.key_ids() == {Draft.objects.get().key_id}
    assert drafts.erase_old(NOON + timedelta(days=30)) == 1
    assert drafts_keys() == 0


def test_a_draft_without_its_key_is_no_draft():
    DraftFactory(owner_id=1, key=KEY)

    assert drafts.load(1, KEY) is None


def test_the_drafts_of_one_form_are_opened_together(django_assert_num_queries):
    for key in ("inclusion:1", "inclusion:2", "inclusion:3", "inclusion2:1"):
        save({"name": key}, key=key)
    save(key="inclusion:4", owner=2)
    drafts.remove(1, "inclusion:2", at=NOON)
    drafts.keys.destroy_keys([Draft.objects.get(key="inclusion:3").key_id])

    with django_assert_num_queries(1), django_assert_num_queries(1, using="keys"):
        kept = drafts.load_all(1, "inclusion", at=NOON)

    assert {key: draft.data for key, draft in kept.items()} == {
        "inclusion:1": {"name": "inclusion:1"}
    }
    assert drafts.load_all(1, "inclusion", at=NOON + timedelta(days=30)) == {}


def test_a_draft_may_say_when_it_is_erased():
    until = NOON + timedelta(days=2)

    assert drafts.save(1, KEY, DATA, 0, at=NOON, expires_at=until).expires_at == until


def test_the_task_runs_twice():
    DraftFactory(expires_at=NOON - timedelta(days=9000))

    assert [tasks.erase_old_drafts(), tasks.erase_old_drafts()] == [1, 0]


# --- The address that pages post to -----------------------------------------------------------


def post(body, *, signed_in=True, key=KEY, pk=1):
    text = body if isinstance(body, str) else json.dumps(body)
    request = RequestFactory().post(f"/brouillons/{key}", text, content_type="application/json")
    request.user = SimpleNamespace(pk=pk, is_authenticated=signed_in)
    response = views.save_draft(request, key=key)
    return response.status_code, json.loads(response.content)


def test_autosave():
    status, answer = post({"version": 0, "data": DATA})

    assert (status, answer["version"]) == (200, 1)
    assert len(answer["heure"]) == 5
    assert drafts.load(1, KEY).data == DATA


def test_autosave_leaves_to_its_page_a_form_that_has_one(monkeypatch):
    monkeypatch.setattr(drafts, "OWN_PAGE", {"form"})

    status, _ = post({"version": 0, "data": DATA}, key="form:1")

    assert status == 400
    assert not Draft.objects.exists()


def test_autosave_tells_what_happened_meanwhile():
    save()
    assert post({"version": 0, "data": {}})[0] == 409
    drafts.remove(1, KEY, at=NOON)

    assert post({"version": 1, "data": {}})[0] == 410


def test_autosave_signed_out_is_not_a_redirection(client):
    status, answer = post({"version": 0, "data": DATA}, signed_in=False)

    assert status == 401
    assert "session" in answer["erreur"]
    assert not Draft.objects.exists()
    assert client.post(f"/brouillons/{KEY}").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        "\x00",
        {"version": "0", "data": {}},
        {"version": -1, "data": {}},
        {"version": True, "data": {}},
        {"version": 0, "data": []},
        {"data": {}},
        pytest.param({"version": 0, "data": {"note": "a" * 200_000}}, id="too big"),
    ],
)
def test_autosave_refuses_what_our_pages_do_not_send(body):
    status, _ = post(body)

    assert status == 400
    assert not Draft.objects.exists()


def test_autosave_is_a_post(client):
    assert client.get(f"/brouillons/{KEY}").status_code == 405
