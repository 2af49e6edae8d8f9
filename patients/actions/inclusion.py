import secrets
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q

from accounts.models import Member
from core import audit, drafts, keys, once
from core.db import violated_constraint
from core.identifiers import draw_code
from core.models import DoneOnce
from core.pdf import PdfUnavailable
from patients import duplicates, gates, identity, rules, texts
from patients.actions import consent, designation, hooks
from patients.actions.duplicates import Said, note_alike, note_homonym
from patients.enums import EnrolmentState as State
from patients.inclusion import Inclusion
from patients.models import (
    Derogation,
    EligibilityAnswer,
    Enrolment,
    IdentityIndex,
    Patient,
    PriorTreatment,
)
from programmes import openings
from programmes.models import Programme


# Two inclusions of one person at the same instant meet here; the second one starts again.
_SAME_PERSON = {"patients_person_known_once", "patients_one_live_enrolment"}


class CannotInclude(Exception):
    """The message is in French and may be shown. `refusals` name the steps to put right."""

    def __init__(self, refusals: list[gates.Refusal]) -> None:
        self.refusals = refusals
        super().__init__(" ".join(refusal.message for refusal in refusals))


class AlreadyFollowed(CannotInclude):
    """The same person already takes part. Tells whom to call, nothing clinical."""

    def __init__(self, enrolment: Enrolment, *, by: Member) -> None:
        goes_on = "participe déjà" if enrolment.is_live else "participait encore ce jour-là"
        message = (
            f"Une personne de mêmes nom, prénoms, date, sexe et lieu de naissance {goes_on} "
            f"à ce programme. {_whom_to_call(enrolment, by)} Si c’est une autre personne "
            "(un homonyme), dites pourquoi au bas de cette page."
        )
        super().__init__([gates.Refusal("identite", message)])
        self.enrolment = enrolment


def _whom_to_call(enrolment: Enrolment, by: Member) -> str:
    site = enrolment.site
    if site.pk == by.site_id:
        return f"C’est un dossier de votre structure, numéro {enrolment.number}."
    phone = f" ({site.phone})" if site.phone else ""
    return f"Appelez {site.name}, {site.town}{phone}."


def include(inclusion: Inclusion, *, key: str, by: Member, at: datetime) -> Enrolment:
    """Record an inclusion from its draft, once: a repeat returns the first enrolment.

    :param key: key of the draft; it is emptied in the same transaction
    :raises CannotInclude: with every reason; nothing is written
    """
    new_keys = keys.create_key("patient"), keys.create_key("enrolment")
    with keys.destroyed_if_refused(new_keys):
        enrolment = _include_again_if_raced(inclusion, new_keys, key, by, at)
    used = {enrolment.patient.key_id, enrolment.key_id}
    keys.destroy_keys(new_key for new_key in new_keys if new_key not in used)
    return enrolment


def included_before(*, key: str, by: Member) -> str:
    """Public id of the enrolment that this draft became; "" while it is a draft."""
    done = DoneOnce.objects.filter(user_id=by.user_id, key=key, action="patient.included")
    return done.values_list("target", flat=True).first() or ""


def _include_again_if_raced(
    inclusion: Inclusion, new_keys: tuple[UUID, UUID], key: str, by: Member, at: datetime
) -> Enrolment:
    try:
        return _include_once(inclusion, new_keys, key, by, at)
    except IntegrityError as error:
        if violated_constraint(error) not in _SAME_PERSON:
            raise
    except PdfUnavailable as error:
        # Signed on screen: without its document nothing would prove it.
        raise CannotInclude([gates.Refusal("information", str(error))]) from error
    # The other inclusion is committed now: this one sees it, and joins it or is refused.
    return _include_once(inclusion, new_keys, key, by, at)


def _include_once(
    inclusion: Inclusion, new_keys: tuple[UUID, UUID], key: str, by: Member, at: datetime
) -> Enrolment:
    with audit.acting("patient.included", by=by):
        if target := once.guard(by=by, key=key, action="patient.included", body=key):
            return Enrolment.objects.select_related("patient").get(public_id=target)
        _wait_for_a_place(inclusion, by.site.local_day(at))
        refusals = gates.refusals(inclusion, by=by, today=by.site.local_day(at))
        if refusals:
            raise CannotInclude(refusals)
        enrolment = write(inclusion, new_keys, by=by, at=at)
        designation.write_first(enrolment, by=by, at=at)
        for hook in hooks.ON_INCLUDED:
            hook(enrolment, by, at)
        audit.record("patient.included", enrolment, by=by, subject=str(enrolment.public_id))
        drafts.remove(by.user_id, key, at=at)
        once.done(by=by, key=key, target=enrolment.public_id)
    return enrolment


