"""What becomes of each model that leads to a patient: one line a model (security.md 8.2).

A model with a link to a patient and without a line here fails `tests/retention/test_classes.py`.
"""

from collections.abc import Sequence

from django.apps import apps
from django.db.models import BinaryField, Model, QuerySet

from programmes.enums import DataClass


# Erased with the identity: label, path to the patient.
IDENTITY: tuple[tuple[str, str], ...] = (
    ("patients.Merge", "pair__first"),
    ("patients.Merge", "pair__second"),
    ("patients.PossibleDuplicate", "first"),
    ("patients.PossibleDuplicate", "second"),
    ("patients.Nir", "patient"),
    ("patients.IdentityIndex", "patient"),
    ("patients.Identity", "patient"),
)

# Kept two years as pseudonymised data, less their sealed columns, then erased: label, path to the
# enrolment. In the order of erasure, so that nothing points to what is gone.
CLINICAL: tuple[tuple[str, str], ...] = (
    ("vigilance.Declaration", "event__enrolment"),
    ("vigilance.Suspect", "event__enrolment"),
    ("vigilance.Reaction", "event__enrolment"),
    ("vigilance.AdverseEvent", "enrolment"),
    ("followup.Reminder", "visit__enrolment"),
    ("followup.Answers", "visit__enrolment"),
    ("followup.Preparation", "enrolment"),
    ("followup.ReminderChoice", "enrolment"),
    ("followup.Attempt", "search__enrolment"),
    ("followup.Search", "enrolment"),
    ("followup.LetterReading", "letter__visit__enrolment"),
    ("followup.Letter", "visit__enrolment"),
    ("followup.Dismissal", "visit__enrolment"),
    ("followup.PatientLink", "visit__enrolment"),
    ("followup.Visit", "enrolment"),
    ("pharmacies.Notice", "prescription__enrolment"),
    ("pharmacies.SupplyEnd", "enrolment"),
    ("pharmacies.Intervention", "prescription__enrolment"),
    ("pharmacies.Undone", "dispensation__enrolment"),
    ("pharmacies.DispensedItem", "dispensation__enrolment"),
    ("pharmacies.Dispensation", "enrolment"),
    ("pharmacies.Received", "prescription__enrolment"),
    ("prescriptions.PlanStep", "plan__enrolment"),
    ("prescriptions.Plan", "enrolment"),
    ("prescriptions.PassedAlert", "prescription__enrolment"),
    ("prescriptions.LinePack", "line__prescription__enrolment"),
    ("prescriptions.DoseStep", "line__prescription__enrolment"),
    ("prescriptions.Line", "prescription__enrolment"),
    ("prescriptions.Presentation", "prescription__enrolment"),
    ("prescriptions.CertificateOpening", "enrolment"),
    ("prescriptions.Prescription", "enrolment"),
    ("patients.Transfer", "enrolment"),
    ("patients.ConsentProof", "consent__enrolment"),
    ("patients.Reopening", "enrolment"),
    ("patients.SharedNote", "enrolment"),
    ("patients.Invitation", "enrolment"),
    ("patients.Designation", "enrolment"),
    ("patients.Handover", "enrolment"),
    ("patients.ContactChoice", "enrolment"),
    ("patients.PriorTreatment", "enrolment"),
    ("patients.Derogation", "enrolment"),
    ("patients.EligibilityAnswer", "enrolment"),
    ("patients.Consent", "enrolment"),
    ("patients.BrokenGlass", "enrolment"),
    ("patients.TakenOver", "enrolment"),
    ("patients.Enrolment", ""),
)

# The pseudonym itself: erased when its last enrolment is.
LAST = "patients.Patient"

# Sealed columns that a constraint forbids to be null: emptied instead.
NOT_NULL = {("pharmacies.Dispensation", "bearer_sealed")}

CLASSES: dict[str, DataClass] = {
    **{label: DataClass.IDENTITY for label, _ in IDENTITY},
    **{label: DataClass.CLINICAL for label, _ in CLINICAL},
    LAST: DataClass.CLINICAL,
    # No foreign key: found by their number of enrolment or of target.
    "core.Document": DataClass.IDENTITY,
    "core.VerificationCode": DataClass.IDENTITY,
}


def model_of(label: str) -> type[Model]:
    return apps.get_model(label)


def history_of(model: type[Model]) -> type[Model] | None:
    """The table of the versions of a model, if it is tracked."""
    try:
        return apps.get_model(model._meta.app_label, f"{model.__name__}Event")
    except LookupError:
        return None


def rows(label: str, *, using: str = "default") -> QuerySet[Model]:
    return QuerySet(model_of(label), using=using)


def versions(label: str, *, using: str = "default") -> QuerySet[Model] | None:
    """History rows of a model, if it is tracked: `pgh_obj_id` is the row they tell of."""
    history = history_of(model_of(label))
    return QuerySet(history, using=using) if history else None


def versions_of(label: str, *, using: str = "default") -> QuerySet[Model]:
    """As `versions`, for a model that is known to be tracked."""
    found = versions(label, using=using)
    if found is None:
        raise LookupError(f"{label} has no history.")
    return found


def parent_of(label: str, name: str) -> str:
    """The model that a foreign key of this one points to."""
    above = model_of(label)._meta.get_field(name).related_model
    if not (isinstance(above, type) and issubclass(above, Model)):
        raise LookupError(f"{label}.{name} points nowhere.")
    return above._meta.label


def sealed_columns(model: type[Model]) -> Sequence[str]:
    """Free text and names under the enrolment's key."""
    return [
        field.name
        for field in model._meta.local_fields
        if isinstance(field, BinaryField) and field.name.endswith("_sealed")
    ]


def path_to(path: str, ends_at: str) -> str:
    """The look-up of `ends_at` of the enrolment, from the model whose path is given."""
    return f"{path}__{ends_at}" if path else ends_at
