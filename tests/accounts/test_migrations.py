"""Secrets that django-otp kept in clear are sealed by the migration, and its table goes."""

from importlib import import_module
from types import SimpleNamespace

from django.apps import apps
from django.db import connection

from accounts.models import TotpDevice
from tests.accounts.factories import UserFactory


migration = import_module("accounts.migrations.0003_encrypt_secrets_of_applications")
SECRET = "31323334353637383930" * 2


def run():
    migration.seal_secrets(apps, SimpleNamespace(connection=connection))


def test_secrets_are_sealed(as_owner):
    user, other = UserFactory(), UserFactory()
    with as_owner() as cursor:
        cursor.execute(
            "CREATE TABLE otp_totp_totpdevice (id int, user_id int, key text, drift int,"
            " last_t bigint, created_at timestamptz, confirmed boolean)"
        )
        cursor.execute(
            "INSERT INTO otp_totp_totpdevice VALUES (1, %s, %s, 1, 42, now(), true),"
            " (2, %s, %s, 0, -1, null, false)",
            [user.pk, SECRET, other.pk, SECRET],
        )
        cursor.execute("GRANT ALL ON otp_totp_totpdevice TO recann_app")

    run()

    device = TotpDevice.objects.get()
    assert (device.user, device.last_t, device.drift) == (user, 42, 1)
    assert device.bin_key.hex() == SECRET
    assert bytes.fromhex(SECRET) not in bytes(device.sealed)


def test_a_fresh_database_has_none():
    run()

    assert not TotpDevice.objects.exists()
