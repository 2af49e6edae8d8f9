"""An exit recorded by mistake is undone; it is never a new start."""

import datetime

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from core.models import JournalLine
from patients import actions, rules
from patients.enums import EndReason, EnrolmentState
from patients.models import ContactChoice, Enrolment, Reopening
from tests.patients.factories import ConsentFactory, EnrolmentFactory, PersonFactory
from tests.patients.test_identity import places_of
from tests.programmes.factories import OpeningFactory


NOON = datetime.datetime(2026, 4, 5, 12, tzinfo=datetime.UTC)
DAY = datetime.date(2026, 4, 2)
CANARY = "Kanarivogel"


def reopen(enrolment, reason=f"Confusion avec {CANARY}"):
    return actions.reopen(enrolment, reason, by=enrolment.included_by, at=NOON)


def left(**more):
    return EnrolmentFactory(**{"ended": True, "patient__person": True, **more})


@pytest.mark.parametrize("situation", [{"ended": True}, {"ended": False, "weaning": True}])
def test_a_mistake_is_undone_and_stays_readable(situation, monkeypatch):
    called = []
    monkeypatch.setattr(actions.hooks, "ON_REOPENED", [lambda *given: called.append(given)])
    enrolment = left(**situation)

    reopen(enrolment)

    after = Enrolment.objects.get(pk=enrolment.pk)
    assert (after.state, after.ended_on, after.end_reason) == (EnrolmentState.ACTIVE, None, "")
    undone = Reopening.objects.get()
    assert (undone.was_state, undone.was_ended_on) == (enrolment.state, DAY)
    assert undone.was_end_reason == EndReason.INEFFICACY
    assert called == [(after, enrolment.included_by, NOON)]
    assert JournalLine.objects.get(action="enrolment.reopened").subject == str(after.public_id)
    assert places_of(CANARY) == []


def test_it_needs_no_opening_of_the_inclusions():
    """After 27 March 2024 nobody is included any more; a mistake is still corrected."""
    enrolment = left(indication__programme__state="CLOSED_TO_INCLUSION")
    on = datetime.date(2024, 3, 27)
    OpeningFactory(programme=enrolment.programme, closure=True, valid_from=on)

    reopen(enrolment)

    assert Enrolment.objects.get(pk=enrolment.pk).is_live


@pytest.mark.parametrize(
    ("situation", "reason", "words"),
    [
        ({"ended": False}, "x", "Aucune sortie"),
        ({"ended": False, "state": "CANCELLED"}, "x", "Aucune sortie"),
        ({}, " ", "Indiquez"),
        ({"indication__programme__ends_on": datetime.date(2026, 4, 4)}, "x", "terminé"),
        ({"consent": False}, "x", "nouveau consentement"),
    ],
)
def test_a_reopening_refused_changes_nothing(situation, reason, words):
    enrolment = left(**situation)
    before = Enrolment.objects.values().get(pk=enrolment.pk)

    with pytest.raises(actions.CannotEnd, match=words):
        reopen(enrolment, reason)

    assert Enrolment.objects.values().get(pk=enrolment.pk) == before
    assert not Reopening.objects.exists()


def test_a_programme_without_consent_asks_for_none():
    enrolment = left(consent=False, indication__programme__participation_basis="INFORMATION")

    assert reopen(enrolment).is_live


def test_a_withdrawal_is_reopened_by_a_new_consent_only():
    enrolment = left(end_reason=EndReason.CONSENT_WITHDRAWN, consent=False)
    ConsentFactory(enrolment=enrolment, withdrawn_on=DAY)
    with pytest.raises(actions.CannotEnd, match="nouveau consentement"):
        reopen(enrolment)
    ConsentFactory(enrolment=enrolment, signed_on=datetime.date(2026, 4, 4))

    assert reopen(enrolment).is_live


def test_nobody_takes_part_twice():
    enrolment = left()
    EnrolmentFactory(patient=enrolment.patient, indication=enrolment.indication)

    with pytest.raises(actions.CannotEnd, match="participe de nouveau"):
        reopen(enrolment)

    assert not Reopening.objects.exists()


def test_each_exit_is_undone_once_and_another_may_be_recorded():
    enrolment = reopen(left())
    again = {"on": datetime.date(2026, 4, 5), "weaning": False, "by": enrolment.included_by}
    actions.end(enrolment, reason=EndReason.OTHER, at=NOON, **again)

    reopen(Enrolment.objects.get(pk=enrolment.pk))

    assert Reopening.objects.count() == 2


# --- Death while weaning ----------------------------------------------------------------------


def test_a_death_ends_a_weaning():
    enrolment = left(ended=False, weaning=True)
    told = {"on": datetime.date(2026, 4, 4), "weaning": True, "by": enrolment.included_by}

    actions.end(enrolment, reason=EndReason.DEATH, at=NOON, **told)

    after = Enrolment.objects.get(pk=enrolment.pk)
    assert (after.state, after.end_reason) == ("ENDED", "DEATH")


@pytest.mark.parametrize(
    ("current", "reason", "may"),
    [
        ("ACTIVE", EndReason.OTHER, True),
        ("ACTIVE", EndReason.DEATH, True),
        ("WEANING", EndReason.DEATH, True),
        ("WEANING", EndReason.OTHER, False),
        ("ENDED", EndReason.DEATH, False),
        ("CANCELLED", EndReason.DEATH, False),
    ],
)
def test_who_may_leave(current, reason, may):
    target = EnrolmentState.ENDED

    assert rules.may_leave(EnrolmentState(current), reason=reason, target=target) == may


# --- Pages ------------------------------------------------------------------------------------


def url(enrolment, name):
    return reverse(f"patients:{name}", args=[enrolment.public_id])


def test_the_referent_undoes_it_from_the_page(sign_in):
    enrolment = left(patient__person=PersonFactory(birth_name="Martin"))
    client = sign_in(enrolment.included_by)
    assertContains(client.get(url(enrolment, "inclusion")), "Cette sortie est une erreur")

    assertContains(client.get(url(enrolment, "reopen")), "Ce n’est pas une nouvelle inclusion")
    assertContains(client.post(url(enrolment, "reopen"), {"reason": ""}), "obligatoire")
    client.post(url(enrolment, "reopen"), {"reason": "Mauvais dossier"})

    assert Enrolment.objects.get(pk=enrolment.pk).is_live
    assert client.get(url(enrolment, "reopen")).url == url(enrolment, "inclusion")


def test_the_page_says_why_it_is_refused(sign_in):
    enrolment = left(consent=False)

    page = sign_in(enrolment.included_by).post(url(enrolment, "reopen"), {"reason": "Erreur"})

    assertContains(page, "nouveau consentement")


def test_a_weaning_offers_death_only(sign_in):
    enrolment = left(ended=False, weaning=True)
    client = sign_in(enrolment.included_by)

    page = client.get(url(enrolment, "end"))

    assertContains(page, "Décès")
    assert "Choix du patient" not in page.content.decode()


def test_the_exit_keeps_how_to_inform_the_person(sign_in):
    enrolment = EnrolmentFactory(patient__person=True)
    typed = {"reason": "OTHER", "on": "02/04/2026", "weaning": "NO", "channel": "POST"}

    sign_in(enrolment.included_by).post(url(enrolment, "end"), typed)

    assert ContactChoice.objects.get().channel == "POST"
