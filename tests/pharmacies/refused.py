"""What the database refuses of a dispensation: one line per constraint and per trigger."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.db.models import Model

from pharmacies.models import Dispensation, DispensedItem, Received
from tests.pharmacies.factories import (
    DispensationFactory,
    DispensedItemFactory,
    ReceivedFactory,
)
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import PackFactory


ONE_DAY = timedelta(days=1)


def received_twice() -> None:
    ReceivedFactory(prescription=ReceivedFactory().prescription)


def received_before_writing() -> None:
    prescription = PrescriptionFactory(signed=True)
    ReceivedFactory(prescription=prescription, presented_on=prescription.signed_on - ONE_DAY)


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


REFUSED: dict[str, Callable[[], object]] = {
    "pharmacies_received_once": received_twice,
    "pharmacies_fraction_counts_from_one": lambda: ReceivedFactory(fraction_no=0),
    "pharmacies_received_once_signed": received_before_writing,
    "pharmacies_received_is_frozen": lambda: Received.objects.filter(
        pk=ReceivedFactory().pk
    ).update(fraction_no=2),
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
}
