"""One line of the prescription at hand, and what the page says of it."""

from dataclasses import dataclass, field
from decimal import Decimal

from pharmacies import rules, words
from pharmacies.models import DispensedItem
from pharmacies.rules import Due, Ordered
from prescriptions.models import Line
from programmes.models import Pack


@dataclass(frozen=True)
class Caution:
    """Something unusual. `level` is that of components/checks.html."""

    message: str
    needs_reason: bool = False
    # Of the whole prescription; else of one line.
    is_about_place: bool = False
    is_overlap: bool = False
    level: str = "warning"


@dataclass(frozen=True)
class Row:
    """One line: what it says, what was given of it, what is due."""

    line: Line
    ordered: Ordered
    due: Due
    packs: list[Pack]
    given: list[DispensedItem]
    # Other packs of the medicine, when the prescriber chose none by hand: they may leave instead.
    others: list[Pack] = field(default_factory=list)

    @property
    def sizes(self) -> dict[int, Decimal]:
        """Units in each pack that may leave, by its key."""
        return {pack.pk: pack.quantity for pack in [*self.packs, *self.others]}

    @property
    def proposed(self) -> list[int]:
        """How many of each pack, in the order of `packs`."""
        return rules.choose_packs(self.due.quantity, [pack.quantity for pack in self.packs])

    @property
    def is_narcotic(self) -> bool:
        return self.ordered.is_narcotic

    # --- What the page says of it -------------------------------------------------------------

    @property
    def title(self) -> str:
        """À délivrer : 2 × Flacon de 10 mL et 1 × Flacon de 50 mL."""
        chosen = zip(self.proposed, self.packs, strict=True)
        packs = words.listed(words.packs(count, pack.label) for count, pack in chosen if count)
        return f"À délivrer{words.THIN}: {packs}"

    @property
    def steps(self) -> list[str]:
        """0,5 mL, 2 fois par jour, pendant 28 jours."""
        return [
            f"{self._amount(step.dose)}{', si besoin' if step.as_needed else ''}, "
            f"{step.intakes_per_day} fois par jour{' au plus' if step.as_needed else ''}, "
            f"pendant {words.days(step.days)}"
            for step in sorted(self.line.steps.all(), key=lambda step: step.position)
        ]

    @property
    def state(self) -> str:
        """Of the verdict, among `core.templatetags.recann.STATES`."""
        if self.due.refused:
            return "done" if self.given else "late"
        return "due" if self.due.lost_days or self.due.opens_on else "done"

    @property
    def headline(self) -> str:
        if self.due.refused:
            return "Plus rien à délivrer" if self.given else "Rien à délivrer"
        return f"{words.days(self.due.days)} à délivrer"

    @property
    def sentences(self) -> tuple[str, ...]:
        """Why: the refusal, or the arithmetic."""
        return (self.due.refused,) if self.due.refused else self.due.arithmetic

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Prescribed, handed over, due, in excess: days and units."""
        given_days = sum(item.days for item in self.given)
        given = sum((item.quantity for item in self.given), Decimal(0))
        told = [("Prescrit", self._both(self.line.days, self.line.quantity))]
        if self.given:
            told.append(("Déjà remis", self._both(given_days, given)))
        if not self.due.refused:
            told.append(("Dû aujourd’hui", self._both(self.due.days, self.due.quantity)))
            told += self._excess()
        return told

    def _excess(self) -> list[tuple[str, str]]:
        if self.line.unit in rules.SPLITTABLE_UNITS:
            return []
        chosen = zip(self.proposed, self.packs, strict=True)
        held = sum((count * pack.quantity for count, pack in chosen), Decimal(0))
        over = held - self.due.quantity
        told = [("À remettre", self._amount(held))]
        if over:
            told.append(("Remis en plus, un conditionnement ne s’ouvre pas", self._amount(over)))
        return told

    def _both(self, days: int, quantity: Decimal) -> str:
        return f"{words.days(days)}, {self._amount(quantity)}"

    def _amount(self, quantity: Decimal) -> str:
        return words.amount(quantity, self.line.unit, self.line.form)
