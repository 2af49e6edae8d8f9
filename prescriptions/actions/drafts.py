from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import Member
from core import audit, once
from patients.models import Enrolment
from prescriptions import checks, rules, running, texts, wanted
from prescriptions.actions.locks import lock_enrolment, lock_prescription
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import DoseStep, Line, LinePack, Prescription
from prescriptions.wanted import Wanted, WantedLine
from programmes.enums import Regime
from programmes.models import Accreditation, Pack


class CannotDraft(Exception):
    """The message is in French and may be shown to the prescriber."""


def draft(
    enrolment: Enrolment,
    typed: Wanted,
    *,
    by: Member,
    at: datetime,
    key: str,
    replaces: Prescription | None = None,
) -> Prescription:
    """Start a prescription; it binds nobody until it is signed. The same key twice is one draft.

    :raises CannotDraft: no line, or a duration that no signature could accept
    :raises core.once.AnotherBody: the key was used for other content
    """
    started = Prescription(enrolment=enrolment, prescriber=by.user, replaces=replaces)
    return _start("prescription.drafted", started, typed, by=by, at=at, key=key)


def prepare(
    enrolment: Enrolment, typed: Wanted, *, doctor: Member, by: Member, at: datetime, key: str
) -> Prescription:
    """Start a prescription that this doctor, and nobody else, may sign; both stay named.

    :raises CannotDraft: the doctor does not follow this patient, or as `draft`
    """
    if not signatories(enrolment, by.site.local_day(at)).filter(pk=doctor.pk).exists():
        raise CannotDraft("Ce médecin ne peut pas signer pour ce patient.")
    started = Prescription(enrolment=enrolment, prescriber=doctor.user, prepared_by=by)
    return _start("prescription.prepared", started, typed, by=by, at=at, key=key)


def signatories(enrolment: Enrolment, on: date) -> QuerySet[Member]:
    """Reference doctors of the patient's site, accredited that day for the programme."""
    accredited = Accreditation.objects.in_force(on).filter(programme=enrolment.programme_id)
    doctors = Member.objects.open().filter(site=enrolment.site_id, role=Role.REFERENCE_DOCTOR)
    theirs = accredited.values("member")
    found = doctors.filter(Q(pk__in=theirs) | Q(replaces__in=theirs))
    return found.select_related("user").order_by("user__last_name", "pk")


def _start(
    action: str,
    prescription: Prescription,
    typed: Wanted,
    *,
    by: Member,
    at: datetime,
    key: str,
) -> Prescription:
    enrolment = prescription.enrolment
    body = {"enrolment": str(enrolment.public_id), "content": wanted.content(typed)}
    if prescription.prepared_by is not None:
        body["prescriber"] = str(prescription.answering.public_id)
    with audit.acting(action, by=by):
        before = once.guard(by=by, key=key, action=action, body=body)
        if before is not None:
            return Prescription.objects.get(public_id=before)
        locked = lock_enrolment(enrolment.pk)
        prescription.enrolment, prescription.patient = locked, locked.patient
        prescription.author, prescription.created_at = by, at
        write(prescription, typed, by.site.local_day(at))
        _record(action, prescription, by=by)
        once.done(by=by, key=key, target=prescription.public_id)
    return prescription


def change_draft(prescription: Prescription, typed: Wanted, *, by: Member, at: datetime) -> None:
    """Write a draft over.

    :raises CannotDraft: it is no longer a draft, or a duration no signature could accept
    """
    with audit.acting("prescription.changed", by=by):
        locked = _locked_draft(prescription)
        write(locked, typed, by.site.local_day(at))
        _record("prescription.changed", locked, by=by)


