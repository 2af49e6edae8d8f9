"""What is being typed, saved by the page every few seconds. A draft is never a record.

A version is the number of the last save: a page that knows an older one would overwrite what
another tab typed, and is refused.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core import keys
from core.models import Draft


__all__ = ["BadDraft", "Draft", "Kept", "erase_old", "load", "load_all", "remove", "save"]

# Days after the last save. A form begun a month ago is typed again from the record.
KEPT_DAYS = 30
# Days, by first word of the key, where another duration holds. Filled by apps in `ready`.
LIFETIME_DAYS: dict[str, int] = {}

# First words of keys that a page of their own saves, under its own rules.
OWN_PAGE: set[str] = set()

# Bytes of JSON.
MAX_BYTES = 64 * 1024
MAX_PER_PERSON = 200

_KEY = re.compile(r"[a-z][a-z0-9_]*(?:[:.][A-Za-z0-9_-]+){0,5}", re.ASCII)


class Refusal(Exception):
    """A draft that is not kept: the message is French, `status` is what the page is answered."""

    status = 400


class StaleDraft(Refusal):
    """Another tab or another device saved meanwhile. Nothing was overwritten."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "Cette saisie a été continuée dans un autre onglet ou sur un autre poste. "
            "Rien n’a été écrasé."
        )


class DraftClosed(Refusal):
    """The form was recorded for good: there is nothing left to draft."""

    status = 410

    def __init__(self) -> None:
        super().__init__("Ce formulaire a déjà été validé.")


class BadDraft(Refusal):
    """The key, the size or the number of drafts is not what our pages send."""

    def __init__(self) -> None:
        super().__init__("Ce brouillon ne peut pas être enregistré.")


@dataclass(frozen=True)
class Kept:
    """A draft, readable."""

    version: int
    data: dict[str, Any]
    saved_at: datetime


def key_ok(key: str) -> bool:
    """`form`, then up to five ids: `visit:6a1b…`, `inclusion`."""
    return len(key) <= 120 and _KEY.fullmatch(key) is not None


def _aad(owner_id: int, key: str) -> str:
    return f"core.Draft {owner_id} {key}"


def save(
    owner_id: int,
    key: str,
    data: dict[str, Any],
    version: int,
    *,
    at: datetime,
    expires_at: datetime | None = None,
) -> Draft:
    """Save what was typed over version `version` (0: a new draft); return the row.

    :param expires_at: when it is erased, where the kind of form does not decide alone
    :raises StaleDraft: the row has another version
    :raises DraftClosed: the form was recorded since that version
    :raises BadDraft: wrong key, too big, too many
    """
    plain = json.dumps(data, ensure_ascii=False).encode()
    if not key_ok(key) or len(plain) > MAX_BYTES:
        raise BadDraft
    draft = Draft.objects.filter(owner_id=owner_id, key=key).first()
    key_id = draft.key_id if draft else None
    if draft is None or draft.closed_at:
        _check_new(draft, owner_id, version)
        key_id = keys.create_key("draft")
    elif draft.version != version or key_id is None:
        raise StaleDraft
    sealed = keys.seal(key_id, plain, aad=_aad(owner_id, key))
    until = expires_at or at + timedelta(days=_lifetime_days(key))
    content = {"key_id": key_id, "sealed": sealed, "saved_at": at, "expires_at": until}
    return _write(draft, owner_id, key, content | {"closed_at": None})


def has_own_page(key: str) -> bool:
    """Whether the general address may not save this kind of form."""
    return _form(key) in OWN_PAGE


def _form(key: str) -> str:
    return re.split("[:.]", key, maxsplit=1)[0]


def _lifetime_days(key: str) -> int:
    return LIFETIME_DAYS.get(_form(key), KEPT_DAYS)


def _check_new(closed: Draft | None, owner_id: int, version: int) -> None:
    if version:
        raise DraftClosed
    if closed is None and Draft.objects.filter(owner_id=owner_id).count() >= MAX_PER_PERSON:
        raise BadDraft


def _write(draft: Draft | None, owner_id: int, key: str, content: dict[str, Any]) -> Draft:
    """Write over exactly the row that was read; another save in between makes this one stale."""
    if draft is None:
        draft = Draft(owner_id=owner_id, key=key, version=1, **content)
        Draft.objects.bulk_create([draft], ignore_conflicts=True)
        mine = Draft.objects.get(owner_id=owner_id, key=key)
        if mine.key_id != content["key_id"]:
            keys.destroy_keys([content["key_id"]])
            raise StaleDraft
        return mine
    same_version = Draft.objects.filter(pk=draft.pk, version=draft.version)
    if not same_version.update(version=F("version") + 1, **content):
        raise StaleDraft
    draft.version += 1
    return draft


def load(owner_id: int, key: str) -> Kept | None:
    """The draft of this person for this form; None if there is none, or it cannot be read."""
    draft = Draft.objects.filter(owner_id=owner_id, key=key, closed_at=None).first()
    if draft is None or draft.key_id is None:
        return None
    try:
        plain = keys.unseal(draft.key_id, bytes(draft.sealed), aad=_aad(owner_id, key))
    except keys.KeyMissing:
        return None
    return Kept(draft.version, json.loads(plain), draft.saved_at)


def load_all(owner_id: int, form: str, *, at: datetime) -> dict[str, Kept]:
    """The drafts of this person whose key begins with `form:`, by key: two queries."""
    rows = Draft.objects.filter(
        owner_id=owner_id, key__startswith=f"{form}:", closed_at=None, expires_at__gt=at
    )
    by_key = {row.key: row for row in rows if row.key_id}
    opened = keys.open_keys(row.key_id for row in by_key.values() if row.key_id)
    kept = {}
    for key, row in by_key.items():
        if row.key_id in opened:
            plain = opened[row.key_id].unseal(bytes(row.sealed), _aad(owner_id, key))
            kept[key] = Kept(row.version, json.loads(plain), row.saved_at)
    return kept


def remove(owner_id: int, key: str, *, at: datetime) -> None:
    """Empty the draft: its form was recorded. Called in the transaction that records it.

    The row stays until it expires, so that a late autosave is told so.
    """
    draft = Draft.objects.filter(owner_id=owner_id, key=key, closed_at=None).first()
    if draft is None:
        return
    key_ids = [draft.key_id]
    Draft.objects.filter(pk=draft.pk).update(
        closed_at=at, key_id=None, sealed=b"", version=F("version") + 1
    )
    # Keys go last: if the act is rolled back, the draft must still open.
    transaction.on_commit(lambda: _destroy(key_ids))


def _destroy(key_ids: Iterable[UUID | None]) -> None:
    keys.destroy_keys(key_id for key_id in key_ids if key_id is not None)


def key_ids() -> set[UUID]:
    """Keys in use: the task that destroys orphans spares them."""
    return {key_id for key_id in Draft.objects.values_list("key_id", flat=True) if key_id}


def erase_old(at: datetime) -> int:
    """Erase the drafts whose time is over, their keys first."""
    old = list(Draft.objects.filter(expires_at__lte=at))
    _destroy(draft.key_id for draft in old)
    return Draft.objects.filter(pk__in=[draft.pk for draft in old], expires_at__lte=at).delete()[0]
