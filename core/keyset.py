"""Pages of a list that begin beside a row, never counted from the first: as quick on page 100."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict


Row = TypeVar("Row")
Found = TypeVar("Found", bound=Model)

# Between the values of a key; no date and no UUID holds it.
SEPARATOR = "_"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """What components/pagination.html reads: addresses, or "" when there is nothing there."""

    rows: list[Row]
    previous: str = ""
    following: str = ""


def page(
    rows: "QuerySet[Found]", order: Sequence[str], asked: QueryDict, *, size: int
) -> Page[Found]:
    """The rows after the key `apres` of the address, or before `avant`, or the first.

    :param order: names of fields or annotations never null, "-" before those that descend; the
        last is the primary key, which addresses show as the row's public id
    :param asked: the address, whose other parameters the neighbours keep
    """
    after, before = asked.get("apres", ""), asked.get("avant", "")
    key = _read(rows, order, after or before)
    backwards = key is not None and not after
    names = [_flipped(name) for name in order] if backwards else order
    beyond = rows if key is None else rows.filter(_beyond(names, key))
    found = list(beyond.order_by(*names)[: size + 1])
    more, shown = len(found) > size, found[:size]
    has_previous, has_following = key is not None, more
    if backwards:
        shown.reverse()
        has_previous, has_following = more, True
    return Page(
        shown,
        previous=_address(asked, "avant", shown[0], order) if shown and has_previous else "",
        following=_address(asked, "apres", shown[-1], order) if shown and has_following else "",
    )


def _flipped(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(names: Sequence[str], key: Sequence[object]) -> Q:
    """Later in the order: by the first name, or equal there and later by the next."""
    later = Q()
    for name, value in reversed(list(zip(names, key, strict=True))):
        bare, way = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        beyond = Q(**{f"{bare}__{way}": value})
        later = beyond | (Q(**{bare: value}) & later) if later else beyond
    return later


def _address(asked: QueryDict, way: str, row: Any, order: Sequence[str]) -> str:  # noqa: ANN401
    """The same list, from that row on."""
    values = [getattr(row, name.removeprefix("-")) for name in order[:-1]]
    told = [one.isoformat() if hasattr(one, "isoformat") else str(one) for one in values]
    query = asked.copy()
    query.pop("apres", None)
    query.pop("avant", None)
    query[way] = SEPARATOR.join([*told, str(row.public_id)])
    return f"?{query.urlencode()}"


def _read(rows: "QuerySet[Found]", names: Sequence[str], text: str) -> list[object] | None:
    """The values of a key; None when it is empty or was not made by us: the first page is shown."""
    *parts, public_id = text.split(SEPARATOR)
    if len(parts) != len(names) - 1:
        return None
    try:
        fields = [_field(rows, name.removeprefix("-")) for name in names[:-1]]
        values = [field.to_python(part) for field, part in zip(fields, parts, strict=True)]
        everyone: QuerySet[Found] = QuerySet(rows.model).filter(public_id=public_id)
    except ValidationError:
        return None
    if any(isinstance(one, datetime) and one.tzinfo is None for one in values):
        return None
    last = everyone.values_list("pk", flat=True).first()
    return None if last is None else [*values, last]


def _field(rows: "QuerySet[Found]", name: str) -> "Field[Any, Any]":
    computed = rows.query.annotations.get(name)
    if computed is not None:
        found: Field[Any, Any] = computed.output_field
        return found
    return cast("Field[Any, Any]", rows.model._meta.get_field(name))
