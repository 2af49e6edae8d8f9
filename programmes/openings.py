"""What is open on a day: closures, limits of places, the end of the transition."""

from collections.abc import Iterable
from datetime import date

from programmes.enums import OpeningKind, OpeningState
from programmes.models import Opening, Programme
from programmes.rules import Transition


def closure(programme: Programme, on: date) -> Opening | None:
    """Why no inclusion may bear that date: of two reasons, the one that began last."""
    return closure_among(closures(programme), on)


def closures(programme: Programme) -> list[Opening]:
    """All that were published, the one that began last first."""
    rows = Opening.objects.filter(
        programme=programme, kind=OpeningKind.CLOSURE, state=OpeningState.PUBLISHED
    )
    return list(rows.order_by("-valid_from", "-pk"))


def closure_among(known: Iterable[Opening], on: date) -> Opening | None:
    """The same as `closure`, of closures read once for many days; bounds included."""
    return next((one for one in known if one.valid_from <= on <= (one.valid_to or date.max)), None)


def limits(programme: Programme, on: date) -> list[Opening]:
    """Limits of places that apply that day."""
    rows = Opening.objects.in_force(on).limits().filter(programme=programme)
    return list(rows.select_related("indication", "site").order_by("kind", "pk"))


def transition(programme: Programme) -> Transition | None:
    """The end of the programme; None while the opinion is not published."""
    if programme.opinion_published_on is None:
        return None
    return Transition(programme.short_name, programme.opinion_published_on)
