"""The guided switch during a shortage: what may replace a medicine, at which dose."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from patients.models import Enrolment
from prescriptions import checks, known, running, wanted
from prescriptions.alerts import NoticeFact
from prescriptions.dosage import Step
from prescriptions.models import Line, Prescription
from prescriptions.rules import MAX_NARCOTIC_DAYS
from prescriptions.typed import Typed, from_wanted
from prescriptions.wanted import Wanted, WantedLine
from programmes.enums import Regime
from programmes.models import Product, SupplyNotice


# Units of one intake: what a pipette of an oil shows. No legal source (ADR 0033).
SMALLEST_DOSE = Decimal("0.05")


@dataclass(frozen=True)
class Option:
    """One medicine that may take the place, with the dose that keeps the same mg."""

    product: Product
    # Units of one intake; None when no dose gives the same without more THC.
    dose: Decimal | None
    # mg a day at the dose that keeps the dominant cannabinoid.
    thc_mg: Decimal
    cbd_mg: Decimal
    is_narcotic: bool
    # THC where the programme discourages it: passed at the signature with a reason only.
    is_discouraged: bool


@dataclass(frozen=True)
class Affected:
    """A line of the running treatment whose medicine is missing."""

    line: WantedLine
    notice: NoticeFact
    options: list[Option]


def equivalent_dose(
    step: Step, *, before: tuple[Decimal, Decimal], after: tuple[Decimal, Decimal]
) -> Decimal | None:
    """Units of one intake of the new medicine that give as many mg of what dominated before.

    :param before, after: mg of THC and CBD per unit
    :returns: rounded down to `SMALLEST_DOSE`; None when the new one has none of it, or too little
    """
    dominant = 0 if before[0] > before[1] else 1
    if not after[dominant]:
        return None
    exact = step.dose * before[dominant] / after[dominant]
    dose = (exact / SMALLEST_DOSE).to_integral_value(ROUND_DOWN) * SMALLEST_DOSE
    return dose or None


def shortages(enrolment: Enrolment, on: date) -> list[tuple[Prescription, list[Affected]]]:
    """The prescriptions that run and hold a missing medicine, with what may replace it."""
    now = running.now(enrolment, on)
    missing = SupplyNotice.objects.in_force(on).values("product")
    lines = Line.objects.filter(prescription__in=now, product__in=missing)
    held = set(lines.values_list("prescription", flat=True))
    return [(one, affected(one, on)) for one in now if one.pk in held]


def affected(prescription: Prescription, on: date) -> list[Affected]:
    """Lines of a prescription whose medicine a notice of the day tells of, with their options."""
    enrolment = prescription.enrolment
    lines = wanted.of(prescription).lines
    notices = known.notices([line.product for line in lines], on)
    return [
        Affected(line, notices[line.product.pk], _options(enrolment, line, on))
        for line in lines
        if line.product.pk in notices
    ]


def _options(enrolment: Enrolment, line: WantedLine, on: date) -> list[Option]:
    """Those that the notice names and that the indication may have that day."""
    notice = SupplyNotice.objects.in_force(on).filter(product=line.product).last()
    named = notice.substitutes.all() if notice else Product.objects.none()
    open_to = checks.available_products(enrolment, on).filter(pk__in=named)
    products = list(open_to.order_by("thc_percent", "name", "pk"))
    regimes = checks.regimes_of(products, on)
    missing = known.notices(products, on)
    return [
        _option(line, product, regimes.get(product.pk), enrolment.indication.thc_discouraged)
        for product in products
        if product.pk not in missing
    ]


def _option(
    line: WantedLine, product: Product, regime: Regime | None, is_discouraged: bool
) -> Option:
    step, old = line.steps[-1], line.product
    after = (product.thc_mg_per_unit, product.cbd_mg_per_unit)
    before = (old.thc_mg_per_unit, old.cbd_mg_per_unit)
    dose = equivalent_dose(step, before=before, after=after)
    a_day = (dose or Decimal(0)) * step.intakes_per_day
    more_thc = a_day * after[0] > line.totals.thc_mg_last
    return Option(
        product=product,
        # The same CBD with more THC than before is no equivalence: the dose is left to choose.
        dose=None if more_thc else dose,
        thc_mg=a_day * after[0],
        cbd_mg=a_day * after[1],
        is_narcotic=regime != Regime.ORDINARY,
        is_discouraged=is_discouraged and after[0] > 0,
    )


def typed_for(prescription: Prescription, from_code: str, to_code: str, on: date) -> Typed | None:
    """The form of a new prescription where one medicine takes the place of another.

    :param from_code, to_code: public ids; None for what no page proposes
    """
    for one in affected(prescription, on):
        if str(one.line.product.public_id) == from_code:
            for option in one.options:
                if str(option.product.public_id) == to_code:
                    return _typed(prescription, one, option, on)
    return None


def _typed(prescription: Prescription, one: Affected, option: Option, on: date) -> Typed:
    said = wanted.of(prescription)
    lines = tuple(_replaced(line, one, option) for line in said.lines)
    typed = from_wanted(wanted.again(Wanted(lines, on, said.fraction_days, note=said.note)))
    place = said.lines.index(one.line)
    fields = {"replaces": str(one.line.product.public_id), "reason": one.notice.level.value}
    typed.lines[place].fields |= fields
    if option.dose is None:
        typed.lines[place].steps[0]["dose"] = ""
    return typed


def _replaced(line: WantedLine, one: Affected, option: Option) -> WantedLine:
    if line != one.line:
        return line
    last = line.steps[-1]
    most = MAX_NARCOTIC_DAYS if option.is_narcotic else line.totals.days
    step = Step(
        option.dose or last.dose,
        last.intakes_per_day,
        min(line.totals.days, most),
        last.as_needed,
    )
    return WantedLine(option.product, (step,), line.instructions)
