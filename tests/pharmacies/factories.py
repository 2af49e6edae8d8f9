import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

import factory
from django.utils import timezone

from accounts.enums import Profession, Role
from accounts.models import Member
from pharmacies.enums import (
    BearerKind,
    Medium,
    MovementKind,
    Shelf,
    UndoReason,
    WithdrawalReason,
)
from pharmacies.models import (
    Acknowledgement,
    Bulletin,
    Delay,
    Dispensation,
    DispensedItem,
    Intervention,
    Inventory,
    KeepingTime,
    Notice,
    OrderSlip,
    Received,
    RegisterCopy,
    RegisterLine,
    RegisterMonth,
    Undone,
)
from prescriptions.models import Prescription
from programmes.models import Pack, Programme
from tests.accounts.factories import MemberFactory
from tests.prescriptions.factories import PrescriptionFactory, PresentationFactory
from tests.programmes.factories import PackFactory, ProductFactory, ProgrammeFactory
from tests.training.factories import CompletionFactory, CourseFactory
from training.models import Course


def trained_pharmacist(programme: Programme, **changes: Any) -> Member:
    """A pharmacist of an open officine, accredited to the programme and trained for it."""
    member: Member = MemberFactory(role=Role.PHARMACIST, programme=programme, **changes)
    of_pharmacists = {"programme": programme, "profession": Profession.PHARMACIST}
    course = Course.objects.filter(**of_pharmacists).first() or CourseFactory(**of_pharmacists)
    CompletionFactory(user=member.user, course=course, recorded_by=member)
    return member


def at_the_counter(prescription: Prescription, **changes: Any) -> Member:
    """A trained pharmacist to whom this prescription is presented, from its signature on."""
    member = trained_pharmacist(prescription.enrolment.programme, **changes)
    PresentationFactory(
        member=member,
        prescription=prescription,
        at=prescription.signed_at,
        until=prescription.signed_at + datetime.timedelta(days=400),
    )
    return member


class ReceivedFactory(factory.django.DjangoModelFactory):
    """Presented to a trained pharmacist on the day of its writing; `withdrawn=True`: a day that
    never counted."""

    class Meta:
        model = Received

    class Params:
        withdrawn = factory.Trait(
            withdrawn_at=factory.SelfAttribute("recorded_at"),
            withdrawn_by=factory.SelfAttribute("recorded_by"),
            withdrawal_reason=WithdrawalReason.WRONG_DAY,
        )

    prescription = factory.SubFactory(PrescriptionFactory, signed=True)
    recorded_by = factory.LazyAttribute(
        lambda row: trained_pharmacist(row.prescription.enrolment.programme)
    )
    pharmacy = factory.SelfAttribute("recorded_by.site")
    presented_on = factory.SelfAttribute("prescription.signed_on")
    recorded_at = factory.SelfAttribute("prescription.signed_at")


