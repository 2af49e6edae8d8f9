"""Patients already followed in an older register: taken over whole, as facts, once."""

from datetime import date
from uuid import uuid4

import pytest

from accounts.enums import Role
from core import blind, keys
from core.models import JournalLine, OutgoingMail
from followup.enums import VisitStatus
from patients import actions as acts
from patients import identity, representatives, texts
from patients.actions import designation
from patients.enums import ConsentKind, DuplicateState, LateReason, NoteKind, Quality
from patients.models import (
    Enrolment,
    Patient,
    PossibleDuplicate,
)
from patients.takeover import actions
from patients.takeover.plan import Standing
from programmes.enums import PersonKind
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.patients.factories import EnrolmentFactory, NirFactory, PersonFactory
from tests.patients.situations import NOON, a_setting, an_inclusion, trained
from tests.patients.takeovers import (
    a_line,
    faults,
    preview,
    stage,
    table,
    take_over,
)
from tests.patients.test_inclusion import include
from tests.patients.test_nir import NUMBER
from tests.programmes.factories import VisitDefinitionFactory


@pytest.fixture
def setting():
    return a_setting()


# --- What is taken over ----------------------------------------------------------------------


def test_a_line_is_a_participation_with_its_true_dates(setting):
    colleague = MemberFactory(site=setting.doctor.site)

    take_over(
        setting,
        a_line(
            setting,
            rpps_medecin=colleague.user.rpps,
            premiere_prescription_le="2026-02-03",
            traitement_1="Gabapentine",
            resultat_1="mal toléré",
            devenir_1="arrêté",
            **{f"critere_{setting.criterion.code}": "non"},
        ),
    )

    found = Enrolment.objects.get()
    assert (found.included_on, found.first_treated_on) == (date(2026, 2, 2), date(2026, 2, 3))
    assert (found.late_reason, found.recorded_at) == (LateReason.IMPORT, NOON)
    assert (found.included_by, found.site) == (colleague, setting.doctor.site)
    assert texts.drugs(found, found.prior_treatments.all()) == ["Gabapentine"]
    assert list(found.answers.values_list("criterion", "answer")) == [(setting.criterion.pk, "NO")]
    assert identity.open_one(found.patient).full_name == "MARTIN Jeanne"
    assert actions.former_number(found) == "A-1"
    line = JournalLine.objects.get(action="patient.taken_over")
    assert (line.subject, line.actor_id) == (str(found.public_id), setting.doctor.pk)


def test_the_consents_are_those_that_were_signed(setting):
    take_over(setting, a_line(setting, nir_accepte="oui", recherche="non", nir=NUMBER))

    found = Enrolment.objects.get()
    answers = dict(found.consents.values_list("kind", "is_given"))
    assert answers == {"PARTICIPATION": True, "NIR": True, "RESEARCH": False}
    assert set(found.consents.values_list("signed_on", flat=True)) == {date(2026, 2, 1)}
    assert acts.reveal_nir(found, by=setting.doctor) == NUMBER


def test_a_number_refused_at_the_last_moment_takes_nobody_over(setting, monkeypatch, settings):
    """Another act gave it to another person between the plan and the writing."""

    whole = designation.take_over

    def meanwhile(*args, **more):
        index = blind.index("patients.nir", NUMBER, key=settings.NIR_INDEX_KEY)
        NirFactory(index=index, enrolment__patient__key_id=uuid4())
        return whole(*args, **more)

    monkeypatch.setattr("patients.takeover.writing.designation.take_over", meanwhile)

    with pytest.raises(actions.PlanChanged):
        take_over(setting, a_line(setting, nir_accepte="oui", nir=NUMBER))

    assert not Enrolment.objects.exists()
    assert not Patient.objects.exists()
    assert not keys.KeyRecord.objects.filter(purpose="patient").exists()


def test_somebody_included_elsewhere_meanwhile_takes_nobody_over(setting, monkeypatch):
    """Another structure recorded the person between the plan and the writing."""
    elsewhere = EnrolmentFactory()

    def refuse(*_args, **_more):
        raise acts.AlreadyFollowed(elsewhere, by=setting.doctor)

    monkeypatch.setattr("patients.takeover.writing.participation.write", refuse)

    with pytest.raises(actions.PlanChanged):
        take_over(setting, a_line(setting))

    assert list(Enrolment.objects.all()) == [elsewhere]


