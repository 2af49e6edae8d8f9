"""`SESSION_ENGINE`: Django's sessions in the database, in rows that say whose they are."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from accounts.models import OpenSession


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[OpenSession]:
        return OpenSession

    def create_model_instance(self, data: dict[str, Any]) -> OpenSession:
        user = data.get(SESSION_KEY)
        return OpenSession(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            public_id=UUID(data["public_id"]) if "public_id" in data else uuid4(),
            user_id=None if user is None else int(user),
            member_id=data.get("member_id"),
            device=data.get("device", ""),
            path=data.get("path", ""),
            provider_sid=data.get("provider_sid", ""),
            started_at=_instant(data.get("started_at")),
            used_at=_instant(data.get("touched_at")),
        )
