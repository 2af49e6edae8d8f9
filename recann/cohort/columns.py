"""What the cohort writes in each table; those that are pointed to come first."""

from django.db.models import Model

from followup.models import Answers, Visit
from patients.models import (
    Consent,
    EligibilityAnswer,
    Enrolment,
    Identity,
    IdentityIndex,
    Patient,
    PriorTreatment,
)
from pharmacies.models import Dispensation, DispensedItem, Received
from prescriptions.models import DoseStep, Line, LinePack, Prescription
from vigilance.models import AdverseEvent, Reaction, Suspect


# model: names of the fields whose values vary, and the same value of the others in all rows, as
# COPY writes it.
COLUMNS: dict[type[Model], tuple[str, dict[str, object]]] = {
    Patient: ("id public_id birth_year sex key_id", {}),
    Identity: ("patient sealed", {}),
    IdentityIndex: ("patient person birth_name used_name birth_date", {"homonym_no": 0}),
    Enrolment: (
        "id public_id number programme patient indication subtype site relay_doctor pharmacy state"
        " included_on included_by recorded_at first_treated_on ended_on end_reason"
        " end_recorded_at key_id",
        {"late_reason": ""},
    ),
    Consent: (
        "id enrolment kind is_given signed_on form information booklet recorded_at recorded_by",
        {"person_kind": "ADULT"},
    ),
    EligibilityAnswer: ("id enrolment criterion answer", {}),
    PriorTreatment: ("id enrolment drug_sealed outcome plan", {}),
    Prescription: (
        "id public_id enrolment patient prescriber author is_initiation starts_on duration_days"
        " narcotic_days signed_on signed_at created_at first_dispensed_at",
        {
            "status": "SIGNED",
            "has_overlap_mention": "f",
            "is_single_supply": "t",
            "void_reason": "",
        },
    ),
    Line: (
        "id prescription product product_name form unit regime thc_mg_per_unit cbd_mg_per_unit"
        " thc_percent days quantity",
        {"position": 1},
    ),
    DoseStep: ("id line position dose days", {"intakes_per_day": 2}),
    LinePack: ("id line pack count", {}),
    Received: (
        "id prescription pharmacy presented_on recorded_at recorded_by",
        {"fraction_no": 1},
    ),
    Dispensation: (
        "id public_id prescription enrolment received sequence_no pharmacy dispensed_by"
        " dispensed_on recorded_at",
        {
            "bearer": "PATIENT",
            "with_vaporiser": "f",
            "override_reason": "",
            "is_counselled": "f",
            "already_made": "f",
            "broken_rules": "[]",
        },
    ),
    DispensedItem: (
        "id dispensation line pack batch expires_on packs days quantity_due quantity",
        {},
    ),
    Visit: (
        "id public_id enrolment definition code kind due_on opens_on closes_on date_source status"
        " timing held_on held_by mode recorded_at decision not_done_reason entry_seconds",
        {"timing_reason": "", "stop_reason": "", "correction_reason": ""},
    ),
    Answers: ("id visit version data", {"reasons": "{}"}),
    AdverseEvent: (
        "id public_id enrolment reported_by occurred_on known_on seriousness is_serious severity"
        " outcome recorded_at",
        {"situations": "{}"},
    ),
    Reaction: ("id event term", {}),
    Suspect: (
        "id event product thc_mg_per_day cbd_mg_per_day started_on action_taken",
        {"batch": ""},
    ),
}
