"""Rows and values of history in French words: no code, no number of a row, no JSON."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.utils import timezone  # noqa: TID251  the reader's zone; no clock is read

from core.numbers import french_number
from patients.enums import ConsentKind
from record import words
from vigilance import terms


NOTHING = "–"
# label of the model → related rows to load, words of one row.
Named = Callable[[Any], str]
Row = Mapping[str, Any]


def member_role(member: Any) -> str:  # noqa: ANN401  accounts.Member
    """The role; for a substitute, also whom they replace."""
    role = str(member.get_role_display())
    if member.replaces_id is None:
        return role
    return f"{role}, remplace {member.replaces.user.full_name}"


def member_name(member: Any) -> str:  # noqa: ANN401  accounts.Member, or a user
    return f"{member.user.full_name}, {member.get_role_display()}, {member.site.name}"


_NAMES: dict[str, tuple[tuple[str, ...], Named]] = {
    "accounts.Member": (("user", "site", "replaces__user"), member_name),
    "accounts.Site": ((), lambda site: f"{site.name}, {site.town}"),
    "accounts.User": ((), lambda user: user.full_name),
    "programmes.Programme": ((), lambda one: one.short_name),
    "programmes.Indication": ((), lambda one: one.label),
    "programmes.IndicationSubtype": ((), lambda one: one.label),
    "programmes.ProgrammeLink": ((), lambda one: one.title),
    "programmes.Criterion": ((), lambda one: one.text),
    "programmes.Product": ((), lambda one: one.name),
    "programmes.Pack": ((), lambda one: one.label),
    "programmes.VisitDefinition": ((), lambda one: one.code),
    "programmes.QuestionnaireVersion": (
        ("questionnaire",),
        lambda one: f"{one.questionnaire.title} ({one.version})",
    ),
    "patients.Patient": ((), lambda _one: "un autre dossier de la même personne"),
    "programmes.ConsentText": ((), lambda one: one.version),
    "patients.Enrolment": ((), lambda one: one.number),
    "patients.Consent": ((), lambda one: f"{one.get_kind_display()} ({one.signed_on:%d/%m/%Y})"),
    "patients.Designation": (
        (),
        lambda one: f"{one.get_kind_display()} ({one.designated_on:%d/%m/%Y})",
    ),
    "prescriptions.Prescription": ((), lambda one: f"Ordonnance du {one.starts_on:%d/%m/%Y}"),
    "prescriptions.Line": ((), lambda one: one.product_name),
    "pharmacies.Received": ((), lambda one: f"Présentation du {one.presented_on:%d/%m/%Y}"),
    "pharmacies.Dispensation": (
        (),
        lambda one: f"Dispensation du {one.dispensed_on:%d/%m/%Y}",
    ),
    "followup.Visit": ((), lambda one: one.title),
    "vigilance.AdverseEvent": ((), lambda one: f"Effet du {one.occurred_on:%d/%m/%Y}"),
    "core.Document": ((), lambda one: f"du {timezone.localtime(one.made_at):%d/%m/%Y}"),
}


NAMED = frozenset(_NAMES)


class References:
    """The rows that a page of history points to: one query a model, however many rows."""

    def __init__(self) -> None:
        self._wanted: dict[str, set[int]] = {}
        self._rows: dict[str, dict[int, Model]] = {}

    def want(self, label: str, pk: int | None) -> None:
        if pk is not None:
            self._wanted.setdefault(label, set()).add(pk)

    def load(self) -> None:
        for label, pks in sorted(self._wanted.items()):
            related, _ = _NAMES.get(label, ((), str))
            rows: QuerySet[Model] = QuerySet(apps.get_model(label)).filter(pk__in=pks)
            if related:  # without any name, Django would follow every link there is
                rows = rows.select_related(*related)
            self._rows[label] = rows.in_bulk()

    def row(self, label: str, pk: int | None) -> Any:  # noqa: ANN401  a row of any model
        """The row, or None: erased since, or a program without database id."""
        return self._rows.get(label, {}).get(pk) if pk is not None else None

    def name(self, label: str, pk: int | None) -> str:
        row = self.row(label, pk)
        if row is None:
            return NOTHING if pk is None else "Élément effacé"
        _, named = _NAMES.get(label, ((), lambda one: str(one._meta.verbose_name)))
        return named(row)


@dataclass(frozen=True)
class Column:
    """A column of a tracked model."""

    field: "Field[Any, Any]"

    @cached_property
    def label(self) -> str:
        name = str(words.FIELDS.get(self.field.name, self.field.verbose_name))
        return name[:1].upper() + name[1:]

    @cached_property
    def target(self) -> str:
        """The model that the column points to, or ""."""
        above = self.field.related_model if isinstance(self.field, ForeignKey) else None
        return above._meta.label if isinstance(above, type) else ""

    @cached_property
    def _choices(self) -> dict[Any, Any]:
        inner = self.field.base_field if isinstance(self.field, ArrayField) else self.field
        return dict(inner.flatchoices)

    def in_words(self, value: object, references: References) -> str:
        if value is None or value in ("", []):
            return NOTHING
        if self.target:
            return references.name(self.target, int(str(value)))
        if isinstance(value, list | tuple):
            return ", ".join(self._choice(one) for one in value)
        return self._choice(value)

    def _choice(self, value: object) -> str:
        if self.field.name == "term":
            return terms.label(str(value))
        return str(self._choices.get(value) or plain(value))


def plain(value: object) -> str:
    """A value without list: oui, a date, a local hour, a number as French writes it."""
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int):
        # A year has no space.
        return str(value)
    if isinstance(value, float | Decimal):
        return french_number(value)
    return str(value)


# --- What a row is called --------------------------------------------------------------------

_TITLES: dict[str, Callable[[Row, References], str]] = {
    "patients.Consent": lambda row, _: f"Consentement\u202f: {ConsentKind(row['kind']).label}",
    "patients.EligibilityAnswer": lambda row, refs: (
        f"Critère\u202f: {refs.name('programmes.Criterion', row['criterion_id'])}"
    ),
    "prescriptions.Prescription": lambda row, _: f"Ordonnance du {row['starts_on']:%d/%m/%Y}",
    "prescriptions.Line": lambda row, _: f"Ligne {row['position']}\u202f: {row['product_name']}",
    "prescriptions.DoseStep": lambda row, refs: (
        f"Palier {row['position']}\u202f: {refs.name('prescriptions.Line', row['line_id'])}"
    ),
    "prescriptions.LinePack": lambda row, refs: (
        f"Conditionnement\u202f: {refs.name('prescriptions.Line', row['line_id'])}"
    ),
    "pharmacies.Dispensation": lambda row, _: f"Dispensation du {row['dispensed_on']:%d/%m/%Y}",
    "pharmacies.DispensedItem": lambda row, refs: (
        f"Produit délivré\u202f: {refs.name('prescriptions.Line', row['line_id'])}"
    ),
    "followup.Visit": lambda row, _: "Consultation {}".format(
        row["code"] or f"du {row['due_on']:%d/%m/%Y}"
    ),
    "followup.Answers": lambda row, refs: (
        f"{refs.name('followup.Visit', row['visit_id'])}"
        f"\u202f: {refs.name('programmes.QuestionnaireVersion', row['version_id'])}"
    ),
    "vigilance.AdverseEvent": lambda row, _: f"Effet indésirable du {row['occurred_on']:%d/%m/%Y}",
    "vigilance.Reaction": lambda row, _: f"Terme\u202f: {terms.label(row['term'])}",
    "vigilance.Suspect": lambda row, refs: (
        f"Médicament suspect\u202f: {refs.name('programmes.Product', row['product_id'])}"
    ),
}
# Models that a title or a sealed text reads, beside what the row itself points to.
PARENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "prescriptions.Line": (("prescriptions.Prescription", "prescription_id"),),
    "prescriptions.DoseStep": (("prescriptions.Line", "line_id"),),
    "prescriptions.LinePack": (("prescriptions.Line", "line_id"),),
    "followup.Answers": (
        ("followup.Visit", "visit_id"),
        ("programmes.QuestionnaireVersion", "version_id"),
    ),
    "vigilance.Reaction": (("vigilance.AdverseEvent", "event_id"),),
}


def title(label: str, row: Row, references: References) -> str:
    """What a row is called; a model that nobody named is called by its French name."""
    named = _TITLES.get(label)
    if named is not None:
        return named(row, references)
    name = str(apps.get_model(label)._meta.verbose_name)
    return name[:1].upper() + name[1:]


def plural(label: str) -> str:
    return str(apps.get_model(label)._meta.verbose_name_plural)


def want(label: str, columns: Iterable[Column], row: Row, references: References) -> None:
    """Ask for every row that this one points to."""
    for column in columns:
        if column.target:
            references.want(column.target, row[column.field.attname])
    for target, attname in PARENTS.get(label, ()):
        references.want(target, row[attname])
