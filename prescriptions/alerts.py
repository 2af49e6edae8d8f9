"""What is said to the prescriber before signing: a refusal, a warning, or that all is well.

Pure: facts come in, a list goes out. Thresholds are data (`AlertThreshold`), never law.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.numbers import french_number
from prescriptions import rules
from prescriptions.dosage import Totals, has_spare_pack, held_by, missing
from prescriptions.enums import AlertCode as Code
from prescriptions.enums import Level
from programmes.enums import Regime, SupplyLevel


NARCOTIC_LIMIT = "CSP art. R. 5132-30"
OVERLAP = "CSP art. R. 5132-33"
DEVICE = "Arrêté du 16 octobre 2020, annexe\u202f: fumer est exclu"
DRIVING = "Code de la route art. L. 235-1"


@dataclass(frozen=True)
class Alert:
    """One thing to know. `source`: the text, or where the figure comes from."""

    level: Level
    code: Code
    message: str
    source: str = ""
    # A warning that is passed only with a reason, kept beside the prescription.
    needs_reason: bool = False
    # What is kept of it when the message repeats something typed; empty for the message itself.
    kept: str = ""


@dataclass(frozen=True)
class ThresholdFact:
    """A figure above which the prescriber is told, and where it comes from."""

    value: Decimal
    source: str


@dataclass(frozen=True)
class NoticeFact:
    """A medicine that is missing, or soon will be."""

    level: SupplyLevel
    message: str
    source: str
    suspends_initiation: bool = False
    substitutes: Sequence[str] = ()


@dataclass(frozen=True)
class InteractionFact:
    """A drug of the patient, and what it does with the medicine."""

    drug: str
    drug_class: str
    advice: str
    source: str


@dataclass(frozen=True)
class LineFacts:
    """One line, as it would be signed."""

    name: str
    regime: Regime
    totals: Totals
    contains_thc: bool
    # Longest treatment of an ordinary line that day; None when no dated rule is in force.
    max_days: int | None = None
    rule_source: str = ""
    unit: str = ""
    # Packs chosen by hand, by size; empty when they are computed.
    own_packs: Mapping[Decimal, int] = field(default_factory=dict)
    needs_vaporiser: bool = False
    # What a national notice says that day; None without one.
    notice: "NoticeFact | None" = None
    # Of what the patient takes besides, with this medicine.
    interactions: Sequence["InteractionFact"] = ()
    # mg of THC and CBD a day that this medicine gave lately on another prescription than the last
    # to end; None without one.
    doses_before: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True)
class Facts:
    """A prescription as it would be signed on `written_on`."""

    lines: Sequence[LineFacts]
    written_on: date
    starts_on: date
    prescriber_id: int | str
    has_mention: bool = False
    is_thc_discouraged: bool = False
    signed_periods: Sequence[rules.Period] = ()
    # mg of THC and CBD a day at the end of the running prescription; None when there is none.
    previous_thc_mg: Decimal | None = None
    previous_cbd_mg: Decimal | None = None
    thresholds: Mapping[str, ThresholdFact] = field(default_factory=dict)
    # First prescription of the participation.
    is_initiation: bool = False
    # Words of interactions passed with a reason at an earlier signature: told, not asked again.
    passed_before: frozenset[str] = frozenset()

    @property
    def narcotic_days(self) -> int | None:
        days = [line.totals.days for line in self.lines if line.regime == Regime.NARCOTIC]
        return max(days) if days else None

    @property
    def thc_mg_max(self) -> Decimal:
        """Most THC a day, all lines together."""
        return sum((line.totals.thc_mg_max for line in self.lines), Decimal(0))

    @property
    def narcotic_period(self) -> rules.Period | None:
        if self.narcotic_days is None:
            return None
        last = rules.last_day(self.starts_on, self.narcotic_days)
        return rules.Period(self.starts_on, last, self.prescriber_id)


def alerts(facts: Facts) -> list[Alert]:
    """Everything to tell, refusals first; never empty: what is right is said too."""
    found = [*_durations(facts), *_dates(facts), *_overlaps(facts), *_doses(facts)]
    found += [alert for line in facts.lines for alert in _of_line(line, facts)]
    order = list(Level)
    return sorted(found, key=lambda alert: -order.index(alert.level))


def refusals(found: Sequence[Alert]) -> list[Alert]:
    return [alert for alert in found if alert.level == Level.REFUSAL]


def to_justify(found: Sequence[Alert]) -> list[Alert]:
    return [alert for alert in found if alert.needs_reason]


def _durations(facts: Facts) -> list[Alert]:
    return [_duration(line) for line in facts.lines]


def _duration(line: LineFacts) -> Alert:
    days, name = line.totals.days, line.name
    narcotic = line.regime == Regime.NARCOTIC
    limit = rules.MAX_NARCOTIC_DAYS if narcotic else line.max_days
    source = NARCOTIC_LIMIT if narcotic else line.rule_source
    if limit is not None and days > limit:
        what = "d’un stupéfiant" if narcotic else "de ce médicament"
        return Alert(
            Level.REFUSAL,
            Code.DURATION,
            f"{name}\u202f: durée de {days} jours\u202f; la prescription {what} est limitée à "
            f"{limit} jours.",
            source,
        )
    within = f", dans la limite de {limit} jours" if limit else ""
    plural = "s" if days > 1 else ""
    return Alert(
        Level.OK, Code.DURATION, f"{name}\u202f: durée de {days} jour{plural}{within}.", source
    )


def _dates(facts: Facts) -> list[Alert]:
    if facts.starts_on >= facts.written_on:
        return []
    message = (
        f"Le traitement commence le {facts.starts_on:%d/%m/%Y}, avant la date de l’ordonnance. "
        "Modifiez la date de début."
    )
    return [Alert(Level.REFUSAL, Code.DATES, message)]


def _overlaps(facts: Facts) -> list[Alert]:
    new = facts.narcotic_period
    if new is None:
        return []
    met = rules.overlapped(new, facts.written_on, facts.signed_periods)
    mine = [period for period in met if period.prescriber_id == facts.prescriber_id]
    others = [period for period in met if period.prescriber_id != facts.prescriber_id]
    found = [_own_overlap(max(mine, key=lambda period: period.last), facts)] if mine else []
    if others:
        until = max(period.last for period in others)
        message = (
            "Une ordonnance de stupéfiant d’un autre prescripteur couvre déjà cette période, "
            f"jusqu’au {until:%d/%m/%Y}."
        )
        found.append(Alert(Level.WARNING, Code.OTHER_PRESCRIBER, message, needs_reason=True))
    return found


def _own_overlap(period: rules.Period, facts: Facts) -> Alert:
    full_until = rules.last_day_for_full(facts.written_on)
    said = f"Votre ordonnance en cours couvre jusqu’au {period.last:%d/%m/%Y}\u202f: "
    if not facts.has_mention:
        message = f"{said}la mention expresse de chevauchement est nécessaire."
        return Alert(Level.REFUSAL, Code.MENTION, message, OVERLAP)
    message = (
        f"{said}la mention de chevauchement est portée. Pour être délivrée en entier, "
        f"l’ordonnance doit être présentée au plus tard le {full_until:%d/%m/%Y}."
    )
    return Alert(Level.OK, Code.MENTION, message, OVERLAP)


def _doses(facts: Facts) -> list[Alert]:
    single = [
        alert
        for alert in (_discouraged(facts), _thc_daily(facts), _driving(facts))
        if alert is not None
    ]
    return [*_jumps(facts), *single]


def _has_thc(facts: Facts) -> bool:
    return any(line.contains_thc for line in facts.lines)


def _discouraged(facts: Facts) -> Alert | None:
    thc = [line.name for line in facts.lines if line.contains_thc]
    if not facts.is_thc_discouraged or not thc:
        return None
    message = f"{thc[0]} contient du THC, déconseillé dans cette indication."
    return Alert(
        Level.WARNING, Code.THC_DISCOURAGED, message, "Fiche du programme", needs_reason=True
    )


def _thc_daily(facts: Facts) -> Alert | None:
    threshold = facts.thresholds.get("THC_DAILY_MG")
    if threshold is None or facts.thc_mg_max <= threshold.value:
        return None
    message = (
        f"THC {french_number(facts.thc_mg_max)} mg par jour\u202f: au-dessus du seuil "
        f"d’alerte de {french_number(threshold.value)} mg."
    )
    return Alert(Level.WARNING, Code.THC_DAILY, message, threshold.source, needs_reason=True)


def _jumps(facts: Facts) -> list[Alert]:
    lines = [line.totals for line in facts.lines]
    thc = sum((line.thc_mg_first for line in lines), Decimal(0))
    cbd = sum((line.cbd_mg_first for line in lines), Decimal(0))
    found = [
        _jump("THC", facts.previous_thc_mg, thc, facts),
        _jump("CBD", facts.previous_cbd_mg, cbd, facts),
    ]
    for line in facts.lines:
        before_thc, before_cbd = line.doses_before or (None, None)
        said = f" ({line.name})"
        found += [
            _jump("THC", before_thc, line.totals.thc_mg_first, facts, said),
            _jump("CBD", before_cbd, line.totals.cbd_mg_first, facts, said),
        ]
    return [alert for alert in found if alert is not None]


def _jump(
    name: str, before: Decimal | None, now: Decimal, facts: Facts, said: str = ""
) -> Alert | None:
    """From the last dose of the running prescription to the first one of this one."""
    threshold = facts.thresholds.get("DOSE_JUMP_FACTOR")
    if threshold is None or not before or now <= before * threshold.value:
        return None
    message = (
        f"La dose de {name}{said} passe de {french_number(before)} à {french_number(now)} mg "
        "par jour dès le premier palier."
    )
    return Alert(Level.WARNING, Code.DOSE_JUMP, message, threshold.source, needs_reason=True)


def _driving(facts: Facts) -> Alert | None:
    if not _has_thc(facts):
        return None
    message = "Conduite interdite avec le THC\u202f: informez le patient."
    return Alert(Level.WARNING, Code.DRIVING, message, DRIVING)


# --- What is said of one line ----------------------------------------------------------------


def _of_line(line: LineFacts, facts: Facts) -> list[Alert]:
    told = [_packs(line), _notice(line, facts), _device(line)]
    told += [_interaction(line, one, facts) for one in line.interactions]
    return [alert for alert in told if alert is not None]


def _packs(line: LineFacts) -> Alert | None:
    """Packs chosen by hand against the need that the dosage says."""
    need, held = line.totals.quantity, held_by(dict(line.own_packs))
    if not line.own_packs:
        return None
    said = (
        f"{line.name}\u202f: les conditionnements choisis contiennent {french_number(held)} "
        f"{line.unit}, la posologie en demande {french_number(need)}"
    )
    if missing(need, dict(line.own_packs)):
        return Alert(Level.WARNING, Code.PACKS, f"{said}.", needs_reason=True)
    if has_spare_pack(need, dict(line.own_packs)):
        message = f"{said}\u202f: un conditionnement de moins suffit."
        return Alert(Level.WARNING, Code.PACKS, message, needs_reason=True)
    return Alert(Level.OK, Code.PACKS, f"{said}.")


_NOTICES = {
    SupplyLevel.TENSION: "approvisionnement en tension",
    SupplyLevel.SHORTAGE: "en rupture",
    SupplyLevel.STOPPED: "n’est plus fourni",
}


def _notice(line: LineFacts, facts: Facts) -> Alert | None:
    """A national notice; nobody is blocked: a pharmacy may still hold what is missing elsewhere."""
    notice = line.notice
    if notice is None:
        return None
    said = f"{line.name}\u202f: {_NOTICES[notice.level]}. {notice.message}"
    if notice.substitutes:
        said += f" Peut être remplacé par {' ou '.join(notice.substitutes)}."
    suspended = facts.is_initiation and notice.suspends_initiation
    if suspended:
        said += " Les initiations sont suspendues."
    needs_reason = suspended or notice.level != SupplyLevel.TENSION
    return Alert(Level.WARNING, Code.SUPPLY, said, notice.source, needs_reason)


def _device(line: LineFacts) -> Alert | None:
    if not line.needs_vaporiser:
        return None
    message = (
        f"{line.name}\u202f: uniquement avec le vaporisateur, remis avec la première délivrance."
    )
    return Alert(Level.WARNING, Code.DEVICE, message, DEVICE)


def _interaction(line: LineFacts, one: InteractionFact, facts: Facts) -> Alert:
    """The name that was typed is shown and never kept: it may say anything."""
    what = one.drug_class.lower()
    message = f"{line.name} et {one.drug} ({what})\u202f: {one.advice}."
    kept = f"{line.name} et {what}\u202f: {one.advice}."
    asked = kept not in facts.passed_before
    return Alert(Level.WARNING, Code.INTERACTION, message, one.source, asked, kept)
