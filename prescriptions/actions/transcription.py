"""A paper without a code: the certificate opens the patient, the paper is copied. ADR 0047."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import Member
from core import audit, codes, once, scans
from core.documents import store
from patients.actions import mark_treated
from patients.documents import KIND as CERTIFICATE
from patients.models import Enrolment
from prescriptions import checks, mail, prescribers, rules, wanted
from prescriptions.actions.drafts import CannotDraft, write
from prescriptions.actions.locks import lock_enrolment, lock_prescription
from prescriptions.actions.presentation import (
    CannotPresent,
    born_on,
    count_try,
    forgive_try,
    open_to,
)
from prescriptions.actions.signature import CannotVoid, tell_above, write_void
from prescriptions.enums import PaperFlag, VoidReason
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import CertificateOpening, Prescription
from prescriptions.wanted import Wanted
from programmes.models import Programme


KIND = "prescription_paper"
NO_CERTIFICATE = (
    "Aucune attestation ne correspond à ce code et à cette date de naissance. Vérifiez les deux."
)


class CannotTranscribe(Exception):
    """The message is in French and may be shown beside the field it names ("" for none)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Paper:
    """What the paper says beside its lines. `scan`: as it was sent."""

    written_on: date
    rpps: str
    prescriber_name: str
    scan: bytes
    # Not the one of the same prescriber and day that is already recorded.
    is_another: bool = False


# --- Found -----------------------------------------------------------------------------------


def open_by_certificate(
    code: str, *, birth_date: date, by: Member, at: datetime
) -> CertificateOpening:
    """Open a patient to a pharmacist, for a shift, by the code of the certificate and the birth
    date: enough to transcribe a paper. One answer for everything that is wrong.

    :raises CannotPresent: no such certificate for them, or too many tries
    """
    count_try(by, at)
    enrolment = _certified(code, by)
    if enrolment is None or not born_on(enrolment.patient, birth_date):
        audit.record("presentation.refused", by=by)
        raise CannotPresent(NO_CERTIFICATE)
    with audit.acting("certificate.presented", by=by):
        until = at + timedelta(hours=rules.PRESENTATION_HOURS)
        opening = CertificateOpening.objects.create(
            member=by, enrolment=enrolment, at=at, until=until
        )
        subject = str(enrolment.public_id)
        audit.record("certificate.presented", enrolment, by=by, subject=subject)
    forgive_try(by)
    return opening


def _certified(code: str, by: Member) -> Enrolment | None:
    found = codes.find(code)
    if by.role != Role.PHARMACIST or found is None or found.kind != CERTIFICATE:
        return None
    theirs = Enrolment.objects.filter(programme__in=Programme.objects.visible_to(by))
    return theirs.filter(pk=found.target_id).select_related("patient__identity").first()


# --- Copied ----------------------------------------------------------------------------------


def transcribe(
    enrolment: Enrolment, typed: Wanted, *, paper: Paper, by: Member, at: datetime, key: str
) -> Prescription:
    """Copy a paper into the registry, signed by its prescriber on its own day, and open it.

    From then on it is dispensed as any other: same days, same fractions, same register.

    :raises CannotTranscribe: a day that cannot be, a duration the law forbids, or copied already
    :raises core.scans.BadScan: the file is not a paper that may be kept
    :raises core.once.AnotherBody: the key was used for other content
    """
    body = {
        "enrolment": str(enrolment.public_id),
        "content": wanted.content(typed),
        "paper": f"{paper.written_on} {paper.rpps} {hashlib.sha256(paper.scan).hexdigest()}",
    }
    # Read before the locks: a process of its own takes a while.
    scan = scans.read(paper.scan)
    with audit.acting("prescription.transcribed", by=by):
        before = once.guard(by=by, key=key, action="prescription.transcribed", body=body)
        if before is not None:
            return Prescription.objects.get(public_id=before)
        copied = _copy(lock_enrolment(enrolment.pk), typed, paper, by=by, at=at)
        _keep(copied, paper, scan.content, at=at)
        open_to(copied, by=by, at=at)
        _tell_doctors(copied, at=at)
        tell_above(copied, by=by, at=at)
        _journal("prescription.transcribed", copied, by)
        once.done(by=by, key=key, target=copied.public_id)
    return copied


