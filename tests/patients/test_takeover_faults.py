"""A file of an older register that is wrong, or that the registry outran: nothing is taken."""

from datetime import date
from uuid import uuid4

import pytest

from accounts.enums import Role
from core import keys
from core.models import JournalLine
from core.tables import CannotRead
from patients.actions import participation
from patients.models import (
    Enrolment,
    Nir,
    Patient,
    TakeoverFile,
)
from patients.takeover import actions, reading, tasks
from patients.takeover.plan import Answer, Standing
from programmes.enums import CriterionKind
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, PersonFactory
from tests.patients.situations import NOON, a_setting, an_inclusion, closed_from
from tests.patients.takeovers import (
    LATER,
    TakenOverFactory,
    TakeoverFileFactory,
    a_line,
    faults,
    preview,
    stage,
    table,
    take_over,
    warnings,
)
from tests.patients.test_inclusion import include, rows
from tests.patients.test_nir import NUMBER
from tests.programmes.factories import CriterionFactory


@pytest.fixture
def setting():
    return a_setting()


def refused(file, setting, seen, match, at=NOON):
    """Nothing is written, in either cluster."""
    before = rows()
    with pytest.raises(actions.CannotTakeOver, match=match):
        actions.confirm(file, Answer(seen), by=setting.doctor, at=at)
    assert rows() == before


# --- What is wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"ancien_numero": ""}, "ancien_numero", "obligatoire"),
        ({"nom_naissance": ""}, "nom_naissance", "obligatoire"),
        ({"nom_naissance": "123"}, "nom_naissance", "contient des lettres"),
        ({"sexe": "X"}, "sexe", "F, M ou I"),
        ({"naissance": "31/02/1980"}, "naissance", "n’existe pas"),
        ({"naissance": "12/05/2020"}, "naissance", "mineure"),
        ({"lieu_naissance": "69000"}, "lieu_naissance", "code postal"),
        ({"courriel": "jeanne"}, "courriel", "adresse"),
        ({"inclus_le": "hier"}, "inclus_le", "JJ/MM/AAAA"),
        ({"inclus_le": "03/03/2026"}, "inclus_le", "futur"),
        ({"inclus_le": "01/03/2020", "consentement_le": "01/03/2020"}, "inclus_le", "qu’à partir"),
        ({"consentement_le": "03/02/2026"}, "consentement_le", "au plus tard"),
        ({"nir_accepte": ""}, "nir_accepte", "obligatoire"),
        ({"recherche": "peut-être"}, "recherche", "oui ou non"),
        ({"nir": NUMBER}, "nir", "n’accepte pas"),
        ({"nir": "1850578006084", "nir_accepte": "oui"}, "nir", "clé"),
        ({"indication": "GRIPPE"}, "indication", "n’a pas cette indication"),
        ({"sous_categorie": "ZZ"}, "sous_categorie", "n’a pas cette sous-catégorie"),
        ({"rpps_medecin": "10000000001"}, "rpps_medecin", "Aucun médecin de votre structure"),
        ({"rpps_relais": "10000000001"}, "rpps_relais", "Aucun médecin relais"),
        ({"finess_pharmacie": "750000001"}, "finess_pharmacie", "Aucune pharmacie"),
        ({"premiere_prescription_le": "01/02/2026"}, "premiere_prescription_le", "précède"),
        ({"premiere_prescription_le": "03/03/2026"}, "premiere_prescription_le", "à venir"),
        ({"traitement_1": "Baclofène", "devenir_1": "réduit"}, "resultat_1", "trois cellules"),
        ({"traitement_1": "Baclofène", "resultat_1": "nul"}, "resultat_1", "mal toléré"),
        (
            {"ordonnance_du": "01/03/2026", "traitement_en_cours": "x"},
            "ordonnance_au",
            "deux dates",
        ),
        (
            {
                "ordonnance_du": "28/02/2026",
                "ordonnance_au": "27/02/2026",
                "traitement_en_cours": "x",
            },
            "ordonnance_au",
            "finirait avant",
        ),
        (
            {"ordonnance_du": "01/03/2026", "ordonnance_au": "28/03/2026"},
            "traitement_en_cours",
            "prescrit",
        ),
        ({"personne": "mineur", "naissance": "2012"}, "representant", "autorité parentale"),
        (
            {"personne": "Protégé", "representant": "Paul", "qualite_representant": "parent"},
            "qualite_representant",
            "cesse à la majorité",
        ),
    ],
)
def test_a_wrong_cell_is_told(setting, changed, column, words):
    told = faults(preview(setting, a_line(setting, **changed)))

    messages = [message for name, _, message in told if name == column]
    assert any(words in message for message in messages)
    typed = {typed for name, typed, _ in told if name == column}
    assert typed == {"" if column == "nir" else {**a_line(setting), **changed}.get(column, "")}


