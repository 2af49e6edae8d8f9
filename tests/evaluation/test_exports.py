"""What leaves under pseudonym, and what never does."""

import csv
import json
from datetime import date
from types import SimpleNamespace

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.enums import Role
from core.models import JournalLine
from evaluation.enums import DataSet, Layout
from evaluation.exports import Export, salt
from evaluation.views import _journaled
from followup.models import Answers
from patients.models import Enrolment
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.evaluation.situations import include, some_patients
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.patients.factories import ConsentFactory, EnrolmentFactory, PatientFactory, PersonFactory
from tests.pharmacies.factories import DispensationFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.programmes.factories import (
    IndicationFactory,
    ProgrammeFactory,
    QuestionnaireFactory,
    QuestionnaireVersionFactory,
)
from tests.vigilance.factories import AdverseEventFactory, SuspectFactory


EXPORT = reverse("evaluation:export")
EFFECTS = {"content": "effets", "layout": "excel", "purpose": "evaluation"}


def read(programme, data, layout=Layout.STANDARD):
    made = Export(programme, data, layout)
    text = b"".join(made).decode("utf-8-sig")
    delimiter = ";" if layout == Layout.EXCEL else ","
    return made, list(csv.DictReader(text.splitlines(), delimiter=delimiter))


def test_who_opposes_other_research_is_in_no_file_made_for_it():
    pain = IndicationFactory()
    allowed, opposed, withdrawn, _untold = (include(pain, date(2026, 3, 2)) for _ in range(4))
    ConsentFactory(enrolment=allowed, kind="RESEARCH")
    ConsentFactory(enrolment=opposed, kind="RESEARCH", is_given=False)
    ConsentFactory(enrolment=withdrawn, kind="RESEARCH", withdrawn_on=date(2026, 3, 3))

    for_research = Export(pain.programme, DataSet.PARTICIPATIONS, Layout.STANDARD, "recherche")
    everybody, _ = read(pain.programme, DataSet.PARTICIPATIONS)

    assert len(b"".join(for_research).splitlines()) == 2
    assert (for_research.rows, everybody.rows) == (1, 4)


def test_participations_tell_facts_under_a_pseudonym():
    pain = IndicationFactory(code="DN")
    site = SiteFactory(departement="974")
    enrolment = include(pain, date(2026, 3, 2), site=site, first_treated_on=date(2026, 3, 4))
    include(IndicationFactory(), date(2026, 3, 2))

    made, rows = read(pain.programme, DataSet.PARTICIPATIONS)

    (row,) = rows
    pseudonym = row.pop("pseudonyme")
    assert len(pseudonym) == 20
    assert pseudonym not in str(enrolment.public_id).replace("-", "")
    assert row == {
        "sexe": "F",
        "tranche_age": "40-49",
        "indication": "DN",
        "sous_categorie": "",
        "region": "La Réunion",
        "inclus_le": "2026-03-02",
        "premiere_prescription_le": "2026-03-04",
        "etat": "ACTIVE",
        "sorti_le": "",
        "motif_sortie": "",
        "medecin_relais": "non",
        "pharmacie_designee": "non",
    }
    assert (made.rows, made.whole) == (1, True)


@pytest.mark.parametrize(
    ("year", "band"),
    [(2009, "moins de 18"), (2008, "18-29"), (1997, "18-29"), (1996, "30-39"), (1947, "70-79"),
     (1946, "80 et plus"), (1920, "80 et plus")],
)  # fmt: skip
def test_ages_are_bands(year, band):
    enrolment = EnrolmentFactory(patient=PatientFactory(birth_year=year))

    _, (row,) = read(enrolment.programme, DataSet.PARTICIPATIONS)

    assert row["tranche_age"] == band


