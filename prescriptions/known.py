"""What is known of medicines and of the patient's other drugs, read for all lines at once."""

from collections.abc import Sequence
from datetime import date

from core.text import fold
from patients import texts
from patients.enums import TreatmentPlan
from patients.interactions import Known
from patients.models import Enrolment
from prescriptions import interactions
from prescriptions.alerts import InteractionFact, NoticeFact
from prescriptions.enums import AlertCode
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Interaction, PassedAlert
from programmes.enums import SupplyLevel
from programmes.models import Product, SupplyNotice


# What the patient no longer takes interacts with nothing.
_TAKEN = {TreatmentPlan.KEPT, TreatmentPlan.REDUCED}


def notices(products: Sequence[Product], on: date) -> dict[int, NoticeFact]:
    """The national notice of each product that day; absent without one."""
    rows = (
        SupplyNotice.objects.in_force(on)
        .filter(product__in=products)
        .prefetch_related("substitutes")
        .order_by("valid_from", "pk")
    )
    return {
        row.product_id: NoticeFact(
            SupplyLevel(row.level),
            row.message,
            row.source,
            row.suspends_initiation,
            sorted(one.name for one in row.substitutes.all()),
        )
        for row in rows
    }


def classes_on(on: date) -> list[Known]:
    """The classes that an inclusion tells, with the names long enough to be looked for."""
    return [
        Known(
            row.drug_class,
            [name for name in row.names.split(",") if len(fold(name)) >= interactions.MIN_LETTERS],
            row.advice,
            row.source,
        )
        for row in Interaction.objects.in_force(on).order_by("pk")
    ]


def drugs_of(enrolment: Enrolment) -> list[str]:
    """What the patient takes besides, as it was typed."""
    taken = enrolment.prior_treatments.filter(plan__in=_TAKEN).order_by("pk")
    return [name for name in texts.drugs(enrolment, taken) if name]


def interactions_of(
    enrolment: Enrolment, products: Sequence[Product], on: date
) -> dict[int, list[InteractionFact]]:
    """Known interactions of each product with what the patient takes besides."""
    drugs = drugs_of(enrolment)
    known = list(Interaction.objects.in_force(on).order_by("pk")) if drugs else []
    return {
        product.pk: [
            InteractionFact(drug, row.drug_class, row.advice, row.source)
            for row in known
            if interactions.concerned(
                row.concerns, thc=product.thc_mg_per_unit > 0, cbd=product.cbd_mg_per_unit > 0
            )
            for drug in interactions.of_drugs(drugs, row.names)
        ]
        for product in products
    }


def passed_before(enrolment: Enrolment) -> frozenset[str]:
    """Words of the interactions that were passed with a reason at an earlier signature."""
    passed = PassedAlert.objects.filter(
        prescription__enrolment=enrolment,
        prescription__status=Status.SIGNED,
        code=AlertCode.INTERACTION,
    )
    return frozenset(passed.values_list("message", flat=True))