def test_designations_are_facts_that_nobody_is_told_again(setting):
    relay = trained(setting.programme, role=Role.RELAY_DOCTOR)
    pharmacy = SiteFactory(pharmacy=True)

    take_over(
        setting,
        a_line(
            setting,
            rpps_relais=relay.user.rpps,
            relais_depuis="10/02/2026",
            finess_pharmacie=pharmacy.finess,
        ),
    )

    found = Enrolment.objects.get()
    assert (found.relay_doctor, found.pharmacy) == (relay, pharmacy)
    since = dict(found.designations.values_list("kind", "designated_on"))
    assert since == {"DOCTOR": date(2026, 2, 10), "PHARMACY": date(2026, 2, 2)}
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (
            {"ordonnance_du": "20/02/2026", "ordonnance_au": "19/03/2026"},
            "Huile 10:10, 0,5 ml × 2 – ordonnance du 20/02/2026 au 19/03/2026",
        ),
        ({}, "Huile 10:10, 0,5 ml × 2"),
    ],
)
def test_the_treatment_that_runs_is_a_note_for_both_doctors(setting, period, told):
    take_over(setting, a_line(setting, traitement_en_cours="Huile 10:10, 0,5 ml × 2", **period))

    note = Enrolment.objects.get().shared_notes.get()
    assert note.kind == NoteKind.TITRATION
    text = texts.read(note.enrolment, designation.NOTE, note.text_sealed)
    assert text == f"Repris de l’ancien registre\u202f: {told}"


def test_visits_whose_window_is_over_belong_to_the_older_register(setting):
    VisitDefinitionFactory(programme=setting.programme, offset_months=0)
    late = VisitDefinitionFactory(programme=setting.programme, code="M6", offset_months=6)

    take_over(setting, a_line(setting))

    planned = Enrolment.objects.get().visits.filter(status=VisitStatus.PLANNED)
    assert [one.definition for one in planned] == [late]


def test_a_minor_is_taken_over_with_whoever_signed(setting):
    take_over(
        setting,
        a_line(
            setting,
            personne="mineur",
            naissance="2012",
            representant="Paul Martin",
            qualite_representant="parent",
        ),
    )

    found = Enrolment.objects.get()
    consents = list(found.consents.filter(kind=ConsentKind.PARTICIPATION))
    assert consents[0].person_kind == PersonKind.MINOR
    (signer,) = representatives.read(found, consents)
    assert (signer.name, signer.quality) == ("Paul Martin", Quality.PARENT)
    assert identity.open_one(found.patient).birth_text == "2012"


def test_an_exit_undone_leaves_the_older_visits_closed(setting):
    VisitDefinitionFactory(programme=setting.programme, offset_months=0)
    VisitDefinitionFactory(programme=setting.programme, code="M6", offset_months=6)
    take_over(setting, a_line(setting))
    found, by = Enrolment.objects.get(), setting.doctor
    acts.end(found, reason="OTHER", on=NOON.date(), weaning=False, by=by, at=NOON)

    acts.reopen(found, reason="Erreur de saisie", by=by, at=NOON)

    assert sorted(found.visits.values_list("status", flat=True)) == ["CLOSED", "PLANNED"]


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(";", "utf-8"), (",", "utf-8-sig"), (";", "cp1252"), ("\t", "cp1252")],
)
def test_a_file_of_a_spreadsheet_is_read(setting, delimiter, encoding):
    line = a_line(setting, nom_naissance="Lœb-Müller", prenoms="Zoé")
    file = stage(setting, table(line, delimiter=delimiter, encoding=encoding))

    plan = actions.preview(file, by=setting.doctor, at=NOON)

    person = plan.entries[0].told.inclusion.person
    assert (person.birth_name, person.first_name) == ("Lœb-Müller", "Zoé")


# --- Once ------------------------------------------------------------------------------------


def test_the_same_file_twice_creates_nothing(setting):
    lines = [a_line(setting), a_line(setting, ancien_numero="A-2", prenoms="Anne")]
    take_over(setting, *lines)
    before = Patient.objects.count(), keys.KeyRecord.objects.exclude(purpose="takeover").count()

    plan = take_over(setting, *lines)

    assert plan.counts == {"NEW": 0, "JOINED": 0, "KNOWN": 2, "OUT": 0}
    assert before == (
        Patient.objects.count(),
        keys.KeyRecord.objects.exclude(purpose="takeover").count(),
    )


