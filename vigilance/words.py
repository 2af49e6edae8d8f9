"""Free words of an event, under the enrolment's key."""

from typing import Protocol
from uuid import UUID

from core.keys import DataKey


class Named(Protocol):
    """An event: its public id is part of what is sealed."""

    @property
    def public_id(self) -> UUID: ...


def _aad(event: Named, name: str) -> str:
    return f"vigilance.AdverseEvent {event.public_id} {name}"


def seal(key: DataKey, event: Named, name: str, text: str) -> bytes | None:
    """None for nothing."""
    return key.seal(text.encode(), _aad(event, name)) if text else None


def unseal(key: DataKey | None, event: Named, name: str, blob: bytes | memoryview | None) -> str:
    """The words; "" when there are none or their key was destroyed.

    :raises cryptography.exceptions.InvalidTag: altered bytes, or another event's
    """
    if not blob or key is None:
        return ""
    return key.unseal(bytes(blob), _aad(event, name)).decode()
