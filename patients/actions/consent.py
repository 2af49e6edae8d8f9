"""Consents: the first ones, those signed again, their proofs, their withdrawal."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Member
from core import audit, scans
from core import documents as store
from core.documents import Document
from core.keys import DataKey
from core.pdf import PdfUnavailable
from patients import consent_sheet, identity, representatives, rules, texts
from patients.actions.exit import CannotEnd, end
from patients.actions.locks import lock_enrolment
from patients.actions.nir import erase_nir
from patients.consent_sheet import Sheet
from patients.consents import Given, Withdrawal
from patients.enums import Channel, ConsentKind, EndReason, EnrolmentState, ProofOrigin
from patients.identity import Person
from patients.inclusion import Information
from patients.models import Consent, ConsentProof, ContactChoice, Enrolment, Handover
from programmes.models import ProgrammeLink


WITHDRAWAL_REASON = "patients.Consent.withdrawal_reason"
representative_aad = representatives.aad


class CannotConsent(Exception):
    """The message is in French and may be shown."""


def write_first(
    included: Iterable[tuple[Enrolment, Information, Person]],
    opened: Mapping[UUID, DataKey],
    *,
    by: Member,
    at: datetime,
) -> None:
    """The consents of inclusions and what was handed over, inside their transaction.

    :param opened: the keys of the enrolments
    :raises core.pdf.PdfUnavailable: signed on screen, and the server cannot make PDFs
    """
    rows = list(included)
    given = [_first(one, told, opened[one.key_id], by, at) for one, told, _ in rows]
    Consent.objects.bulk_create(one for consents in given for one in consents)
    _hand_over(
        [
            Handover(enrolment=enrolment, link=link, handed_on=told.included_on)
            for enrolment, told, _ in rows
            for link in told.handed
        ],
        Channel.IN_PERSON,
        by=by,
        at=at,
    )
    for (enrolment, told, person), written in zip(rows, given, strict=True):
        if told.signatures:
            sheet = Sheet(enrolment, person, written, told.signatures, told.handed)
            _prove(written, consent_sheet.make(sheet, by=by, at=at), ProofOrigin.SCREEN, by, at)


def _first(
    enrolment: Enrolment, told: Information, key: DataKey, by: Member, at: datetime
) -> list[Consent]:
    sealed = representatives.seal_under(key, enrolment, told.representatives)
    forms = {ConsentKind.NIR: told.nir_form or told.form, ConsentKind.RESEARCH: told.document}
    return [
        Consent(
            enrolment=enrolment,
            kind=kind,
            person_kind=told.person_kind,
            is_given=told.answer(kind),
            signed_on=told.signed_on,
            form=forms.get(kind, told.form),
            information=told.document,
            booklet=told.booklet,
            text=told.texts.get(kind),
            representative_sealed=sealed,
            recorded_at=at,
            recorded_by=by,
        )
        for kind in ConsentKind
    ]


def hand_over(
    enrolment: Enrolment,
    links: Iterable[ProgrammeLink],
    *,
    on: date,
    by: Member,
    at: datetime,
    channel: Channel = Channel.IN_PERSON,
) -> None:
    """Remember which documents somebody was given; the same one the same day is one."""
    handed = [Handover(enrolment=enrolment, link=link, handed_on=on) for link in links]
    _hand_over(handed, channel, by=by, at=at)


def _hand_over(handed: Iterable[Handover], channel: Channel, *, by: Member, at: datetime) -> None:
    rows = list(handed)
    for row in rows:
        row.channel, row.recorded_at, row.recorded_by = channel, at, by
    Handover.objects.bulk_create(rows, ignore_conflicts=True)


def inform(
    enrolment: Enrolment,
    link: ProgrammeLink,
    channel: Channel,
    *,
    on: date,
    by: Member,
    at: datetime,
) -> None:
    """Remember that a patient, former ones included, was sent or given a document.

    :raises CannotConsent: the identity was erased, or the date is wrong
    """
    with audit.acting("patient.informed", by=by):
        locked = lock_enrolment(enrolment)
        if locked.patient.identity_erased_at or locked.state == EnrolmentState.CANCELLED:
            raise CannotConsent("Cette personne ne peut plus être informée.")
        today = by.site.local_day(at)
        refusal = rules.again_refusal(signed_on=on, after=locked.included_on, today=today)
        if refusal:
            raise CannotConsent(refusal)
        hand_over(locked, [link], on=on, by=by, at=at, channel=channel)
        audit.record("patient.informed", locked, by=by, subject=str(locked.public_id), link=link.pk)


def choose_channel(enrolment: Enrolment, channel: Channel, *, by: Member, at: datetime) -> None:
    """Remember how the person wishes to be told of what is new, once out too."""
    with audit.acting("patient.channel_chosen", by=by):
        ContactChoice.objects.create(
            enrolment=enrolment,
            channel=channel,
            chosen_on=by.site.local_day(at),
            recorded_at=at,
            recorded_by=by,
        )
        audit.record("patient.channel_chosen", enrolment, by=by, subject=str(enrolment.public_id))


def _prove(
    consents: Iterable[Consent], document: Document, origin: ProofOrigin, by: Member, at: datetime
) -> None:
    for consent in consents:
        ConsentProof.objects.create(
            consent=consent,
            document_id=document.public_id,
            origin=origin,
            added_at=at,
            added_by=by,
        )


# --- Signed again -----------------------------------------------------------------------------


def give(enrolment: Enrolment, given: Given, *, by: Member, at: datetime) -> Consent:
    """Record an answer in place of the one before, which stays readable.

    :raises CannotConsent: with the reason; nothing is written
    """
    try:
        with audit.acting("consent.given", by=by):
            locked = lock_enrolment(enrolment)
            consent = _give(locked, given, by, at)
            audit.record(
                "consent.given",
                locked,
                by=by,
                subject=str(locked.public_id),
                kind=given.kind,
                is_given=given.is_given,
            )
    except PdfUnavailable as error:
        raise CannotConsent(str(error)) from error
    return consent


def _give(locked: Enrolment, given: Given, by: Member, at: datetime) -> Consent:
    person = identity.open_one(locked.patient)
    if locked.state == EnrolmentState.CANCELLED or person is None:
        raise CannotConsent("Cette participation ne reçoit plus de consentement.")
    if refusal := _refusal(locked, given, person, by.site.local_day(at)):
        raise CannotConsent(refusal)
    if given.kind == ConsentKind.NIR and not given.is_given:
        erase_nir(locked, by=by)
    locked.consents.current().filter(kind=given.kind, withdrawn_on=None).update(
        replaced_on=given.signed_on
    )
    consent = Consent.objects.create(
        enrolment=locked,
        kind=given.kind,
        person_kind=given.person_kind,
        is_given=given.is_given,
        signed_on=given.signed_on,
        form=given.form,
        information=given.document,
        text=given.texts.get(given.kind),
        representative_sealed=representatives.seal(locked, given.representatives),
        recorded_at=at,
        recorded_by=by,
    )
    hand_over(locked, given.handed, on=given.signed_on, by=by, at=at)
    if given.signatures:
        sheet = Sheet(locked, person, [consent], given.signatures, given.handed)
        _prove([consent], consent_sheet.make(sheet, by=by, at=at), ProofOrigin.SCREEN, by, at)
    return consent


def _refusal(locked: Enrolment, given: Given, person: Person, today: date) -> str:
    """Why this answer cannot take the place of the one before."""
    if given.kind == ConsentKind.PARTICIPATION and not given.is_given:
        return "Un refus de participer s’enregistre comme un retrait."
    signed = locked.consents.current().filter(kind=given.kind).order_by("-signed_on", "-pk")
    last = signed.first()
    after = last.signed_on if last else locked.included_on
    ages = rules.ages_on(person.birth_date, person.birth_precision, given.signed_on)
    return rules.again_refusal(
        signed_on=given.signed_on, after=after, today=today
    ) or rules.person_kind_refusal(kind=given.person_kind, ages=ages)


# --- Proofs -----------------------------------------------------------------------------------


def without_proof(enrolment: Enrolment) -> QuerySet[Consent]:
    """Answers still waiting for their paper."""
    return enrolment.consents.current().filter(proofs=None).order_by("kind", "pk")


def add_paper(
    enrolment: Enrolment, kinds: Iterable[str], content: bytes, *, by: Member, at: datetime
) -> Document:
    """Keep a scanned paper under the enrolment's key, as the proof of these consents.

    :param content: as it was sent; what is kept is read again by `core.scans`
    :raises core.scans.BadScan: it is not a paper that may be kept
    :raises CannotConsent: no such consent, or the identity was erased
    """
    scan = scans.read(content)
    with audit.acting("consent.proved", by=by):
        locked = lock_enrolment(enrolment)
        proved = list(locked.consents.current().filter(kind__in=set(kinds)))
        if not proved or locked.patient.identity_erased_at:
            raise CannotConsent("Choisissez au moins un consentement que ce papier porte.")
        document = store.store(
            kind=consent_sheet.PAPER_KIND,
            key_id=locked.key_id,
            content=scan.content,
            enrolment_id=locked.pk,
            at=at,
        )
        _prove(proved, document, ProofOrigin.PAPER, by, at)
        audit.record("consent.proved", document, by=by, subject=str(locked.public_id))
    return document


# --- Withdrawal -------------------------------------------------------------------------------


def withdraw(enrolment: Enrolment, said: Withdrawal, *, by: Member, at: datetime) -> None:
    """Withdraw a consent. Of the participation: it ends, with a weaning if one is foreseen; of
    another one, the participation goes on without what it allowed.

    :raises CannotEnd: it was not given, is withdrawn already, or the date is wrong
    """
    with audit.acting("consent.withdrawn", by=by):
        locked = lock_enrolment(enrolment)
        standing = locked.consents.in_hand().filter(kind=said.kind)
        consent = standing.first()
        if consent is None:
            raise CannotEnd("Cette autorisation n’est pas ou n’est plus donnée.")
        today = by.site.local_day(at)
        if refusal := rules.again_refusal(signed_on=said.on, after=consent.signed_on, today=today):
            raise CannotEnd(refusal)
        standing.update(withdrawal_reason_sealed=texts.seal(locked, WITHDRAWAL_REASON, said.reason))
        if said.kind == ConsentKind.PARTICIPATION:
            _leave(locked, said, by, at)
        else:
            if said.kind == ConsentKind.NIR:
                erase_nir(locked, by=by)
            standing.update(withdrawn_on=said.on)
        subject = str(locked.public_id)
        audit.record("consent.withdrawn", locked, by=by, subject=subject, kind=said.kind)


def _leave(locked: Enrolment, said: Withdrawal, by: Member, at: datetime) -> None:
    reason = EndReason.CONSENT_WITHDRAWN
    end(locked, reason=reason, on=said.on, weaning=said.weaning, by=by, at=at)
