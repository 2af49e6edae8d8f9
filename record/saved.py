"""Worklists kept under a name: written by their owner, shared with the place if they like."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import IntegrityError
from django.http import QueryDict

from accounts.models import Member
from core import audit
from core.db import violated_constraint
from record.enums import Shown
from record.models import SavedFilter


# No legal source: more cannot be read at a glance.
MAX_PER_PERSON = 20

# What a worklist may be asked, in the order of the address.
ASKED = ("a_faire", "indication", "patients")
# What is shown when nothing is asked: the same list is written in one way.
UNSAID = {"", "toutes", Shown.FOLLOWED.value}


class CannotSave(Exception):
    """The message is in French and may be shown."""


@dataclass(frozen=True)
class Named:
    name: str
    is_shared: bool


def query_of(asked: QueryDict) -> str:
    """The filters of an address, and nothing else of it."""
    kept = QueryDict(mutable=True)
    for name in ASKED:
        value = asked.get(name, "")[:80]
        if value not in UNSAID:
            kept[name] = value
    return kept.urlencode()


def save(named: Named, query: str, *, by: Member, at: datetime) -> SavedFilter:
    """Keep a worklist under a name.

    :raises CannotSave: a name used already, or too many; nothing was written
    """
    if SavedFilter.objects.filter(owner=by).count() >= MAX_PER_PERSON:
        raise CannotSave(f"Vous avez déjà {MAX_PER_PERSON} listes\u202f: supprimez-en une.")
    try:
        with audit.acting("filter.saved", by=by):
            saved = SavedFilter.objects.create(
                owner=by, name=named.name, query=query, is_shared=named.is_shared, saved_at=at
            )
            audit.record("filter.saved", saved, by=by)
    except IntegrityError as error:
        if violated_constraint(error) != "record_filter_named_once":
            raise
        raise CannotSave("Une de vos listes porte déjà ce nom.") from error
    return saved


def remove(saved: SavedFilter, *, by: Member) -> None:
    """Only its owner asks for it (`SavedFilter.owner`)."""
    with audit.acting("filter.removed", by=by):
        audit.record("filter.removed", saved, by=by)
        saved.delete()


def of(member: Member) -> list[SavedFilter]:
    """Those of the page, by name: one query."""
    found = SavedFilter.objects.visible_to(member).select_related("owner__user")
    return list(found.order_by("name", "pk"))


class NameForm(forms.Form):
    """The name of a list, and whether colleagues see it."""

    name = forms.CharField(
        label="Nom de la liste",
        help_text="N’y écrivez le nom d’aucun patient.",
        max_length=60,
    )
    is_shared = forms.BooleanField(
        label="La partager avec les membres de mon lieu d’exercice", required=False
    )
    query = forms.CharField(widget=forms.HiddenInput, max_length=300, required=False)

    def named(self) -> Named:
        said: dict[str, Any] = self.cleaned_data
        return Named(said["name"], said["is_shared"])
