"""Which tables hold the history of a participation: those that retention knows, no other list."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.db.models import Field, Model, QuerySet
from django.db.models.base import ModelBase

from patients.models import Enrolment
from record.enums import Fact
from retention import classes


# The row that a page shows, by app: what its lines, answers and terms belong to.
ROOTS = {
    "patients": (Fact.INCLUSION, "patients.Enrolment"),
    "prescriptions": (Fact.PRESCRIPTION, "prescriptions.Prescription"),
    "pharmacies": (Fact.DISPENSATION, "pharmacies.Dispensation"),
    "followup": (Fact.VISIT, "followup.Visit"),
    "vigilance": (Fact.EVENT, "vigilance.AdverseEvent"),
}
# Numbers and keys of the machine; the rest of a row is told.
_HIDDEN = {"id", "public_id", "key_id", "patient", "enrolment"}


@dataclass(frozen=True)
class Source:
    """A tracked model, and the way from it to its enrolment and to the row that owns it."""

    label: str
    path: str
    fact: Fact
    # Look-up of the owner, from the model: "" when it is the owner, None when it has none.
    owner: str | None

    @property
    def model(self) -> type[Model]:
        return classes.model_of(self.label)

    @cached_property
    def fields(self) -> "list[Field[object, object]]":
        """What is told of a row: its own columns but those of the machine, and its parents."""
        parents = set(self.path.split("__"))
        event = classes.history_of(self.model)
        kept = {field.name for field in event._meta.local_fields} if event else set()
        return [
            field
            for field in self.model._meta.local_fields
            if field.name in kept - _HIDDEN - parents and not field.generated
        ]

    def rows(self, enrolment: Enrolment, owner: str = "") -> QuerySet[Model]:
        """The rows of this participation, or of one of its facts."""
        rows = classes.rows(self.label).filter(**{self.path or "pk": enrolment.pk})
        if owner:
            rows = rows.filter(**{f"{self.owner}__public_id" if self.owner else "public_id": owner})
        return rows


@lru_cache(maxsize=1)
def every() -> tuple[Source, ...]:
    """In the order of the pathway."""
    labels = (*classes.CLINICAL, (classes.LAST, "enrolments"))
    return tuple(
        _source(label, path)
        for label, path in reversed(labels)
        if classes.history_of(classes.model_of(label)) is not None
    )


def _source(label: str, path: str) -> Source:
    fact, root = ROOTS[label.split(".")[0]]
    return Source(label, path, fact, _owner(label, path, root))


def _owner(label: str, path: str, root: str) -> str | None:
    """The first steps of the path that lead to the root of the app."""
    if label == root:
        return ""
    steps, model = path.split("__"), classes.model_of(label)
    for count, step in enumerate(steps, start=1):
        above = model._meta.get_field(step).related_model
        if not isinstance(above, ModelBase):
            return None
        model = above
        if model._meta.label == root:
            return "__".join(steps[:count])
    return None
