"""What the launcher prints: one line a step, with its seconds."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


# Kept across `exec`, so that the total counts the making of the environment too.
STARTED_AT = float(os.environ.setdefault("RECANN_STARTED_AT", str(time.time())))


def say(text: str) -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def seconds(duration: float) -> str:
    """`9,8 s`, the way a Frenchman reads it."""
    return f"{duration:.1f}\u202fs".replace(".", ",")


def since_start() -> str:
    return seconds(time.time() - STARTED_AT)


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print the step once it is done, with the time it took."""
    before = time.monotonic()
    yield
    say(f"{seconds(time.monotonic() - before):>8}  {label}")