def test_every_fault_says_what_was_expected(setting):
    plan = preview(setting, a_line(setting, sexe="X", recherche="peut-être"))

    expected = {one.column: one.expected for one in plan.problems}
    assert expected["sexe"] == "F, M ou I (indéterminé)"
    assert expected["recherche"].startswith("autres recherches")
    assert {one.line for one in plan.problems} == {2}


def test_an_inclusion_after_the_closing_is_refused():
    setting = closed_from(date(2026, 2, 1))

    told = faults(preview(setting, a_line(setting)))

    assert [column for column, _, _ in told] == ["inclus_le"]


def test_without_papers_in_force_nothing_is_taken(setting):
    for link in (setting.document, setting.form):
        link.valid_from = date(2026, 3, 1)
        link.save()

    told = faults(preview(setting, a_line(setting)))

    assert [column for column, _, _ in told] == ["inclus_le", "consentement_le"]


def test_an_answer_that_is_no_answer_is_told(setting):
    dated = CriterionFactory(
        criteria_set=setting.criterion.criteria_set,
        kind=CriterionKind.PRECAUTION,
        needs_date=True,
    )
    plain, with_date = f"critere_{setting.criterion.code}", f"critere_{dated.code}"

    assert faults(preview(setting, a_line(setting, **{plain: "01/02/2026"})))
    assert faults(preview(setting, a_line(setting, **{with_date: "31/02/2026"})))
    plan = preview(setting, a_line(setting, **{plain: "non", with_date: "01/02/2026"}))
    assert faults(plan) == []
    answers = plan.entries[0].told.inclusion.eligibility.answers
    assert [one.dated_on for one in answers] == [None, date(2026, 2, 1)]


def test_a_criterion_not_asked_that_day_is_told(setting):
    criteria = setting.criterion.criteria_set
    criteria.valid_from = date(2026, 3, 1)
    criteria.save()

    told = faults(preview(setting, a_line(setting, **{f"critere_{setting.criterion.code}": "non"})))

    assert "n’était pas demandé" in told[0][2]


def test_what_is_only_unusual_warns_and_is_taken(setting):
    setting.doctor.site.listings.all().delete()

    plan = take_over(
        setting,
        a_line(
            setting,
            nir_accepte="oui",
            nir=NUMBER,
            naissance="12/05/1979",
            **{f"critere_{setting.criterion.code}": "oui"},
        ),
    )

    assert {column for column, _ in warnings(plan)} >= {
        "indication",
        "nir",
        "critere_" + setting.criterion.code,
    }
    assert Enrolment.objects.get().answers.get().answer == "YES"


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"prenoms": "Anne"}, "ancien_numero"),
        ({"ancien_numero": "A-2"}, "nom_naissance"),
    ],
)
def test_two_lines_of_one_patient_are_told(setting, changed, column):
    told = faults(preview(setting, a_line(setting), a_line(setting, **changed)))

    assert [name for name, _, _ in told] == [column]
    assert told[0][2] == "La ligne 2 est déjà celle de ce patient."


