"""What a pharmacist has in front of them: one prescription, line by line, on one day.

The page shows it; the action reads it again under its locks and decides by it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain, repeat

from django.db.models import Prefetch, prefetch_related_objects

from accounts.models import Member
from pharmacies import rights, rules, words
from pharmacies.models import Dispensation, DispensedItem, Received
from pharmacies.row import Caution, Row
from pharmacies.rules import Limits, Ordered, Supply
from prescriptions.enums import PaperFlag, PrescriptionStatus
from prescriptions.models import Line, LinePack, Prescription
from programmes.enums import Regime
from programmes.models import Accreditation, SupplyRule
from training.entitlement import is_entitled


# Days. No legal source: longer ago, what was handed over is used up.
LOOK_BACK_DAYS = 400
# Hours. No legal source: a batch is proposed again during the day's work.
BATCH_HOURS = 24

LOADED = ("enrolment__programme", "enrolment__pharmacy", "prescriber", "author__site")


@dataclass(frozen=True)
class Sheet:
    prescription: Prescription
    on: date
    rows: list[Row]
    # The standing presentation of each fraction, by its number.
    received: dict[int, Received]
    # Every one that was recorded, those that were withdrawn too, in the order of fractions.
    presentations: list[Received]
    dispensations: list[Dispensation]
    warnings: list[Caution]
    needs_vaporiser: bool
    # Why nothing may leave, whatever the line; empty when something may.
    refused: str

    @property
    def next_sequence(self) -> int:
        return max((one.sequence_no for one in self.dispensations), default=0) + 1

    def is_of(self, prescription: Prescription, on: date) -> bool:
        """Whether nothing of the prescription, now locked, changed since this was read.

        Its lines are frozen. What the member may do was read by the same request.
        """
        before, after = self.prescription, prescription
        return (
            (self.on, before.status, before.first_dispensed_at)
            == (on, after.status, after.first_dispensed_at)
            and before.enrolment.is_live == after.enrolment.is_live
            and before.enrolment.pharmacy_id == after.enrolment.pharmacy_id
            and set(prescription.dispensations.values_list("pk", "undone"))
            == {(one.pk, one.undone.pk if one.is_undone else None) for one in self.dispensations}
            and set(prescription.received.standing().values_list("pk", flat=True))
            == {one.pk for one in self.received.values()}
        )

    @property
    def open_rows(self) -> list[Row]:
        return [] if self.refused else [row for row in self.rows if not row.due.refused]

    @property
    def needs_reason(self) -> bool:
        return any(warning.needs_reason for warning in self.warnings)

    @property
    def fraction_no(self) -> int:
        """The fraction at hand: the first that a narcotic line still waits for."""
        waiting = [row.due.fraction_no for row in self.open_rows if row.is_narcotic]
        return min(waiting, default=max(self.received, default=1))

    @property
    def presented(self) -> Received | None:
        return self.received.get(self.fraction_no)

    @property
    def other_presentations(self) -> list[Received]:
        """Of other fractions, and those that were withdrawn."""
        return [one for one in self.presentations if one != self.presented]

    @property
    def opens_on(self) -> date | None:
        """First day something may leave without a reason; None when it may at once, or never."""
        opening = [row.due.opens_on or self.on for row in self.open_rows]
        return min(opening) if opening and min(opening) > self.on else None

    @property
    def covered_until(self) -> date | None:
        """Last day of treatment in the patient's hands, from this prescription."""
        return max((end for row in self.rows if (end := _held_until(row))), default=None)


def _held_until(row: Row) -> date | None:
    """Last day that what was given of the line covers, packs in excess included."""
    end, due = rules.covered_until(row.ordered.starts_on, supplies_of(row.given)), row.due
    return end and max(end, due.held_after or end) + timedelta(days=due.held_days)


