"""The bytes of the file, as the table they are: in either encoding that spreadsheets write."""

import io
from collections.abc import Iterable

from core.tables import CannotRead, Row, rows
from patients.takeover.columns import Column


# Each is compared with the whole registry while somebody waits, and is shown. No legal source:
# ADR 0119.
MOST_LINES = 1000


def utf8(content: bytes) -> bytes:
    """The same text in UTF-8: what is not so already is read as Windows-1252, if it can be."""
    try:
        content.decode()
        return content
    except UnicodeDecodeError:
        pass
    try:
        is_utf16 = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
        return content if is_utf16 else content.decode("cp1252").encode()
    except UnicodeDecodeError:
        return content


def read(content: bytes, columns: Iterable[Column]) -> list[Row]:
    """Every line.

    :raises CannotRead: no table, a column that is missing, no line or too many
    """
    known = list(columns)
    needed = {one.name for one in known if one.is_needed}
    found = []
    for row in rows(io.BytesIO(utf8(content)), [one.name for one in known], needed):
        found.append(row)
        if len(found) > MOST_LINES:
            raise CannotRead(
                f"Ce fichier compte plus de {MOST_LINES} lignes\u202f: partagez-le, chaque partie "
                "est reprise à part."
            )
    if not found:
        raise CannotRead("Ce fichier n’a aucune ligne sous ses titres.")
    return found