def renew(prescription: Prescription, *, by: Member, at: datetime, key: str) -> Prescription:
    """Start a draft with the same lines, from the day after the first of its medicines ends.

    :raises CannotDraft: a duration no signature could accept any more
    """
    typed, today = wanted.of(prescription), by.site.local_day(at)
    medicines = [line.product for line in typed.lines]
    starts_on = running.day_after(prescription.enrolment, medicines, today)
    same = wanted.again(typed, starts_on=starts_on)
    return draft(prescription.enrolment, same, by=by, at=at, key=key)


def adapt(prescription: Prescription, *, by: Member, at: datetime, key: str) -> Prescription:
    """Start a draft with the same lines, from today: a dose to change while the treatment runs.

    Dispensed or not, what is signed stays. Inside a covered period the draft will need the
    express mention, as an early renewal does.

    :raises CannotDraft: a duration no signature could accept any more
    """
    same = wanted.again(wanted.of(prescription), starts_on=by.site.local_day(at))
    return draft(prescription.enrolment, same, by=by, at=at, key=key)


def replace(prescription: Prescription, *, by: Member, at: datetime, key: str) -> Prescription:
    """Start a draft that voids this prescription when it is signed.

    :raises CannotDraft: something was already supplied: only an overlapping one is possible
    """
    if prescription.first_dispensed_at is not None or prescription.status != Status.SIGNED:
        raise CannotDraft(
            "Cette ordonnance ne peut plus être remplacée\u202f: prescrivez-en une nouvelle."
        )
    typed = wanted.of(prescription)
    same = Wanted(
        lines=typed.lines,
        starts_on=max(prescription.starts_on, by.site.local_day(at)),
        fraction_days=typed.fraction_days,
        has_mention=typed.has_mention,
        note=typed.note,
    )
    return draft(prescription.enrolment, same, by=by, at=at, key=key, replaces=prescription)


def accept_mention(prescription: Prescription, *, by: Member) -> None:
    """Write the express mention of overlap on a draft.

    :raises CannotDraft: it is no longer a draft
    """
    with audit.acting("prescription.mention_accepted", by=by):
        locked = _locked_draft(prescription)
        locked.has_overlap_mention = True
        locked.save(update_fields=["has_overlap_mention"])
        _record("prescription.mention_accepted", locked, by=by)


def _locked_draft(prescription: Prescription) -> Prescription:
    locked = lock_prescription(prescription)
    if locked.status != Status.DRAFT:
        raise CannotDraft("Cette ordonnance n’est plus un brouillon\u202f: rien n’a été changé.")
    return locked


def _record(action: str, prescription: Prescription, *, by: Member) -> None:
    audit.record(action, prescription, by=by, subject=str(prescription.enrolment.public_id))


# --- Rows ------------------------------------------------------------------------------------


def narcotic_days(typed: Wanted, regimes: dict[int, Regime]) -> int | None:
    """Days of the longest narcotic line. Without a known regime a line counts as narcotic."""
    days = [
        line.totals.days
        for line in typed.lines
        if regimes.get(line.product.pk, Regime.NARCOTIC) == Regime.NARCOTIC
    ]
    return max(days) if days else None


def write(prescription: Prescription, typed: Wanted, on: date) -> None:
    """Write the draft whole, with what is true of its products that day.

    :raises CannotDraft: no line, or a duration no signature could accept
    """
    if not typed.lines:
        raise CannotDraft("Une ordonnance porte au moins un médicament.")
    regimes = checks.regimes_of([line.product for line in typed.lines], on)
    narcotic = narcotic_days(typed, regimes)
    if narcotic is not None and narcotic > rules.MAX_NARCOTIC_DAYS:
        raise CannotDraft(
            f"Durée de {narcotic} jours\u202f: la prescription d’un stupéfiant est limitée à "
            f"{rules.MAX_NARCOTIC_DAYS} jours."
        )
    if typed.days > rules.MAX_LINE_DAYS:
        raise CannotDraft(f"Durée de {typed.days} jours\u202f: un an au plus.")
    _fill(prescription, typed, narcotic)
    prescription.save()
    if prescription.lines.exists():
        _remove_lines(prescription)
    _write_lines(prescription, typed, regimes, on)


