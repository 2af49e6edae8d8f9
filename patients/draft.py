"""The draft of an inclusion: what its author typed, step by step, before anything is recorded.

One encrypted `core.Draft`, under one membership: another person, or the same one under another
role, does not find it. Erased seven days after its start while no consent is recorded, at once
when the patient refuses, thirty days after the last save once the consent is signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from accounts.models import Member
from core import drafts
from patients import rules
from programmes.models import Programme


PREFIX = "inclusion"

STEPS = {
    "information": "Information et consentements",
    "eligibilite": "Éligibilité",
    "identite": "Identité",
    "relais": "Relais et pharmacie",
    "confirmation": "Confirmation",
}

Typed = dict[str, Any]


@dataclass(frozen=True)
class InclusionDraft:
    """What is typed so far. `consented`: the participation is signed."""

    id: UUID
    programme_id: int
    started_at: datetime
    saved_at: datetime
    version: int
    steps: dict[str, Typed]
    consented: bool

    @property
    def name(self) -> str:
        """What the author may recognise the draft by; empty before the identity."""
        typed = self.steps.get("identite", {})
        words = (typed.get("used_name") or typed.get("birth_name"), typed.get("first_names"))
        return " ".join(str(word) for word in words if word)

    @property
    def expires_at(self) -> datetime:
        if self.consented:
            return self.saved_at + timedelta(days=rules.DRAFT_DAYS_AFTER_CONSENT)
        return self.started_at + timedelta(days=rules.DRAFT_DAYS_BEFORE_CONSENT)

    @property
    def next_step(self) -> str:
        """The first step that was never typed."""
        return next((step for step in STEPS if step not in self.steps), "confirmation")

    def typed(self, step: str) -> Typed:
        return self.steps.get(step, {})


def key_of(draft_id: UUID) -> str:
    return f"{PREFIX}:{draft_id}"


def start(programme: Programme, *, by: Member, at: datetime) -> UUID:
    """Begin a draft; nothing of it is a record."""
    draft_id = uuid4()
    data = {
        "member": by.pk,
        "programme": programme.pk,
        "started_at": at.isoformat(),
        "steps": {},
        "consented": False,
    }
    expires_at = at + timedelta(days=rules.DRAFT_DAYS_BEFORE_CONSENT)
    drafts.save(by.user_id, key_of(draft_id), data, 0, at=at, expires_at=expires_at)
    return draft_id


def load(draft_id: UUID, *, by: Member, at: datetime) -> InclusionDraft | None:
    """The draft of this member; None when it is another's, recorded, refused or expired."""
    kept = drafts.load(by.user_id, key_of(draft_id))
    draft = None if kept is None else _read(draft_id, kept, by)
    return draft if draft and draft.expires_at > at else None


def _read(draft_id: UUID, kept: drafts.Kept, by: Member) -> InclusionDraft | None:
    data = kept.data
    if data.get("member") != by.pk:
        return None
    return InclusionDraft(
        id=draft_id,
        programme_id=data["programme"],
        started_at=datetime.fromisoformat(data["started_at"]),
        saved_at=kept.saved_at,
        version=kept.version,
        steps=data["steps"],
        consented=data["consented"],
    )


def mine(*, by: Member, at: datetime) -> list[InclusionDraft]:
    """The member's unfinished inclusions, the last touched first."""
    kept = drafts.load_all(by.user_id, PREFIX, at=at)
    found = (_read(UUID(key.removeprefix(f"{PREFIX}:")), one, by) for key, one in kept.items())
    drafts_of_mine = [draft for draft in found if draft]
    return sorted(drafts_of_mine, key=lambda draft: draft.saved_at, reverse=True)


@dataclass(frozen=True)
class Save:
    """One step as it was typed, valid or not, over the version the page knows."""

    step: str
    typed: Mapping[str, Any]
    version: int
    consented: bool | None = None


def save(draft: InclusionDraft, change: Save, *, by: Member, at: datetime) -> drafts.Draft:
    """Keep one step; the others stay as they were.

    :raises core.drafts.StaleDraft: another tab saved meanwhile
    """
    consented = draft.consented if change.consented is None else change.consented
    steps = {**draft.steps, change.step: dict(change.typed)}
    data = {
        "member": by.pk,
        "programme": draft.programme_id,
        "started_at": draft.started_at.isoformat(),
        "steps": steps,
        "consented": consented,
    }
    expires_at = (
        at + timedelta(days=rules.DRAFT_DAYS_AFTER_CONSENT)
        if consented
        else draft.started_at + timedelta(days=rules.DRAFT_DAYS_BEFORE_CONSENT)
    )
    return drafts.save(
        by.user_id, key_of(draft.id), data, change.version, at=at, expires_at=expires_at
    )


def kept(draft: InclusionDraft, step: str, *, by: Member) -> drafts.Kept | None:
    """One step as it stands now, whoever of one's pages saved it."""
    whole = drafts.load(by.user_id, key_of(draft.id))
    return whole and replace(whole, data=whole.data["steps"].get(step, {}))


def erase(draft_id: UUID, *, by: Member, at: datetime) -> None:
    """Forget all that was typed, key included: the patient refused, or the author gives up."""
    drafts.remove(by.user_id, key_of(draft_id), at=at)
