"""Completions from the training platform: new, known, unknown people, and faults cell by cell."""

import datetime

import pytest

from accounts.directories import actions
from accounts.directories.actions import CannotImport
from accounts.directories.enums import ChangeKind, ImportKind
from accounts.enums import Profession, Role
from core.models import JournalLine
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.accounts.imports import NOON, TODAY, sent
from tests.programmes.factories import ProgrammeFactory
from tests.training.factories import CompletionFactory, CourseFactory
from training.actions import proofs
from training.entitlement import is_entitled
from training.enums import ProofKind, Way
from training.models import Completion


HEADINGS = "rpps;nom;programme;terminee_le;numero;version"


@pytest.fixture
def programme():
    programme = ProgrammeFactory(code="essai")
    CourseFactory(programme=programme, valid_to=datetime.date(2023, 3, 26))
    CourseFactory(
        programme=programme,
        version="2023-03",
        proof_kind=ProofKind.SELF_ATTESTATION,
        valid_from=datetime.date(2023, 3, 27),
        statement="Je l’atteste.",
    )
    return programme


@pytest.fixture
def manager(programme):
    return MemberFactory(role=Role.MANAGER, programme=programme)


@pytest.fixture
def stage(manager):
    def staged(*lines, headings=HEADINGS):
        text = "\n".join([headings, *lines]) + "\n"
        return actions.stage(sent(ImportKind.COMPLETIONS, text), by=manager, at=NOON)

    return staged


@pytest.fixture
def preview(manager):
    return lambda file: actions.preview(file, by=manager, today=TODAY, at=NOON)


@pytest.fixture
def confirm(manager, preview):
    def confirmed(file):
        seen = preview(file).digest
        return actions.confirm(file, seen=seen, by=manager, at=NOON, today=TODAY)

    return confirmed


def doctor(**fields):
    return MemberFactory(user__last_name="Dupont-Martin", **fields)


def line(member, day="01/04/2021", number="ATT-1", *, name="DUPONT", programme="essai", version=""):
    return f"{member.user.rpps};{name};{programme};{day};{number};{version}"


def test_new_known_and_unknown_people_are_told_apart(programme, stage, preview):
    known, new, stranger = doctor(), doctor(), doctor()
    CompletionFactory(
        user=known.user, course=programme.courses.get(version="2021-03"), recorded_by=known
    )
    unknown = "10000000009;Inconnu;essai;01/04/2021;A9;"

    plan = preview(stage(line(known), line(new), unknown))

    assert plan.counts == {ChangeKind.KNOWN: 1, ChangeKind.NEW: 1, ChangeKind.UNKNOWN: 1}
    assert [change.line for change in plan.changes] == [3, 4]
    assert (plan.rows, plan.acts, plan.errors) == (3, 1, 0)
    assert not Completion.objects.filter(user__in=[new.user, stranger.user]).exists()


def test_a_confirmed_file_entitles(programme, stage, confirm, manager):
    new, later = doctor(), doctor()

    file = confirm(stage(line(new), line(later, "2023-03-27", "", version="2023-03")))

    done = Completion.objects.get(user=new.user)
    assert (done.way, done.reference, done.imported) == (Way.IMPORTED, "ATT-1", file)
    assert (done.recorded_by, done.completed_on) == (manager, datetime.date(2021, 4, 1))
    attested = Completion.objects.get(user=later.user)
    assert (attested.reference, attested.statement) == ("", "Je l’atteste.")
    assert is_entitled(new.user, programme, TODAY)
    assert JournalLine.objects.filter(action="training.completed").count() == 2
    assert file.counts == {"NEW": 2, "rows": 2, "warnings": 0}


def test_a_proof_recorded_at_the_same_instant_sends_back_to_the_preview(
    programme, stage, confirm, monkeypatch
):
    member, write = doctor(), proofs.write

    def write_second(proven, **act):
        CompletionFactory(user=proven.user, course=proven.course, recorded_by=member)
        return write(proven, **act)

    monkeypatch.setattr(proofs, "write", write_second)

    with pytest.raises(CannotImport, match="a changé depuis cet aperçu"):
        confirm(stage(line(member)))

    assert not Completion.objects.filter(way=Way.IMPORTED).exists()


def test_the_same_file_again_changes_nothing(stage, preview, confirm):
    lines = line(doctor())
    confirm(stage(lines))

    plan = preview(stage(lines))

    assert (plan.acts, plan.counts) == (0, {ChangeKind.KNOWN: 1})


