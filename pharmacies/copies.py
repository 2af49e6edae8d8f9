"""The pharmacist's copy of what was dispensed, as the pharmacy must keep it. ADR 0049.

Names patients: it is the pharmacy's own legal paper (CSP art. R. 5132-35), of its own acts.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import Site
from core import keys, pdf
from core.keys import DataKey
from core.months import add_months
from core.numbers import french_number
from core.tables import to_csv
from patients import identity
from patients.identity import Person
from pharmacies.enums import BearerKind, Kept
from pharmacies.models import Dispensation, DispensedItem, KeepingTime


HEADINGS = (
    *("Délivrée le", "Dossier", "Patient", "Né(e) le", "Ordonnance du", "Prescripteur", "RPPS"),
    *("Médicament", "Conditionnements", "Lot", "Quantité", "Jours", "Remise à", "Pharmacien"),
    "Annulée",
)


@dataclass(frozen=True)
class Copied:
    """One medicine handed over, and to whom."""

    item: DispensedItem
    person: Person | None
    bearer: str

    @property
    def cells(self) -> list[str]:
        """In the order of `HEADINGS`."""
        item, done = self.item, self.item.dispensation
        written, line = done.prescription, item.line
        return [
            f"{done.dispensed_on:%d/%m/%Y}",
            done.enrolment.number,
            self.person.full_name if self.person else "",
            self.person.birth_text if self.person else "",
            f"{written.signed_on:%d/%m/%Y}",
            written.prescriber_name,
            written.prescriber_rpps,
            line.product_name,
            f"{item.packs} × {item.pack.label}",
            item.batch,
            f"{french_number(item.quantity)} {line.get_unit_display()}",
            str(item.days),
            self.bearer,
            done.dispensed_by.user.full_name,
            f"{done.pharmacy.local_day(done.undone.recorded_at):%d/%m/%Y}"
            if done.is_undone
            else "",
        ]


def copied(site: Site, on: date) -> list[Copied]:
    """Everything the pharmacy handed over within the years it must keep, in the order of time."""
    since = add_months(on, -12 * KeepingTime.objects.years(Kept.COPIES, on))
    items = DispensedItem.objects.filter(
        dispensation__pharmacy=site, dispensation__dispensed_on__gte=since
    ).select_related(
        "pack",
        "line",
        "dispensation__undone",
        "dispensation__pharmacy",
        "dispensation__enrolment__patient__identity",
        "dispensation__prescription__prescriber",
        "dispensation__dispensed_by__user",
    )
    found = list(items.order_by("dispensation__dispensed_on", "dispensation", "pk"))
    enrolments = {item.dispensation.enrolment for item in found}
    people = identity.open_many({one.patient for one in enrolments})
    opened = keys.open_keys(one.key_id for one in enrolments)
    return [
        Copied(
            item,
            people.get(item.dispensation.enrolment.patient_id),
            _bearer(item.dispensation, opened.get(item.dispensation.enrolment.key_id)),
        )
        for item in found
    ]


def _bearer(done: Dispensation, key: DataKey | None) -> str:
    """Name, address and identity document of whoever carried it (CSP art. R. 5132-35)."""
    if done.bearer == BearerKind.PATIENT or key is None or not done.bearer_sealed:
        return done.get_bearer_display()
    aad = f"pharmacies.Dispensation {done.public_id} bearer"
    said = json.loads(key.unseal(bytes(done.bearer_sealed), aad).decode())
    return ", ".join(filter(None, (said.get(part) for part in ("name", "address", "document"))))


def csv(rows: Sequence[Copied]) -> bytes:
    return to_csv(HEADINGS, (row.cells for row in rows))


def paper(rows: Sequence[Copied], site: Site, *, on: date) -> bytes:
    """The same, sealed.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    title = "Copies des ordonnances délivrées"
    context = {"site": site, "rows": rows, "headings": HEADINGS, "made_on": on, "code": ""}
    content = pdf.render("pdf/copies.html", context, title=title)
    return pdf.sealed(content, reason="Copies des ordonnances délivrées par la pharmacie")