def _fill(prescription: Prescription, typed: Wanted, narcotic: int | None) -> None:
    is_split = bool(narcotic and typed.fraction_days and typed.fraction_days < narcotic)
    prescription.starts_on = typed.starts_on
    prescription.duration_days = typed.days
    prescription.narcotic_days = narcotic
    prescription.has_overlap_mention = typed.has_mention and narcotic is not None
    prescription.is_single_supply = not is_split
    prescription.fraction_days = typed.fraction_days if is_split else None
    prescription.note_sealed = texts.seal(prescription, "note", typed.note)


def _remove_lines(prescription: Prescription) -> None:
    LinePack.objects.filter(line__prescription=prescription).delete()
    DoseStep.objects.filter(line__prescription=prescription).delete()
    prescription.lines.all().delete()


def _write_lines(
    prescription: Prescription, typed: Wanted, regimes: dict[int, Regime], on: date
) -> None:
    lines = Line.objects.bulk_create(
        _line(prescription, position, line, regimes.get(line.product.pk, Regime.NARCOTIC))
        for position, line in enumerate(typed.lines, start=1)
    )
    sold = packs_in_force([line.product_id for line in lines], on)
    pairs = list(zip(lines, typed.lines, strict=True))
    DoseStep.objects.bulk_create(step for line, want in pairs for step in _steps(line, want))
    LinePack.objects.bulk_create(
        LinePack(line=line, pack=pack, count=count)
        for line, want in pairs
        for pack, count in _packs(line, want, sold.get(line.product_id, []))
    )


def _packs(line: Line, want: WantedLine, sold: list[Pack]) -> Iterable[tuple[Pack, int]]:
    """Those chosen by hand, else the mix that holds the quantity."""
    return want.own_packs or wanted.packs_for(line.quantity, sold)


def packs_in_force(products: Iterable[int], on: date) -> dict[int, list[Pack]]:
    """Packs of each product that may be prescribed that day."""
    found: dict[int, list[Pack]] = {}
    rows = Pack.objects.filter(product__in=list(products), valid_from__lte=on).order_by("pk")
    for pack in rows:
        if pack.valid_to is None or pack.valid_to >= on:
            found.setdefault(pack.product_id, []).append(pack)
    return found


def _line(prescription: Prescription, position: int, want: WantedLine, regime: Regime) -> Line:
    product, sums, switch = want.product, want.totals, want.switch
    return Line(
        prescription=prescription,
        position=position,
        product=product,
        product_name=product.name,
        form=product.form,
        unit=product.unit,
        regime=regime,
        thc_mg_per_unit=product.thc_mg_per_unit,
        cbd_mg_per_unit=product.cbd_mg_per_unit,
        thc_percent=product.thc_percent,
        days=sums.days,
        quantity=sums.quantity,
        has_own_packs=bool(want.own_packs),
        replaces_product=switch.product if switch else None,
        replace_reason=switch.reason if switch else "",
        replaced_thc_mg=switch.thc_mg if switch else None,
        replaced_cbd_mg=switch.cbd_mg if switch else None,
        instructions_sealed=texts.seal(prescription, f"line {position}", want.instructions),
    )


def _steps(line: Line, want: WantedLine) -> Iterable[DoseStep]:
    return (
        DoseStep(
            line=line,
            position=position,
            dose=step.dose,
            intakes_per_day=step.intakes_per_day,
            days=step.days,
            as_needed=step.as_needed,
        )
        for position, step in enumerate(want.steps, start=1)
    )


def rewrite_lines(prescription: Prescription, typed: Wanted, on: date) -> None:
    """Freeze the lines with what is true of their products that day."""
    regimes = checks.regimes_of([line.product for line in typed.lines], on)
    _fill(prescription, typed, narcotic_days(typed, regimes))
    _remove_lines(prescription)
    _write_lines(prescription, typed, regimes, on)
