from contextlib import suppress
from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import Member
from core import audit, codes, once
from core.db import violated_constraint
from core.documents import store
from core.pdf import PdfUnavailable
from patients.actions import mark_treated
from prescriptions import checks, documents, mail, rules, texts, wanted
from prescriptions.actions import hooks
from prescriptions.actions.drafts import rewrite_lines
from prescriptions.actions.locks import lock_prescription
from prescriptions.alerts import Alert, refusals, to_justify
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.enums import VoidReason
from prescriptions.models import Line, PassedAlert, Prescription
from prescriptions.wanted import Wanted


class CannotSign(Exception):
    """The message is in French and may be shown to the prescriber."""


class CannotVoid(Exception):
    """The message is in French and may be shown to the prescriber."""


OVERLAP = (
    "Une ordonnance signée couvre déjà cette période\u202f: la mention expresse de chevauchement "
    "est nécessaire."
)


def sign(
    prescription: Prescription, *, by: Member, at: datetime, key: str, shown: str, reason: str = ""
) -> Prescription:
    """Sign a draft: from then on nothing of it changes.

    :param key: of the form; the same key twice signs once
    :param shown: fingerprint of what the prescriber read (`fingerprint`)
    :param reason: why the alerts that ask for one are passed
    The row returned holds the code of its document, to be said once, when this call printed it.

    :raises CannotSign: what the law or the programme refuses, or an alert without a reason
    :raises core.once.AnotherBody: the form was already recorded with other content
    """
    body = {"prescription": str(prescription.public_id), "content": shown, "reason": reason}
    code = ""
    try:
        with audit.acting("prescription.signed", by=by, reason=reason and "alerts passed"):
            if once.guard(by=by, key=key, action="prescription.signed", body=body) is None:
                code = _sign(prescription, by=by, at=at, shown=shown, reason=reason)
                once.done(by=by, key=key, target=prescription.public_id)
    except IntegrityError as error:
        if violated_constraint(error) != "prescriptions_no_silent_overlap":
            raise
        raise CannotSign(OVERLAP) from error
    signed = Prescription.objects.get(pk=prescription.pk)
    signed.printed_code = code
    return signed


def fingerprint(typed: Wanted) -> str:
    """Of the content on the page: another tab may have changed the draft since."""
    return codes.fingerprint(wanted.content(typed))


def _sign(prescription: Prescription, *, by: Member, at: datetime, shown: str, reason: str) -> str:
    locked = lock_prescription(prescription)
    on, typed = by.site.local_day(at), wanted.of(locked)
    if not rules.can_move(Status(locked.status), Status.SIGNED):
        raise CannotSign("Cette ordonnance n’est plus un brouillon.")
    if locked.prescriber_id != by.user_id:
        raise CannotSign("Seul le prescripteur signe son ordonnance.")
    if fingerprint(typed) != shown:
        raise CannotSign(
            "L’ordonnance a été modifiée depuis l’ouverture de cette page. Relisez-la, puis signez."
        )
    found = checks.verdicts(locked.enrolment, typed, by=by, on=on, replaces=locked.replaces)
    _accept(found, reason)
    _void_replaced(locked, by=by, at=at)
    locked.is_initiation = checks.is_initiation(locked.enrolment)
    rewrite_lines(locked, typed, on)
    _keep_alerts(locked, found, reason)
    locked.author, locked.status, locked.signed_at, locked.signed_on = by, Status.SIGNED, at, on
    locked.save()
    mark_treated(locked.enrolment, on=on)
    tell_above(locked, by=by, at=at)
    code = _try_to_print(locked, at=at)
    _tell_managers(locked, on, at=at)
    _tell_reference(locked, by=by, at=at)
    subject = str(locked.enrolment.public_id)
    audit.record("prescription.signed", locked, by=by, subject=subject, content=shown)
    return code


def _accept(found: list[Alert], reason: str) -> None:
    if stop := refusals(found):
        raise CannotSign(stop[0].message)
    if to_justify(found) and not reason.strip():
        raise CannotSign("Indiquez pourquoi vous passez outre aux alertes.")


def _keep_alerts(prescription: Prescription, found: list[Alert], reason: str) -> None:
    passed = to_justify(found)
    PassedAlert.objects.bulk_create(
        PassedAlert(
            prescription=prescription,
            code=alert.code,
            message=alert.kept or alert.message,
            source=alert.source,
        )
        for alert in passed
    )
    prescription.reason_sealed = texts.seal(prescription, "reason", reason if passed else "")


