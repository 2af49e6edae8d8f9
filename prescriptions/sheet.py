"""What a prescription says on paper and on the review page: figures, letters, limits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import Member
from core.numbers import french_number
from patients import identity
from patients.identity import Person
from prescriptions import rules, texts, words
from prescriptions.dosage import Step
from prescriptions.models import Line, LinePack, Prescription
from programmes.enums import Form, Regime
from programmes.models import SupplyRule


@dataclass(frozen=True)
class PrintedStep:
    """One step, in figures and in full letters."""

    figures: str
    letters: str
    # mg a day; as needed: at most.
    thc_mg: Decimal
    cbd_mg: Decimal
    as_needed: bool


@dataclass(frozen=True)
class Replaced:
    """«CBD 50 LGP Classic (rupture)», whose place the line takes, and its daily mg at its end."""

    words: str
    thc_mg: Decimal | None
    cbd_mg: Decimal | None


@dataclass(frozen=True)
class PrintedLine:
    """One medicine as the pharmacist reads it."""

    position: int
    name: str
    form: str
    route: str
    is_narcotic: bool
    strength: str
    strength_letters: str
    steps: list[PrintedStep]
    days: int
    days_letters: str
    quantity: str
    quantity_letters: str
    packs: list[str]
    packs_letters: list[str]
    thc_mg_max: Decimal
    cbd_mg_max: Decimal
    instructions: str
    # Ordinary lines: supplied again so many times, each time for so many days at most.
    renewals: int
    supply_days: int
    # Flowers: inhaled with the medical device, never burnt.
    needs_vaporiser: bool
    replaced: Replaced | None


@dataclass(frozen=True)
class Sheet:
    """Everything that CSP art. R. 5132-3, R. 5132-29 and R. 5132-30 ask for."""

    prescription: Prescription
    person: Person | None
    author: Member
    address: str
    phone: str
    written_on: date
    lines: list[PrintedLine]
    note: str
    # Days of each fraction, in letters; empty for one supply.
    fractions: list[str]
    # Narcotic lines: last day on which everything is supplied, then anything.
    full_until: date | None
    until: date | None
    # Ordinary lines: last day of the first supply.
    first_supply_until: date | None

    @property
    def is_narcotic(self) -> bool:
        return any(line.is_narcotic for line in self.lines)

    @property
    def is_mixed(self) -> bool:
        """Some medicines are narcotics and others are not: what is said of the former says so."""
        return self.is_narcotic and not all(line.is_narcotic for line in self.lines)

    @property
    def count_letters(self) -> str:
        """How many medicines: the number that secure paper asks to be written."""
        return words.counted(len(self.lines), ("médicament", False))


def sheet(prescription: Prescription, *, on: date) -> Sheet:
    """Read a prescription as it stands, or as it would be written on that day."""
    lines = loaded_lines(prescription)
    opened = texts.read(prescription, lines)
    author, narcotic = prescription.author, prescription.narcotic_days
    rule = SupplyRule.objects.ordinary(on)
    months = rule.first_presentation_months if rule else None
    printed = [printed_line(line, opened.instructions[line.position], rule) for line in lines]
    parts = rules.fractions(narcotic, prescription.fraction_days) if narcotic else []
    return Sheet(
        prescription=prescription,
        person=identity.open_one(prescription.patient),
        author=author,
        address=", ".join(
            filter(
                None,
                [author.site.address, f"{author.site.postcode} {author.site.town}", "France"],
            )
        ),
        phone=international(author.user.phone or author.site.phone),
        written_on=on,
        lines=printed,
        note=opened.note,
        fractions=[words.days(days) for days in parts] if len(parts) > 1 else [],
        full_until=rules.last_day_for_full(on) if narcotic else None,
        until=rules.last_day_to_present(on, parts[0]) if narcotic else None,
        first_supply_until=rules.first_presentation_limit(on, months)
        if months and any(not line.is_narcotic for line in printed)
        else None,
    )


def loaded_lines(prescription: Prescription) -> list[Line]:
    """Lines with all that a sheet reads: product, steps, packs; four queries."""
    lines = prescription.lines.select_related("product", "replaces_product")
    return list(lines.prefetch_related("steps", "packs__pack").order_by("position"))


def printed_line(line: Line, instructions: str, rule: SupplyRule | None) -> PrintedLine:
    unit, form = line.unit, line.form
    steps = sorted(line.steps.all(), key=lambda step: step.position)
    highest = max(step.as_step.per_day for step in steps)
    is_narcotic = line.regime == Regime.NARCOTIC
    supply_days = rule.max_supply_days if rule and not is_narcotic else line.days
    packs = sorted(line.packs.all(), key=lambda held: -held.pack.quantity)
    return PrintedLine(
        position=line.position,
        name=line.product_name,
        form=Form(form).label,
        route=line.product.route,
        is_narcotic=is_narcotic,
        strength=_strength(line),
        strength_letters=words.strength(line.thc_mg_per_unit, line.cbd_mg_per_unit, unit, form),
        steps=[_printed_step(line, step.as_step) for step in steps],
        days=line.days,
        days_letters=words.days(line.days),
        quantity=_amount(line.quantity, unit, form),
        quantity_letters=words.quantity(line.quantity, unit, form),
        packs=[_pack(held, unit, form) for held in packs],
        packs_letters=[words.packs(h.count, h.pack.quantity, unit, form) for h in packs],
        thc_mg_max=highest * line.thc_mg_per_unit,
        cbd_mg_max=highest * line.cbd_mg_per_unit,
        instructions=instructions,
        renewals=0 if is_narcotic else rules.renewals(line.days, supply_days),
        supply_days=supply_days,
        needs_vaporiser=line.product.needs_vaporiser,
        replaced=_replaced(line),
    )


def _replaced(line: Line) -> Replaced | None:
    if line.replaces_product is None:
        return None
    words_of = f"{line.replaces_product.name} ({line.get_replace_reason_display().lower()})"
    return Replaced(words_of, line.replaced_thc_mg, line.replaced_cbd_mg)


def _amount(number: Decimal, unit: str, form: str) -> str:
    return f"{french_number(number)}\u00a0{words.unit_symbol(unit, form, number)}"


def _pack(held: LinePack, unit: str, form: str) -> str:
    noun = words.pack_word(form) + ("s" if held.count >= words.PLURAL_FROM else "")
    size = _amount(held.pack.quantity, unit, form)
    return f"{held.count} {noun} {words.of(size)}"


def _strength(line: Line) -> str:
    per = words.unit_symbol(line.unit, line.form)
    parts = [
        f"{name} {french_number(mg)}\u00a0mg/{per}"
        for name, mg in (("THC", line.thc_mg_per_unit), ("CBD", line.cbd_mg_per_unit))
        if mg
    ]
    return " · ".join(parts) or "sans THC ni CBD"


def _printed_step(line: Line, step: Step) -> PrintedStep:
    return PrintedStep(
        figures=in_figures(step, line.unit, line.form),
        letters=words.capital(words.step(step, line.unit, line.form)),
        thc_mg=step.per_day * line.thc_mg_per_unit,
        cbd_mg=step.per_day * line.cbd_mg_per_unit,
        as_needed=step.as_needed,
    )


def in_figures(step: Step, unit: str, form: str) -> str:
    """«0,5 mL × 2 par jour, 28 jours»; as needed: «0,1 g si besoin, au plus 4 par jour, …»."""
    amount, plural = _amount(step.dose, unit, form), "s" if step.days > 1 else ""
    often = f"× {step.intakes_per_day} par jour"
    if step.as_needed:
        most = _amount(step.per_day, unit, form)
        often = f"si besoin, au plus {step.intakes_per_day} par jour ({most})"
    return f"{amount} {often}, {step.days} jour{plural}"


def international(phone: str) -> str:
    """+33 and nine figures, as R. 5132-3 asks; a number already written so is kept."""
    figures = phone.replace(" ", "").replace(".", "")
    if len(figures) != 10 or not figures.startswith("0"):
        return phone
    pairs = " ".join(figures[start : start + 2] for start in range(2, 10, 2))
    return f"+33 {figures[1]} {pairs}"