def write(
    inclusion: Inclusion, new_keys: tuple[UUID, UUID], *, by: Member, at: datetime
) -> Enrolment:
    """The participation, its consents and its eligibility, inside the act that decided it.

    :param new_keys: of the patient, left unused when the person is known; of the enrolment
    :raises AlreadyFollowed: the same person takes part already
    """
    patient_key, enrolment_key = new_keys
    patient = _patient(inclusion, patient_key, by, at)
    previous = _previous(patient, inclusion, by)
    enrolment = _enrolment(inclusion, patient, previous, by, at)
    enrolment.key_id = enrolment_key
    enrolment.save(force_insert=True)
    consent.write_first(enrolment, inclusion.information, inclusion.person, by=by, at=at)
    _write_eligibility(enrolment, inclusion)
    return enrolment


def _wait_for_a_place(inclusion: Inclusion, today: date) -> None:
    """Where patients are limited in number, inclusions are counted one after the other."""
    programme = inclusion.programme
    days = {inclusion.information.included_on, today}
    if any(openings.limits(programme, on) for on in days):
        Programme.objects.select_for_update(of=("self",), no_key=True).get(pk=programme.pk)


def _patient(inclusion: Inclusion, key_id: UUID, by: Member, at: datetime) -> Patient:
    """The patient this exact person already is, locked; else a new one."""
    known = duplicates.exact(inclusion.person)
    if known is None or inclusion.homonym_reason:
        return _new_patient(inclusion, known, key_id, by, at)
    pk = known.patient.merged_into_id or known.patient_id
    locked = Patient.objects.select_for_update(of=("self",))
    patient = locked.select_related("identity").get(pk=pk)
    before = identity.open_one(patient)
    if before is not None and (after := identity.completed(before, inclusion.person)) != before:
        audit.record("identity.completed", patient, by=by, **identity.rewrite(patient, after))
    return patient


def _new_patient(
    inclusion: Inclusion, known: IdentityIndex | None, key_id: UUID, by: Member, at: datetime
) -> Patient:
    """Somebody new; a namesake to the last trait when `known` is given."""
    person = inclusion.person
    patient = Patient.objects.create(
        birth_year=person.birth_date.year, sex=person.sex, key_id=key_id
    )
    identity.write(patient, person, homonym_no=identity.next_homonym(person))
    if known is not None:
        note_homonym(patient, known.patient, inclusion.homonym_reason, by=by, at=at)
    note_alike(patient, person, Said(inclusion.different, inclusion.alike), by=by, at=at)
    return patient


def _previous(patient: Patient, inclusion: Inclusion, by: Member) -> Enrolment | None:
    """The participation of the patient in the programme that came before this one.

    :raises AlreadyFollowed: another shares a day with this one
    """
    since = inclusion.information.included_on
    whole = Q(patient=patient) | Q(patient__merged_into=patient)
    others = Enrolment.objects.filter(whole, programme=inclusion.programme)
    shared = others.overlapping(since, inclusion.until).select_related("site")
    if (found := shared.order_by("-included_on", "-pk").first()) is not None:
        raise AlreadyFollowed(found, by=by)
    before = others.filter(included_on__lte=since, state=State.ENDED, merged_into=None)
    return before.order_by("-included_on", "-pk").first()


def _enrolment(
    inclusion: Inclusion, patient: Patient, previous: Enrolment | None, by: Member, at: datetime
) -> Enrolment:
    told, found, left = inclusion.information, inclusion.eligibility, inclusion.left
    out = (
        {
            "state": State.ENDED,
            "ended_on": left.on,
            "end_reason": left.reason,
            "end_recorded_at": at,
        }
        if left
        else {}
    )
    return Enrolment(
        number=draw_code(secrets.choice),
        patient=patient,
        programme=inclusion.programme,
        indication=found.indication,
        subtype=found.subtype,
        site=by.site,
        relay_doctor=inclusion.relay_doctor,
        pharmacy=inclusion.pharmacy,
        included_on=told.included_on,
        included_by=inclusion.doctor or by,
        recorded_at=at,
        late_reason=told.late_reason,
        previous=previous,
        **out,
    )


def _write_eligibility(enrolment: Enrolment, inclusion: Inclusion) -> None:
    found = inclusion.eligibility
    key = keys.open_key(enrolment.key_id)
    EligibilityAnswer.objects.bulk_create(
        EligibilityAnswer(
            enrolment=enrolment, criterion=one.criterion, answer=one.answer, dated_on=one.dated_on
        )
        for one in found.answers
    )
    Derogation.objects.bulk_create(
        Derogation(
            enrolment=enrolment,
            criterion=one.criterion,
            reason_sealed=texts.seal_under(key, texts.DEROGATION, one.derogation),
            granted_by=enrolment.included_by,
            granted_at=enrolment.recorded_at,
        )
        for one in found.answers
        if one.reply.derogation and rules.is_against(one.reply)
    )
    PriorTreatment.objects.bulk_create(
        PriorTreatment(
            enrolment=enrolment,
            drug_sealed=texts.seal_under(key, texts.DRUG, one.drug),
            outcome=one.outcome,
            plan=one.plan,
        )
        for one in found.treatments
    )
