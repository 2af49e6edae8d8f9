"""Envelope encryption: data keys wrapped by a key that lives outside every database.

Destroying a data key makes everything sealed with it unreadable, in the live base at once and in
backups when the last backup of the key cluster expires.
"""

import base64
import hmac
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import InterfaceError, OperationalError

from core.models import KeyRecord


_VERSION = b"\x01"
# Bytes. NIST SP 800-38D: nonce of 96 bits for GCM.
_NONCE = 12

CANARY = "canary"


class KeyMissing(Exception):
    """The key was destroyed, or never existed: what it sealed cannot be read any more."""


class WrongKeyEncryptionKey(Exception):
    """The stored keys were wrapped by a key that this process was not given."""


@dataclass(frozen=True)
class DataKey:
    """An opened key. `aad` names what is sealed: a blob moved elsewhere does not open."""

    id: UUID
    _gcm: AESGCM = field(repr=False)

    def seal(self, plain: bytes, aad: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._gcm.encrypt(nonce, plain, aad.encode())

    def unseal(self, blob: bytes, aad: str) -> bytes:
        """Return the plain bytes.

        :raises cryptography.exceptions.InvalidTag: altered bytes, wrong key or wrong `aad`
        """
        blob = bytes(blob)
        if blob[:1] != _VERSION:
            raise InvalidTag
        return self._gcm.decrypt(blob[1 : 1 + _NONCE], blob[1 + _NONCE :], aad.encode())


@lru_cache(maxsize=4)
def _ring(setting: str) -> dict[str, AESGCM]:
    ring = {}
    for entry in setting.split(","):
        kek_id, _, text = entry.strip().partition(":")
        secret = base64.b64decode(text)
        if len(secret) != 32:
            raise ValueError(f"KEY_ENCRYPTION_KEYS: key {kek_id!r} is not 32 bytes long.")
        ring[kek_id] = AESGCM(secret)
    return ring


def _wrap(key_id: UUID, secret: bytes) -> tuple[bytes, str]:
    """Wrap under the newest key: the first of the setting."""
    kek_id, kek = next(iter(_ring(settings.KEY_ENCRYPTION_KEYS).items()))
    nonce = os.urandom(_NONCE)
    return nonce + kek.encrypt(nonce, secret, key_id.bytes), kek_id


def _unwrap(record: KeyRecord) -> bytes:
    kek = _ring(settings.KEY_ENCRYPTION_KEYS).get(record.kek_id)
    wrapped = bytes(record.wrapped)
    try:
        if kek is None:
            raise InvalidTag
        return kek.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], record.pk.bytes)
    except InvalidTag as error:
        raise WrongKeyEncryptionKey(f"Key {record.pk} was wrapped by another key.") from error


def create_key(purpose: str) -> UUID:
    """Make a key and return its id. Call it before the main transaction: keys come first."""
    return create_keys(purpose, 1)[0]


def create_keys(purpose: str, count: int) -> list[UUID]:
    """Make several keys of one purpose, in one insert."""
    records = []
    for _ in range(count):
        key_id = uuid4()
        wrapped, kek_id = _wrap(key_id, AESGCM.generate_key(256))
        records.append(KeyRecord(id=key_id, purpose=purpose, wrapped=wrapped, kek_id=kek_id))
    KeyRecord.objects.bulk_create(records)
    return [record.pk for record in records]


def open_keys(ids: Iterable[UUID]) -> dict[UUID, DataKey]:
    """Open several keys in one query. Destroyed keys are absent from the answer."""
    records = KeyRecord.objects.filter(pk__in=set(ids))
    return {record.pk: DataKey(record.pk, AESGCM(_unwrap(record))) for record in records}


def open_key(key_id: UUID) -> DataKey:
    try:
        return open_keys([key_id])[key_id]
    except KeyError:
        raise KeyMissing(str(key_id)) from None


def seal(key_id: UUID, plain: bytes, *, aad: str) -> bytes:
    return open_key(key_id).seal(plain, aad)


def unseal(key_id: UUID, blob: bytes, *, aad: str) -> bytes:
    return open_key(key_id).unseal(blob, aad)


# --- What lives an hour ----------------------------------------------------------------------


@lru_cache(maxsize=4)
def _passing(setting: str) -> tuple[AESGCM, ...]:
    """Keys derived from the wrapping keys, newest first."""
    return tuple(
        AESGCM(hmac.digest(base64.b64decode(entry.strip().partition(":")[2]), b"passing", "sha256"))
        for entry in setting.split(",")
    )


def seal_passing(plain: bytes, *, aad: str) -> bytes:
    """Seal what a session holds for a while: no row in the key store, and nothing to destroy."""
    nonce = os.urandom(_NONCE)
    newest = _passing(settings.KEY_ENCRYPTION_KEYS)[0]
    return _VERSION + nonce + newest.encrypt(nonce, plain, aad.encode())


def unseal_passing(blob: bytes, *, aad: str) -> bytes:
    """Return what `seal_passing` sealed, under the newest wrapping key or an older one.

    :raises cryptography.exceptions.InvalidTag: altered bytes, unknown key or wrong `aad`
    """
    if blob[:1] == _VERSION:
        for key in _passing(settings.KEY_ENCRYPTION_KEYS):
            with suppress(InvalidTag):
                return key.decrypt(blob[1 : 1 + _NONCE], blob[1 + _NONCE :], aad.encode())
    raise InvalidTag


def destroy_keys(ids: Iterable[UUID]) -> int:
    """Destroy keys; return how many there were. What they sealed is lost for ever."""
    return KeyRecord.objects.filter(pk__in=set(ids)).delete()[0]


@contextmanager
def destroyed_if_refused(ids: Iterable[UUID]) -> Iterator[None]:
    """Destroy the keys made for the act inside when it fails.

    Not when the connection was lost: the rows may be committed all the same, and would never open
    again. Keys that open nothing are destroyed by the night (`patients.tasks`).
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        destroy_keys(ids)
        raise


def rewrap(limit: int = 1000) -> int:
    """Wrap again, under the newest key, up to `limit` keys wrapped by an older one."""
    newest = next(iter(_ring(settings.KEY_ENCRYPTION_KEYS)))
    records = list(KeyRecord.objects.exclude(kek_id=newest).order_by("pk")[:limit])
    for record in records:
        record.wrapped, record.kek_id = _wrap(record.pk, _unwrap(record))
    KeyRecord.objects.bulk_update(records, ["wrapped", "kek_id"])
    return len(records)


def make_canary() -> None:
    """Keep one key that only serves to tell whether the right wrapping key was given."""
    if not KeyRecord.objects.filter(purpose=CANARY).exists():
        create_key(CANARY)


def opens_canary() -> bool | None:
    """True or False: the given keys are the right ones. None: there is no canary yet."""
    record = KeyRecord.objects.filter(purpose=CANARY).order_by("made_at").first()
    if record is None:
        return None
    try:
        _unwrap(record)
    except WrongKeyEncryptionKey:
        return False
    return True
