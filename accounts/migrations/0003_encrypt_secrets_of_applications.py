"""Secrets of applications, kept in clear by django-otp so far, are sealed; their table goes.

So does the table of sessions that said nothing of whose they were: everybody signs in again.
"""

from binascii import unhexlify

from django.db import migrations

from core import keys


def seal_secrets(apps, schema_editor):
    device = apps.get_model('accounts', 'TotpDevice')
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('otp_totp_totpdevice')")
        if cursor.fetchone()[0] is None:
            return
        cursor.execute(
            'SELECT user_id, key, drift, last_t, COALESCE(created_at, now())'
            ' FROM otp_totp_totpdevice WHERE confirmed ORDER BY id'
        )
        rows = cursor.fetchall()
    for user_id, secret, drift, last_t, created_at in rows:
        key_id = keys.create_key('second factor')
        sealed = keys.seal(key_id, unhexlify(secret), aad=f'accounts.totp {user_id} {key_id}')
        device.objects.update_or_create(
            user_id=user_id, name='application',
            defaults={
                'key_id': key_id, 'sealed': sealed, 'drift': drift, 'last_t': last_t,
                'created_at': created_at, 'confirmed': True,
            },
        )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_links_sessions_and_encrypted_factors'),
    ]

    operations = [
        migrations.RunPython(seal_secrets, migrations.RunPython.noop),
        migrations.RunSQL(
            'DROP TABLE IF EXISTS otp_totp_totpdevice, django_session',
            migrations.RunSQL.noop,
        ),
    ]
