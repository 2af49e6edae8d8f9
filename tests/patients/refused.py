"""What the database refuses of patients: one line per constraint and per trigger."""

import datetime
import uuid

from django.db import connection
from factory import SelfAttribute

from patients.enums import ConsentKind, EndReason, EnrolmentState
from tests.patients import consent_factories as c
from tests.patients import factories as f
from tests.patients import takeovers as t


BEFORE = datetime.date(2026, 3, 1)
LATER = datetime.datetime(2026, 4, 2, tzinfo=datetime.UTC)
AFTER = datetime.date(2026, 4, 2)


def twice(factory, **fields):
    factory(**fields)
    factory(**fields)


def same(row, *names):
    return {name: getattr(row, name) for name in names}


def same_person_twice():
    person = f.PersonFactory()
    f.PatientFactory(person=person)
    f.PatientFactory(person=person)


def two_live_enrolments():
    first = f.EnrolmentFactory()
    f.EnrolmentFactory(patient=first.patient, indication=first.indication)


def deleted(row):
    """By the owner of the tables: the runtime role has no right to try."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])


def changed(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)


def dropped_pair():
    """No row can break it, the primary key would first: but keys of the acts above rest on it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(
            "ALTER TABLE patients_enrolment DROP CONSTRAINT patients_enrolment_with_patient"
        )


def withdrawn_over_a_number():
    number = f.NirFactory()
    consent = number.enrolment.consents.get(kind=ConsentKind.NIR)
    changed(consent, withdrawn_on=AFTER)


def refused_over_a_number():
    number = f.NirFactory()
    changed(number.enrolment.consents.get(kind=ConsentKind.NIR), replaced_on=AFTER)
    f.ConsentFactory(enrolment=number.enrolment, kind=ConsentKind.NIR, is_given=False)


def into_itself(row):
    changed(row, merged_into=row.pk)


def pair_twice():
    pair = f.PairFactory()
    f.PairFactory(first=pair.first, second=pair.second)


def approved_alone():
    merge = f.MergeFactory()
    changed(merge, state="DONE", decided_by=merge.asked_by, decided_at=merge.asked_at)


def out(state, reason, on=AFTER):
    return f.EnrolmentFactory(state=state, end_reason=reason, ended_on=on)


def acknowledged():
    glass = f.BrokenGlassFactory()
    glass.acknowledged_by, glass.acknowledged_at = glass.member, glass.at
    glass.save()
    return glass


