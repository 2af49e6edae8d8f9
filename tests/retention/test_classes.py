"""Every model that leads to a patient has a retention class."""

from pathlib import Path

import pghistory
import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from patients.models import Enrolment, Patient
from retention.classes import CLASSES, CLINICAL, IDENTITY, history_of, model_of, sealed_columns


ROOT = Path(__file__).resolve().parent.parent.parent
EVENTS = set(pghistory.core.event_models())
OURS = [
    model
    for config in apps.get_app_configs()
    if Path(config.path).parent == ROOT
    for model in config.get_models()
    if model not in EVENTS
]


# Their document is that of a person trained, never of a patient.
OF_PROFESSIONALS = {"training.Completion"}


def parents(model):
    return {field.related_model for field in model._meta.local_fields if field.related_model}


def leads_to_a_patient(model, seen=()):
    """Through any chain of foreign keys, or by a number of enrolment without one."""
    if model in {Patient, Enrolment}:
        return True
    if any(field.name == "enrolment_id" for field in model._meta.local_fields):
        return True
    return any(
        leads_to_a_patient(parent, (*seen, model)) for parent in parents(model) - {model, *seen}
    )


@pytest.mark.parametrize(
    "label",
    sorted({model._meta.label for model in OURS if leads_to_a_patient(model)} - OF_PROFESSIONALS),
)
def test_every_model_that_leads_to_a_patient_has_a_class(label):
    assert label in CLASSES


def test_what_is_sealed_for_a_patient_has_a_class():
    # The remark of a review concerns no patient: its key is its own. A file that waits has one too,
    # and lasts a week.
    apart = {"core.Draft", "core.Document", "record.Review", "patients.TakeoverFile"}
    sealed = {model._meta.label for model in OURS if sealed_columns(model)}

    assert sealed <= set(CLASSES) | apart


@pytest.mark.parametrize(("label", "path"), [*CLINICAL, *IDENTITY])
def test_every_path_leads_to_its_end(label, path):
    model = model_of(label)
    for name in filter(None, path.split("__")):
        model = model._meta.get_field(name).related_model

    assert model in {Enrolment, Patient}


def test_nothing_points_to_what_is_erased_before_it():
    order = [label for label, _ in CLINICAL]
    for rank, label in enumerate(order):
        earlier = {model_of(one) for one in order[:rank]}
        assert not parents(model_of(label)) & earlier, label


def test_every_tracked_model_has_its_versions_erased():
    untracked = {label for label in CLASSES if history_of(model_of(label)) is None}

    assert untracked == {
        "patients.Identity",
        "patients.IdentityIndex",
        "patients.Merge",
        "patients.Nir",
        "patients.PossibleDuplicate",
        # Written once: only its blind index moves, with the key.
        "patients.TakenOver",
        # Derived from the dispensations, which are tracked.
        "pharmacies.SupplyEnd",
        "prescriptions.Presentation",
        "prescriptions.CertificateOpening",
        "followup.PatientLink",
        "followup.Preparation",
        "followup.Reminder",
        # Written once.
        "followup.ReminderChoice",
        "followup.Letter",
        "followup.LetterReading",
        "followup.Dismissal",
        "core.Document",
        "core.VerificationCode",
    }
    with pytest.raises(FieldDoesNotExist):
        Patient._meta.get_field("birth_name")
