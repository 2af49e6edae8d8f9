"""Patients who left before their older register is taken over: out, when and why; counted."""

from datetime import date

import pytest

from core.models import JournalLine
from evaluation import indicators
from followup.enums import VisitStatus
from patients import actions as acts
from patients import identity
from patients.enums import EndReason, EnrolmentState
from patients.models import Enrolment, Nir, Patient
from patients.takeover import columns
from patients.takeover.plan import Standing
from programmes.enums import DataClass
from retention import plan as retention
from tests.patients.factories import ConsentFactory, EnrolmentFactory, PersonFactory
from tests.patients.situations import NOON, a_setting, an_inclusion, trained
from tests.patients.takeovers import a_line, faults, preview, take_over, warnings
from tests.patients.test_inclusion import include
from tests.patients.test_nir import NUMBER
from tests.programmes.factories import VisitDefinitionFactory


LEFT_ON = date(2026, 2, 20)


@pytest.fixture
def setting():
    return a_setting()


def out(setting, **changed):
    """Included on 2 February, out on the 20th."""
    exit_ = {"sortie_le": "20/02/2026", "motif_sortie": "Inefficacité"}
    return a_line(setting, **{**exit_, **changed})


def test_who_left_is_out_on_the_day_and_for_the_reason_told(setting):
    VisitDefinitionFactory(programme=setting.programme, code="M6", offset_months=6)

    plan = take_over(setting, out(setting))

    found = Enrolment.objects.get()
    assert (found.state, found.ended_on) == (EnrolmentState.ENDED, LEFT_ON)
    assert (found.end_reason, found.end_recorded_at) == (EndReason.INEFFICACY, NOON)
    assert plan.counts == {"NEW": 1, "JOINED": 0, "KNOWN": 0, "OUT": 1}
    assert set(found.visits.values_list("status", flat=True)) == {VisitStatus.CLOSED}
    line = JournalLine.objects.get(action="enrolment.ended")
    assert (line.subject, line.detail) == (str(found.public_id), {"state": "ENDED"})
    assert not Enrolment.objects.live().exists()


def test_an_exit_taken_over_counts_among_the_exits_and_in_what_is_erased(setting):
    take_over(setting, out(setting), a_line(setting, ancien_numero="A-2", prenoms="Anne"))

    programme = setting.programme
    assert indicators.exited_by_reason(programme, LEFT_ON) == {"INEFFICACY": 1}
    assert indicators.exited(programme, date(2026, 2, 19)) == 0
    erased = retention.dry_run(programme, DataClass.CLINICAL, kept=())
    assert {one.name: one.rows for one in erased}["Participations"] == 2
    assert retention.identities_to_erase(programme, kept=()).count() == 2


@pytest.mark.parametrize(("word", "reason"), columns.REASONS.items())
def test_every_reason_has_its_word(setting, word, reason):
    (entry,) = preview(setting, out(setting, motif_sortie=word.upper())).entries

    assert entry.told.inclusion.left.reason == reason


def test_every_reason_of_the_registry_can_be_told():
    assert set(columns.REASONS.values()) == set(EndReason)


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"motif_sortie": ""}, "motif_sortie", "Donnez le motif"),
        ({"sortie_le": ""}, "sortie_le", "Donnez la date"),
        ({"motif_sortie": "ennui"}, "motif_sortie", "contre-indication"),
        ({"sortie_le": "01/02/2026"}, "sortie_le", "ne peut pas précéder"),
        ({"sortie_le": "03/03/2026"}, "sortie_le", "futur"),
        ({"premiere_prescription_le": "21/02/2026"}, "premiere_prescription_le", "suit la sortie"),
        (
            {"motif_sortie": "retrait du consentement", "nir_accepte": "oui", "nir": NUMBER},
            "nir",
            "retiré",
        ),
    ],
)
def test_an_exit_that_cannot_be_is_told(setting, changed, column, words):
    told = faults(preview(setting, out(setting, **changed)))

    assert [name for name, _, _ in told] == [column]
    assert words in told[0][2]


@pytest.mark.parametrize("day", ["02/02/2026", "02/03/2026"])
def test_one_may_leave_on_the_first_day_and_today(setting, day):
    line = out(setting, sortie_le=day, premiere_prescription_le="02/02/2026")

    assert faults(preview(setting, line)) == []


