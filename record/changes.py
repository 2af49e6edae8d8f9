"""From two versions of a row to what changed, label: before → after."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from core.keys import DataKey
from core.models import JournalLine
from followup import items
from followup.enums import DoubtReason
from patients import identity
from patients.models import Enrolment
from record import opened, wording
from record.enums import Operation
from record.sources import Source
from record.wording import NOTHING, Column, References


Row = Mapping[str, Any]
# Columns of answers, told question by question.
_ANSWERED = {"data", "texts_sealed", "reasons"}
# More rows of one kind in one act are told behind one line.
SEVERAL = 3


@dataclass(frozen=True)
class Version:
    """What a row became, and what it was; or a line of the journal that tells of an identity."""

    source: Source | None
    at: datetime
    row: Row
    before: Row | None = None

    @property
    def context(self) -> Row:
        return self.row["pgh_context"] or {}

    @property
    def operation(self) -> Operation:
        return Operation(str(self.row["pgh_label"]).upper())

    @property
    def columns(self) -> Sequence[Column]:
        return _columns(self.source) if self.source else ()


@cache
def _columns(source: Source) -> Sequence[Column]:
    """Asked for each row of a page."""
    return [Column(field) for field in source.fields]


@dataclass(frozen=True)
class Change:
    # Name of the column, or «data.» and the code of a question: what asks for its own history.
    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowTold:
    """One row: what it is called, what became of it, what changed."""

    title: str
    operation: Operation
    changes: list[Change]
    owner: str = ""


@dataclass(frozen=True)
class Told:
    """Rows of one kind in one act."""

    label: str
    rows: list[RowTold]

    @property
    def is_long(self) -> bool:
        return len(self.rows) > SEVERAL


def of_journal(line: JournalLine) -> Version:
    """An identity that changed: history does not hold it, the journal does, sealed."""
    context = {
        "action": line.action,
        "user": line.user_id,
        "actor": line.actor_id,
        "version": line.version,
        "request_id": line.request_id,
        "reason": line.detail.get("reason", ""),
    }
    row = {"pgh_context": context, "pgh_label": "update", "detail": line.detail}
    return Version(None, line.at, row)


def want(version: Version, references: References) -> None:
    """Ask for every row that the words of this version need."""
    references.want("accounts.User", version.context.get("user"))
    references.want("accounts.Member", version.context.get("actor"))
    if version.source is None:
        return
    for row in filter(None, (version.row, version.before)):
        wording.want(version.source.label, version.columns, row, references)


def told(
    versions: Sequence[Version],
    references: References,
    key: DataKey | None,
    enrolment: Enrolment,
) -> Iterator[Told]:
    """What one act did, kind of row by kind of row."""
    for source, some in groupby(versions, key=lambda one: one.source):
        if source is None:
            rows = [_identity(one, enrolment) for one in some]
            yield Told("identités", rows)
            continue
        rows = [_row(source, one, references, key) for one in some]
        kept = [row for row in rows if row.changes or row.operation != Operation.UPDATE]
        if kept:
            yield Told(wording.plural(source.label), kept)


def _identity(version: Version, enrolment: Enrolment) -> RowTold:
    found = identity.read_trace(enrolment.patient, version.row["detail"])
    changes = [
        Change(name, label, before or NOTHING, after or NOTHING)
        for name, label, before, after in found
    ]
    return RowTold("Identité", Operation.UPDATE, changes)


def _row(source: Source, version: Version, references: References, key: DataKey | None) -> RowTold:
    owner = str(version.row.get("public_id", "")) if source.owner == "" else ""
    return RowTold(
        wording.title(source.label, version.row, references),
        version.operation,
        list(_changes(source, version, references, key)),
        owner,
    )


def _changes(
    source: Source, version: Version, references: References, key: DataKey | None
) -> Iterator[Change]:
    for column in version.columns:
        if source.label == "followup.Answers" and column.field.name in _ANSWERED:
            continue
        before, after = (
            _value(source, column, row, references, key) for row in (version.before, version.row)
        )
        if before != after:
            yield Change(column.field.name, column.label, before, after)
    if source.label == "followup.Answers":
        yield from _answers(version, references, key)


def _value(
    source: Source, column: Column, row: Row | None, references: References, key: DataKey | None
) -> str:
    if row is None:
        return NOTHING
    if column.field.attname.endswith("_sealed"):
        found = opened.text(source.label, column.field.name, row, references, key)
        return found or NOTHING
    return column.in_words(row[column.field.attname], references)


# --- Answers, question by question -----------------------------------------------------------


def _answers(version: Version, references: References, key: DataKey | None) -> Iterator[Change]:
    """With the words of the question in the version that was asked."""
    asked = references.row("programmes.QuestionnaireVersion", version.row["version_id"])
    if asked is None:
        return
    before, after = (_given(row, references, key) for row in (version.before, version.row))
    for item in items.read(asked.definition):
        was, now = before.get(item.code), after.get(item.code)
        if was != now:
            yield Change(
                f"data.{item.code}",
                item.label,
                items.in_words(item, was),
                items.in_words(item, now),
            )
        why = [_reason(row, item.code) for row in (version.before, version.row)]
        if why[0] != why[1]:
            label = f"{item.label}\u202f: réponse confirmée"
            yield Change(f"reasons.{item.code}", label, *why)


def _reason(row: Row | None, code: str) -> str:
    """Why an unusual answer stands, in words."""
    given = (row.get("reasons") or {}).get(code) if row else None
    return dict(DoubtReason.choices).get(given, given) if given else NOTHING


def _given(row: Row | None, references: References, key: DataKey | None) -> dict[str, Any]:
    if row is None:
        return {}
    texts = opened.text("followup.Answers", "texts_sealed", row, references, key)
    return {**row["data"], **_free(texts)}


def _free(texts: str) -> dict[str, Any]:
    try:
        found = json.loads(texts) if texts else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