def test_a_pseudonym_is_the_same_in_every_file_of_a_programme_only():
    event = AdverseEventFactory()
    programme = event.enrolment.programme
    other = EnrolmentFactory(patient=event.enrolment.patient)

    _, (participation,) = read(programme, DataSet.PARTICIPATIONS)
    _, (told,) = read(programme, DataSet.EVENTS)
    _, (elsewhere,) = read(other.programme, DataSet.PARTICIPATIONS)

    assert participation["pseudonyme"] == told["pseudonyme"]
    assert participation["pseudonyme"] != elsewhere["pseudonyme"]
    assert salt(programme) != salt(other.programme)


def test_visits_hold_one_column_an_answer_and_no_free_text():
    visit = VisitFactory(done=True)
    version = QuestionnaireVersionFactory(
        questionnaire=QuestionnaireFactory(programme=visit.enrolment.programme, code="commun"),
        definition=[
            {"code": "pain", "label": "Douleur", "kind": "number"},
            {"code": "dose", "label": "Dose", "kind": "number"},
            {"code": "signs", "label": "Signes", "kind": "multiple"},
            {"code": "why", "label": "Pourquoi", "kind": "text"},
        ],
    )
    AnswersFactory(
        visit=visit, version=version, data={"pain": 6, "dose": "-1.5", "signs": ["A", "=B"]}
    )

    _, (row,) = read(visit.enrolment.programme, DataSet.VISITS)
    _, (french,) = read(visit.enrolment.programme, DataSet.VISITS, Layout.EXCEL)

    assert (row["commun.pain"], row["commun.dose"], row["commun.signs"]) == ("6", "-1.5", "A|=B")
    assert "commun.why" not in row
    assert (row["consultation"], row["realisee_le"]) == ("M1", "2026-04-02")
    assert french["commun.dose"] == "-1,5"


def test_why_there_is_no_answer_has_a_column_of_its_own():
    visit = VisitFactory(done=True)
    version = QuestionnaireVersionFactory(
        questionnaire=QuestionnaireFactory(programme=visit.enrolment.programme, code="commun"),
        definition=[
            {"code": "weight", "label": "Poids", "kind": "number", "missing": ["REFUSED"]},
            {"code": "signs", "label": "Signes", "kind": "multiple", "missing": ["UNKNOWN"]},
            {"code": "pain", "label": "Douleur", "kind": "number"},
            {"code": "why", "label": "Pourquoi", "kind": "text", "missing": ["REFUSED"]},
        ],
    )
    refused, unknown = {"missing": "REFUSED"}, {"missing": "UNKNOWN"}
    absent = {"weight": refused, "signs": unknown, "pain": 4, "why": refused}
    AnswersFactory(visit=visit, version=version, data=absent)

    _, (row,) = read(visit.enrolment.programme, DataSet.VISITS)

    assert (row["commun.weight"], row["commun.weight.sans_reponse"]) == ("", "REFUSED")
    assert (row["commun.signs"], row["commun.signs.sans_reponse"]) == ("", "UNKNOWN")
    assert row["commun.pain"] == "4"
    assert "commun.pain.sans_reponse" not in row
    assert row["commun.why.sans_reponse"] == "REFUSED"
    assert "commun.why" not in row


def test_treatments_tell_what_was_prescribed_and_handed_over():
    prescription = PrescriptionFactory(signed=True)
    DispensationFactory(received__prescription=prescription, items=True)
    PrescriptionFactory(enrolment=prescription.enrolment)

    made, rows = read(prescription.enrolment.programme, DataSet.TREATMENTS, Layout.EXCEL)

    assert made.rows == len(rows) == 1
    row = rows[0]
    assert row["datee_du"] == prescription.signed_on.isoformat()
    assert (row["thc_mg_par_unite"], row["quantite_prescrite"]) == ("25", "28")
    assert (row["lot"], row["jours_delivres"]) == ("LOT-A1", "28")
    assert row["lieu"] == "COMMUNITY_PHARMACY"


