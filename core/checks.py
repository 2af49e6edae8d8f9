"""What a process verifies before it serves anybody."""

from collections.abc import Callable
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from core import demo, keys


WRONG_KEYS = "KEY_ENCRYPTION_KEYS does not open the stored keys: nothing could be read."


@register()
def keys_open(**_kwargs: Any) -> list[CheckMessage]:
    """Silent while there is no database or no canary yet: `migrate` runs this too."""
    try:
        wrong = keys.opens_canary() is False
    except DatabaseError:
        return []
    return [Error(WRONG_KEYS, id="core.E001")] if wrong else []


@register()
def demonstration_stays_at_home(**_kwargs: Any) -> list[CheckMessage]:
    try:
        return [Error(problem, id="core.E002") for problem in demo.problems()]
    except DatabaseError:
        return []


# What the apps above verify before a web server serves: filled in their `AppConfig.ready`.
BEFORE_SERVING: list[Callable[[], list[str]]] = []


def refuse_unsafe_start() -> None:
    """Called by the web server when it starts: refuse wrong keys and a stray demonstration.

    :raises ImproperlyConfigured: the process must not serve
    """
    problems = demo.problems()
    if keys.opens_canary() is not True:
        problems.append(WRONG_KEYS)
    else:
        problems += [problem for check in BEFORE_SERVING for problem in check()]
    # The server forks after this: no connection and no pool may cross the fork.
    for connection in connections.all(initialized_only=True):
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
    if problems:
        raise ImproperlyConfigured(" ".join(problems))
