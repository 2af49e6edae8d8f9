"""The settings for tools that only read code, such as mypy's plugin: every variable is set."""

import os


PLACEHOLDERS = {
    "SECRET_KEY": "read-by-tools-only",
    "ALLOWED_HOSTS": "localhost",
    "PUBLIC_URL": "http://localhost",
    "PGHOST": "none",
    "PGDATABASE": "none",
    "PGUSER": "none",
    "PGPASSWORD": "none",
    "KEYS_HOST": "none",
    "KEYS_DATABASE": "none",
    "KEYS_USER": "none",
    "KEYS_PASSWORD": "none",
    "REDIS_URL": "unix:///none",
    "KEY_ENCRYPTION_KEYS": "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "INDEX_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "IDENTITY_INDEX_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "NIR_INDEX_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "CODE_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "SEAL_KEY_FILE": "none",
    "SEAL_CERTIFICATE_FILE": "none",
}
for _name, _value in PLACEHOLDERS.items():
    os.environ.setdefault(_name, _value)

from recann.settings import *  # noqa: E402, F403
