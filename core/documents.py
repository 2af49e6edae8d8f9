"""Delivered bytes are the document: kept encrypted, reprinted as they are."""

import hashlib
from datetime import datetime
from uuid import UUID, uuid4

from core import keys
from core.models import Document


__all__ = ["Document", "read", "store"]


def _aad(public_id: UUID) -> str:
    return f"core.Document {public_id}"


def store(
    *, kind: str, key_id: UUID, content: bytes, enrolment_id: int | None, at: datetime
) -> Document:
    """Keep the bytes, sealed under the given key (the enrolment's).

    :raises core.keys.KeyMissing: the key was destroyed
    """
    public_id = uuid4()
    return Document.objects.create(
        public_id=public_id,
        kind=kind,
        enrolment_id=enrolment_id,
        key_id=key_id,
        sealed=keys.seal(key_id, content, aad=_aad(public_id)),
        sha256=hashlib.sha256(content).digest(),
        size_bytes=len(content),
        made_at=at,
    )


def read(document: Document) -> bytes:
    """Return the delivered bytes.

    :raises core.keys.KeyMissing: the key was destroyed, the document is gone for ever
    """
    return keys.unseal(document.key_id, bytes(document.sealed), aad=_aad(document.public_id))
