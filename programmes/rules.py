"""What the texts say of a medicine (its regime, by THC content and by date) and of the end of a
programme. No database, no clock."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.enums import Role
from core.months import add_months
from programmes.enums import Form, Regime, Unit, VisitKind


# Percent of THC. Décret 2020-1230 art. 1-II: above it, a narcotic; exactly it, list I or II.
NARCOTIC_ABOVE_PERCENT = Decimal("0.30")

# Décret 2023-202: before this day every cannabis medicine was a narcotic, whatever its THC.
THRESHOLD_APPLIES_FROM = date(2023, 3, 27)

# 1 mg in 1 g, or in 1 mL, is 0.1 %.
_MG_PER_PERCENT = Decimal(10)


def regime_by_law(thc_percent: Decimal, on: date) -> Regime:
    """What the declared content and the date say; compared before any rounding.

    A control only: the manager's `ProductRegime` decides, because the text does not say whether
    the percentage is m/m or m/V. Source: décret 2020-1230 art. 1-II, décret 2023-202.
    """
    if on < THRESHOLD_APPLIES_FROM or thc_percent > NARCOTIC_ABOVE_PERCENT:
        return Regime.NARCOTIC
    return Regime.ORDINARY


def percent_of(mg_per_unit: Decimal, unit: Unit) -> Decimal | None:
    """The content in percent: m/V for an oil, m/m for flowers; None for a tablet.

    3 mg/mL are 0.3 %. A control only: the density of an oil is not known here.
    """
    return None if unit == Unit.UNIT else mg_per_unit / _MG_PER_PERCENT


# In what a dose of each form is counted.
UNITS: dict[Form, Unit] = {
    Form.OIL: Unit.ML,
    Form.FLOWER: Unit.G,
    Form.TABLET: Unit.UNIT,
    Form.CAPSULE: Unit.UNIT,
}


# Who holds a visit of each kind, unless its definition says otherwise. domain.md 7.1: complex
# visits belong to the reference structure, simple ones to both.
HOLDERS: dict[VisitKind, tuple[Role, ...]] = {
    VisitKind.COMPLEX: (Role.REFERENCE_DOCTOR,),
    VisitKind.SIMPLE: (Role.REFERENCE_DOCTOR, Role.RELAY_DOCTOR),
}

# Whom a definition may name, in this order, and who may not be left out: a patient without a relay
# doctor would have nobody to hold the visit (ADR 0127).
MAY_HOLD = (Role.REFERENCE_DOCTOR, Role.RELAY_DOCTOR)
ALWAYS_HOLDS = Role.REFERENCE_DOCTOR


# --- The end of a programme ------------------------------------------------------------------

# Months after the publication of the opinion of the HAS. Source: page of the programme, 2026 [S2].
TRANSITION_MONTHS = 3

# Days before the end at which those who follow patients are told. No legal source: ADR 0027.
NOTICE_DAYS = (90, 60, 30)


@dataclass(frozen=True)
class Transition:
    """The last months of a programme, once the opinion is published."""

    programme: str
    published_on: date

    @property
    def ends_on(self) -> date:
        """The last day, included: the same day three months later, or the month's last."""
        return add_months(self.published_on, TRANSITION_MONTHS)

    def days_left(self, on: date) -> int:
        """0 on the last day; below once it is over."""
        return (self.ends_on - on).days

    def is_over(self, on: date) -> bool:
        return on > self.ends_on

    def notice(self, on: date) -> int | None:
        """Which notice is due: 90, 60 or 30 days; None before the first and after the end."""
        left = self.days_left(on)
        if left < 0:
            return None
        return min((days for days in NOTICE_DAYS if left <= days), default=None)