def test_a_number_taken_over_is_known_whatever_became_of_the_name(setting):
    take_over(setting, a_line(setting))

    plan = preview(setting, a_line(setting, ancien_numero="a-1 ", nom_naissance="Martinez"))

    assert [one.standing for one in plan.entries] == [Standing.KNOWN]


def test_whoever_is_followed_here_already_is_left(setting):
    include(setting, an_inclusion(setting, PersonFactory(birth_name="Martin")))

    plan = preview(setting, a_line(setting))

    assert [one.standing for one in plan.entries] == [Standing.KNOWN]


def test_a_person_known_of_before_has_a_new_participation(setting):
    enrolment = include(setting, an_inclusion(setting, PersonFactory(birth_name="Martin")))
    acts.end(enrolment, reason="OTHER", on=NOON.date(), weaning=False, by=setting.doctor, at=NOON)

    plan = take_over(setting, a_line(setting, inclus_le="02/03/2026", adresse="2 rue Neuve"))

    assert plan.counts["JOINED"] == 1
    assert Patient.objects.count() == 1
    assert identity.open_one(Patient.objects.get()).address == "2 rue Neuve"


def test_a_person_followed_elsewhere_is_refused_telling_whom_to_call(setting):
    other = trained(setting.programme, site__name="CHU d’Ailleurs", site__phone="01 99 00 00 00")
    EnrolmentFactory(
        included_by=other,
        indication=setting.indication,
        patient__person=PersonFactory(birth_name="Martin"),
    )

    told = faults(preview(setting, a_line(setting)))

    assert [(column, typed) for column, typed, _ in told] == [("nom_naissance", "Martin")]
    assert "appelez CHU d’Ailleurs" in told[0][2]
    assert "01 99 00 00 00" in told[0][2]


def test_a_namesake_passes_with_a_reason(setting):
    include(setting, an_inclusion(setting, PersonFactory(birth_name="Martin")))

    take_over(setting, a_line(setting, homonyme_motif="Deux cousines, pièces vues"))

    assert Patient.objects.count() == 2
    assert PossibleDuplicate.objects.get().state == DuplicateState.OPEN


# --- Who looks alike -------------------------------------------------------------------------


def test_who_looks_alike_is_shown_and_left_to_examine(setting):
    include(setting, an_inclusion(setting, PersonFactory(birth_name="Martin")))

    plan = take_over(setting, a_line(setting, nom_naissance="Martim"))

    (candidate,) = plan.alike[0].candidates
    assert candidate.is_mine
    assert "nom proche" in candidate.score.text
    assert PossibleDuplicate.objects.get().state == DuplicateState.OPEN


def test_two_persons_are_told_apart_before_anything_is_recorded(setting):
    known = include(setting, an_inclusion(setting, PersonFactory(birth_name="Martin"))).patient
    different = {2: frozenset({known.public_id, uuid4()})}

    take_over(setting, a_line(setting, nom_naissance="Martim"), different=different)

    assert PossibleDuplicate.objects.get().state == DuplicateState.DIFFERENT


def test_twins_of_one_file_are_shown_and_both_taken(setting):
    plan = take_over(setting, a_line(setting), a_line(setting, ancien_numero="A-2", prenoms="Jane"))

    assert [(one.line, near.line) for one in plan.alike for near in one.near] == [(3, 2)]
    assert Patient.objects.count() == 2
    assert not PossibleDuplicate.objects.exists()


def test_two_lines_that_may_be_one_person_are_left_to_examine(setting):
    lines = [a_line(setting), a_line(setting, ancien_numero="A-2", nom_naissance="Martim")]

    take_over(setting, *lines)

    pair = PossibleDuplicate.objects.get()
    assert (pair.state, pair.score) == (DuplicateState.OPEN, 92)


def test_a_line_left_as_known_is_no_other_line_to_examine(setting):
    take_over(setting, a_line(setting))
    alike = a_line(setting, ancien_numero="A-2", nom_naissance="Martim")

    plan = take_over(setting, a_line(setting), alike)

    assert [one.standing for one in plan.entries] == [Standing.KNOWN, Standing.NEW]
    assert PossibleDuplicate.objects.count() == 1
