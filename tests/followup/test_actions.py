from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.enums import Role
from core import audit, drafts, keys, once
from core.models import DoneOnce, JournalLine
from followup import actions, questionnaires
from followup.enums import DateSource, Decision, NotDoneReason, Timing, TimingReason, VisitStatus
from followup.models import Answers, Visit
from patients import actions as acts_before
from patients.enums import EndReason, EnrolmentState
from patients.models import Consent, Enrolment
from programmes.enums import VisitKind
from programmes.models import Accreditation
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import (
    AccreditationFactory,
    QuestionnaireFactory,
    QuestionnaireVersionFactory,
    VisitDefinitionFactory,
)


AT = datetime(2026, 4, 2, 12, tzinfo=UTC)
HELD = actions.Held(held_on=date(2026, 4, 2), mode="ON_SITE", decision=Decision.CONTINUE)
ONCE = actions.Once("key-1", {"held_on": "02/04/2026"})
WORDS = [{"code": "said", "label": "Dit", "kind": "text"}]


def hold(visit, said=HELD, *, by=None, at=AT, once_only=ONCE):
    by = by or visit.enrolment.included_by
    return actions.hold(visit, said, once_only=once_only, by=by, at=at)


def refused(visit, said=HELD, match="", **how):
    with pytest.raises(actions.CannotHold, match=match):
        hold(visit, said, **how)
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED
    assert not Answers.objects.exists()
    assert not JournalLine.objects.exists()
    assert not DoneOnce.objects.exists()


# --- The calendar ----------------------------------------------------------------------------


def test_schedule_plans_the_definitions_in_force_at_inclusion():
    enrolment = EnrolmentFactory(included_on=date(2024, 1, 31))
    programme = enrolment.programme
    VisitDefinitionFactory(programme=programme, code="M3", offset_months=3, window_after_days=15)
    VisitDefinitionFactory(programme=programme, code="M1")
    VisitDefinitionFactory(programme=programme, code="OLD", applies_to=date(2024, 1, 30))
    VisitDefinitionFactory(programme=programme, code="NEW", applies_from=date(2024, 2, 1))
    VisitDefinitionFactory(code="M1")  # another programme

    with audit.acting("patient.included", by=enrolment.included_by):
        actions.schedule([enrolment], enrolment.included_by, AT)
        actions.schedule([enrolment], enrolment.included_by, AT)  # the same again: nothing more

    planned = enrolment.visits.order_by("due_on").values_list(
        "code", "due_on", "opens_on", "closes_on", "status", "date_source"
    )
    assert list(planned) == [
        ("M1", date(2024, 2, 29), date(2024, 2, 22), date(2024, 3, 7), "PLANNED", "DEFINITION"),
        ("M3", date(2024, 4, 30), date(2024, 4, 23), date(2024, 5, 15), "PLANNED", "DEFINITION"),
    ]


def test_close_leaves_what_was_held():
    done = VisitFactory(done=True)
    planned = VisitFactory(enrolment=done.enrolment, code="M3", due_on=date(2026, 6, 2))
    other = VisitFactory()

    with audit.acting("enrolment.ended", by=done.held_by):
        actions.close([done.enrolment], done.held_by, AT)

    statuses = {visit.pk: visit.status for visit in Visit.objects.all()}
    assert statuses == {
        done.pk: VisitStatus.DONE,
        planned.pk: VisitStatus.CLOSED,
        other.pk: VisitStatus.PLANNED,
    }


# --- Holding ---------------------------------------------------------------------------------


