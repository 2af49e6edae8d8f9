"""The journal, and who signs history, switched off in the web workers while a file stands.

For one measure of `start.py bench`, on its own data. Only `recann.bench.urls` installs it, which
`recann.urls` opens to a measured demonstration alone.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core import audit
from core.models import JournalLine


VARIABLE = "BENCH_TRAIL_OFF"


def install() -> None:
    """Put a switch before `audit.record` and `audit.context`."""
    file = Path(os.environ[VARIABLE])
    record, context = audit.record, audit.context

    def recorded(*args: Any, **kwargs: Any) -> JournalLine:
        return JournalLine() if file.exists() else record(*args, **kwargs)

    @contextmanager
    def signed(*args: Any, **kwargs: Any) -> Iterator[None]:
        if file.exists():
            yield
            return
        with context(*args, **kwargs):
            yield

    audit.record, audit.context = recorded, signed