class DispensationFactory(factory.django.DjangoModelFactory):
    """Handed over to the patient on the day of presentation, nothing in it: add items.

    `items=True` adds the whole first line; `lately=True`: written, presented, handed over today.
    """

    class Meta:
        model = Dispensation
        skip_postgeneration_save = True

    class Params:
        lately = factory.Trait(
            received=factory.SubFactory(
                ReceivedFactory,
                prescription=factory.SubFactory(
                    PrescriptionFactory,
                    signed=True,
                    starts_on=factory.LazyFunction(timezone.localdate),
                    signed_on=factory.LazyFunction(timezone.localdate),
                    signed_at=factory.LazyFunction(timezone.now),
                ),
            )
        )

    received = factory.SubFactory(ReceivedFactory)
    prescription = factory.SelfAttribute("received.prescription")
    enrolment = factory.SelfAttribute("prescription.enrolment")
    sequence_no = factory.LazyAttribute(
        lambda row: Dispensation.objects.filter(prescription=row.prescription).count() + 1
    )
    pharmacy = factory.SelfAttribute("received.pharmacy")
    dispensed_by = factory.SelfAttribute("received.recorded_by")
    dispensed_on = factory.SelfAttribute("received.presented_on")
    recorded_at = factory.SelfAttribute("received.recorded_at")
    bearer = BearerKind.PATIENT

    @factory.post_generation
    def items(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            DispensedItemFactory(dispensation=self, **kwargs)


class DispensedItemFactory(factory.django.DjangoModelFactory):
    """Every day of the first line, in the packs prescribed, one batch that lasts two years."""

    class Meta:
        model = DispensedItem

    dispensation = factory.SubFactory(DispensationFactory)
    line = factory.LazyAttribute(lambda row: row.dispensation.prescription.lines.first())
    pack = factory.LazyAttribute(lambda row: row.line.packs.first().pack)
    batch = "LOT-A1"
    expires_on = factory.LazyAttribute(
        lambda row: row.dispensation.dispensed_on + datetime.timedelta(days=730)
    )
    days = factory.SelfAttribute("line.days")
    quantity_due = factory.LazyAttribute(
        lambda row: row.line.quantity * row.days / row.line.days if row.days else Decimal(0)
    )
    packs = factory.LazyAttribute(lambda row: max(1, _packs(row.quantity_due, row.pack.quantity)))
    quantity = factory.LazyAttribute(lambda row: row.packs * row.pack.quantity)


def _packs(quantity: Decimal, size: Decimal) -> int:
    return int((quantity / size).to_integral_value(ROUND_CEILING))


class UndoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Undone

    dispensation = factory.SubFactory(DispensationFactory)
    reason = UndoReason.TWICE
    recorded_at = factory.SelfAttribute("dispensation.recorded_at")
    recorded_by = factory.SelfAttribute("dispensation.dispensed_by")


class KeepingTimeFactory(factory.django.DjangoModelFactory):
    """Another duration of the same papers, from a later day: the first comes from a migration."""

    class Meta:
        model = KeepingTime

    subject = "COPIES"
    years = 5
    valid_from = datetime.date(2026, 1, 1)
    source = "essai"


class DelayFactory(factory.django.DjangoModelFactory):
    """Another delay of the same kind, from a later day: the first comes from a migration."""

    class Meta:
        model = Delay

    code = "NOTICE"
    hours = 12
    valid_from = datetime.date(2026, 1, 1)
    source = "essai"


class InterventionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Intervention

    prescription = factory.SubFactory(PrescriptionFactory, signed=True)
    recorded_by = factory.LazyAttribute(
        lambda row: trained_pharmacist(row.prescription.enrolment.programme)
    )
    pharmacy = factory.SelfAttribute("recorded_by.site")
    kind = "INTERVENTION"
    reason = "DOSE"
    recorded_at = factory.SelfAttribute("prescription.signed_at")


# --- Register --------------------------------------------------------------------------------

ENTERED_ON = datetime.date(2026, 5, 12)
ENTERED_AT = datetime.datetime(2026, 5, 12, 9, tzinfo=datetime.UTC)


def narcotic_pack(member: Member, **changes: Any) -> Pack:
    """A bottle of 50 mL, a narcotic of a programme the member serves."""
    programme = member.accreditations.order_by("pk").first().programme
    return PackFactory(  # type: ignore[no-any-return]
        product=ProductFactory(narcotic=True, programme=programme), **changes
    )


def register_keeper(**changes: Any) -> Member:
    """A pharmacist accredited to a programme that began before the register."""
    return trained_pharmacist(ProgrammeFactory(), **changes)


class RegisterLineFactory(factory.django.DjangoModelFactory):
    """Four bottles of 50 mL received."""

    class Meta:
        model = RegisterLine

    recorded_by = factory.LazyFunction(register_keeper)
    pharmacy = factory.SelfAttribute("recorded_by.site")
    kind = MovementKind.RECEIPT
    shelf = Shelf.STOCK
    pack = factory.LazyAttribute(lambda row: narcotic_pack(row.recorded_by))
    batch = "LOT-A1"
    expires_on = datetime.date(2028, 6, 30)
    change = Decimal(200)
    happened_on = ENTERED_ON
    recorded_at = ENTERED_AT


class OrderSlipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrderSlip

    recorded_by = factory.LazyFunction(register_keeper)
    pharmacy = factory.SelfAttribute("recorded_by.site")
    slip_number = "0001234"
    supplier = "Grossiste répartiteur"
    ordered_on = ENTERED_ON
    pack = factory.LazyAttribute(lambda row: narcotic_pack(row.recorded_by))
    packs = 20
    recorded_at = ENTERED_AT


class RegisterMonthFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RegisterMonth

    closed_by = factory.LazyFunction(register_keeper)
    pharmacy = factory.SelfAttribute("closed_by.site")
    month = datetime.date(2026, 4, 1)
    first_number = 1
    last_number = 4
    rows = factory.LazyFunction(list)
    closed_at = ENTERED_AT


class InventoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Inventory

    recorded_by = factory.LazyFunction(register_keeper)
    pharmacy = factory.SelfAttribute("recorded_by.site")
    counted_on = ENTERED_ON
    rows = factory.LazyFunction(
        lambda: [
            {
                "pack": 1,
                "product": "Huile THC 25 / CBD 25",
                "label": "Flacon de 50 mL",
                "unit": "mL",
                "shelf": "STOCK",
                "shelf_label": "Stock",
                "expected": "1",
                "counted": "1",
                "difference": "0",
            }
        ]
    )
    recorded_at = ENTERED_AT


class RegisterCopyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RegisterCopy

    made_by = factory.LazyFunction(register_keeper)
    pharmacy = factory.SelfAttribute("made_by.site")
    medium = Medium.CSV
    last_number = 4
    sha256 = b"0" * 32
    made_at = ENTERED_AT


# --- Alerts ----------------------------------------------------------------------------------


class BulletinFactory(factory.django.DjangoModelFactory):
    """The batch LOT-A1 of a narcotic is recalled."""

    class Meta:
        model = Bulletin

    issued_by = factory.SubFactory(MemberFactory, role=Role.MANAGER)
    programme = factory.SubFactory(ProgrammeFactory)
    kind = "RECALL"
    product = factory.LazyAttribute(
        lambda row: ProductFactory(narcotic=True, programme=row.programme)
    )
    batch = "LOT-A1"
    text = "Ne plus délivrer ce lot, rappeler les patients."
    source = "Décision de l’ANSM du 12 mai 2026"
    issued_at = ENTERED_AT


class AcknowledgementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Acknowledgement

    bulletin = factory.SubFactory(BulletinFactory)
    by = factory.LazyAttribute(lambda row: trained_pharmacist(row.bulletin.programme))
    pharmacy = factory.SelfAttribute("by.site")
    at = ENTERED_AT


class NoticeFactory(factory.django.DjangoModelFactory):
    """Announced by the prescriber, nobody answered yet."""

    class Meta:
        model = Notice

    prescription = factory.SubFactory(PrescriptionFactory, signed=True)
    pharmacy = factory.LazyAttribute(
        lambda row: trained_pharmacist(row.prescription.enrolment.programme).site
    )
    sent_at = factory.SelfAttribute("prescription.signed_at")
    sent_by = factory.SelfAttribute("prescription.author")
