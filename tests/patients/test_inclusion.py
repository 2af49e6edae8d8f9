import datetime
from dataclasses import replace

import pytest
from django.apps import apps
from django.db import IntegrityError

from accounts.enums import Role
from core import keys
from core.models import JournalLine, KeyRecord
from core.pdf import PdfUnavailable
from patients import actions, draft, identity, signature, texts
from patients.enums import Answer, ConsentKind
from patients.inclusion import Answered, Signature
from patients.models import Consent, Enrolment
from patients.representatives import Representative
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.patients.consenting import DRAWN, texts_of
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.patients.situations import (
    DAY,
    NOON,
    a_setting,
    an_inclusion,
    closed_from,
    limited,
    trained,
)
from tests.patients.test_identity import places_of


@pytest.fixture
def setting():
    return a_setting()


def include(setting, inclusion, key="inclusion:1", by=None):
    return actions.include(inclusion, key=key, by=by or setting.doctor, at=NOON)


def rows():
    """How many rows each table holds: a refusal changes none (keys of both clusters included)."""
    counts = {
        model._meta.label: model.objects.count()
        for model in apps.get_models()
        if model._meta.managed and model is not KeyRecord
    }
    return counts | {"keys": KeyRecord.objects.count()}


def refused(setting, inclusion, by=None):
    before = rows()
    with pytest.raises(actions.CannotInclude) as caught:
        include(setting, inclusion, by=by)
    assert rows() == before
    return caught.value


# --- What an inclusion records ---------------------------------------------------------------


def test_an_inclusion_records_everything(setting):
    person = PersonFactory()
    inclusion = an_inclusion(setting, person, nir_given=True)

    enrolment = include(setting, inclusion)

    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    assert enrolment.site == setting.doctor.site
    assert enrolment.included_by == setting.doctor
    assert (enrolment.included_on, enrolment.recorded_at) == (DAY, NOON)
    assert enrolment.state == "ACTIVE"
    assert identity.open_one(enrolment.patient) == person
    consents = {consent.kind: consent for consent in enrolment.consents.all()}
    assert consents[ConsentKind.PARTICIPATION].is_given
    assert consents[ConsentKind.NIR].is_given
    assert consents[ConsentKind.NIR].information == setting.document
    assert consents[ConsentKind.NIR].booklet == setting.booklet
    assert enrolment.answers.get().answer == Answer.NO
    assert texts.drugs(enrolment, enrolment.prior_treatments.all()) == ["Gabapentine"]
    line = JournalLine.objects.get(action="patient.included")
    assert line.subject == str(enrolment.public_id)


def test_the_second_consent_blocks_nothing(setting):
    enrolment = include(setting, an_inclusion(setting, nir_given=False))

    assert not enrolment.consents.get(kind=ConsentKind.NIR).is_given


def test_a_refused_nir_is_recorded_as_refused(setting):
    enrolment = include(setting, an_inclusion(setting))

    given = Consent.objects.standing(DAY).filter(enrolment=enrolment)
    assert {one.kind for one in given} == {"PARTICIPATION", "RESEARCH"}


def test_a_minor_keeps_the_name_of_who_signed_under_the_enrolments_key(setting):
    person = PersonFactory(birth_date=datetime.date(2015, 1, 1))
    inclusion = an_inclusion(
        setting,
        person,
        person_kind="MINOR",
        representatives=(Representative("Kanarivogel", "PARENT"),),
    )

    enrolment = include(setting, inclusion)

    consent = enrolment.consents.get(kind=ConsentKind.PARTICIPATION)
    plain = keys.unseal(
        enrolment.key_id,
        consent.representative_sealed,
        aad=actions.representative_aad(enrolment),
    )
    assert "Kanarivogel" in plain.decode()
    assert places_of("Kanarivogel") == []


def test_the_acts_above_are_called_in_the_same_transaction(setting, monkeypatch):
    called = []
    monkeypatch.setattr(actions.hooks, "ON_INCLUDED", [lambda *given: called.append(given)])

    enrolment = include(setting, an_inclusion(setting))

    assert called == [([enrolment], setting.doctor, NOON)]