def test_events_tell_terms_and_suspects():
    event = AdverseEventFactory(serious=True)
    SuspectFactory(event=event, product__code="HUILE", product__programme=event.enrolment.programme)

    _, (row,) = read(event.enrolment.programme, DataSet.EVENTS)

    assert (row["grave"], row["criteres_gravite"]) == ("oui", "HOSPITALISATION")
    assert (row["effets"], row["medicaments_suspects"]) == ("SOMNOLENCE", "HUILE")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@cmd", "'@cmd"),
        ("+33", "+33"),
        ("-2", "-2"),
        ("-A1", "'-A1"),
        ("\tx", "'\tx"),
        ("a\nb", "a b"),
        ("LOT", "LOT"),
    ],
)
def test_no_cell_is_a_formula(typed, written):
    answers = AnswersFactory(data={"pain": typed})

    _, (row,) = read(answers.visit.enrolment.programme, DataSet.VISITS)

    expected = "'+33" if typed == "+33" else written
    assert row[f"{answers.version.questionnaire.code}.pain"] == expected


@pytest.mark.parametrize("data", DataSet.values)
def test_neither_identity_nor_key_leaves(data):
    enrolment = EnrolmentFactory(
        patient=PatientFactory(person=PersonFactory(birth_name="Zyxwcanari"), birth_year=1951)
    )
    visit = VisitFactory(enrolment=enrolment, done=True)
    AnswersFactory(visit=visit)
    AdverseEventFactory(enrolment=enrolment)
    PrescriptionFactory(enrolment=enrolment, signed=True)

    text = b"".join(Export(enrolment.programme, data, Layout.STANDARD)).decode()

    assert text.count("\n") == 2
    hidden = [enrolment.public_id, enrolment.number, enrolment.key_id, enrolment.patient.public_id]
    for secret in [*map(str, hidden), "Zyxwcanari", "1951", str(enrolment.site), "Paris"]:
        assert secret not in text
    assert Enrolment.objects.get() == enrolment
    assert Answers.objects.exists()


def test_an_export_is_streamed_and_journaled(sign_in):
    pain, _ = some_patients()
    member = MemberFactory(role=Role.ANALYST, programme=pain.programme)
    typed = EFFECTS | {"programme": pain.programme.code}

    response = sign_in(member).post(EXPORT, typed)
    body = b"".join(response.streaming_content)

    assert body.startswith("\ufeffpseudonyme;sexe".encode())
    asked, done = JournalLine.objects.filter(action__startswith="data.").order_by("pk")
    assert (asked.action, done.action) == ("data.export_asked", "data.exported")
    assert done.actor_id == member.pk
    assert done.detail == {
        "programme": pain.programme.code,
        "data": "effets",
        "rows": 2,
        "whole": True,
    }
    assert "effets" in json.dumps(asked.detail)
    assert response["Cache-Control"] == "no-store"


def test_a_reader_who_leaves_is_journaled_too():
    pain, _ = some_patients()
    member = MemberFactory(role=Role.ANALYST, programme=pain.programme)
    made = Export(pain.programme, DataSet.EVENTS, Layout.EXCEL)

    stream = _journaled(made, SimpleNamespace(member=member))
    next(stream)
    stream.close()

    assert JournalLine.objects.get(action="data.exported").detail["whole"] is False


@pytest.mark.parametrize("typed", [{}, {"content": "identites", "layout": "excel"}])
def test_what_was_not_chosen_is_said(sign_in, typed):
    member = MemberFactory(role=Role.ANALYST, programme=ProgrammeFactory())

    response = sign_in(member).post(EXPORT, typed)

    assertContains(response, "Le formulaire contient")
    assert not JournalLine.objects.filter(action__startswith="data.").exists()


def test_another_programme_cannot_be_exported(sign_in):
    pain, _ = some_patients()
    member = MemberFactory(role=Role.ANALYST, programme=ProgrammeFactory())
    typed = EFFECTS | {"programme": pain.programme.code}

    response = sign_in(member).post(EXPORT, typed)

    assertContains(response, "Le formulaire contient")
    assert not JournalLine.objects.filter(action__startswith="data.").exists()


def test_the_manager_does_not_export(sign_in):
    assert sign_in(MemberFactory(role=Role.MANAGER)).get(EXPORT).status_code == 403
