"""Demonstration mode shows accounts and codes: it starts nowhere but on one person's machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection


# Written on the database by `start.py` when it creates it.
MARK = "recann-demo"

_COMMENT = """
SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()
"""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_marked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_COMMENT)
        return bool(cursor.fetchone() == (MARK,))


def problems() -> list[str]:
    """Why this process must not start; empty when it may."""
    marked = _is_marked()
    if not settings.DEMO:
        return [f"The database is marked {MARK!r} but RECANN_DEMO is not set."] if marked else []
    found = []
    if not _is_loopback(urlsplit(settings.PUBLIC_URL).hostname or ""):
        found.append("RECANN_DEMO: PUBLIC_URL is not on the loopback.")
    if not str(settings.DATABASES["default"]["HOST"]).startswith("/"):
        found.append("RECANN_DEMO: PGHOST is not the folder of a socket.")
    if not marked:
        found.append(f"RECANN_DEMO: the database is not marked {MARK!r}.")
    return found