def test_a_consent_withdrawn_is_withdrawn_that_day(setting):
    take_over(setting, out(setting, motif_sortie="retrait du consentement", nir_accepte="oui"))

    withdrawn = Enrolment.objects.get().consents.values_list("kind", "withdrawn_on")
    assert dict(withdrawn) == {"PARTICIPATION": LEFT_ON, "NIR": LEFT_ON, "RESEARCH": LEFT_ON}


def test_the_number_of_who_left_stays_with_its_consent(setting):
    take_over(setting, out(setting, nir_accepte="oui", nir=NUMBER))

    assert acts.reveal_nir(Enrolment.objects.get(), by=setting.doctor) == NUMBER
    assert list(Enrolment.objects.get().consents.in_hand().filter(kind="NIR")) != []


# --- Out, then back --------------------------------------------------------------------------


def back(setting, **changed):
    return a_line(
        setting,
        **{"ancien_numero": "A-2", "inclus_le": "20/02/2026", **changed},
    )


def test_somebody_who_came_back_has_two_participations(setting):
    numbers = {"nir_accepte": "oui", "nir": NUMBER}

    plan = take_over(setting, back(setting, **numbers), out(setting, **numbers))

    first, second = Enrolment.objects.order_by("included_on")
    assert Patient.objects.count() == 1
    assert (first.state, second.state) == ("ENDED", "ACTIVE")
    assert (first.previous, second.previous) == (None, first)
    assert Nir.objects.get().enrolment == second
    assert plan.counts == {"NEW": 1, "JOINED": 1, "KNOWN": 0, "OUT": 1}
    assert plan.alike == []


def test_two_lines_of_one_person_may_not_share_a_day(setting):
    told = faults(preview(setting, out(setting), back(setting, inclus_le="19/02/2026")))

    assert told == [("nom_naissance", "Martin", "La ligne 2 est déjà celle de ce patient.")]


def test_a_number_of_another_line_is_told(setting):
    numbers = {"nir_accepte": "oui", "nir": NUMBER}
    other = a_line(setting, ancien_numero="A-2", prenoms="Anne", **numbers)

    told = faults(preview(setting, out(setting, **numbers), other))

    assert [(column, typed) for column, typed, _ in told] == [("nir", "")]


def test_who_left_here_and_is_followed_elsewhere_has_left_here(setting):
    other = trained(setting.programme)
    live = EnrolmentFactory(
        included_by=other,
        indication=setting.indication,
        included_on=LEFT_ON,
        patient__person=PersonFactory(birth_name="Martin"),
    )

    ConsentFactory(enrolment=live, kind="NIR")
    acts.record_nir(live, NUMBER, by=other, at=NOON)

    plan = take_over(setting, out(setting, nir_accepte="oui", nir=NUMBER))

    gone = Enrolment.objects.get(site=setting.doctor.site)
    assert (gone.patient, gone.ended_on) == (live.patient, LEFT_ON)
    assert plan.counts["JOINED"] == 1
    assert list(Enrolment.objects.live()) == [live]
    assert Nir.objects.get().enrolment == live


def test_who_was_followed_elsewhere_at_that_time_is_refused(setting):
    other = trained(setting.programme, site__name="CHU d’Ailleurs")
    EnrolmentFactory(
        included_by=other,
        indication=setting.indication,
        included_on=date(2026, 1, 5),
        state=EnrolmentState.ENDED,
        ended_on=date(2026, 2, 3),
        end_reason=EndReason.OTHER,
        patient__person=PersonFactory(birth_name="Martin"),
    )

    told = faults(preview(setting, out(setting)))

    assert "participait ailleurs à cette époque" in told[0][2]
    assert "appelez CHU d’Ailleurs" in told[0][2]


def test_whoever_is_followed_here_is_left_and_the_exit_is_told(setting):
    person = PersonFactory(birth_name="Martin")
    live = include(setting, an_inclusion(setting, person))

    Enrolment.objects.update(included_on=date(2026, 2, 2))

    plan = preview(setting, out(setting))

    assert [one.standing for one in plan.entries] == [Standing.KNOWN]
    assert [column for column, _ in warnings(plan)] == ["sortie_le"]
    assert identity.open_one(live.patient).birth_name == "Martin"


def test_an_exit_taken_over_by_mistake_is_reopened(setting):
    VisitDefinitionFactory(programme=setting.programme, code="M6", offset_months=6)
    take_over(setting, out(setting))
    found = Enrolment.objects.get()

    acts.reopen(found, reason="Erreur de l’ancien registre", by=setting.doctor, at=NOON)

    found.refresh_from_db()
    assert found.is_live
    assert set(found.visits.values_list("status", flat=True)) == {VisitStatus.PLANNED}