def test_hold_records_the_visit_and_its_answers():
    visit = VisitFactory()
    enrolment, programme = visit.enrolment, visit.enrolment.programme
    pain = QuestionnaireVersionFactory(questionnaire__programme=programme)
    words = QuestionnaireVersionFactory(questionnaire__programme=programme, definition=WORDS)
    code, said = pain.questionnaire.code, words.questionnaire.code
    drafts.save(enrolment.included_by.user_id, visit.draft_key, {"comment": "B"}, 0, at=AT)
    answers = {code: {"pain": 6}, said: {"said": "La nuit"}}
    held = replace(HELD, answers=answers, comment="Va mieux")

    target = hold(visit, held, once_only=replace(ONCE, draft=visit.draft_key))

    visit.refresh_from_db()
    assert target == str(visit.public_id)
    assert (visit.status, visit.timing, visit.held_on) == ("DONE", "IN_WINDOW", HELD.held_on)
    assert (visit.held_by, visit.recorded_at) == (enrolment.included_by, AT)
    stored = {row.version_id: row for row in Answers.objects.all()}
    assert stored[pain.pk].data == {"pain": 6}
    assert stored[words.pk].data == {}
    key = keys.open_key(enrolment.key_id)
    assert questionnaires.open_text(key, visit, "comment", visit.comment_sealed) == "Va mieux"
    facts = [part.facts for part in questionnaires.answered(visit, key)]
    assert facts == [[("Intensité de la douleur", "6")], [("Dit", "La nuit")]]
    assert drafts.load(enrolment.included_by.user_id, visit.draft_key) is None
    line = JournalLine.objects.get()
    assert (line.action, line.target_id) == ("visit.held", str(visit.pk))


def test_the_same_form_sent_twice_is_one_visit():
    visit = VisitFactory()

    first, second = hold(visit), hold(visit)

    assert first == second
    assert JournalLine.objects.count() == 1


def test_another_content_under_the_same_key_is_refused():
    visit = VisitFactory()
    hold(visit)

    with pytest.raises(once.AnotherBody):
        hold(visit, once_only=replace(ONCE, body={"held_on": "03/04/2026"}))


def test_a_visit_is_held_once():
    visit = VisitFactory()
    hold(visit)

    with pytest.raises(actions.CannotHold, match="plus à enregistrer"):
        hold(visit, once_only=replace(ONCE, key="key-2"))

    assert JournalLine.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "match"),
    [
        pytest.param({"held_on": date(2026, 4, 3)}, "à venir", id="tomorrow"),
        pytest.param({"held_on": date(2026, 3, 1)}, "inclus le 02/03/2026", id="before inclusion"),
        pytest.param({"held_on": date(2026, 3, 25)}, "Avant la fenêtre", id="early, no reason"),
        pytest.param({"decision": Decision.STOP}, "motif de l’arrêt", id="stop without a reason"),
        pytest.param({"stop_reason": EndReason.OTHER}, "motif de l’arrêt", id="reason, no stop"),
        pytest.param({"next_on": date(2026, 4, 2)}, "après celle-ci", id="next visit the same day"),
        pytest.param({"answers": {"zz": {"a": 1}}}, "pas valables", id="unknown questionnaire"),
    ],
)
def test_hold_refuses(change, match):
    refused(VisitFactory(), replace(HELD, **change), match)


def test_a_late_visit_wants_a_reason():
    visit = VisitFactory()
    at, said = datetime(2026, 4, 20, 9, tzinfo=UTC), replace(HELD, held_on=date(2026, 4, 10))
    refused(visit, said, "Après la fenêtre", at=at)

    hold(visit, replace(said, timing_reason=TimingReason.PATIENT_AVAILABILITY), at=at)

    visit.refresh_from_db()
    assert (visit.timing, visit.timing_reason) == (Timing.LATE, "PATIENT_AVAILABILITY")


@pytest.mark.parametrize(("day", "needed"), [(9, False), (10, True)])
def test_a_visit_typed_late_wants_a_reason(day, needed):
    visit = VisitFactory()
    at = datetime(2026, 4, day, 9, tzinfo=UTC)

    if needed:
        refused(visit, match="Saisie plus de 7 jours", at=at)
    else:
        hold(visit, at=at)


@pytest.mark.parametrize(
    ("answers", "code", "problem"),
    [
        ({}, "pain", "obligatoire"),
        ({"pain": 11}, "pain", "maximale est 10"),
        ({"pain": 5, "x": 1}, "x", "inconnue"),
    ],
)
def test_wrong_answers_are_told_by_question(answers, code, problem):
    visit = VisitFactory()
    version = QuestionnaireVersionFactory(questionnaire__programme=visit.enrolment.programme)
    name = version.questionnaire.code

    with pytest.raises(actions.CannotHold) as error:
        hold(visit, replace(HELD, answers={name: answers}))

    assert problem in error.value.answers[name][code]
    assert not Answers.objects.exists()


