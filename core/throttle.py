"""Counting attempts in PostgreSQL: every process sees the same count."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.http import HttpRequest

from core.models import Throttle


_HIT = """
INSERT INTO core_throttle AS t (key, started_at, hits) VALUES (%(key)s, %(at)s, 1)
ON CONFLICT (key) DO UPDATE SET
    hits = CASE WHEN t.started_at <= %(since)s THEN 1 ELSE t.hits + 1 END,
    started_at = CASE WHEN t.started_at <= %(since)s THEN %(at)s ELSE t.started_at END
RETURNING hits
"""


def allowed(name: str, who: str, *, limit: int, seconds: int, at: datetime) -> bool:
    """Count one more attempt; True while there were no more than `limit` in the window."""
    since = at - timedelta(seconds=seconds)
    with connection.cursor() as cursor:
        cursor.execute(_HIT, {"key": _key(name, who), "at": at, "since": since})
        (hits,) = cursor.fetchone()
    return bool(hits <= limit)


def forget(name: str, who: str) -> None:
    """Start again from zero, after a success."""
    Throttle.objects.filter(key=_key(name, who)).delete()


def take_back(name: str, who: str) -> None:
    """The attempt was legitimate: it no longer counts. Many people may share one address."""
    Throttle.objects.filter(key=_key(name, who), hits__gt=0).update(hits=F("hits") - 1)


def _key(name: str, who: str) -> str:
    """The source itself (an address, a login) is not kept."""
    mac = hmac.new(settings.INDEX_KEY.encode(), f"throttle {who}".encode(), hashlib.sha256)
    return f"{name} {mac.hexdigest()[:32]}"


def source_of(request: HttpRequest) -> str:
    """The address the request came from: behind our proxy, the last one it added."""
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def erase_old(at: datetime) -> int:
    return Throttle.objects.filter(started_at__lt=at - timedelta(days=2)).delete()[0]