def _copy(
    enrolment: Enrolment, typed: Wanted, paper: Paper, *, by: Member, at: datetime
) -> Prescription:
    """A draft with its lines, that nobody sees before it is signed below."""
    _check(enrolment, typed, paper, by.site.local_day(at))
    user = prescribers.account(paper.rpps)
    copied = Prescription(
        enrolment=enrolment,
        patient=enrolment.patient,
        prescriber=user,
        author=by,
        created_at=at,
        is_transcribed=True,
        paper_rpps="" if user else paper.rpps,
        paper_prescriber="" if user else paper.prescriber_name,
        is_initiation=checks.is_initiation(enrolment),
    )
    try:
        write(copied, typed, paper.written_on)
    except CannotDraft as error:
        raise CannotTranscribe(str(error)) from error
    return copied


def _check(enrolment: Enrolment, typed: Wanted, paper: Paper, today: date) -> None:
    if not enrolment.included_on <= paper.written_on <= today:
        raise CannotTranscribe(
            "L’ordonnance est datée entre l’inclusion du patient et aujourd’hui.", "written_on"
        )
    if typed.starts_on < paper.written_on:
        raise CannotTranscribe("Le traitement ne commence pas avant la date de l’ordonnance.")
    before = of_same_paper(enrolment, paper).first()
    if before is not None and not paper.is_another:
        where = f"transcrite par {before.author.site}" if before.is_transcribed else "déjà là"
        if before.status == Status.VOIDED:
            where += ", puis annulée"
        raise CannotTranscribe(
            f"Une ordonnance de ce prescripteur, de ce jour, est au registre ({where}). Ouvrez-la "
            "plutôt, ou cochez que celle-ci en est une autre.",
            "is_another",
        )


def of_same_paper(enrolment: Enrolment, paper: Paper) -> QuerySet[Prescription]:
    """What the same prescriber wrote that day for the patient, voided ones included."""
    theirs = Q(prescriber__rpps=paper.rpps) | Q(paper_rpps=paper.rpps)
    written = Prescription.objects.filter(theirs, enrolment=enrolment, signed_on=paper.written_on)
    return written.select_related("author__site").order_by("pk")


def _keep(copied: Prescription, paper: Paper, scan: bytes, *, at: datetime) -> None:
    """Sign it, as it was on its day, with what it shows and its scan."""
    enrolment = copied.enrolment
    copied.paper_flags = [str(flag) for flag in _flags(copied, paper)]
    copied.document = store(
        kind=KIND, key_id=enrolment.key_id, content=scan, enrolment_id=enrolment.pk, at=at
    )
    copied.status, copied.signed_on, copied.signed_at = Status.SIGNED, paper.written_on, at
    copied.save()
    copied.refresh_from_db()
    mark_treated(enrolment, on=paper.written_on)


def _flags(copied: Prescription, paper: Paper) -> list[PaperFlag]:
    enrolment, user, period = copied.enrolment, copied.prescriber, None
    if copied.narcotic_days is not None:
        last = rules.last_day(copied.starts_on, copied.narcotic_days)
        period = rules.Period(copied.starts_on, last, copied.prescriber_key)
    facts = rules.PaperFacts(
        written_on=paper.written_on,
        period=period,
        signed=checks.periods(enrolment),
        has_mention=copied.has_overlap_mention,
        is_known=user is not None,
        is_entitled=prescribers.is_trained(user, enrolment, paper.written_on),
        is_initiation=copied.is_initiation,
        is_of_structure=prescribers.is_of_structure(user, enrolment),
    )
    return rules.paper_flags(facts)


def _tell_doctors(copied: Prescription, *, at: datetime) -> None:
    """Whoever follows the patient reads it: the doctor who included, else those of the site."""
    for doctor in checks.following(copied.enrolment):
        mail.transcribed(copied, doctor, at=at)


def _journal(action: str, copied: Prescription, by: Member) -> None:
    subject = str(copied.enrolment.public_id)
    audit.record(action, copied, by=by, subject=subject, flags=copied.paper_flags)


# --- Copied wrongly --------------------------------------------------------------------------


def void_transcription(prescription: Prescription, *, by: Member, at: datetime) -> None:
    """Void a paper copied wrongly, from which nothing left: it is then copied again.

    :raises CannotVoid: no transcription of this pharmacy, dispensed, or voided already
    """
    with audit.acting("prescription.voided", by=by, reason=VoidReason.TYPING_ERROR):
        locked = lock_prescription(prescription)
        if not locked.is_transcribed or locked.author.site_id != by.site_id:
            raise CannotVoid("Seule la pharmacie qui a transcrit ce papier peut l’annuler.")
        if locked.first_dispensed_at is not None:
            raise CannotVoid("Ce papier a déjà été délivré\u202f: il ne s’annule plus.")
        if locked.status != Status.SIGNED:
            raise CannotVoid("Cette transcription est déjà annulée.")
        write_void(locked, VoidReason.TYPING_ERROR, by=by, at=at)
        tell_above(locked, by=by, at=at)