def read(prescription: Prescription, *, member: Member, on: date) -> Sheet:
    """Put together what may be handed over that day by that member.

    A fixed number of queries, whatever the lines and what was given.
    """
    presentations = _presentations(prescription)
    received = {row.fraction_no: row for row in presentations if not row.is_withdrawn}
    dispensations = list(
        prescription.dispensations.select_related("pharmacy", "received", "undone")
        .prefetch_related(Prefetch("items", DispensedItem.objects.select_related("pack", "line")))
        .order_by("dispensed_on", "sequence_no")
    )
    lines = _lines(prescription)
    limits = _limits(on) if any(line.regime != Regime.NARCOTIC for line in lines) else None
    presented = {no: row.presented_on for no, row in received.items()}
    rows = [
        _row(prescription, line, _given(line, dispensations), presented, limits, on)
        for line in lines
    ]
    return Sheet(
        prescription=prescription,
        on=on,
        rows=rows,
        received=received,
        presentations=presentations,
        dispensations=dispensations,
        warnings=_warnings(prescription, rows, member, on),
        needs_vaporiser=_needs_vaporiser(prescription, rows),
        refused=_refused(prescription, member, on),
    )


def _presentations(prescription: Prescription) -> list[Received]:
    loaded = prescription.received.select_related("pharmacy", "withdrawn_by__user")
    return list(loaded.order_by("fraction_no", "recorded_at", "pk"))


# --- Lines -----------------------------------------------------------------------------------


def _lines(prescription: Prescription) -> list[Line]:
    lines = list(
        prescription.lines.select_related("product")
        .prefetch_related("steps", Prefetch("packs", LinePack.objects.select_related("pack")))
        .order_by("position")
    )
    # Written in days only, or in packs that were computed: the pharmacist may choose among those of
    # the product.
    open_to = [line for line in lines if not line.has_own_packs]
    prefetch_related_objects(open_to, "product__packs")
    return lines


def _limits(on: date) -> Limits | None:
    rule = SupplyRule.objects.ordinary(on)
    if rule is None:
        return None
    return Limits(rule.max_supply_days, rule.max_treatment_days, rule.first_presentation_months)


def _given(line: Line, dispensations: list[Dispensation]) -> list[DispensedItem]:
    found = []
    for dispensation in dispensations:
        if dispensation.is_undone:
            continue
        for item in dispensation.items.all():
            if item.line_id == line.pk:
                item.dispensation = dispensation
                found.append(item)
    return found


def supplies_of(given: list[DispensedItem]) -> list[Supply]:
    return [
        Supply(
            item.dispensation.received.fraction_no,
            item.dispensation.dispensed_on,
            item.days,
            item.quantity,
        )
        for item in given
    ]


def _row(
    prescription: Prescription,
    line: Line,
    given: list[DispensedItem],
    presented: dict[int, date],
    limits: Limits | None,
    on: date,
) -> Row:
    is_narcotic = line.regime == Regime.NARCOTIC
    ordered = Ordered(
        is_narcotic=is_narcotic,
        signed_on=prescription.signed_on or on,
        starts_on=prescription.starts_on,
        daily=daily(line),
        unit=line.unit,
        form=line.form,
        fraction_days=prescription.fraction_days if is_narcotic else None,
        limits=limits,
    )
    due = rules.due(ordered, presented=presented, supplies=supplies_of(given), on=on)
    packs = [line_pack.pack for line_pack in line.packs.all()]
    packs.sort(key=lambda pack: -pack.quantity)
    known = [] if packs and line.has_own_packs else list(line.product.packs.all())
    known.sort(key=lambda pack: -pack.quantity)
    others = [pack for pack in known if pack not in packs] if packs else []
    return Row(line, ordered, due, packs or known, given, others)


def daily(line: Line) -> tuple[Decimal, ...]:
    """Units of each day of the line, step after step."""
    steps = sorted(line.steps.all(), key=lambda step: step.position)
    return tuple(
        chain.from_iterable(repeat(step.dose * step.intakes_per_day, step.days) for step in steps)
    )


# --- Around the lines ------------------------------------------------------------------------