def test_a_nir_is_of_one_person(setting):
    line = {"nir_accepte": "oui", "nir": NUMBER}
    two = (
        a_line(setting, **line),
        a_line(setting, **line, ancien_numero="A-2", prenoms="Anne"),
    )
    assert [column for column, _, _ in faults(preview(setting, *two))] == ["nir"]
    take_over(setting, two[0])

    told = faults(preview(setting, two[1]))

    assert told == [("nir", "", "Ce numéro est déjà celui d’une autre personne.")]
    assert Nir.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"ancien_numero\nA-1\n", "Colonne absente"),
        (b"\xff\xfea\0", "UTF-16"),
        (b"nom\x81\n", "UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_and_not_kept(setting, content, words):
    before = rows()

    with pytest.raises(CannotRead, match=words):
        stage(setting, content)

    assert rows() == before


def test_a_file_without_lines_or_with_too_many_is_refused(setting, monkeypatch):
    line = a_line(setting)
    monkeypatch.setattr("patients.takeover.tables.MOST_LINES", 3)
    headings = table(line).splitlines(keepends=True)[0]

    with pytest.raises(CannotRead, match="aucune ligne"):
        stage(setting, headings)
    with pytest.raises(CannotRead, match="plus de 3 lignes"):
        stage(setting, table(*[line] * 4))


# --- Whole or not at all ---------------------------------------------------------------------


def test_a_file_with_one_fault_takes_nothing(setting):
    lines = (a_line(setting), a_line(setting, ancien_numero="A-2", prenoms="Anne", sexe="?"))
    file = stage(setting, table(*lines))

    refused(file, setting, actions.preview(file, by=setting.doctor, at=NOON).digest, "erreurs")


def test_a_preview_that_is_stale_takes_nothing(setting):
    file = stage(setting, table(a_line(setting)))
    seen = actions.preview(file, by=setting.doctor, at=NOON).digest
    include(setting, an_inclusion(setting, PersonFactory(birth_name="Martin")))

    refused(file, setting, seen, "a changé depuis")


def test_a_race_lost_at_the_last_instant_takes_nothing(setting, monkeypatch):
    """Another transaction writes the same person between the reading and the writing."""
    file = stage(setting, table(a_line(setting)))
    seen = actions.preview(file, by=setting.doctor, at=NOON).digest
    whole = participation.write

    def write(*args, **named):
        former = reading.former_index(setting.doctor.site, setting.programme, "A-1")
        TakenOverFactory(former=former, enrolment__patient__key_id=uuid4())
        return whole(*args, **named)

    monkeypatch.setattr(participation, "write", write)
    with pytest.raises(actions.PlanChanged):
        actions.confirm(file, Answer(seen), by=setting.doctor, at=NOON)

    assert not Patient.objects.exists()
    assert not keys.KeyRecord.objects.filter(purpose="patient").exists()
    assert TakeoverFile.objects.waiting().get() == file


def test_a_settled_file_is_not_taken_again(setting):
    file = stage(setting, table(a_line(setting)))
    actions.abandon(file, by=setting.doctor, at=NOON)
    file.refresh_from_db()

    refused(file, setting, "", "déjà été repris ou abandonné")
    assert (file.content_sealed, file.key_id) == (None, None)


# --- What is kept of the file ----------------------------------------------------------------


def test_the_file_is_sealed_then_gone(setting, django_capture_on_commit_callbacks):
    file = stage(setting, table(a_line(setting)))
    key_id = file.key_id
    assert b"Martin" not in bytes(file.content_sealed)
    plan = actions.preview(file, by=setting.doctor, at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        actions.confirm(file, Answer(plan.digest), by=setting.doctor, at=NOON)

    assert not keys.KeyRecord.objects.filter(pk=key_id).exists()
    assert keys.KeyRecord.objects.filter(purpose="patient").count() == 1
    line = JournalLine.objects.get(action="takeover.confirmed")
    assert line.detail["counts"] == {"NEW": 1, "JOINED": 0, "KNOWN": 0, "OUT": 0}


def test_a_file_that_cannot_be_kept_leaves_no_key(setting, monkeypatch):
    monkeypatch.setattr(actions.audit, "record", lambda *_, **__: 1 / 0)
    before = rows()

    with pytest.raises(ZeroDivisionError):
        stage(setting, table(a_line(setting)))

    assert rows() == before


def test_old_files_are_left_once(setting, monkeypatch):
    stage(setting, table(a_line(setting)))
    stage(setting, table(a_line(setting)), at=LATER)
    monkeypatch.setattr(tasks.timezone, "now", lambda: LATER)

    assert (tasks.leave_old_takeovers(), tasks.leave_old_takeovers()) == (1, 0)
    assert TakeoverFile.objects.waiting().count() == 1


def test_a_file_settled_meanwhile_stops_nothing(setting, monkeypatch):
    file = stage(setting, table(a_line(setting)))
    monkeypatch.setattr(tasks.timezone, "now", lambda: LATER)

    def settled(*_, **__):
        raise actions.CannotTakeOver(str(file))

    monkeypatch.setattr(tasks.actions, "abandon", settled)

    assert tasks.leave_old_takeovers() == 0


def test_former_numbers_are_found_under_a_new_key(setting, settings):
    take_over(setting, a_line(setting))
    settings.IDENTITY_INDEX_KEY = "another key of the indexes, long enough to be one"
    assert preview(setting, a_line(setting)).entries[0].standing == Standing.NEW

    assert actions.reindex() == 1
    keys.destroy_keys([Enrolment.objects.get().key_id])
    assert actions.reindex() == 0

    assert preview(setting, a_line(setting)).entries[0].standing == Standing.KNOWN


def test_a_patient_included_here_has_no_former_number():
    assert actions.former_number(EnrolmentFactory()) == ""


@pytest.mark.parametrize(
    ("role", "place", "sees"),
    [
        (Role.REFERENCE_DOCTOR, "same", True),
        (Role.REFERENCE_DOCTOR, "other", False),
        (Role.PREPARER, "same", False),
        (Role.RELAY_DOCTOR, "same", False),
        (Role.MANAGER, "same", False),
    ],
)
def test_who_sees_a_file(role, place, sees):
    file = TakeoverFileFactory()
    at = {"site": file.site} if place == "same" else {}
    member = MemberFactory(role=role, programme=file.programme, **at)
    TakeoverFileFactory(sent_by=MemberFactory(site=member.site), programme=file.programme)

    assert (file in TakeoverFile.objects.visible_to(member)) == sees
