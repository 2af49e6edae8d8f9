"""What stands for and against signing, read from the database and judged by the rules."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.enums import Role
from accounts.models import Member, User
from patients.enums import ConsentKind, EnrolmentState
from patients.models import Enrolment
from prescriptions import known, rules, wanted, words
from prescriptions.alerts import Alert, Facts, LineFacts, ThresholdFact, alerts
from prescriptions.dosage import Totals, totals
from prescriptions.enums import AlertCode as Code
from prescriptions.enums import Level
from prescriptions.models import AlertThreshold, Line, Prescription
from prescriptions.models.prescription import PrescriptionQuerySet
from prescriptions.wanted import Wanted, WantedLine
from programmes import openings
from programmes.enums import ParticipationBasis, ProgrammeState, Regime
from programmes.models import Accreditation, Listing, Product, ProductRegime, SupplyRule
from programmes.rules import regime_by_law
from training.entitlement import is_entitled


# mg of THC and of CBD a day.
Doses = tuple[Decimal, Decimal]

# A programme that is closed to inclusions still treats those who are in it.
_TREATING = {ProgrammeState.OPEN, ProgrammeState.CLOSED_TO_INCLUSION}


def verdicts(
    enrolment: Enrolment,
    typed: Wanted,
    *,
    by: Member,
    on: date,
    replaces: Prescription | None = None,
) -> list[Alert]:
    """Everything that would be said if `by` signed this on that day, refusals first."""
    read = facts(enrolment, typed, prescriber_id=by.user_id, on=on, replaces=replaces)
    return [
        *_right(enrolment, by, on, is_initiation=read.is_initiation),
        *_participation(enrolment, on),
        *_products(enrolment, typed, on),
        *alerts(read),
    ]


# --- Facts -----------------------------------------------------------------------------------


def facts(
    enrolment: Enrolment,
    typed: Wanted,
    *,
    prescriber_id: int | str,
    on: date,
    replaces: Prescription | None = None,
) -> Facts:
    last = running(enrolment, replaces=replaces)
    before = _doses_at_end(last)
    return Facts(
        lines=_lines(enrolment, typed, on, last),
        written_on=on,
        starts_on=typed.starts_on,
        prescriber_id=prescriber_id,
        has_mention=typed.has_mention,
        is_thc_discouraged=enrolment.indication.thc_discouraged,
        signed_periods=periods(enrolment, replaces=replaces),
        previous_thc_mg=before[0] if before else None,
        previous_cbd_mg=before[1] if before else None,
        thresholds=thresholds(on),
        is_initiation=is_initiation(enrolment, replaces=replaces),
        passed_before=known.passed_before(enrolment),
    )


def _lines(
    enrolment: Enrolment, typed: Wanted, on: date, last: Prescription | None
) -> list[LineFacts]:
    products = [line.product for line in typed.lines]
    regimes = regimes_of(products, on)
    rule = SupplyRule.objects.ordinary(on)
    notices = known.notices(products, on)
    interactions = known.interactions_of(enrolment, products, on)
    doses = _doses_beside(last, products, on)
    return [
        LineFacts(
            name=line.product.name,
            regime=regimes.get(line.product.pk, Regime.NARCOTIC),
            totals=line.totals,
            contains_thc=line.product.thc_mg_per_unit > 0,
            max_days=rule.max_treatment_days if rule else None,
            rule_source=rule.source if rule else "",
            unit=words.unit_symbol(line.product.unit, line.product.form, words.PLURAL_FROM),
            own_packs=own_sizes(line),
            needs_vaporiser=line.product.needs_vaporiser,
            notice=notices.get(line.product.pk),
            interactions=interactions[line.product.pk],
            doses_before=doses.get(line.product.pk),
        )
        for line in typed.lines
    ]


def most_ordinary_days(on: date) -> int:
    """Days of the longest treatment by an ordinary prescription, by the dated rule of that day."""
    rule = SupplyRule.objects.ordinary(on)
    return rule.max_treatment_days if rule else rules.MAX_LINE_DAYS


def own_sizes(line: WantedLine) -> dict[Decimal, int]:
    """Packs chosen by hand, by size; two packs of one size are added up."""
    sizes: dict[Decimal, int] = {}
    for pack, count in line.own_packs:
        sizes[pack.quantity] = sizes.get(pack.quantity, 0) + count
    return sizes


def thresholds(on: date) -> dict[str, ThresholdFact]:
    """Alert thresholds in force that day, the latest of each kind."""
    rows = AlertThreshold.objects.in_force(on).order_by("valid_from")
    return {row.code: ThresholdFact(row.value, row.source) for row in rows}


def regimes_of(products: Sequence[Product], on: date) -> dict[int, Regime]:
    """The manager's regime of each product that day; absent when none is in force."""
    rows = ProductRegime.objects.in_force(on).filter(product__in=products).order_by("valid_from")
    return {row.product_id: Regime(row.regime) for row in rows}


