"""How much of a prescription was handed over, for whoever checks its code."""

from django.db.models import Sum

from pharmacies.models import Dispensation, DispensedItem
from prescriptions.models import Prescription


def state(prescription: Prescription) -> str:
    """«Entièrement délivrée», «En partie délivrée», or "" when nothing was."""
    lines = dict(prescription.lines.values_list("pk", "days"))
    standing = Dispensation.objects.standing().filter(prescription=prescription)
    items = DispensedItem.objects.filter(dispensation__in=standing)
    given = dict(items.values_list("line").annotate(days=Sum("days")))
    if not given:
        return ""
    whole = all(given.get(line, 0) >= days for line, days in lines.items())
    return "Entièrement délivrée" if whole else "Valable, en partie délivrée"