def test_an_act_above_that_fails_leaves_nothing(setting, monkeypatch):
    def fails(*_given):
        raise ZeroDivisionError

    monkeypatch.setattr(actions.hooks, "ON_INCLUDED", [fails])
    before = rows()

    with pytest.raises(ZeroDivisionError):
        include(setting, an_inclusion(setting))

    assert rows() == before


def test_the_same_form_sent_twice_is_one_inclusion(setting):
    inclusion = an_inclusion(setting)
    first = include(setting, inclusion)

    second = include(setting, inclusion)

    assert second == first
    assert KeyRecord.objects.filter(purpose__in=["patient", "enrolment"]).count() == 2
    assert actions.included_before(key="inclusion:1", by=setting.doctor) == str(first.public_id)


def test_the_draft_is_emptied_with_the_inclusion(setting, django_capture_on_commit_callbacks):
    draft_id = draft.start(setting.programme, by=setting.doctor, at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        include(setting, an_inclusion(setting), key=draft.key_of(draft_id))

    assert draft.load(draft_id, by=setting.doctor, at=NOON) is None
    assert not KeyRecord.objects.filter(purpose="draft").exists()


def test_relay_and_pharmacy_are_designated(setting):
    relay = trained(setting.programme, role=Role.RELAY_DOCTOR)
    pharmacy = SiteFactory(pharmacy=True)
    inclusion = replace(an_inclusion(setting), relay_doctor=relay, pharmacy=pharmacy)

    enrolment = include(setting, inclusion)

    assert (enrolment.relay_doctor, enrolment.pharmacy) == (relay, pharmacy)


# --- Refusals: each with its reason, none writes anything -------------------------------------


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"included_on": datetime.date(2026, 3, 3)}, "dans le futur"),
        (
            {"included_on": datetime.date(2026, 3, 1), "signed_on": datetime.date(2026, 3, 1)},
            "après coup",
        ),
        ({"signed_on": datetime.date(2026, 3, 3)}, "consentement"),
        (
            {"person_kind": "MINOR", "representatives": (Representative("Sa mère", "PARENT"),)},
            "majeure",
        ),
    ],
)
def test_refused_by_what_was_told(setting, told, words):
    error = refused(setting, an_inclusion(setting, **told))

    assert words in str(error)


def test_refused_once_the_programme_is_closed():
    reason = "L’expérimentation n’accepte plus d’inclusion depuis le 27 mars 2024"
    closed = closed_from(datetime.date(2024, 3, 27), reason)

    error = refused(closed, an_inclusion(closed))

    assert reason in str(error)


def test_an_inclusion_of_before_the_closing_may_still_be_typed():
    closed = closed_from(datetime.date(2024, 3, 27))
    day = datetime.date(2024, 3, 26)
    inclusion = an_inclusion(closed, included_on=day, signed_on=day, late_reason="PAPER_LATE")

    enrolment = include(closed, inclusion)

    assert enrolment.included_on == day
    assert enrolment.late_reason == "PAPER_LATE"


def test_refused_without_training(setting):
    untrained = MemberFactory(programme=setting.programme, site=setting.doctor.site)

    error = refused(setting, an_inclusion(setting), by=untrained)

    assert "formation" in str(error)


def test_refused_without_accreditation_that_day(setting):
    stranger = trained(a_setting().programme, site=setting.doctor.site)
    trained_stranger = trained(setting.programme, site=setting.doctor.site)
    trained_stranger.accreditations.update(ended_on=DAY)

    assert "habilité" in str(refused(setting, an_inclusion(setting), by=stranger))
    assert "habilité" in str(refused(setting, an_inclusion(setting), by=trained_stranger))


@pytest.mark.parametrize("role", [Role.RELAY_DOCTOR, Role.PHARMACIST, Role.MANAGER])
def test_refused_to_other_roles(setting, role):
    member = MemberFactory(role=role, site=setting.doctor.site, programme=setting.programme)

    assert "structure de référence" in str(refused(setting, an_inclusion(setting), by=member))