def test_a_relay_doctor_holds_simple_visits_only():
    enrolment = EnrolmentFactory()
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=enrolment.programme)
    enrolment.relay_doctor = relay
    enrolment.save()
    complex_visit = VisitFactory(enrolment=enrolment)
    simple = VisitFactory(enrolment=enrolment, simple=True, due_on=date(2026, 4, 1))

    refused(complex_visit, match="structure de référence", by=relay)
    hold(simple, by=relay)

    simple.refresh_from_db()
    assert (simple.status, simple.held_by) == (VisitStatus.DONE, relay)


@pytest.mark.parametrize("who", ["another site", "another relay", "pharmacist"])
def test_strangers_hold_nothing(who):
    visit = VisitFactory(simple=True)
    role = {"another relay": Role.RELAY_DOCTOR, "pharmacist": Role.PHARMACIST}
    stranger = MemberFactory(
        role=role.get(who, Role.REFERENCE_DOCTOR), programme=visit.enrolment.programme
    )

    refused(visit, match="pas suivi par vous", by=stranger)


def test_an_accreditation_that_ended_stops_the_record():
    visit = VisitFactory()
    Accreditation.objects.update(ended_on=date(2026, 4, 2))

    refused(visit, match="habilitation")


def test_a_withdrawn_consent_stops_the_record():
    visit = VisitFactory()
    Consent.objects.filter(enrolment=visit.enrolment).update(withdrawn_on=date(2026, 4, 1))

    refused(visit, match="retiré son consentement au registre le 01/04/2026")


def test_a_visit_after_the_exit_is_refused():
    visit = VisitFactory()
    Enrolment.objects.update(
        state=EnrolmentState.ENDED, ended_on=date(2026, 4, 1), end_reason=EndReason.OTHER
    )

    refused(visit, match="sorti du programme le 01/04/2026")


def test_the_day_is_that_of_the_site():
    site = SiteFactory(time_zone="Pacific/Noumea")
    doctor = MemberFactory(site=site)
    visit = VisitFactory(enrolment__included_by=doctor)
    Accreditation.objects.create(
        member=doctor, programme=visit.enrolment.programme, started_on=date(2021, 3, 26)
    )

    hold(visit, at=datetime(2026, 4, 1, 14, tzinfo=UTC))  # already the 2nd there

    visit.refresh_from_db()
    assert visit.status == VisitStatus.DONE


def test_the_day_is_that_of_who_holds_the_visit():
    relay = MemberFactory(role=Role.RELAY_DOCTOR, site__time_zone="Indian/Reunion")
    visit = VisitFactory(kind=VisitKind.SIMPLE, enrolment__relay_doctor=relay)
    AccreditationFactory(member=relay, programme=visit.enrolment.programme)

    assert hold(visit, by=relay, at=datetime(2026, 4, 1, 20, 30, tzinfo=UTC))  # the 2nd there


# --- What a visit does to the others ---------------------------------------------------------


def test_a_later_visit_leaves_the_earlier_one_not_done():
    m1 = VisitFactory()
    m3 = VisitFactory(enrolment=m1.enrolment, code="M3", due_on=date(2026, 6, 2))
    m6 = VisitFactory(enrolment=m1.enrolment, code="M6", due_on=date(2026, 9, 2))
    stranger = VisitFactory()

    hold(m3, replace(HELD, held_on=date(2026, 6, 2)), at=datetime(2026, 6, 2, 9, tzinfo=UTC))

    for visit in (m1, m6, stranger):
        visit.refresh_from_db()
    assert (m1.status, m1.not_done_reason) == (VisitStatus.NOT_DONE, NotDoneReason.SUPERSEDED)
    assert (m6.status, stranger.status) == (VisitStatus.PLANNED, VisitStatus.PLANNED)