def test_what_was_neutralised_by_a_spreadsheet_is_read_as_it_was(stage, confirm):
    member = doctor()

    confirm(stage(line(member, number="'-ATT")))

    assert Completion.objects.get().reference == "-ATT"


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({"day": "31/02/2022"}, "terminee_le", "JJ/MM/AAAA"),
        ({"day": "2022-13-01"}, "terminee_le", "JJ/MM/AAAA"),
        ({"day": "hier"}, "terminee_le", "JJ/MM/AAAA"),
        ({"day": "06/01/2026"}, "terminee_le", "à venir"),
        ({"day": "28/02/2021"}, "terminee_le", "Aucune formation"),
        ({"number": ""}, "numero", "numéro de l’attestation manque"),
        ({"name": "Durand"}, "nom", "autre personne"),
        ({"name": ""}, "nom", "manque"),
        ({"programme": "autre"}, "programme", "Codes connus\u202f: essai"),
        ({"version": "2021-11"}, "version", "était 2021-03"),
    ],
)
def test_a_fault_names_its_cell_and_imports_nothing(
    stage, preview, confirm, change, column, message
):
    file = stage(line(doctor()), line(doctor(), **change))

    plan = preview(file)

    (problem,) = plan.problems
    assert (problem.line, problem.column) == (3, column)
    assert message in problem.message
    with pytest.raises(CannotImport, match="ligne 3"):
        confirm(file)
    assert not Completion.objects.exists()


@pytest.mark.parametrize(
    ("rpps", "message"),
    [("123", "11 chiffres"), ("1000000000O", "11 chiffres"), ("10000000001", "Clé incorrecte")],
)
def test_a_wrong_number_is_a_fault(stage, preview, rpps, message):
    plan = preview(stage(f"{rpps};Durand;essai;01/04/2021;A1;"))

    assert [(one.column, one.is_warning) for one in plan.problems] == [("rpps", False)]
    assert message in plan.problems[0].message


def test_a_wrong_key_only_warns_in_demonstration(stage, preview, settings):
    settings.DEMO = True

    plan = preview(stage("10003461033;Durand;essai;01/04/2021;A1;"))

    assert (plan.errors, plan.warnings, plan.counts[ChangeKind.UNKNOWN]) == (0, 1, 1)


def test_every_fault_of_a_line_is_told(stage, preview):
    plan = preview(stage("12;;nulle;hier;;"))

    assert [one.column for one in plan.problems] == ["rpps", "terminee_le", "nom", "programme"]


def test_somebody_twice_in_a_file_is_a_fault(stage, preview):
    member = doctor()

    plan = preview(stage(line(member), line(member, "02/04/2021")))

    assert [(one.line, one.column) for one in plan.problems] == [(3, "rpps")]


def test_a_manager_imports_for_their_own_programmes(stage, preview):
    other = CourseFactory(programme__code="ailleurs")
    member = doctor()

    plan = preview(stage(line(member, programme=other.programme.code)))

    assert [one.column for one in plan.problems] == ["programme"]


def test_a_version_for_one_pharmacist_an_officine_is_kept(programme, stage, confirm, preview):
    CourseFactory(
        programme=programme,
        profession=Profession.PHARMACIST,
        people_a_pharmacy=1,
        valid_to=datetime.date(2021, 11, 22),
    )
    officine = SiteFactory(pharmacy=True)
    first, second = (
        MemberFactory(role=Role.PHARMACIST, site=officine, user__last_name="Dupont")
        for _ in range(2)
    )
    file = stage(line(first), line(second))
    assert preview(file).errors == 0

    with pytest.raises(CannotImport, match="un seul pharmacien par officine"):
        confirm(file)

    assert not Completion.objects.exists()


def test_looking_up_takes_as_many_queries_for_one_line_as_for_many(
    stage, preview, django_assert_num_queries
):
    file = stage(*(line(doctor()) for _ in range(6)))

    # Programmes; courses; people; their completions.
    with django_assert_num_queries(4):
        preview(file)


def test_completions_are_confirmed_by_a_person(stage):
    """A command of the server has no member to sign them."""
    from accounts.directories.plan import Job
    from training import platform

    file = stage(line(doctor()))

    with pytest.raises(ValueError, match="person confirms"):
        platform.run(Job(file, actions._opened(file), TODAY, NOON, None, writes=True))
