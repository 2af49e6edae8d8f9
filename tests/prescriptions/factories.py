import datetime
import math
from decimal import Decimal
from typing import Any

import factory

from accounts.models import Member
from patients.models import Enrolment
from prescriptions.enums import AlertCode, PrescriptionStatus
from prescriptions.models import (
    AlertThreshold,
    CertificateOpening,
    DoseStep,
    Interaction,
    Line,
    LinePack,
    PassedAlert,
    Plan,
    PlanStep,
    Prescription,
    Presentation,
)
from programmes.enums import Regime
from programmes.models import Listing
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import ListingFactory, PackFactory, ProductFactory
from tests.training.factories import CompletionFactory, CourseFactory
from training.models import Completion, Course


WRITTEN_ON = datetime.date(2026, 3, 2)
WRITTEN_AT = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)


def entitled(member: Member, enrolment: Enrolment) -> Member:
    """Give the member what signing asks: the proof of training, and a listed structure."""
    programme = enrolment.programme
    course = Course.objects.filter(programme=programme, profession=member.user.profession).first()
    course = course or CourseFactory(programme=programme, profession=member.user.profession)
    if not Completion.objects.filter(user=member.user, course=course).exists():
        CompletionFactory(user=member.user, course=course, recorded_by=member)
    if not Listing.objects.filter(site=enrolment.site, indication=enrolment.indication).exists():
        ListingFactory(site=enrolment.site, indication=enrolment.indication)
    return member


class PrescriptionFactory(factory.django.DjangoModelFactory):
    """A 28-day draft of one narcotic line, by an entitled reference doctor of the enrolment's site.

    `signed=True`, `ordinary=True` (pure CBD), `lines=False` (none), `narcotic=True` is the default.
    """

    class Meta:
        model = Prescription
        skip_postgeneration_save = True

    class Params:
        narcotic = factory.Trait()
        ordinary = factory.Trait(narcotic_days=None)
        signed = factory.Trait(
            status=PrescriptionStatus.SIGNED,
            is_initiation=True,
            signed_at=WRITTEN_AT,
            signed_on=WRITTEN_ON,
        )

    enrolment = factory.SubFactory(EnrolmentFactory)
    patient = factory.SelfAttribute("enrolment.patient")
    author = factory.LazyAttribute(lambda row: row.enrolment.included_by)
    prescriber = factory.SelfAttribute("author.user")
    starts_on = WRITTEN_ON
    duration_days = 28
    narcotic_days = factory.SelfAttribute("duration_days")
    created_at = WRITTEN_AT

    @classmethod
    def _create(cls, model_class: type[Prescription], *args: Any, **kwargs: Any) -> Prescription:
        """Lines are frozen by the signature: they are written first, as people do."""
        lines = kwargs.pop("lines", True)
        signature = {
            name: kwargs.pop(name)
            for name in ("status", "signed_at", "signed_on")
            if name in kwargs
        }
        prescription: Prescription = super()._create(model_class, *args, **kwargs)
        entitled(prescription.author, prescription.enrolment)
        if lines:
            _one_line(prescription)
        if signature:
            for name, value in signature.items():
                setattr(prescription, name, value)
            prescription.save(update_fields=list(signature))
        prescription.refresh_from_db()
        return prescription


def _one_line(prescription: Prescription) -> None:
    narcotic = prescription.narcotic_days is not None
    enrolment = prescription.enrolment
    product = ProductFactory(
        narcotic=narcotic, programme=enrolment.programme, indications=[enrolment.indication]
    )
    PackFactory(product=product, label="Flacon de 10 mL", quantity=Decimal(10))
    PackFactory(product=product)
    LineFactory(
        prescription=prescription,
        product=product,
        regime=Regime.NARCOTIC if narcotic else Regime.ORDINARY,
        days=prescription.duration_days,
    )