def test_a_simple_visit_leaves_the_calendar_alone_but_takes_the_appointment():
    m1 = VisitFactory()
    appointment = VisitFactory(enrolment=m1.enrolment, simple=True, due_on=date(2026, 4, 1))

    actions.hold_unscheduled(m1.enrolment, HELD, once_only=ONCE, by=m1.enrolment.included_by, at=AT)

    m1.refresh_from_db()
    appointment.refresh_from_db()
    assert (m1.status, appointment.status) == (VisitStatus.PLANNED, VisitStatus.NOT_DONE)
    unscheduled = Visit.objects.get(date_source=DateSource.UNSCHEDULED)
    assert (unscheduled.kind, unscheduled.timing) == (VisitKind.SIMPLE, Timing.UNSCHEDULED)


def test_the_next_date_moves_the_visit_whose_window_holds_it():
    m1 = VisitFactory()
    m3 = VisitFactory(enrolment=m1.enrolment, code="M3", due_on=date(2026, 6, 2))

    hold(m1, replace(HELD, next_on=date(2026, 6, 9)))  # last day of the window

    m3.refresh_from_db()
    assert (m3.due_on, m3.date_source) == (date(2026, 6, 9), DateSource.NEXT_DATE)
    assert Visit.objects.count() == 2


def test_the_next_date_outside_any_window_is_a_simple_visit():
    m1 = VisitFactory()
    VisitFactory(enrolment=m1.enrolment, code="M3", due_on=date(2026, 6, 2))
    before = VisitFactory(enrolment=m1.enrolment, simple=True, due_on=date(2026, 4, 20))

    hold(m1, replace(HELD, next_on=date(2026, 4, 30)))

    before.refresh_from_db()
    assert before.status == VisitStatus.CLOSED
    simple = Visit.objects.get(due_on=date(2026, 4, 30))
    assert (simple.kind, simple.date_source) == (VisitKind.SIMPLE, DateSource.NEXT_DATE)
    assert (simple.opens_on, simple.closes_on) == (date(2026, 4, 23), date(2026, 5, 7))


def test_the_version_of_the_questionnaire_is_that_of_the_day():
    visit = VisitFactory()
    questionnaire = QuestionnaireFactory(programme=visit.enrolment.programme)
    old = QuestionnaireVersionFactory(questionnaire=questionnaire, valid_to=date(2026, 4, 2))
    QuestionnaireVersionFactory(questionnaire=questionnaire, valid_from=date(2026, 4, 3))

    hold(visit, replace(HELD, answers={questionnaire.code: {"pain": 1}}))

    assert Answers.objects.get().version == old


# --- Not held --------------------------------------------------------------------------------


def test_mark_not_done():
    visit = VisitFactory()

    actions.mark_not_done(
        visit, NotDoneReason.PATIENT_ABSENT, by=visit.enrolment.included_by, at=AT
    )

    visit.refresh_from_db()
    assert (visit.status, visit.not_done_reason) == ("NOT_DONE", "PATIENT_ABSENT")
    assert JournalLine.objects.get().action == "visit.not_done"


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"done": True}, "plus à venir"),
        ({"due_on": date(2026, 4, 10)}, "ne s’ouvre que le 03/04/2026"),
    ],
)
def test_mark_not_done_refuses(fields, match):
    visit = VisitFactory(**fields)
    before = visit.status

    with pytest.raises(actions.CannotMiss, match=match):
        actions.mark_not_done(visit, NotDoneReason.OTHER, by=visit.enrolment.included_by, at=AT)

    visit.refresh_from_db()
    assert visit.status == before
    assert not JournalLine.objects.exists()


def test_the_acts_before_know_what_to_do():
    assert actions.schedule in acts_before.ON_INCLUDED
    assert actions.close in acts_before.ON_ENDED


def test_an_unscheduled_visit_sent_twice_is_one_visit():
    enrolment = EnrolmentFactory()
    how = {"once_only": ONCE, "by": enrolment.included_by, "at": AT}

    first = actions.hold_unscheduled(enrolment, HELD, **how)

    assert actions.hold_unscheduled(enrolment, HELD, **how) == first
    assert Visit.objects.count() == 1


def test_a_cancelled_inclusion_has_no_visit():
    visit = VisitFactory()
    Enrolment.objects.update(state=EnrolmentState.CANCELLED)

    refused(visit, match="annulée")