def test_refused_where_the_structure_is_not_listed(setting):
    elsewhere = trained(setting.programme)

    error = refused(setting, an_inclusion(setting), by=elsewhere)

    assert "n’est pas inscrite" in str(error)
    assert {refusal.step for refusal in error.refusals} == {"eligibilite"}


@pytest.mark.parametrize(("days", "is_refused"), [(-1, True), (0, True), (1, False)])
def test_the_day_of_delisting_is_no_longer_listed(setting, days, is_refused):
    setting.doctor.site.listings.update(delisted_on=DAY + datetime.timedelta(days=days))

    if is_refused:
        refused(setting, an_inclusion(setting))
    else:
        include(setting, an_inclusion(setting))


@pytest.mark.parametrize(("days", "is_refused"), [(-1, True), (0, False)])
def test_an_indication_is_open_until_its_last_day(setting, days, is_refused):
    setting.indication.valid_to = DAY + datetime.timedelta(days=days)
    setting.indication.save()

    if is_refused:
        assert "n’était pas ouverte" in str(refused(setting, an_inclusion(setting)))
    else:
        include(setting, an_inclusion(setting))


def test_a_programme_may_ask_no_training():
    free = a_setting(training_required=False)
    free.doctor.user.completions.update(completed_on=datetime.date(2030, 1, 1))
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=free.programme)

    enrolment = include(free, replace(an_inclusion(free), relay_doctor=relay))

    assert enrolment.relay_doctor == relay


def test_a_row_the_database_refuses_for_another_reason_is_not_hidden(setting):
    before = rows()
    person = PersonFactory(birth_date=datetime.date(1889, 1, 1))

    with pytest.raises(IntegrityError, match="patients_birth_year_possible"):
        include(setting, an_inclusion(setting, person))

    assert rows() == before


def test_what_is_signed_on_screen_is_refused_where_no_pdf_can_be_made(setting, monkeypatch):
    """Without its document nothing would prove the consent."""
    texts = texts_of(setting.programme)
    signed = an_inclusion(
        setting,
        texts={kind: texts[kind] for kind in ConsentKind},
        signatures=(Signature(signature.parse(DRAWN), ""),),
    )

    def unavailable(*_args, **_more):
        raise PdfUnavailable

    monkeypatch.setattr("core.pdf.render", unavailable)

    refusal = refused(setting, signed)

    assert [one.step for one in refusal.refusals] == ["information"]
    assert "bibliothèques" in str(refusal)


def test_refused_by_a_criterion_with_its_text(setting):
    inclusion = an_inclusion(setting)
    answers = (Answered(setting.criterion, Answer.YES),)
    found = replace(inclusion.eligibility, answers=answers)

    error = refused(setting, replace(inclusion, eligibility=found))

    assert setting.criterion.text in str(error)


def test_refused_without_prior_treatment(setting):
    inclusion = an_inclusion(setting)
    found = replace(inclusion.eligibility, treatments=())

    assert "traitement" in str(refused(setting, replace(inclusion, eligibility=found)))


def test_refused_above_the_ceiling_of_the_active_file():
    full = limited(1)
    EnrolmentFactory(indication=full.indication)

    assert "maximum" in str(refused(full, an_inclusion(full)))


def test_an_exit_makes_room_under_the_ceiling():
    full = limited(1)
    EnrolmentFactory(indication=full.indication, ended=True, ended_on=DAY)

    assert include(full, an_inclusion(full)).is_live


def test_refused_with_an_untrained_relay_or_a_closed_pharmacy(setting):
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=setting.programme)
    pharmacy = SiteFactory(pharmacy=True, closed_on=DAY)

    error = refused(setting, replace(an_inclusion(setting), relay_doctor=relay, pharmacy=pharmacy))

    assert len(error.refusals) == 2


def test_officines_only_where_the_programme_allows_them():
    hospital = a_setting(dispensing_places="PUI")
    officine = SiteFactory(pharmacy=True)

    assert "pharmacie" in str(refused(hospital, replace(an_inclusion(hospital), pharmacy=officine)))
