"""Tables too long to be made whole: those of `core.tables`, line by line."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from django.http import StreamingHttpResponse

from core.tables import BOM, harmless


def lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file, line after line."""
    yield BOM.encode()
    yield _line(headings)
    for row in rows:
        yield _line(row)


def _line(row: Iterable[object]) -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=";").writerow([harmless(one) for one in row])
    return text.getvalue().encode()


def download(
    headings: Sequence[str], rows: Iterable[Sequence[object]], name: str
) -> StreamingHttpResponse:
    """A file to keep, never shown by the browser nor kept by a cache."""
    stream = lines(headings, rows)
    response = StreamingHttpResponse(stream, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
