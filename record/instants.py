"""Pages of what happened begin at an instant, which their address carries."""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from django.utils.dateparse import parse_datetime


def read(text: str) -> datetime | None:
    """An instant of one of our links; None for anything else."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def address(asked: Mapping[str, str], name: str, at: date) -> str:
    """The same page from another day or instant on; what else was asked of it stays."""
    kept = {key: one for key, one in asked.items() if key not in {"avant", "apres"}}
    return f"?{urlencode({**kept, name: at.isoformat()})}"