def mismatches(on: date) -> list[ProductRegime]:
    """Regimes in force that the declared THC contradicts: told to the manager, the row wins."""
    rows = ProductRegime.objects.in_force(on).select_related("product").order_by("pk")
    return [row for row in rows if row.regime != regime_by_law(row.product.thc_percent, on)]


def periods(enrolment: Enrolment, *, replaces: Prescription | None = None) -> list[rules.Period]:
    """Signed narcotic periods of the person, in any programme; the one replaced left out.

    Whoever wrote a paper and has an account since is one prescriber.
    """
    rows = Prescription.objects.covering().filter(patient=enrolment.patient_id)
    account = User.objects.filter(rpps=OuterRef("paper_rpps")).exclude(rpps="").values("pk")
    found = (
        _without(replaces, rows)
        .order_by("pk")
        .annotate(who=Coalesce("prescriber_id", Subquery(account[:1])))
        .values_list("starts_on", "narcotic_ends_on", "who", "paper_rpps")
    )
    return [rules.Period(first, last, who or rpps) for first, last, who, rpps in found]


def _without(replaces: Prescription | None, rows: PrescriptionQuerySet) -> PrescriptionQuerySet:
    """What gives way to the signature counts for nothing; dispensed meanwhile, it stays."""
    if replaces is None or replaces.first_dispensed_at is not None:
        return rows
    return rows.exclude(pk=replaces.pk)


def running(enrolment: Enrolment, *, replaces: Prescription | None = None) -> Prescription | None:
    """The signed prescription that ends last; it may be over."""
    signed = _without(replaces, Prescription.objects.signed().filter(enrolment=enrolment))
    return signed.order_by("-ends_on", "-pk").first()


def _doses_at_end(last: Prescription | None) -> Doses | None:
    """mg of THC and CBD a day at the end of a prescription; None before the first."""
    return _summed(line.totals for line in wanted.of(last).lines) if last else None


def _summed(found: Iterable[Totals]) -> Doses:
    lines = list(found)
    return (
        sum((one.thc_mg_last for one in lines), Decimal(0)),
        sum((one.cbd_mg_last for one in lines), Decimal(0)),
    )


def _doses_beside(
    last: Prescription | None, products: Sequence[Product], on: date
) -> dict[int, Doses]:
    """The same of medicines that another prescription than the last to end held until lately:
    a narcotic renewed beside a long ordinary treatment."""
    if last is None:
        return {}
    lately = on - timedelta(days=rules.MAX_NARCOTIC_DAYS)
    lines = (
        Line.objects.filter(
            prescription__in=Prescription.objects.signed().filter(
                enrolment=last.enrolment_id, ends_on__gte=lately
            ),
            product__in=products,
        )
        .exclude(product__in=last.lines.values("product"))
        .prefetch_related("steps")
        .order_by("prescription__ends_on", "prescription")
    )
    return {line.product_id: _summed([_totals(line)]) for line in lines}


def _totals(line: Line) -> Totals:
    steps = sorted(line.steps.all(), key=lambda step: step.position)
    return totals(
        [step.as_step for step in steps],
        thc_mg_per_unit=line.thc_mg_per_unit,
        cbd_mg_per_unit=line.cbd_mg_per_unit,
    )


def last_doses_of(enrolment: Enrolment, product: Product) -> tuple[Decimal, Decimal]:
    """mg of THC and CBD a day that this medicine gave at the end of its last prescription."""
    rows = Prescription.objects.signed().filter(enrolment=enrolment, lines__product=product)
    last = rows.order_by("-ends_on", "-pk").first()
    lines = wanted.of(last).lines if last else ()
    return _summed(line.totals for line in lines if line.product == product)


def is_initiation(enrolment: Enrolment, *, replaces: Prescription | None = None) -> bool:
    """Whether the next signature is the first prescription of the enrolment."""
    signed = Prescription.objects.signed().filter(enrolment=enrolment)
    return not _without(replaces, signed).exists()