REFUSED = {
    "patients_sex_known": lambda: f.PatientFactory(sex="X"),
    "patients_birth_year_possible": lambda: f.PatientFactory(birth_year=1889),
    "patients_person_known_once": same_person_twice,
    "patients_late_reason_known": lambda: f.EnrolmentFactory(late_reason="LAZY"),
    "patients_one_live_enrolment": two_live_enrolments,
    "patients_end_has_date_and_reason": lambda: out(EnrolmentState.ENDED, "", None),
    "patients_ends_after_inclusion": lambda: out(EnrolmentState.ENDED, EndReason.OTHER, BEFORE),
    "patients_treated_after_inclusion": lambda: f.EnrolmentFactory(first_treated_on=BEFORE),
    "patients_death_closes_at_once": lambda: out(EnrolmentState.WEANING, EndReason.DEATH),
    "patients_enrolment_with_patient": dropped_pair,
    "enrolment_never_deleted": lambda: deleted(f.EnrolmentFactory(consent=False)),
    "patients_consent_kind_known": lambda: f.ConsentFactory(kind="TEA"),
    "patients_one_standing_consent_a_kind": lambda: twice(
        f.ConsentFactory, enrolment=f.EnrolmentFactory(consent=False)
    ),
    "patients_participation_is_given": lambda: f.ConsentFactory(is_given=False),
    "patients_withdrawal_follows_consent": lambda: f.ConsentFactory(
        kind=ConsentKind.NIR, withdrawn_on=BEFORE
    ),
    "patients_whose_is_fixed": lambda: changed(f.EnrolmentFactory(), patient=f.PatientFactory()),
    "patients_who_left_has_left": lambda: changed(
        f.EnrolmentFactory(weaning=True),
        state=EnrolmentState.ACTIVE,
        ended_on=None,
        end_reason="",
    ),
    "patients_consent_comes_first": lambda: f.ConsentFactory(signed_on=AFTER),
    "patients_consent_is_frozen": lambda: changed(f.ConsentFactory(), signed_on=BEFORE),
    "patients_withdrawal_stands": lambda: changed(
        f.ConsentFactory(withdrawn_on=AFTER), withdrawn_on=None
    ),
    "patients_answer_is_frozen": lambda: changed(f.EligibilityAnswerFactory(), answer="YES"),
    "answer_never_deleted": lambda: deleted(f.EligibilityAnswerFactory()),
    "consent_never_deleted": lambda: deleted(f.ConsentFactory()),
    "patients_answer_known": lambda: f.EligibilityAnswerFactory(answer="MAY"),
    "patients_criterion_answered_once": lambda: twice(
        f.EligibilityAnswerFactory,
        enrolment=f.EnrolmentFactory(),
        criterion=f.CriterionFactory(),
    ),
    "patients_not_merged_into_itself": lambda: into_itself(f.PatientFactory()),
    "patients_no_alias_of_itself": lambda: into_itself(f.EnrolmentFactory()),
    "patients_pair_is_ordered": lambda: f.PairFactory(
        second=f.PatientFactory(), first=f.PatientFactory()
    ),
    "patients_pair_known_once": pair_twice,
    "patients_pair_decided_by_somebody": lambda: f.PairFactory(state="DIFFERENT"),
    "patients_pair_score_possible": lambda: f.PairFactory(score=101),
    "patients_one_merge_at_a_time": lambda: twice(f.MergeFactory, pair=f.PairFactory()),
    "patients_merge_takes_two_persons": approved_alone,
    "patients_merge_state_has_its_dates": lambda: f.MergeFactory(state="DONE"),
    "patients_one_transfer_at_a_time": lambda: twice(
        f.TransferFactory, enrolment=f.EnrolmentFactory()
    ),
    "patients_transfer_goes_elsewhere": lambda: f.TransferFactory(
        to_site=SelfAttribute("from_site")
    ),
    "patients_transfer_reason_known": lambda: f.TransferFactory(reason="BORED"),
    "patients_transfer_state_has_its_answer": lambda: f.TransferFactory(state="ACCEPTED"),
    "patients_age_band_known": lambda: f.NotIncludedFactory(age_band="42"),
    "patients_screening_reason_known": lambda: f.NotIncludedFactory(reason="BORED"),
    "patients_screening_tells_no_day": lambda: f.NotIncludedFactory(month=AFTER),
    "patients_screening_criterion_of_its_reason": lambda: f.NotIncludedFactory(
        criterion=f.CriterionFactory()
    ),
    "patients_derogation_once_a_criterion": lambda: twice(
        f.DerogationFactory, enrolment=f.EnrolmentFactory(), criterion=f.CriterionFactory()
    ),
    "patients_derogation_is_frozen": lambda: changed(f.DerogationFactory(), granted_at=LATER),
    "patients_nir_kind_known": lambda: f.NirFactory(kind="INS"),
    "patients_nir_of_one_person": lambda: twice(f.NirFactory, index=b"the same index.."),
    "patients_nir_needs_its_consent": lambda: f.NirFactory(consent=False),
    "patients_nir_of_its_patient": lambda: f.NirFactory(patient=f.PatientFactory()),
    "patients_nir_goes_first": withdrawn_over_a_number,
    "patients_nir_goes_before_a_refusal": refused_over_a_number,
    "patients_replaced_after_it_was_signed": lambda: f.ConsentFactory(replaced_on=BEFORE),
    "patients_proof_origin_known": lambda: c.ConsentProofFactory(origin="TEA"),
    "patients_proof_given_once": lambda: twice(
        c.ConsentProofFactory, consent=f.ConsentFactory(), document_id=uuid.uuid4()
    ),
    "patients_proof_is_frozen": lambda: changed(c.ConsentProofFactory(), origin="SCREEN"),
    "proof_never_deleted": lambda: deleted(c.ConsentProofFactory()),
    "patients_handover_channel_known": lambda: c.HandoverFactory(channel="NONE"),
    "patients_handed_over_once_a_day": lambda: twice(
        c.HandoverFactory, **same(c.HandoverFactory(handed_on=AFTER), "enrolment", "link")
    ),
    "patients_handover_is_frozen": lambda: changed(c.HandoverFactory(), handed_on=AFTER),
    "handover_never_deleted": lambda: deleted(c.HandoverFactory()),
    "patients_contact_channel_known": lambda: c.ContactChoiceFactory(channel="OWL"),
    "patients_contact_choice_is_frozen": lambda: changed(c.ContactChoiceFactory(), channel="EMAIL"),
    "contact_choice_never_deleted": lambda: deleted(c.ContactChoiceFactory()),
    "patients_designation_names_one": lambda: c.DesignationFactory(kind="PHARMACY", pharmacy=None),
    "patients_designated_one_at_a_time": lambda: twice(
        c.DesignationFactory, enrolment=f.EnrolmentFactory()
    ),
    "patients_designation_dates_ordered": lambda: c.DesignationFactory(ended_on=BEFORE),
    "patients_decline_is_whole": lambda: c.DesignationFactory(decline_reason="OTHER"),
    "patients_designation_is_frozen": lambda: changed(c.DesignationFactory(), designated_on=BEFORE),
    "patients_designation_ends_once": lambda: changed(
        c.DesignationFactory(ended_on=AFTER), ended_on=None
    ),
    "designation_never_deleted": lambda: deleted(c.DesignationFactory()),
    "patients_invitation_kind_known": lambda: c.InvitationFactory(kind="TEA"),
    "patients_invited_one_at_a_time": lambda: twice(
        c.InvitationFactory, enrolment=f.EnrolmentFactory()
    ),
    "patients_invitation_closed_by_its_designation": lambda: c.InvitationFactory(
        designation=c.DesignationFactory()
    ),
    "patients_invitation_closes_once": lambda: changed(
        c.InvitationFactory(closed_on=AFTER), closed_on=None
    ),
    "invitation_never_deleted": lambda: deleted(c.InvitationFactory()),
    "patients_note_kind_known": lambda: c.SharedNoteFactory(kind="TEA"),
    "patients_note_is_frozen": lambda: changed(c.SharedNoteFactory(), kind="ALLERGIES"),
    "note_never_deleted": lambda: deleted(c.SharedNoteFactory()),
    "patients_reopened_after_an_exit": lambda: c.ReopeningFactory(was_state="ACTIVE"),
    "patients_exit_undone_once": lambda: twice(
        c.ReopeningFactory, enrolment=f.EnrolmentFactory(ended=True)
    ),
    "patients_reopening_is_frozen": lambda: changed(c.ReopeningFactory(), was_ended_on=BEFORE),
    "reopening_never_deleted": lambda: deleted(c.ReopeningFactory()),
    "patients_glass_lasts": lambda: f.BrokenGlassFactory(until=f.BrokenGlassFactory().at),
    "patients_glass_seen_by_somebody": lambda: f.BrokenGlassFactory(
        acknowledged_at=datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
    ),
    "patients_glass_is_frozen": lambda: changed(
        f.BrokenGlassFactory(), enrolment=f.EnrolmentFactory()
    ),
    "patients_glass_seen_once": lambda: changed(
        acknowledged(), acknowledged_at=datetime.datetime(2026, 3, 3, tzinfo=datetime.UTC)
    ),
    "glass_never_deleted": lambda: deleted(f.BrokenGlassFactory()),
    "patients_takeover_content_goes_when_settled": lambda: t.TakeoverFileFactory(
        left=True, content_sealed=b"abc"
    ),
    "patients_takeover_confirmed_by_somebody": lambda: t.TakeoverFileFactory(
        key_id=None, content_sealed=None, confirmed_at=LATER
    ),
    "patients_takeover_settles_once": lambda: changed(
        t.TakeoverFileFactory(left=True), abandoned_at=LATER
    ),
    "takeover_never_deleted": lambda: deleted(t.TakeoverFileFactory()),
    "patients_taken_over_once": lambda: twice(t.TakenOverFactory, former=b"0" * 16),
    "patients_origin_is_frozen": lambda: changed(t.TakenOverFactory(), line=3),
    "origin_never_deleted": lambda: deleted(t.TakenOverFactory()),
    "patients_outcome_known": lambda: f.PriorTreatmentFactory(outcome="MAGIC"),
    "patients_plan_known": lambda: f.PriorTreatmentFactory(plan="MAGIC"),
}
