"""Limits, closures and the opinion: drafted, looked at, published; never rewritten."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import Member, Site
from core import audit
from programmes.enums import OpeningKind, OpeningState
from programmes.models import Indication, Opening, Programme


class CannotPublish(Exception):
    """The message is in French and may be shown."""


@dataclass(frozen=True)
class Wanted:
    """What the manager wants to be open or closed; both bounds are included."""

    kind: OpeningKind
    valid_from: date
    source: str
    valid_to: date | None = None
    places: int | None = None
    indication: Indication | None = None
    site: Site | None = None
    reason: str = ""


def draft_opening(programme: Programme, wanted: Wanted, *, by: Member) -> Opening:
    """Write what nobody but the managers sees yet."""
    with audit.acting("opening.drafted", by=by):
        opening = Opening.objects.create(
            programme=programme, state=OpeningState.DRAFT, drafted_by=by, **vars(wanted)
        )
        audit.record("opening.drafted", opening, by=by, kind=opening.kind)
    return opening


def publish_opening(opening: Opening, *, by: Member, at: datetime) -> Opening:
    """Put it in force from its date. One of the same kind that it follows ends the day before.

    :raises CannotPublish: nothing is written
    """
    with audit.acting("opening.published", by=by):
        programme, locked = _lock(opening)
        if locked.state != OpeningState.DRAFT:
            raise CannotPublish("Cette ouverture est déjà publiée ou abandonnée.")
        if locked.is_limit and not locked.places:
            raise CannotPublish("Indiquez le nombre de places avant de publier.")
        _end_those_before(locked)
        locked.state, locked.published_by = OpeningState.PUBLISHED, by
        locked.published_at = at
        locked.save(update_fields=["state", "published_by", "published_at"])
        if locked.kind == OpeningKind.OPINION:
            programme.opinion_published_on = locked.valid_from
            programme.save(update_fields=["opinion_published_on"])
        audit.record("opening.published", locked, by=by, kind=locked.kind)
    return locked


def end_opening(opening: Opening, *, on: date, by: Member) -> None:
    """Make `on` its last day; before its first day it never applies.

    :raises CannotPublish: nothing is written
    """
    with audit.acting("opening.ended", by=by):
        programme, locked = _lock(opening)
        if locked.state != OpeningState.PUBLISHED:
            raise CannotPublish("Cette ouverture n’est pas publiée.")
        if not locked.may_end(on):
            raise CannotPublish("Cette ouverture est déjà terminée.")
        _end(locked, on)
        if locked.kind == OpeningKind.OPINION:
            programme.opinion_published_on = None
            programme.save(update_fields=["opinion_published_on"])
        audit.record("opening.ended", locked, by=by, kind=locked.kind, on=on)


def discard_opening(opening: Opening, *, by: Member) -> None:
    """Forget a draft.

    :raises CannotPublish: it is published
    """
    with audit.acting("opening.discarded", by=by):
        _, locked = _lock(opening)
        if locked.state != OpeningState.DRAFT:
            raise CannotPublish("Cette ouverture est déjà publiée ou abandonnée.")
        audit.record("opening.discarded", locked, by=by, kind=locked.kind)
        locked.delete()


def _lock(opening: Opening) -> tuple[Programme, Opening]:
    """The programme first: inclusions wait for the end of the change, and read it."""
    programmes = Programme.objects.select_for_update(of=("self",), no_key=True)
    programme = programmes.get(pk=opening.programme_id)
    locked = Opening.objects.select_for_update(of=("self",)).filter(pk=opening.pk).first()
    if locked is None:
        raise CannotPublish("Cette ouverture n’existe plus.")
    return programme, locked


def _end_those_before(opening: Opening) -> None:
    same = Opening.objects.in_force(opening.valid_from).filter(
        programme=opening.programme_id,
        kind=opening.kind,
        indication=opening.indication_id,
        site=opening.site_id,
    )
    for earlier in same.select_for_update(of=("self",)).order_by("pk"):
        _end(earlier, opening.valid_from - timedelta(days=1))


def _end(opening: Opening, on: date) -> None:
    if on < opening.valid_from:
        opening.state = OpeningState.WITHDRAWN
    else:
        opening.valid_to = on
    opening.save(update_fields=["state", "valid_to"])
