"""What the database refuses of a dispensation: one line per constraint and per trigger."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from pharmacies.models import (
    Acknowledgement,
    Bulletin,
    Dispensation,
    DispensedItem,
    Intervention,
    Inventory,
    Notice,
    OrderSlip,
    Received,
    RegisterCopy,
    RegisterHead,
    RegisterLine,
    RegisterMonth,
    Undone,
)
from tests.accounts.factories import SiteFactory
from tests.pharmacies.factories import (
    AcknowledgementFactory,
    BulletinFactory,
    DelayFactory,
    DispensationFactory,
    DispensedItemFactory,
    InterventionFactory,
    InventoryFactory,
    KeepingTimeFactory,
    NoticeFactory,
    OrderSlipFactory,
    ReceivedFactory,
    RegisterCopyFactory,
    RegisterLineFactory,
    RegisterMonthFactory,
    UndoneFactory,
)
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import PackFactory


ONE_DAY = timedelta(days=1)


def received_twice() -> None:
    ReceivedFactory(prescription=ReceivedFactory().prescription)


def received_before_writing() -> None:
    prescription = PrescriptionFactory(signed=True)
    ReceivedFactory(prescription=prescription, presented_on=prescription.signed_on - ONE_DAY)


def withdraw(received: Received, **changes: object) -> None:
    stamped = {"withdrawn_at": received.recorded_at, "withdrawn_by": received.recorded_by}
    rows = Received.objects.filter(pk=received.pk)
    rows.update(**stamped | {"withdrawal_reason": "WRONG_DAY"} | changes)


def upon_a_withdrawn_day() -> None:
    DispensationFactory(received=ReceivedFactory(withdrawn=True))


def withdrawal_taken_back() -> None:
    rows = Received.objects.filter(pk=ReceivedFactory(withdrawn=True).pk)
    rows.update(withdrawn_at=None, withdrawn_by=None, withdrawal_reason="")


def same_turn() -> None:
    DispensationFactory(received=DispensationFactory().received, sequence_no=1)


def before_presentation() -> None:
    received = ReceivedFactory()
    DispensationFactory(received=received, dispensed_on=received.presented_on - ONE_DAY)


def expired() -> None:
    dispensation = DispensationFactory()
    DispensedItemFactory(dispensation=dispensation, expires_on=dispensation.dispensed_on - ONE_DAY)


def one_day_too_many() -> None:
    first = DispensedItemFactory(days=20)
    DispensedItemFactory(dispensation=first.dispensation, line=first.line, days=9)


def delete_as_owner(row: Model) -> None:
    """The runtime role has no right to delete: the trigger speaks to the others."""
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute(f"delete from {row._meta.db_table} where id = %s", [row.pk])


def line(**changes: object) -> RegisterLine:
    """A line in the register that the first one opened: same pharmacist, same pack."""
    first = RegisterLineFactory()
    same = {"recorded_by": first.recorded_by, "pack": first.pack}
    return RegisterLineFactory(**same | changes)  # type: ignore[no-any-return]


def correction(**changes: object) -> RegisterLine:
    """The opposite of a receipt, but for what is changed."""
    first = RegisterLineFactory()
    opposite = {
        "recorded_by": first.recorded_by,
        "pack": first.pack,
        "kind": "CORRECTION",
        "change": -first.change,
        "corrects": first,
        "reason": "Saisie en double",
    }
    return RegisterLineFactory(**opposite | changes)  # type: ignore[no-any-return]


def slip_twice() -> None:
    slip = OrderSlipFactory()
    OrderSlipFactory(recorded_by=slip.recorded_by, pack=slip.pack)


def item_told_twice() -> None:
    item = DispensedItemFactory()
    exit_of(item)
    exit_of(item)


def exit_of(item: DispensedItem, **changes: object) -> RegisterLine:
    told = {
        "recorded_by": item.dispensation.dispensed_by,
        "pharmacy": item.dispensation.pharmacy,
        "kind": "DISPENSATION",
        "pack": item.pack,
        "batch": item.batch,
        "change": -item.quantity,
        "happened_on": item.dispensation.dispensed_on,
        "item_no": item.pk,
    }
    return RegisterLineFactory(**told | changes)  # type: ignore[no-any-return]


def closed_twice() -> None:
    RegisterMonthFactory(closed_by=RegisterMonthFactory().closed_by)


def number_taken() -> None:
    """Past the trigger that numbers: as the owner, who may switch it off."""
    first = RegisterLineFactory()
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            "insert into pharmacies_registerline (public_id, pharmacy_id, number, kind, shelf,"
            " pack_id, batch, change, balance_after, happened_on, recorded_at, recorded_by_id,"
            " reference, reason, witness) select gen_random_uuid(), pharmacy_id, number, kind,"
            " shelf, pack_id, batch, change, balance_after, happened_on, recorded_at,"
            " recorded_by_id, '', '', '' from pharmacies_registerline where id = %s",
            [first.pk],
        )


def delete_head(pharmacy_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute("delete from pharmacies_registerhead where pharmacy_id = %s", [pharmacy_id])


def acknowledged_twice() -> None:
    first = AcknowledgementFactory()
    AcknowledgementFactory(bulletin=first.bulletin, by=first.by)


REFUSED: dict[str, Callable[[], object]] = {
    "pharmacies_notice_answered_by_somebody": lambda: NoticeFactory(answer="ORDERED"),
    "pharmacies_notice_is_frozen": lambda: Notice.objects.filter(pk=NoticeFactory().pk).update(
        sent_at="2026-06-01T00:00Z"
    ),
    "notice_never_deleted": lambda: delete_as_owner(NoticeFactory()),
    "pharmacies_bulletin_says_of_what": lambda: BulletinFactory(batch=""),
    "pharmacies_bulletin_is_frozen": lambda: Bulletin.objects.filter(
        pk=BulletinFactory().pk
    ).update(text="Rien"),
    "bulletin_never_deleted": lambda: delete_as_owner(BulletinFactory()),
    "pharmacies_acknowledged_once": acknowledged_twice,
    "pharmacies_acknowledgement_is_frozen": lambda: Acknowledgement.objects.filter(
        pk=AcknowledgementFactory().pk
    ).update(at="2026-06-01T00:00Z"),
    "acknowledgement_never_deleted": lambda: delete_as_owner(AcknowledgementFactory()),
    "pharmacies_a_rule_is_broken_only_before": lambda: DispensationFactory(
        broken_rules=["EXPIRED"]
    ),
    "pharmacies_undo_reason_known": lambda: UndoneFactory(reason="RAIN"),
    "pharmacies_undone_is_frozen": lambda: Undone.objects.filter(pk=UndoneFactory().pk).update(
        reason="WRONG_PAPER"
    ),
    "undone_never_deleted": lambda: delete_as_owner(UndoneFactory()),
    "pharmacies_intervention_known": lambda: InterventionFactory(kind="JOKE"),
    "pharmacies_intervention_is_frozen": lambda: Intervention.objects.filter(
        pk=InterventionFactory().pk
    ).update(reason="DOUBT"),
    "intervention_never_deleted": lambda: delete_as_owner(InterventionFactory()),
    "pharmacies_register_begins_at_one": lambda: RegisterHead.objects.create(
        pharmacy=SiteFactory(), last_number=2
    ),
    "pharmacies_register_skips_no_number": lambda: RegisterHead.objects.filter(
        pk=RegisterLineFactory().pharmacy_id
    ).update(last_number=9),
    "register_head_never_deleted": lambda: delete_head(RegisterLineFactory().pharmacy_id),
    "pharmacies_slip_once": slip_twice,
    "pharmacies_slip_says_what": lambda: OrderSlipFactory(packs=0),
    "pharmacies_slip_is_frozen": lambda: OrderSlip.objects.filter(pk=OrderSlipFactory().pk).update(
        packs=3
    ),
    "slip_never_deleted": lambda: delete_as_owner(OrderSlipFactory()),
    "pharmacies_register_numbers_once": number_taken,
    "pharmacies_register_tells_an_item_once": item_told_twice,
    "pharmacies_register_kind_known": lambda: line(kind="GIFT"),
    "pharmacies_register_moves_the_right_way": lambda: line(change=-1),
    "pharmacies_register_not_below_zero": lambda: line(
        kind="LOSS", reason="Flacon cassé", change=-201
    ),
    "pharmacies_destruction_has_witness": lambda: line(
        kind="DESTRUCTION", change=-1, reference="PV 12"
    ),
    "pharmacies_correction_says_of_what": lambda: line(corrects=RegisterLineFactory()),
    "pharmacies_register_says_why": lambda: correction(reason=""),
    "pharmacies_register_as_dispensed": lambda: exit_of(DispensedItemFactory(), batch="LOT-B2"),
    "pharmacies_register_undoes_its_line": lambda: correction(change=-1),
    "pharmacies_register_is_frozen": lambda: RegisterLine.objects.filter(
        pk=RegisterLineFactory().pk
    ).update(change=1),
    "register_line_never_deleted": lambda: delete_as_owner(RegisterLineFactory()),
    "pharmacies_month_closed_once": closed_twice,
    "pharmacies_month_is_a_month": lambda: RegisterMonthFactory(month=date(2026, 4, 2)),
    "pharmacies_month_goes_forward": lambda: RegisterMonthFactory(first_number=6),
    "pharmacies_month_is_frozen": lambda: RegisterMonth.objects.filter(
        pk=RegisterMonthFactory().pk
    ).update(last_number=5),
    "register_month_never_deleted": lambda: delete_as_owner(RegisterMonthFactory()),
    "pharmacies_inventory_counts": lambda: InventoryFactory(rows=[]),
    "pharmacies_inventory_is_frozen": lambda: Inventory.objects.filter(
        pk=InventoryFactory().pk
    ).update(note="Recompté"),
    "inventory_never_deleted": lambda: delete_as_owner(InventoryFactory()),
    "pharmacies_medium_known": lambda: RegisterCopyFactory(medium="FAX"),
    "pharmacies_copy_is_frozen": lambda: RegisterCopy.objects.filter(
        pk=RegisterCopyFactory().pk
    ).update(last_number=9),
    "register_copy_never_deleted": lambda: delete_as_owner(RegisterCopyFactory()),
    "pharmacies_received_once": received_twice,
    "pharmacies_fraction_counts_from_one": lambda: ReceivedFactory(fraction_no=0),
    "pharmacies_received_once_signed": received_before_writing,
    "pharmacies_received_is_frozen": lambda: Received.objects.filter(
        pk=ReceivedFactory().pk
    ).update(fraction_no=2),
    "pharmacies_withdrawn_by_somebody": lambda: withdraw(ReceivedFactory(), withdrawn_by=None),
    "pharmacies_withdrawn_beneath_nothing": lambda: withdraw(DispensationFactory().received),
    "pharmacies_withdrawal_is_frozen": withdrawal_taken_back,
    "received_never_deleted": lambda: delete_as_owner(ReceivedFactory()),
    "pharmacies_dispensed_in_turn": same_turn,
    "pharmacies_sequence_counts_from_one": lambda: DispensationFactory(sequence_no=0),
    "pharmacies_bearer_known": lambda: DispensationFactory(bearer="DOG", bearer_sealed=b"sealed"),
    "pharmacies_carer_is_named": lambda: DispensationFactory(bearer="CARER"),
    "pharmacies_override_reason_known": lambda: DispensationFactory(override_reason="RAIN"),
    "pharmacies_dispensed_once_presented": before_presentation,
    "pharmacies_dispensation_is_frozen": lambda: Dispensation.objects.filter(
        pk=DispensationFactory().pk
    ).update(with_vaporiser=True),
    "dispensation_never_deleted": lambda: delete_as_owner(DispensationFactory()),
    "pharmacies_item_holds_something": lambda: DispensedItemFactory(
        packs=0, quantity=10, quantity_due=10
    ),
    "pharmacies_item_has_batch": lambda: DispensedItemFactory(batch=""),
    "pharmacies_item_covers_what_is_due": lambda: DispensedItemFactory(quantity=1),
    "pharmacies_item_of_its_line": lambda: DispensedItemFactory(pack=PackFactory()),
    "pharmacies_item_not_expired": expired,
    "pharmacies_never_more_than_prescribed": one_day_too_many,
    "pharmacies_item_is_frozen": lambda: DispensedItem.objects.filter(
        pk=DispensedItemFactory().pk
    ).update(batch="LOT-B2"),
    "item_never_deleted": lambda: delete_as_owner(DispensedItemFactory()),
    "pharmacies_delay_starts_once": lambda: [DelayFactory(), DelayFactory()],
    "pharmacies_delay_known": lambda: DelayFactory(hours=0),
    "pharmacies_delay_dates_ordered": lambda: DelayFactory(valid_to=date(2025, 12, 31)),
    "pharmacies_intervention_read_by_somebody": lambda: Intervention.objects.filter(
        pk=InterventionFactory().pk
    ).update(read_at=timezone.now()),
    "pharmacies_keeping_starts_once": lambda: [KeepingTimeFactory(), KeepingTimeFactory()],
    "pharmacies_keeping_known": lambda: KeepingTimeFactory(years=0),
    "pharmacies_keeping_dates_ordered": lambda: KeepingTimeFactory(valid_to=date(2025, 12, 31)),
}
