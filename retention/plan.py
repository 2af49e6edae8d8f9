"""What the rules say of each programme, and what an erasure would erase. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.models import Document
from patients.models import Enrolment, Patient
from programmes.enums import DataClass
from programmes.models import Programme, RetentionRule
from retention import rules
from retention.classes import CLINICAL, IDENTITY, model_of, path_to, rows, sealed_columns


@dataclass(frozen=True)
class Planned:
    """A rule of a programme and its dates; none while the programme has no end date."""

    rule: RetentionRule
    due_on: date | None
    runs_from: date | None

    def is_due(self, today: date) -> bool:
        return rules.is_due(self.due_on, today)


def of_programme(programme: Programme) -> list[Planned]:
    """Its rules, the first to fall due first. `retention_rules__after` is loaded or read."""
    kept = list(programme.retention_rules.all())
    by_pk = {rule.pk: rule.data_class for rule in kept}
    due = rules.due_dates(
        programme.ends_on,
        [rules.Rule(r.data_class, r.years, by_pk.get(r.after_id or 0, "")) for r in kept],
    )
    kept.sort(key=lambda rule: (bool(rule.after_id), rule.pk))
    return [Planned(r, due[r.data_class], rules.runs_from(due[r.data_class])) for r in kept]


def due_on(programme: Programme, data_class: str) -> date | None:
    planned = {one.rule.data_class: one.due_on for one in of_programme(programme)}
    return planned.get(data_class)


def identities_to_erase(
    programme: Programme, *, kept: Iterable[Programme], using: str = "default"
) -> "QuerySet[Patient]":
    """Patients of the programme whose identity no other programme still keeps.

    :param kept: programmes whose identities are not due: the latest date among a patient's decides
    """
    elsewhere = Enrolment.objects.filter(patient=OuterRef("pk"), programme__in=list(kept))
    here = Enrolment.objects.filter(patient=OuterRef("pk"), programme=programme)
    patients = Patient.objects.using(using).filter(identity_erased_at=None)
    return patients.filter(Exists(here), ~Exists(elsewhere)).order_by("pk")


@dataclass(frozen=True)
class Erased:
    """How many rows of a table an erasure would destroy, or empty of their free text."""

    name: str
    rows: int


def dry_run(programme: Programme, data_class: str, *, kept: Iterable[Programme]) -> list[Erased]:
    """Counts by table, without a name. On demand only: it reads the whole programme."""
    if data_class == DataClass.CLINICAL:
        return [
            _counted(label, Q(**{path_to(path, "programme"): programme}))
            for label, path in CLINICAL
        ]
    patients = identities_to_erase(programme, kept=kept)
    enrolments = Enrolment.objects.filter(patient__in=patients)
    found = [_counted(label, Q(**{f"{path}__in": patients})) for label, path in IDENTITY]
    documents = Document.objects.filter(enrolment_id__in=enrolments.values("pk")).count()
    found.append(Erased("Documents délivrés", documents))
    return found + [
        one for label, path in CLINICAL if (one := _texts(label, path, enrolments)).rows
    ]


def _counted(label: str, where: Q) -> Erased:
    name = str(model_of(label)._meta.verbose_name_plural)
    return Erased(_capital(name), rows(label).filter(where).count())


def _texts(label: str, path: str, enrolments: "QuerySet[Enrolment]") -> Erased:
    """Rows whose free text would be emptied."""
    model = model_of(label)
    sealed = Q()
    for name in sealed_columns(model):
        sealed |= Q(**{f"{name}__isnull": False})
    if not sealed:
        return Erased("", 0)
    where = Q(**{f"{path}__in" if path else "pk__in": enrolments})
    name = f"Textes libres\u202f: {model._meta.verbose_name_plural}"
    return Erased(name, rows(label).filter(sealed, where).count())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
