"""Tables as French spreadsheets open them: semicolons, byte order mark, no formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from django.http import StreamingHttpResponse


_MARK = b"\xef\xbb\xbf"
# A cell that begins so would be computed by whoever opens the file.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """The text of a cell, an apostrophe before what a spreadsheet would compute."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) and text != "-" else text


def lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file, line after line."""
    yield _MARK
    yield _line(headings)
    for row in rows:
        yield _line(row)


def _line(row: Iterable[object]) -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=";").writerow([cell(one) for one in row])
    return text.getvalue().encode()


def download(
    headings: Sequence[str], rows: Iterable[Sequence[object]], name: str
) -> StreamingHttpResponse:
    """A file to keep, never shown by the browser nor kept by a cache."""
    stream = lines(headings, rows)
    response = StreamingHttpResponse(stream, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