def following(enrolment: Enrolment) -> QuerySet[Member]:
    """The doctor who included, while still there; else each reference doctor of the site."""
    doctors = Member.objects.open().filter(role=Role.REFERENCE_DOCTOR, site=enrolment.site_id)
    told = doctors.filter(pk=enrolment.included_by_id) or doctors
    return told.select_related("user")


# --- Refusals --------------------------------------------------------------------------------


def _refusal(code: Code, message: str) -> list[Alert]:
    return [Alert(Level.REFUSAL, code, message)] if message else []


def _right(enrolment: Enrolment, by: Member, on: date, *, is_initiation: bool) -> list[Alert]:
    listings = Listing.objects.in_force(on).filter(
        site=enrolment.site_id, indication=enrolment.indication_id
    )
    accreditations = Accreditation.objects.in_force(on).of(by)
    prescriber = rules.Prescriber(
        role=by.role,
        is_entitled=is_entitled(by.user, enrolment.programme, on),
        is_accredited=accreditations.filter(programme=enrolment.programme_id).exists(),
        follows_patient=_follows(enrolment, by),
        is_listed=listings.exists(),
    )
    refusal = rules.refusal_to_sign(prescriber, is_initiation=is_initiation)
    return _refusal(Code.RIGHT, refusal)


def _follows(enrolment: Enrolment, by: Member) -> bool:
    if by.role == Role.REFERENCE_DOCTOR:
        return bool(by.site_id == enrolment.site_id)
    return bool(by.stands_for_id == enrolment.relay_doctor_id)


def _participation(enrolment: Enrolment, on: date) -> list[Alert]:
    programme = enrolment.programme
    if not enrolment.is_live:
        message = "Ce patient n’est plus suivi dans le programme\u202f: rien ne peut être prescrit."
    elif programme.state not in _TREATING or (programme.ends_on and on > programme.ends_on):
        message = f"{programme.short_name}\u202f: le programme ne permet pas de prescrire ce jour."
    elif _weaning_only(enrolment, on):
        message = (
            "La phase de transition est terminée\u202f: seul un sevrage se prescrit encore. "
            "Enregistrez d’abord la sortie, avec un sevrage progressif."
        )
    elif not _consents(enrolment, on):
        message = "Le consentement à la participation n’est pas donné à la date du jour."
    else:
        message = ""
    return _refusal(Code.ENROLMENT, message)


def _weaning_only(enrolment: Enrolment, on: date) -> bool:
    """Three months after the opinion of the HAS, tapering is all that goes on."""
    transition = openings.transition(enrolment.programme)
    over = transition is not None and transition.is_over(on)
    return over and enrolment.state != EnrolmentState.WEANING


def _consents(enrolment: Enrolment, on: date) -> bool:
    """A weaning goes on after the consent was withdrawn: a treatment never stops abruptly."""
    if enrolment.state == EnrolmentState.WEANING:
        return True
    if enrolment.programme.participation_basis != ParticipationBasis.CONSENT:
        return True
    consents = enrolment.consents.standing(on)
    return bool(consents.filter(kind=ConsentKind.PARTICIPATION).exists())


def _products(enrolment: Enrolment, typed: Wanted, on: date) -> list[Alert]:
    products = [line.product for line in typed.lines]
    available = set(
        available_products(enrolment, on)
        .filter(pk__in=[product.pk for product in products])
        .values_list("pk", flat=True)
    )
    regimes = regimes_of(products, on)
    found: list[Alert] = []
    for product in products:
        if product.pk not in available:
            found += _refusal(
                Code.PRODUCT,
                f"{product.name} n’est pas disponible pour cette indication à la date du jour.",
            )
        elif product.pk not in regimes:
            found += _refusal(
                Code.PRODUCT, f"Le régime de {product.name} n’est pas défini à la date du jour."
            )
    return found + _sold(typed, on)


def _sold(typed: Wanted, on: date) -> list[Alert]:
    """Packs chosen by hand that are no longer sold that day."""
    return [
        Alert(
            Level.REFUSAL,
            Code.PACKS,
            f"{line.product.name}\u202f: le conditionnement «\u202f{pack.label}\u202f» n’est plus "
            "disponible à la date du jour.",
        )
        for line in typed.lines
        for pack, _ in line.own_packs
        if pack.valid_from > on or (pack.valid_to is not None and pack.valid_to < on)
    ]


def available_products(enrolment: Enrolment, on: date) -> QuerySet[Product]:
    """Products of the programme open to the indication that day."""
    return Product.objects.available(enrolment.programme, on).filter(
        indications=enrolment.indication_id
    )
