import base64
import uuid
from io import StringIO

import pytest
from cryptography.exceptions import InvalidTag
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError

from core import checks, keys
from core.models import KeyRecord


def kek(name, letter):
    return f"{name}:{base64.b64encode(letter * 32).decode()}"


OLD, NEW = kek("2025", b"a"), kek("2026", b"b")


def test_what_is_sealed_is_read_again():
    key = keys.create_key("identity")

    blob = keys.seal(key, "Léa".encode(), aad="patients.Identity 1")

    assert b"L" not in blob[13:14]
    assert keys.unseal(key, blob, aad="patients.Identity 1") == "Léa".encode()
    assert keys.seal(key, "Léa".encode(), aad="patients.Identity 1") != blob


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]), id="last byte"),
        pytest.param(lambda blob: b"\x02" + blob[1:], id="version"),
        pytest.param(lambda blob: blob[:5], id="cut"),
        pytest.param(lambda blob: b"", id="empty"),
    ],
)
def test_altered_bytes_do_not_open(altered):
    key = keys.create_key("identity")
    blob = keys.seal(key, b"secret", aad="row 1")

    with pytest.raises((InvalidTag, ValueError)):
        keys.unseal(key, altered(blob), aad="row 1")


def test_a_blob_moved_to_another_row_does_not_open():
    key = keys.create_key("identity")
    blob = keys.seal(key, b"secret", aad="row 1")

    with pytest.raises(InvalidTag):
        keys.unseal(key, blob, aad="row 2")


def test_another_key_does_not_open():
    first, other = keys.create_keys("identity", 2)
    blob = keys.seal(first, b"secret", aad="row 1")

    with pytest.raises(InvalidTag):
        keys.unseal(other, blob, aad="row 1")


def test_a_destroyed_key_opens_nothing_any_more():
    key, other = keys.create_keys("identity", 2)
    blob = keys.seal(key, b"secret", aad="row 1")

    assert keys.destroy_keys([key, uuid.uuid4()]) == 1
    assert keys.destroy_keys([key]) == 0

    with pytest.raises(keys.KeyMissing):
        keys.unseal(key, blob, aad="row 1")
    assert set(keys.open_keys([key, other])) == {other}


def test_many_keys_are_opened_in_one_query(django_assert_num_queries):
    made = keys.create_keys("identity", 5)

    with django_assert_num_queries(1, using="keys"):
        opened = keys.open_keys(made)

    blob = opened[made[3]].seal(b"secret", "row 1")
    assert keys.unseal(made[3], blob, aad="row 1") == b"secret"


def test_a_key_never_shows_its_secret():
    key = keys.create_key("identity")

    assert "AESGCM" not in repr(keys.open_key(key))


def test_keys_live_in_their_own_cluster(django_assert_num_queries):
    with django_assert_num_queries(0, using="default"):
        keys.create_key("identity")

    assert KeyRecord.objects.all().db == "keys"


def test_rotation_wraps_again_and_the_old_key_may_go(settings):
    KeyRecord.objects.all().delete()
    settings.KEY_ENCRYPTION_KEYS = OLD
    key = keys.create_key("identity")
    blob = keys.seal(key, b"secret", aad="row 1")

    settings.KEY_ENCRYPTION_KEYS = f"{NEW},{OLD}"
    assert keys.unseal(key, blob, aad="row 1") == b"secret"
    out = StringIO()
    call_command("rotate_keys", stdout=out)

    assert "1 clé" in out.getvalue()
    settings.KEY_ENCRYPTION_KEYS = NEW
    assert keys.unseal(key, blob, aad="row 1") == b"secret"
    assert keys.rewrap() == 0


def test_a_wrong_wrapping_key_is_refused(settings):
    key = keys.create_key("identity")
    settings.KEY_ENCRYPTION_KEYS = kek("1", b"z")

    with pytest.raises(keys.WrongKeyEncryptionKey):
        keys.open_key(key)


def test_a_wrapping_key_has_32_bytes(settings):
    settings.KEY_ENCRYPTION_KEYS = "short:" + base64.b64encode(b"abc").decode()

    with pytest.raises(ValueError, match="32 bytes"):
        keys.create_key("identity")


@pytest.mark.parametrize(("error", "left"), [(ValueError, 0), (OperationalError, 1)])
def test_keys_of_an_act_that_failed_go_unless_it_may_be_committed(error, left):
    made = keys.create_keys("enrolment", 1)

    with pytest.raises(error), keys.destroyed_if_refused(made):
        raise error

    assert KeyRecord.objects.filter(pk__in=made).count() == left


def test_the_canary_made_by_migrate_opens():
    assert keys.opens_canary() is True
    assert checks.keys_open() == []


@pytest.mark.parametrize("wrong", [kek("1", b"z"), kek("other", b"z")])
def test_with_wrong_keys_nothing_starts(settings, wrong, monkeypatch):
    settings.KEY_ENCRYPTION_KEYS = wrong
    monkeypatch.setattr(checks.connections, "all", lambda **_: [])

    assert [error.id for error in checks.keys_open()] == ["core.E001"]
    with pytest.raises(ImproperlyConfigured, match="KEY_ENCRYPTION_KEYS"):
        checks.refuse_unsafe_start()


def test_without_a_canary_commands_run_but_the_web_does_not_start(monkeypatch):
    KeyRecord.objects.all().delete()
    monkeypatch.setattr(checks.connections, "all", lambda **_: [])

    assert checks.keys_open() == []
    with pytest.raises(ImproperlyConfigured):
        checks.refuse_unsafe_start()

    keys.make_canary()
    keys.make_canary()

    assert KeyRecord.objects.count() == 1
    checks.refuse_unsafe_start()
