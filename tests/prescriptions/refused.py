"""What the database refuses of a prescription: one line per constraint and per trigger."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection

from prescriptions.enums import PrescriptionStatus, VoidReason
from prescriptions.models import Plan, Prescription
from tests.patients.factories import PatientFactory
from tests.prescriptions.factories import (
    WRITTEN_AT,
    AlertThresholdFactory,
    CertificateOpeningFactory,
    DoseStepFactory,
    InteractionFactory,
    LineFactory,
    LinePackFactory,
    PassedAlertFactory,
    PlanFactory,
    PlanStepFactory,
    PrescriptionFactory,
    PresentationFactory,
)
from tests.programmes.factories import ProductFactory


def delete_as_owner(prescription: Prescription) -> None:
    """The runtime role has no right to delete: the trigger speaks to the others."""
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute("delete from prescriptions_prescription where id = %s", [prescription.pk])


def change(prescription: Prescription, **fields: object) -> None:
    Prescription.objects.filter(pk=prescription.pk).update(**fields)


def twice_over() -> None:
    """Two signed narcotic prescriptions of one prescriber, over the same days, no mention."""
    first = PrescriptionFactory(signed=True)
    PrescriptionFactory(signed=True, enrolment=first.enrolment, author=first.author)


def dispensed() -> Prescription:
    prescription = PrescriptionFactory(signed=True)
    change(prescription, first_dispensed_at=WRITTEN_AT)
    return prescription


def void(prescription: Prescription) -> None:
    change(
        prescription,
        status=PrescriptionStatus.VOIDED,
        voided_at=WRITTEN_AT,
        void_reason=VoidReason.TYPING_ERROR,
    )


def same_step() -> None:
    line = LineFactory()
    DoseStepFactory(line=line)


def same_pack() -> None:
    pack = LinePackFactory()
    LinePackFactory(line=pack.line, pack=pack.pack)


def other_patient() -> None:
    PrescriptionFactory(patient=PatientFactory())


def same_product() -> None:
    product = ProductFactory()
    LineFactory(
        product=product,
        replaces_product=product,
        replace_reason="SHORTAGE",
        replaced_thc_mg=0,
        replaced_cbd_mg=40,
    )


def second_plan() -> None:
    first = PlanFactory()
    PlanFactory(enrolment=first.enrolment, product=first.product)


REFUSED: dict[str, Callable[[], object]] = {
    "prescriptions_status_known": lambda: PrescriptionFactory(lines=False, status="LOST"),
    "prescriptions_duration_possible": lambda: PrescriptionFactory(
        lines=False, ordinary=True, duration_days=367
    ),
    "prescriptions_narcotic_within_limit": lambda: PrescriptionFactory(
        lines=False, duration_days=29
    ),
    "prescriptions_supply_said": lambda: PrescriptionFactory(lines=False, is_single_supply=False),
    "prescriptions_fraction_within_duration": lambda: PrescriptionFactory(
        lines=False, is_single_supply=False, fraction_days=28
    ),
    "prescriptions_signed_has_date": lambda: PrescriptionFactory(
        lines=False, status=PrescriptionStatus.SIGNED
    ),
    "prescriptions_starts_when_written_or_later": lambda: PrescriptionFactory(
        lines=False, signed=True, starts_on=WRITTEN_AT.date() - timedelta(days=1)
    ),
    "prescriptions_voided_before_dispensing": lambda: void(dispensed()),
    "prescriptions_voided_says_when_and_why": lambda: change(
        PrescriptionFactory(signed=True), voided_at=WRITTEN_AT
    ),
    "prescriptions_no_silent_overlap": twice_over,
    "prescriptions_enrolment_of_patient": other_patient,
    "prescriptions_who_is_fixed": lambda: change(
        PrescriptionFactory(lines=False), prescriber=PresentationFactory().member.user
    ),
    "prescriptions_signed_is_frozen": lambda: change(
        PrescriptionFactory(signed=True), duration_days=27
    ),
    "prescriptions_signed_only_voids": lambda: change(
        PrescriptionFactory(signed=True), status=PrescriptionStatus.DRAFT
    ),
    "prescription_never_deleted": lambda: delete_as_owner(PrescriptionFactory(lines=False)),
    "prescriptions_line_position_unique": lambda: LineFactory(
        prescription=LineFactory().prescription
    ),
    "prescriptions_line_regime_known": lambda: LineFactory(regime="FREE", days=28),
    "prescriptions_line_days_possible": lambda: LineFactory(regime="ORDINARY", days=367),
    "prescriptions_narcotic_line_within_limit": lambda: LineFactory(days=29),
    "prescriptions_line_quantity_positive": lambda: LineFactory(quantity=0),
    "prescriptions_line_is_frozen": lambda: LineFactory(
        prescription=PrescriptionFactory(signed=True), position=2
    ),
    "prescriptions_step_position_unique": same_step,
    "prescriptions_step_possible": lambda: DoseStepFactory(intakes_per_day=25),
    "prescriptions_step_is_frozen": lambda: DoseStepFactory(
        line=PrescriptionFactory(signed=True).lines.get(), position=2
    ),
    "prescriptions_pack_once_a_line": same_pack,
    "prescriptions_pack_count_positive": lambda: LinePackFactory(count=0),
    "prescriptions_pack_is_frozen": lambda: LinePackFactory(
        line=PrescriptionFactory(signed=True).lines.get()
    ),
    "prescriptions_alert_code_known": lambda: PassedAlertFactory(code="NOISE"),
    "prescriptions_alert_is_frozen": lambda: PassedAlertFactory(
        prescription=PrescriptionFactory(signed=True)
    ),
    "prescriptions_threshold_starts_once": lambda: [
        AlertThresholdFactory(),
        AlertThresholdFactory(),
    ],
    "prescriptions_threshold_known": lambda: AlertThresholdFactory(code="NOISE"),
    "prescriptions_threshold_positive": lambda: AlertThresholdFactory(value=0),
    "prescriptions_threshold_dates_ordered": lambda: AlertThresholdFactory(
        valid_to=WRITTEN_AT.date() - timedelta(days=365)
    ),
    "prescriptions_line_switch_whole": lambda: LineFactory(replaces_product=ProductFactory()),
    "prescriptions_line_switch_to_another": same_product,
    "prescriptions_interaction_starts_once": lambda: [
        InteractionFactory(code="a"),
        InteractionFactory(code="a"),
    ],
    "prescriptions_interaction_concerns_known": lambda: InteractionFactory(concerns="CBG"),
    "prescriptions_interaction_dates_ordered": lambda: InteractionFactory(
        valid_to=WRITTEN_AT.date() - timedelta(days=3650)
    ),
    "prescriptions_plan_kind_known": lambda: PlanFactory(kind="JUMP"),
    "prescriptions_plan_duration_possible": lambda: PlanFactory(duration_days=0),
    "prescriptions_plan_one_standing": second_plan,
    "prescriptions_plan_is_fixed": lambda: Plan.objects.filter(pk=PlanFactory().pk).update(
        duration_days=15
    ),
    "prescriptions_plan_step_position_unique": lambda: PlanStepFactory(plan=PlanFactory()),
    "prescriptions_plan_step_possible": lambda: PlanStepFactory(dose=0),
    "prescriptions_plan_step_is_fixed": lambda: PlanFactory().steps.all().delete(),
    "prescriptions_presentation_lasts": lambda: PresentationFactory(until=WRITTEN_AT),
    "prescriptions_certificate_lasts": lambda: CertificateOpeningFactory(until=WRITTEN_AT),
    "prescriptions_somebody_prescribed": lambda: PrescriptionFactory(
        prescriber=None, paper_rpps="10000000008", paper_prescriber="Dr Paul Petit"
    ),
    "prescriptions_only_papers_are_flagged": lambda: PrescriptionFactory(paper_flags=["OVERLAP"]),
}
