"""Free text of a prescription, sealed under the enrolment's key: erased with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core import keys
from prescriptions.models import Line, Prescription


@dataclass(frozen=True)
class Texts:
    """What was typed freely; instructions by position of their line."""

    note: str = ""
    reason: str = ""
    instructions: dict[int, str] = field(default_factory=dict)


def _aad(prescription: Prescription, place: str) -> str:
    return f"prescriptions.Prescription {prescription.public_id} {place}"


def seal(prescription: Prescription, place: str, text: str) -> bytes | None:
    """Seal one text; nothing for nothing.

    :param place: `note`, `reason`, or `line 1`
    :raises core.keys.KeyMissing: the enrolment's key was destroyed
    """
    if not text:
        return None
    key_id = prescription.enrolment.key_id
    return keys.seal(key_id, text.encode(), aad=_aad(prescription, place))


def read(prescription: Prescription, lines: Iterable[Line]) -> Texts:
    """Open everything with one query of the key; empty texts once the key is destroyed."""
    sealed = {f"line {line.position}": line.instructions_sealed for line in lines}
    empty = {line.position: "" for line in lines}
    sealed |= {"note": prescription.note_sealed, "reason": prescription.reason_sealed}
    if not any(sealed.values()):
        return Texts(instructions=empty)
    key = keys.open_keys([prescription.enrolment.key_id]).get(prescription.enrolment.key_id)
    if key is None:
        return Texts(instructions=empty)
    opened = {
        place: key.unseal(bytes(blob), _aad(prescription, place)).decode() if blob else ""
        for place, blob in sealed.items()
    }
    instructions = {position: opened[f"line {position}"] for position in empty}
    return Texts(opened["note"], opened["reason"], instructions)


def open_one(
    key: keys.DataKey, prescription: Prescription, place: str, blob: bytes | memoryview
) -> str:
    """One text, of any version of the prescription: only its public id is read."""
    return key.unseal(bytes(blob), _aad(prescription, place)).decode()
