"""Logs: one JSON object a line, whatever is in it, and nothing that belongs in no log."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime


# Set by the middleware; the same in the journal, in history rows, in error pages and here.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# The token of a public page opens it; PostgreSQL tells the whole row that it refused.
_MASKED = (
    (re.compile(r"(/v/)[^\s\"'?]+"), r"\1…"),
    (re.compile(r"(DETAIL|CONTEXT|STATEMENT|LINE \d+):.*"), r"\1: …"),
)


def masked(text: str) -> str:
    """The text without tokens of addresses nor values of rows."""
    for pattern, instead in _MASKED:
        text = pattern.sub(instead, text)
    return text


class JsonLine(logging.Formatter):
    """`{"at", "level", "logger", "message", "request_id"}`, and `error` for an exception.

    JSON escapes line feeds, escapes of terminals and quotes: nobody forges a line by what they
    type in a form.
    """

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            "request_id": request_id.get(),
        }
        if record.exc_info:
            said["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=True)