def _refused(prescription: Prescription, member: Member, on: date) -> str:
    enrolment = prescription.enrolment
    site = member.site
    pharmacist = rights.Pharmacist(
        site_kind=site.kind,
        site_is_open=site.opened_on <= on and (site.closed_on is None or on < site.closed_on),
        is_accredited=Accreditation.objects.in_force(on)
        .of(member)
        .filter(programme=enrolment.programme)
        .exists(),
        is_entitled=is_entitled(member.user, enrolment.programme, on),
    )
    return rights.refusal_of_state(
        is_signed=prescription.status == PrescriptionStatus.SIGNED, is_live=enrolment.is_live
    ) or rights.refusal_to_serve(pharmacist, enrolment.programme.dispensing_places)


def _warnings(
    prescription: Prescription, rows: list[Row], member: Member, on: date
) -> list[Caution]:
    found = []
    chosen = prescription.enrolment.pharmacy
    if chosen is not None and chosen.pk != member.site_id:
        found.append(
            Caution(
                f"Le patient a choisi une autre pharmacie{words.THIN}: {chosen.name}, "
                f"{chosen.town}. Confirmez son choix et indiquez un motif.",
                needs_reason=True,
                is_about_place=True,
            )
        )
    found += _of_paper(prescription)
    for row in rows:
        if row.due.opens_on and row.due.is_early(on):
            found.append(
                Caution(
                    f"{row.line.product_name}{words.THIN}: délivrance possible à partir du "
                    f"{words.in_full(row.due.opens_on)}. Avant cette date, indiquez un motif.",
                    needs_reason=True,
                )
            )
    return found + _still_in_hand(prescription, rows, on)


def _of_paper(prescription: Prescription) -> list[Caution]:
    """What a transcribed paper shows; a silent overlap is passed with a reason (R. 5132-33)."""
    return [
        Caution(
            f"{PaperFlag(code).label}.",
            needs_reason=code == PaperFlag.OVERLAP,
            is_overlap=code == PaperFlag.OVERLAP,
        )
        for code in prescription.paper_flags
    ]


def _still_in_hand(prescription: Prescription, rows: list[Row], on: date) -> list[Caution]:
    """What an earlier prescription of the same medicine still covers: told, never refused."""
    names = {row.line.product_id: row.line.product_name for row in rows}
    since = on - timedelta(days=LOOK_BACK_DAYS)
    earlier = (
        DispensedItem.objects.filter(
            dispensation__enrolment=prescription.enrolment_id,
            dispensation__dispensed_on__gt=since,
            dispensation__undone=None,
            line__product__in=names,
        )
        .exclude(dispensation__prescription=prescription)
        .select_related("dispensation__received", "line__prescription")
        .order_by("dispensation__dispensed_on", "pk")
    )
    by_product: dict[int, list[DispensedItem]] = {}
    for item in earlier:
        by_product.setdefault(item.line.product_id, []).append(item)
    found = []
    for product_id, items in by_product.items():
        end = rules.covered_until(items[0].line.prescription.starts_on, supplies_of(items))
        if end and end >= on:
            found.append(
                Caution(
                    f"{names[product_id]}{words.THIN}: une délivrance précédente couvre encore "
                    f"le patient jusqu’au {words.in_full(end)}."
                )
            )
    return found


def _needs_vaporiser(prescription: Prescription, rows: list[Row]) -> bool:
    """Flowers leave with a vaporiser the first time."""
    if not any(row.line.product.needs_vaporiser for row in rows):
        return False
    given = Dispensation.objects.standing().filter(
        enrolment=prescription.enrolment_id, with_vaporiser=True
    )
    return not given.exists()


def batches_of_the_day(
    member: Member, rows: list[Row], *, on: date, at: datetime
) -> dict[int, DispensedItem]:
    """The last item of each pack handed over that day by the member's pharmacy, by pack."""
    packs = [pack.pk for row in rows for pack in row.packs]
    items = DispensedItem.objects.filter(
        pack__in=packs,
        dispensation__pharmacy=member.site_id,
        dispensation__dispensed_on=on,
        dispensation__undone=None,
        dispensation__recorded_at__gt=at - timedelta(hours=BATCH_HOURS),
        expires_on__gte=on,
    )
    return {item.pack_id: item for item in items.order_by("pk")}
