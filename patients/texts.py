"""Free text of a participation, sealed under its own key: unreadable once the key is destroyed."""

from collections.abc import Iterable

from core import keys
from core.keys import DataKey
from patients.models import Enrolment, PriorTreatment


# What is sealed: a blob copied from one column into another does not open.
DRUG = "patients.PriorTreatment.drug"
DEROGATION = "patients.Derogation.reason"


def seal_under(key: DataKey, place: str, text: str) -> bytes:
    return key.seal(text.encode(), place)


def seal(enrolment: Enrolment, place: str, text: str) -> bytes | None:
    """Seal one text; nothing for nothing."""
    return seal_under(keys.open_key(enrolment.key_id), place, text) if text else None


def read(enrolment: Enrolment, place: str, blob: bytes | memoryview | None) -> str:
    """Open one text; "" when there is none, or once the key is destroyed."""
    return read_many(enrolment, place, [blob])[0]


def read_many(
    enrolment: Enrolment, place: str, blobs: Iterable[bytes | memoryview | None]
) -> list[str]:
    """Open several texts of one column with one query of the key."""
    sealed = [bytes(blob) if blob else b"" for blob in blobs]
    if not any(sealed):
        return [""] * len(sealed)
    key = keys.open_keys([enrolment.key_id]).get(enrolment.key_id)
    return [key.unseal(blob, place).decode() if key and blob else "" for blob in sealed]


def read_each(place: str, rows: Iterable[tuple[Enrolment, bytes | memoryview | None]]) -> list[str]:
    """Open one text of each of several participations with one query of the keys."""
    sealed = [(enrolment.key_id, bytes(blob) if blob else b"") for enrolment, blob in rows]
    opened = keys.open_keys(key_id for key_id, blob in sealed if blob)
    return [
        opened[key_id].unseal(blob, place).decode() if blob and key_id in opened else ""
        for key_id, blob in sealed
    ]


def drugs(enrolment: Enrolment, rows: Iterable[PriorTreatment]) -> list[str]:
    """What was tried, in the order of the rows."""
    return read_many(enrolment, DRUG, [row.drug_sealed for row in rows])
