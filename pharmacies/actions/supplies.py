"""Keeps the end of each patient's supply, from what was handed over."""

from collections.abc import Collection

from pharmacies import supply
from pharmacies.models import SupplyEnd


def count_supplies(enrolments: Collection[int]) -> int:
    """Write the end of each of them again; return how many have one. Two or three queries.

    Called in the transaction of a dispensation or of its counter-entry, under the patient's lock.
    """
    found = supply.ends(enrolments)
    SupplyEnd.objects.bulk_create(
        [SupplyEnd(enrolment_id=pk, ends_on=end) for pk, end in sorted(found.items())],
        update_conflicts=True,
        unique_fields=["enrolment"],
        update_fields=["ends_on"],
    )
    if gone := set(enrolments) - set(found):
        SupplyEnd.objects.filter(pk__in=gone).delete()
    return len(found)
