"""What leaves a pharmacy: copies of its register, balances, statements. No patient is named."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from accounts.models import Site
from core import pdf
from core.numbers import french_number
from core.tables import to_csv
from pharmacies.compensation import Act, Statement, rates, statement
from pharmacies.models import Dispensation, RegisterLine, RegisterMonth
from pharmacies.stock import month_after


HEADINGS = (
    *("N°", "Date", "Enregistrée le", "Nature", "Emplacement", "Médicament", "Conditionnement"),
    *("Lot", "Péremption", "Entrée", "Sortie", "Solde", "Unité", "Référence", "Raison", "Témoin"),
    *("Corrige le n°", "Pharmacien"),
)


def lines_of(site: Site) -> list[RegisterLine]:
    """The whole register of the pharmacy, in the order of its numbers."""
    lines = RegisterLine.objects.filter(pharmacy=site).select_related(
        "pack__product", "corrects", "recorded_by__user"
    )
    return list(lines.order_by("number"))


def register_csv(lines: Sequence[RegisterLine]) -> bytes:
    """The register, one row a line: what a spreadsheet opens."""
    return to_csv(HEADINGS, map(_row, lines))


def _row(line: RegisterLine) -> list[object]:
    product = line.pack.product
    return [
        line.number,
        f"{line.happened_on:%d/%m/%Y}",
        f"{line.pharmacy.local_day(line.recorded_at):%d/%m/%Y}",
        line.get_kind_display(),
        line.get_shelf_display(),
        product.name,
        line.pack.label,
        line.batch,
        f"{line.expires_on:%d/%m/%Y}" if line.expires_on else "",
        french_number(line.change) if line.change > 0 else "",
        french_number(-line.change) if line.change < 0 else "",
        french_number(line.balance_after),
        product.get_unit_display(),
        line.reference,
        line.reason,
        line.witness,
        line.corrects.number if line.corrects else "",
        line.recorded_by.user.full_name,
    ]


def register_pdf(lines: Sequence[RegisterLine], site: Site, *, on: date) -> bytes:
    """The register on paper, sealed: each page bears the name and address of the pharmacy.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    context = {"site": site, "lines": lines, "made_on": on, "code": ""}
    title = "Registre des stupéfiants"
    content = pdf.render("pdf/register.html", context, title=title)
    return pdf.sealed(content, reason="Copie du registre des stupéfiants")


def month_pdf(closed: RegisterMonth, *, on: date) -> bytes:
    """The balance of a month, as it was frozen.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    context = {
        "closed": closed,
        "site": closed.pharmacy,
        "rows": closed.table,
        "made_on": on,
        "code": "",
    }
    content = pdf.render("pdf/register_month.html", context, title="Balance mensuelle")
    return pdf.sealed(content, reason="Balance mensuelle du registre des stupéfiants")


# --- Compensation ----------------------------------------------------------------------------

OWED = ("Dispensation", "Délivrée le", "Saisie le", "Dossier", "Montant TTC (€)")


def acts_of(site: Site, month: date) -> list[Act]:
    """The dispensations of a month that still stand, by the day they were handed over."""
    made = Dispensation.objects.standing().filter(
        pharmacy=site, dispensed_on__gte=month, dispensed_on__lt=month_after(month)
    )
    return [
        Act(
            number=str(one.public_id),
            enrolment=one.enrolment.number,
            dispensed_on=one.dispensed_on,
            recorded_on=site.local_day(one.recorded_at),
        )
        for one in made.select_related("enrolment")
    ]


def statement_of(site: Site, month: date) -> Statement:
    return statement(month, site.kind, acts_of(site, month), rates())


def statement_csv(told: Statement) -> bytes:
    """One row a dispensation: its number is the proof, and no patient is named."""
    lines: list[Sequence[object]] = [
        (
            row.act.number,
            f"{row.act.dispensed_on:%d/%m/%Y}",
            f"{row.act.recorded_on:%d/%m/%Y}",
            row.act.enrolment,
            euros(row.amount) if row.amount is not None else "",
        )
        for row in told.rows
    ]
    return to_csv(OWED, [*lines, ("Total", "", "", told.fingerprint, euros(told.total))])


def euros(amount: Decimal) -> str:
    """3,57: two decimals always."""
    return f"{amount:.2f}".replace(".", ",")


def statement_pdf(told: Statement, site: Site, *, on: date) -> bytes:
    """The statement on paper, sealed.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    rows = [(row.act, euros(row.amount) if row.amount is not None else "–") for row in told.rows]
    context = {
        "told": told,
        "rows": rows,
        "total": euros(told.total),
        "site": site,
        "made_on": on,
        "code": "",
    }
    content = pdf.render("pdf/statement.html", context, title="Relevé d’indemnisation")
    return pdf.sealed(content, reason="Relevé mensuel d’indemnisation")