class LineFactory(factory.django.DjangoModelFactory):
    """0.5 mL twice a day for all its days, in one step, with the packs that hold it."""

    class Meta:
        model = Line
        skip_postgeneration_save = True

    prescription = factory.SubFactory(PrescriptionFactory, lines=False)
    position = 1
    product = factory.LazyAttribute(
        lambda row: ProductFactory(
            narcotic=row.prescription.narcotic_days is not None,
            programme=row.prescription.enrolment.programme,
            indications=[row.prescription.enrolment.indication],
        )
    )
    product_name = factory.SelfAttribute("product.name")
    form = factory.SelfAttribute("product.form")
    unit = factory.SelfAttribute("product.unit")
    regime = Regime.NARCOTIC
    thc_mg_per_unit = factory.SelfAttribute("product.thc_mg_per_unit")
    cbd_mg_per_unit = factory.SelfAttribute("product.cbd_mg_per_unit")
    thc_percent = factory.SelfAttribute("product.thc_percent")
    days = 28
    quantity = factory.LazyAttribute(lambda row: Decimal(row.days))

    @factory.post_generation
    def steps(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted is not False:
            DoseStepFactory(line=self, days=self.days)

    @factory.post_generation
    def packs(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted is not False:
            pack = self.product.packs.first() or PackFactory(product=self.product)
            count = math.ceil(Decimal(self.quantity) / pack.quantity) or 1
            LinePack.objects.create(line=self, pack=pack, count=count)


class DoseStepFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DoseStep

    line = factory.SubFactory(LineFactory, steps=False)
    position = 1
    dose = Decimal("0.5000")
    intakes_per_day = 2
    days = 28


class LinePackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LinePack

    line = factory.SubFactory(LineFactory, packs=False)
    pack = factory.LazyAttribute(lambda row: PackFactory(product=row.line.product))
    count = 1


class PassedAlertFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PassedAlert

    prescription = factory.SubFactory(PrescriptionFactory)
    code = AlertCode.THC_DAILY
    message = "THC 50 mg par jour"


class AlertThresholdFactory(factory.django.DjangoModelFactory):
    """A second threshold of the same kind, from a later day: the first comes from a migration."""

    class Meta:
        model = AlertThreshold

    code = "THC_DAILY_MG"
    value = Decimal(30)
    valid_from = datetime.date(2026, 1, 1)
    source = "essai"


class InteractionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Interaction

    code = factory.Sequence(lambda n: f"classe-{n}")
    drug_class = "Classe d’essai"
    names = "essaidrine, dépessaine"
    concerns = "CBD"
    advice = "surveillance rapprochée"
    source = "essai"
    valid_from = datetime.date(2021, 3, 26)


class PlanFactory(factory.django.DjangoModelFactory):
    """Two steps of a titration, by the doctor who included."""

    class Meta:
        model = Plan
        skip_postgeneration_save = True

    enrolment = factory.SubFactory(EnrolmentFactory)
    product = factory.LazyAttribute(
        lambda row: ProductFactory(
            programme=row.enrolment.programme, indications=[row.enrolment.indication]
        )
    )
    kind = "TITRATION"
    starts_on = WRITTEN_ON
    duration_days = 14
    author = factory.SelfAttribute("enrolment.included_by")
    created_at = WRITTEN_AT

    @factory.post_generation
    def steps(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted is not False:
            PlanStepFactory(plan=self, position=1)
            PlanStepFactory(plan=self, position=2, dose=Decimal(1))


class PlanStepFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PlanStep

    plan = factory.SubFactory(PlanFactory, steps=False)
    position = 1
    dose = Decimal("0.5000")
    intakes_per_day = 2
    days = 7


class CertificateOpeningFactory(factory.django.DjangoModelFactory):
    """A certificate shown to a pharmacist, for a shift."""

    class Meta:
        model = CertificateOpening

    enrolment = factory.SubFactory(EnrolmentFactory)
    member = factory.LazyAttribute(
        lambda row: MemberFactory(role="PHARMACIST", programme=row.enrolment.programme)
    )
    at = WRITTEN_AT
    until = factory.LazyAttribute(lambda row: row.at + datetime.timedelta(hours=8))


class PresentationFactory(factory.django.DjangoModelFactory):
    """Opened by a pharmacist for a shift."""

    class Meta:
        model = Presentation

    member = factory.LazyAttribute(
        lambda row: MemberFactory(role="PHARMACIST", programme=row.prescription.enrolment.programme)
    )
    prescription = factory.SubFactory(PrescriptionFactory, signed=True)
    at = WRITTEN_AT
    until = factory.LazyAttribute(lambda row: row.at + datetime.timedelta(hours=8))
