"""A form that keeps what is typed in it, with two words: its view wears `@autosaved("movement")`,
its template calls `{% typing as typing %}`. The page saves and fills the form again (`form.js`);
what was recorded is emptied in the same transaction. ADR 0067.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from core import drafts


View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# What records leads elsewhere; what is refused is shown again.
RECORDED = 302


@dataclass(frozen=True)
class Typing:
    """What the page of a form needs to keep what is typed: nothing, on a page that keeps none."""

    key: str = ""
    version: int = 0
    saved_at: datetime | None = None
    # Given back to an empty form alone: one that was refused still holds what was sent.
    data: dict[str, Any] | None = None
    # Sent and refused: the page saves at once what the server has just shown again.
    refused: bool = False

    @property
    def attributes(self) -> SafeString:
        """Of the element `form`."""
        if not self.key:
            return SafeString("")
        address = reverse("core:draft", args=[self.key])
        refused = SafeString(" data-refused" if self.refused else "")
        return format_html(
            ' data-draft="{}" data-version="{}"{}', address, str(self.version), refused
        )

    @property
    def script(self) -> SafeString:
        """What `form.js` puts back into the fields."""
        return json_script(self.data, "saisie") if self.data is not None else SafeString("")


NONE = Typing()


def who(request: HttpRequest) -> str:
    """A mark of the person and the role of a session: a page typed under one is saved under no
    other. It says nothing to whoever reads it.
    """
    member, user = getattr(request, "member", None), getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    name = f"{user.pk} {member.pk if member else None}"
    return salted_hmac("core.autosave.who", name).hexdigest()[:24]


def autosaved(form: str) -> Callable[[View], View]:
    """Keep what is typed in the one form of this page, for its author alone.

    The ids of the address make the key, the role ends it: `consent:<enrolment>:nir:m12`. The
    public id of a patient's row comes first, so that erasing the patient finds the draft.
    """

    def wear(view: View) -> View:
        @wraps(view)
        def keep(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            member = request.member  # type: ignore[attr-defined]
            words = [form, *map(str, kwargs.values()), f"m{member.pk}"]
            request.typing = _of(request, member.user_id, ":".join(words))  # type: ignore[attr-defined]
            if request.method != "POST":
                return view(request, *args, **kwargs)
            with transaction.atomic():
                response = view(request, *args, **kwargs)
                if response.status_code == RECORDED and request.typing.version:  # type: ignore[attr-defined]
                    drafts.remove(member.user_id, ":".join(words), at=timezone.now())
            return response

        return cast("View", keep)

    return wear


def _of(request: HttpRequest, owner_id: int, key: str) -> Typing:
    kept = drafts.load(owner_id, key)
    posted = request.method == "POST"
    if kept is None:
        return Typing(key, refused=posted)
    return Typing(key, kept.version, kept.saved_at, None if posted else kept.data, refused=posted)
