"""Correcting a visit that was held: with a reason, once, and nothing is lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from accounts.enums import Role
from core import drafts, keys, once
from core.models import JournalLine
from followup import actions, questionnaires
from followup.enums import CorrectionReason, Decision, Timing, TimingReason, VisitStatus
from followup.models import Answers, Visit
from programmes.models import Accreditation
from tests.accounts.factories import MemberFactory
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.programmes.factories import AccreditationFactory


LATER = datetime(2026, 5, 4, 12, tzinfo=UTC)
ONCE = actions.Once("key-1", {"held_on": "02/04/2026"})
WORDS = [{"code": "said", "label": "Dit", "kind": "text"}]


def held_visit(**fields):
    """M1, held on its day with pain at 6."""
    return AnswersFactory(visit=VisitFactory(done=True, **fields))


def said(row, **changes):
    """The visit as it stands, with another pain."""
    code = row.version.questionnaire.code
    as_it_is = actions.Held(
        held_on=row.visit.held_on,
        mode=row.visit.mode,
        decision=row.visit.decision,
        answers={code: {"pain": 4}},
    )
    return replace(as_it_is, **changes)


def correct(visit, held, *, reason=CorrectionReason.TYPING_ERROR, note="", seen=None, **how):
    why = actions.Correction(reason, note, visit.stamp if seen is None else seen)
    how = {"once_only": ONCE, "by": visit.enrolment.included_by, "at": LATER} | how
    return actions.correct(visit, held, why, **how)


def refused(visit, held, match, **how):
    """Nothing was written."""
    with pytest.raises(actions.CannotHold, match=match):
        correct(visit, held, **how)
    visit.refresh_from_db()
    assert visit.corrected_at is None
    assert Answers.objects.get(visit=visit).data == {"pain": 6}
    assert not JournalLine.objects.exists()


def test_a_correction_replaces_the_answer_and_keeps_why():
    answers = held_visit()
    visit = answers.visit
    drafts.save(visit.held_by.user_id, visit.correction_key, {"comment": "B"}, 0, at=LATER)

    target = correct(
        visit,
        said(answers, comment="Revu"),
        note="Lu sur le carnet",
        once_only=replace(ONCE, draft=visit.correction_key),
    )

    visit.refresh_from_db()
    answers.refresh_from_db()
    key = keys.open_key(visit.enrolment.key_id)
    assert target == str(visit.public_id)
    assert answers.data == {"pain": 4}
    assert (visit.corrected_at, visit.correction_reason) == (LATER, "TYPING_ERROR")
    assert questionnaires.open_text(key, visit, "comment", visit.comment_sealed) == "Revu"
    note = questionnaires.open_text(key, visit, "correction", visit.correction_note_sealed)
    assert note == "Lu sur le carnet"
    assert visit.recorded_at == datetime(2026, 4, 2, 10, tzinfo=UTC)
    assert drafts.load(visit.held_by.user_id, visit.correction_key) is None
    line = JournalLine.objects.get()
    assert (line.action, line.subject) == ("visit.corrected", str(visit.enrolment.public_id))
    assert line.detail == {"reason": "TYPING_ERROR"}


def test_history_holds_the_answer_before_and_the_reason():
    answers = held_visit()

    correct(answers.visit, said(answers))

    first, second = answers.events.order_by("pgh_id")
    assert (first.data, second.data) == ({"pain": 6}, {"pain": 4})
    assert second.pgh_context["action"] == "visit.corrected"
    assert second.pgh_context["reason"] == "TYPING_ERROR"


def test_free_words_that_did_not_change_are_not_sealed_again():
    answers = held_visit()
    visit = answers.visit
    words = AnswersFactory(visit=visit, version__definition=WORDS, data={})
    key = keys.open_key(visit.enrolment.key_id)
    code = words.version.questionnaire.code
    sealed = questionnaires.seal_texts(key, visit, code, {"said": "La nuit"})
    Answers.objects.filter(pk=words.pk).update(texts_sealed=sealed)
    held = said(answers)

    correct(visit, replace(held, answers={**held.answers, code: {"said": "La nuit"}}))
    again = {**held.answers, code: {"said": "Le jour"}}
    visit.refresh_from_db()
    correct(visit, replace(held, answers=again), once_only=replace(ONCE, key="key-2"))

    versions = [bytes(one.texts_sealed) for one in words.events.order_by("pgh_id")[1:]]
    assert versions[0] == sealed
    assert len(versions) == 2
    opened = questionnaires.open_text(key, visit, code, versions[1])
    assert "Le jour" in opened


def test_the_next_appointment_is_not_moved():
    answers = held_visit(next_on=date(2026, 6, 1))
    count = Visit.objects.count()

    correct(answers.visit, said(answers, next_on=date(2026, 7, 1)))

    answers.visit.refresh_from_db()
    assert answers.visit.next_on == date(2026, 6, 1)
    assert Visit.objects.count() == count


@pytest.mark.parametrize(
    ("held_on", "timing", "reason"),
    [
        (date(2026, 3, 25), Timing.EARLY, TimingReason.RENEWAL),
        (date(2026, 3, 26), Timing.IN_WINDOW, ""),
        (date(2026, 4, 2), Timing.IN_WINDOW, ""),
    ],
)
def test_the_moment_follows_the_date(held_on, timing, reason):
    answers = held_visit()

    correct(answers.visit, said(answers, held_on=held_on, timing_reason=reason))

    answers.visit.refresh_from_db()
    assert (answers.visit.held_on, answers.visit.timing) == (held_on, timing)


def test_an_unscheduled_visit_stays_unscheduled():
    answers = held_visit(simple=True)
    Visit.objects.filter(pk=answers.visit_id).update(timing=Timing.UNSCHEDULED)
    answers.visit.refresh_from_db()

    correct(answers.visit, said(answers, held_on=date(2026, 4, 1)))

    answers.visit.refresh_from_db()
    assert answers.visit.timing == Timing.UNSCHEDULED


def test_sent_twice_it_is_corrected_once():
    answers = held_visit()
    stamp = answers.visit.stamp

    first = correct(answers.visit, said(answers), seen=stamp)
    second = correct(answers.visit, said(answers), seen=stamp)

    assert first == second
    assert JournalLine.objects.count() == 1
    with pytest.raises(once.AnotherBody):
        correct(answers.visit, said(answers), once_only=replace(ONCE, body={"mode": "REMOTE"}))


# --- Refused ---------------------------------------------------------------------------------


def test_nothing_changed_is_refused():
    answers = held_visit()
    code = answers.version.questionnaire.code

    refused(answers.visit, said(answers, answers={code: {"pain": 6}}), "Rien n’a changé")


def test_a_stale_page_is_refused():
    answers = held_visit()

    refused(answers.visit, said(answers), "corrigée depuis", seen="2026-01-01T00:00:00+00:00")


def test_another_reason_is_told_in_words():
    answers = held_visit()

    refused(answers.visit, said(answers), "Précisez", reason=CorrectionReason.OTHER)


@pytest.mark.parametrize("pain", [-1, 11, "six"])
def test_a_wrong_answer_is_refused(pain):
    answers = held_visit()
    code = answers.version.questionnaire.code

    refused(answers.visit, said(answers, answers={code: {"pain": pain}}), "pas valables")


def test_a_date_outside_the_participation_is_refused():
    answers = held_visit()

    refused(answers.visit, said(answers, held_on=date(2026, 3, 1)), "a été inclus")
    refused(answers.visit, said(answers, held_on=date(2026, 5, 5)), "à venir")


def test_a_stop_has_its_reason():
    answers = held_visit()

    refused(answers.visit, said(answers, decision=Decision.STOP), "motif de l’arrêt")


def test_outside_the_window_the_reason_is_still_needed():
    answers = held_visit()

    refused(answers.visit, said(answers, held_on=date(2026, 3, 20)), "Avant la fenêtre")


def test_a_colleague_of_elsewhere_may_not():
    answers = held_visit()
    stranger = MemberFactory(programme=answers.visit.enrolment.programme)

    refused(answers.visit, said(answers), "pas suivi par vous", by=stranger)


def test_a_relay_doctor_corrects_no_complex_visit():
    answers = held_visit(enrolment__relay=True)

    relay = answers.visit.enrolment.relay_doctor
    refused(answers.visit, said(answers), "structure de référence", by=relay)


def test_without_accreditation_nothing_is_corrected():
    answers = held_visit()
    Accreditation.objects.update(ended_on=date(2026, 5, 3))

    refused(answers.visit, said(answers), "habilitation")


def test_a_visit_that_was_not_held_is_not_corrected():
    visit = VisitFactory()

    with pytest.raises(actions.CannotHold, match="Seule une consultation"):
        correct(visit, actions.Held(date(2026, 4, 2), "ON_SITE", Decision.CONTINUE))

    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED


# --- The page --------------------------------------------------------------------------------


def page_of(visit):
    return reverse("followup:correct", args=[visit.public_id])


def typed(answers, **changes):
    return {
        "once": "a" * 32,
        "held_on": "02/04/2026",
        "mode": "ON_SITE",
        "decision": "CONTINUE",
        "comment": "",
        "stop_reason": "",
        "timing_reason": "",
        "seen": answers.visit.stamp,
        "correction_reason": "TYPING_ERROR",
        "correction_note": "",
        f"{answers.version.questionnaire.code}-pain": "4",
    } | changes


def test_the_form_shows_what_was_recorded(sign_in):
    answers = held_visit()

    response = sign_in(answers.visit.held_by).get(page_of(answers.visit))

    name = f"{answers.version.questionnaire.code}-pain"
    assertContains(response, "Motif de la correction")
    assert response.context["form"][name].value() == 6
    assertContains(response, 'value="02/04/2026"')
    assert "next_on" not in response.context["form"].fields


def test_every_kind_of_answer_comes_back_as_its_field_shows_it(sign_in):
    answers = held_visit()
    kinds = [
        {"code": "better", "label": "Mieux", "kind": "yes_no"},
        {"code": "since", "label": "Depuis", "kind": "date"},
        {"code": "said", "label": "Dit", "kind": "text"},
        {"code": "left", "label": "Vide", "kind": "number"},
    ]
    row = AnswersFactory(
        visit=answers.visit,
        version__definition=kinds,
        data={"better": False, "since": "2026-03-30"},
    )
    code, visit = row.version.questionnaire.code, answers.visit
    sealed = questionnaires.seal_texts(
        keys.open_key(visit.enrolment.key_id), visit, code, {"said": "La nuit"}
    )
    Answers.objects.filter(pk=row.pk).update(texts_sealed=sealed)

    form = sign_in(visit.held_by).get(page_of(visit)).context["form"]

    values = [form[f"{code}-{one['code']}"].value() for one in kinds]
    assert values == ["NO", date(2026, 3, 30), "La nuit", None]


def test_a_correction_is_recorded_from_the_page(sign_in):
    answers = held_visit()
    client = sign_in(answers.visit.held_by)

    response = client.post(page_of(answers.visit), typed(answers))

    there = reverse("followup:visit", args=[answers.visit.public_id])
    assertRedirects(response, there, fetch_redirect_response=False)
    answers.refresh_from_db()
    assert answers.data == {"pain": 4}
    page = client.get(there)
    assertContains(page, "Corrigée")
    assertContains(page, "Erreur de saisie")
    assertContains(page, page_of(answers.visit))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"correction_reason": ""}, "Ce champ est obligatoire"),
        ({"correction_reason": "OTHER"}, "Précisez le motif"),
        ({"seen": "old"}, "corrigée depuis"),
    ],
)
def test_a_refused_correction_keeps_what_was_typed(sign_in, changes, words):
    answers = held_visit()
    client = sign_in(answers.visit.held_by)

    response = client.post(page_of(answers.visit), typed(answers, **changes))

    assertContains(response, words)
    answers.refresh_from_db()
    assert answers.data == {"pain": 6}
    assertContains(client.get(page_of(answers.visit)), "est repris")


def test_the_same_form_with_other_content_is_told(sign_in):
    answers = held_visit()
    client = sign_in(answers.visit.held_by)
    client.post(page_of(answers.visit), typed(answers))

    response = client.post(page_of(answers.visit), typed(answers, comment="Autre"))

    assertContains(response, "déjà été enregistré avec un autre contenu")


def test_nobody_else_reaches_the_form(sign_in):
    answers, planned = held_visit(), VisitFactory()
    relay = MemberFactory(role=Role.RELAY_DOCTOR)
    AccreditationFactory(member=relay, programme=answers.visit.enrolment.programme)
    answers.visit.enrolment.relay_doctor = relay
    answers.visit.enrolment.save(update_fields=["relay_doctor"])

    assert sign_in(relay).get(page_of(answers.visit)).status_code == 404
    assert sign_in(planned.enrolment.included_by).get(page_of(answers.visit)).status_code == 404
    assert sign_in(planned.enrolment.included_by).get(page_of(planned)).status_code == 404


def test_a_visit_held_days_ago_is_not_typed_late(sign_in):
    answers = held_visit()
    assert LATER - answers.visit.recorded_at > timedelta(days=7)

    response = sign_in(answers.visit.held_by).get(page_of(answers.visit))

    assert "timing_reason" not in [
        question.field.name
        for section in response.context["sections"]
        for question in section.questions
    ]
