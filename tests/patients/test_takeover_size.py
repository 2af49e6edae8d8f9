"""A whole register in one request: what is asked of the servers does not grow with its lines."""

import pytest
from django.db import connections

from core.models import JournalLine, KeyRecord
from patients import actions as acts
from patients.models import Enrolment, Patient, PossibleDuplicate
from patients.takeover import actions
from patients.takeover.plan import Answer
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.patients.situations import NOON, a_setting, an_inclusion
from tests.patients.takeovers import a_line, stage, table, take_over
from tests.patients.test_inclusion import include
from tests.patients.test_nir import NUMBER
from tests.programmes.factories import VisitDefinitionFactory


@pytest.fixture
def setting():
    return a_setting()


class Asked:
    """Counts what is asked of both servers."""

    def __init__(self):
        self.count = 0

    def __call__(self, execute, *given):
        self.count += 1
        return execute(*given)


def asked(act):
    """What the act returns, and how many queries it took."""
    counter = Asked()
    with (
        connections["default"].execute_wrapper(counter),
        connections["keys"].execute_wrapper(counter),
    ):
        done = act()
    return done, counter.count


def register(setting, lines, prefix):
    """Half of them out, each with a treatment that runs and a first prescription."""
    out = {"sortie_le": "20/02/2026", "motif_sortie": "Inefficacité"}
    return table(
        *(
            a_line(
                setting,
                ancien_numero=f"{prefix}-{rank}",
                prenoms=f"{prefix}{'abcdefghij'[rank]}",
                premiere_prescription_le=f"0{2 + rank % 3}/02/2026",
                traitement_en_cours="Huile 10:10",
                traitement_1="Gabapentine",
                resultat_1="mal toléré",
                devenir_1="arrêté",
                **{f"critere_{setting.criterion.code}": "non"},
                **(out if rank % 2 else {"sortie_le": "", "motif_sortie": ""}),
            )
            for rank in range(lines)
        )
    )


def queries(setting, lines, prefix):
    """Of the preview, then of the act."""
    file = stage(setting, register(setting, lines, prefix))
    plan, read = asked(lambda: actions.preview(file, by=setting.doctor, at=NOON))
    answer = Answer(plan.digest)
    _, written = asked(lambda: actions.confirm(file, answer, by=setting.doctor, at=NOON))
    return read, written


def test_ten_lines_ask_no_more_than_four(setting):
    VisitDefinitionFactory(programme=setting.programme, code="M6", offset_months=6)
    include(setting, an_inclusion(setting, PersonFactory(birth_name="Martin")))

    few = queries(setting, 4, "Lou")
    many = queries(setting, 10, "Isa")

    assert many == few
    assert Enrolment.objects.count() == 15
    # Of each line: visits planned, those before closed; a note; taken over. Of each exit: both.
    actions_told = JournalLine.objects.filter(actor_id=setting.doctor.pk)
    assert actions_told.filter(action="patient.taken_over").count() == 14
    assert actions_told.filter(action="note.written").count() == 14
    assert actions_told.filter(action="visits.scheduled").count() == 15
    assert actions_told.filter(action="visits.closed").count() == 14 + 7
    assert actions_told.filter(action="enrolment.ended").count() == 7
    assert all(one.events.exists() for one in Enrolment.objects.all())


def test_a_namesake_included_before_is_written_after(setting):
    """Else the first line would be taken for the person whose namesake it is."""
    namesake = a_line(setting, ancien_numero="A-2", homonyme_motif="Deux cousines, pièces vues")

    take_over(setting, a_line(setting, inclus_le="10/02/2026"), namesake)

    assert Patient.objects.count() == 2
    assert Enrolment.objects.get(taken_over__line=2).patient.index.homonym_no == 0
    assert PossibleDuplicate.objects.count() == 1


def test_two_lines_of_patients_merged_since_are_no_pair(setting):
    kept = EnrolmentFactory(patient__person=PersonFactory(birth_name="Martin"))
    other = EnrolmentFactory(patient__person=PersonFactory(birth_name="Martim"))
    Patient.objects.filter(pk=other.patient_id).update(merged_into=kept.patient)
    out = {"sortie_le": "20/02/2026", "motif_sortie": "Inefficacité"}
    back = {"ancien_numero": "A-2", "nom_naissance": "Martim", "inclus_le": "20/02/2026"}

    take_over(setting, a_line(setting, **out), a_line(setting, **back))

    assert kept.patient.enrolments.filter(programme=setting.programme).count() == 2
    assert not PossibleDuplicate.objects.exists()


def test_numbers_of_one_file_are_kept_each_under_its_key(setting):
    numbers = [NUMBER, "180029712345664"]
    lines = [
        a_line(setting, ancien_numero=f"A-{rank}", prenoms=name, nir_accepte="oui", nir=number)
        for rank, (name, number) in enumerate(zip(("Anne", "Zoé"), numbers, strict=True))
    ]

    take_over(setting, *lines)

    told = {acts.reveal_nir(one, by=setting.doctor) for one in Enrolment.objects.all()}
    assert told == set(numbers)
    assert KeyRecord.objects.filter(purpose="nir").count() == 2