def _void_replaced(prescription: Prescription, *, by: Member, at: datetime) -> None:
    """The replaced one gives way; dispensed meanwhile, it stays and its period counts."""
    if prescription.replaces_id is None:
        return
    old = Prescription.objects.select_for_update(of=("self",)).get(pk=prescription.replaces_id)
    if old.status == Status.SIGNED and old.first_dispensed_at is None:
        write_void(old, VoidReason.REPLACED, by=by, at=at)


def _tell_managers(prescription: Prescription, on: date, *, at: datetime) -> None:
    """A regime that the declared THC contradicts: one mail a manager, and the row wins."""
    products = prescription.lines.values_list("product_id", flat=True)
    wrong = [row for row in checks.mismatches(on) if row.product_id in set(products)]
    if not wrong:
        return
    managers = Member.objects.open().filter(role=Role.MANAGER).select_related("user")
    for row in wrong:
        for manager in managers:
            mail.regime_mismatch(row, manager, at=at)


def _tell_reference(prescription: Prescription, *, by: Member, at: datetime) -> None:
    """A relay doctor adds THC for the first time: whoever follows is told, not asked."""
    if by.role != Role.RELAY_DOCTOR or not _is_first_thc(prescription):
        return
    for doctor in checks.following(prescription.enrolment):
        mail.first_thc(prescription, doctor, at=at)


def _is_first_thc(prescription: Prescription) -> bool:
    thc = Line.objects.filter(
        prescription__enrolment=prescription.enrolment_id,
        prescription__status=Status.SIGNED,
        thc_mg_per_unit__gt=0,
    )
    here = thc.filter(prescription=prescription.pk)
    return here.exists() and not thc.exclude(prescription=prescription.pk).exists()


# --- Document --------------------------------------------------------------------------------


def print_document(prescription: Prescription, *, by: Member, at: datetime) -> None:
    """Make the document of a signed prescription that has none yet.

    :raises core.pdf.PdfUnavailable: the server misses a library
    """
    with audit.acting("prescription.printed", by=by):
        locked = lock_prescription(prescription)
        if locked.status != Status.SIGNED or locked.document_id is not None:
            return
        _print(locked, at=at)
        subject = str(locked.enrolment.public_id)
        audit.record("prescription.printed", locked, by=by, subject=subject)


def _try_to_print(prescription: Prescription, *, at: datetime) -> str:
    """Without Pango a prescription is signed all the same, and printed later: no code then."""
    with suppress(PdfUnavailable), transaction.atomic():
        return _print(prescription, at=at)
    return ""


def _print(prescription: Prescription, *, at: datetime) -> str:
    """Make and store the document; return the short code that it bears."""
    assert prescription.signed_on is not None  # noqa: S101 - a check constraint says it
    text = wanted.content(wanted.of(prescription)) + str(prescription.public_id)
    code = codes.issue(
        documents.KIND,
        prescription._meta.label,
        prescription.pk,
        prescription.signed_on,
        content=text,
    )
    enrolment = prescription.enrolment
    document = store(
        kind=documents.KIND,
        key_id=enrolment.key_id,
        content=documents.pdf(prescription, code),
        enrolment_id=enrolment.pk,
        at=at,
    )
    codes.attach(code.record, bytes(document.sha256))
    prescription.document = document
    prescription.save(update_fields=["document"])
    return code.short


# --- Voiding ---------------------------------------------------------------------------------


def void(prescription: Prescription, *, reason: VoidReason, by: Member, at: datetime) -> None:
    """Void a draft or a signed prescription from which nothing was supplied.

    :raises CannotVoid: it was dispensed, voided already, or is another prescriber's
    """
    with audit.acting("prescription.voided", by=by, reason=reason):
        locked = lock_prescription(prescription)
        if locked.prescriber_id != by.user_id:
            raise CannotVoid("Seul le prescripteur annule son ordonnance.")
        if locked.first_dispensed_at is not None:
            raise CannotVoid(
                "Cette ordonnance a déjà été délivrée\u202f: elle ne peut plus être annulée."
            )
        if not rules.can_move(Status(locked.status), Status.VOIDED):
            raise CannotVoid("Cette ordonnance est déjà annulée.")
        write_void(locked, reason, by=by, at=at)
        tell_above(locked, by=by, at=at)


def tell_above(prescription: Prescription, *, by: Member, at: datetime) -> None:
    """Whoever plans after a prescription looks again: called by each act that signs or voids."""
    for hook in hooks.ON_CHANGED:
        hook(prescription.enrolment, by, at)


def write_void(prescription: Prescription, reason: VoidReason, *, by: Member, at: datetime) -> None:
    prescription.status, prescription.voided_at = Status.VOIDED, at
    prescription.void_reason = reason
    prescription.save(update_fields=["status", "voided_at", "void_reason"])
    subject = str(prescription.enrolment.public_id)
    audit.record("prescription.voided", prescription, by=by, subject=subject, reason=reason)
