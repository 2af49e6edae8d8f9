"""The two national directories: what a file would change, and what it changes once confirmed."""

import datetime

import pytest
from django.core.management import CommandError, call_command

from accounts.directories import actions, tasks
from accounts.directories.actions import CannotImport
from accounts.directories.enums import ChangeKind, ImportKind
from accounts.models import DirectoryPlace, DirectoryProfessional, ImportedFile
from core.identifiers import make_finess, make_rpps
from core.models import JournalLine
from tests.accounts.factories import MemberFactory, SiteFactory, UserFactory
from tests.accounts.imports import (
    NOON,
    TODAY,
    DirectoryPlaceFactory,
    DirectoryProfessionalFactory,
    ImportedFileFactory,
    place,
    places,
    professional,
    professionals,
    sent,
)


RPPS = make_rpps(1234567)
FINESS = make_finess("974", 321)


@pytest.fixture
def manager():
    return MemberFactory(role="MANAGER")


@pytest.fixture
def stage(manager):
    def staged(kind, text, **options):
        return actions.stage(sent(kind, text, **options), by=manager, at=NOON)

    return staged


@pytest.fixture
def confirm(manager):
    def confirmed(file):
        seen = actions.preview(file, by=manager, today=TODAY, at=NOON).digest
        return actions.confirm(file, seen=seen, by=manager, at=NOON, today=TODAY)

    return confirmed


@pytest.fixture
def preview(manager):
    return lambda file: actions.preview(file, by=manager, today=TODAY, at=NOON)


def kinds(plan):
    return [(change.kind, change.who) for change in plan.changes]


# --- Professionals ------------------------------------------------------------------------------


def test_a_preview_tells_who_is_new_and_writes_nothing(stage, preview):
    lines = (
        professional(RPPS),
        # Another activity of the same person, a nurse, and a number of another kind.
        professional(RPPS, specialty="Autre"),
        professional(make_rpps(5), code="60"),
        professional("123456789", kind="0"),
    )

    plan = preview(stage(ImportKind.PROFESSIONALS, professionals(*lines)))

    assert kinds(plan) == [(ChangeKind.NEW, "Alex Exemple")]
    assert (plan.rows, plan.errors) == (2, 0)
    assert not DirectoryProfessional.objects.exists()


def test_a_confirmed_file_fills_the_directory(stage, confirm):
    file = confirm(stage(ImportKind.PROFESSIONALS, professionals(professional(RPPS))))

    found = DirectoryProfessional.objects.get()
    assert (found.last_name, found.first_name, found.postcode) == ("Exemple", "Alex", "75014")
    assert (found.profession, found.read_in) == ("DOCTOR", file)
    assert (file.content, file.counts["NEW"]) == (None, 1)
    line = JournalLine.objects.get(action="import.confirmed")
    assert line.detail["counts"] == {"NEW": 1}


def test_what_differs_is_told_field_by_field(stage, preview, confirm):
    DirectoryProfessionalFactory(rpps=RPPS, specialty="Ancienne", postcode="75014", town="Paris")
    file = stage(ImportKind.PROFESSIONALS, professionals(professional(RPPS)))

    (change,) = preview(file).changes

    assert change.kind == ChangeKind.CHANGED
    assert change.fields == (
        ("spécialité", "Ancienne", "Neurologie"),
        ("lieu", "", "CABINET EXEMPLE"),
    )
    confirm(file)
    assert DirectoryProfessional.objects.get().specialty == "Neurologie"


def test_an_account_takes_over_its_name_and_nothing_of_its_rights(stage, preview, confirm):
    user = UserFactory(rpps=RPPS, last_name="Ancien", first_name="ALEX", specialty="Neurologie")
    other = UserFactory(last_name="Ancien")
    file = stage(ImportKind.PROFESSIONALS, professionals(professional(RPPS)))

    changes = preview(file).changes

    assert [one.fields for one in changes if one.kind == ChangeKind.REGISTRY] == [
        (("nom", "Ancien", "Exemple"),)
    ]
    confirm(file)
    user.refresh_from_db()
    other.refresh_from_db()
    assert (user.last_name, user.first_name, other.last_name) == ("Exemple", "ALEX", "Ancien")


def test_whoever_is_absent_from_a_whole_extract_is_gone_and_comes_back(stage, preview, confirm):
    gone = DirectoryProfessionalFactory()
    UserFactory(rpps=gone.rpps)
    text = professionals(professional(RPPS))
    assert preview(stage(ImportKind.PROFESSIONALS, text)).counts[ChangeKind.GONE] == 0

    confirm(stage(ImportKind.PROFESSIONALS, text, is_whole=True))

    gone.refresh_from_db()
    assert gone.gone_on == TODAY
    back = stage(ImportKind.PROFESSIONALS, professionals(professional(gone.rpps)))
    (change, _) = preview(back).changes
    assert change.fields[-1] == ("présence", "absent depuis le 05/01/2026", "présent")
    confirm(back)
    gone.refresh_from_db()
    assert gone.gone_on is None


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        (professional("123"), "Identifiant PP", "11 chiffres"),
        (professional("١٠٠٠٠٠٠٠٠٠٩"), "Identifiant PP", "11 chiffres"),
        (professional("10000000001"), "Identifiant PP", "Clé incorrecte"),
        (professional(RPPS, last=""), "Nom d'exercice", "manque"),
    ],
)
def test_a_fault_names_its_cell_and_stops_everything(
    stage, preview, manager, line, column, message
):
    file = stage(ImportKind.PROFESSIONALS, professionals(professional(make_rpps(9)), line))

    plan = preview(file)

    (problem,) = plan.problems
    assert (problem.line, problem.column) == (3, column)
    assert message in problem.message
    with pytest.raises(CannotImport, match="ligne 3"):
        actions.confirm(file, seen=plan.digest, by=manager, at=NOON, today=TODAY)
    assert not DirectoryProfessional.objects.exists()
    assert not JournalLine.objects.filter(action="import.confirmed").exists()


def test_a_wrong_key_only_warns_in_demonstration(stage, preview, settings):
    settings.DEMO = True

    plan = preview(stage(ImportKind.PROFESSIONALS, professionals(professional("10003461033"))))

    assert (plan.errors, plan.warnings, plan.counts[ChangeKind.NEW]) == (0, 1, 1)


# --- Places -------------------------------------------------------------------------------------


def test_a_place_is_read_as_it_is_published(stage, confirm):
    confirm(stage(ImportKind.PLACES, places(place(FINESS), "geolocalisation;x;1;2")))

    found = DirectoryPlace.objects.get()
    assert (found.finess, found.departement, found.name) == (FINESS, "974", "CH FICTIF")
    assert (found.address, found.postcode, found.town) == (
        "12 RUE DE LA DEMONSTRATION",
        "75014",
        "PARIS",
    )


def test_a_place_is_read_under_headings_too(stage, confirm):
    confirm(stage(ImportKind.PLACES, f"nofinesset;rs;ligneacheminement\n{FINESS};CH;Ville\n"))

    found = DirectoryPlace.objects.get()
    assert (found.name, found.town, found.postcode) == ("CH", "Ville", "")


def test_a_site_takes_over_its_address_and_keeps_its_listings(stage, preview, confirm):
    site = SiteFactory(finess=FINESS, name="CH fictif", address="Ancienne", postcode="75014")
    DirectoryPlaceFactory(finess=FINESS)
    file = stage(ImportKind.PLACES, places(place(FINESS)))

    registry = [one for one in preview(file).changes if one.kind == ChangeKind.REGISTRY]

    assert registry[0].fields == (
        ("adresse", "Ancienne", "12 RUE DE LA DEMONSTRATION"),
        ("téléphone", "+33 1 00 00 00 01", "0199000001"),
    )
    confirm(file)
    site.refresh_from_db()
    assert (site.address, site.name, site.closed_on) == (
        "12 RUE DE LA DEMONSTRATION",
        "CH fictif",
        None,
    )


@pytest.mark.parametrize(
    ("finess", "errors", "warnings"),
    [
        ("750712184", 0, 0),
        ("750712185", 1, 0),
        ("2A0000154", 0, 0),
        ("2A0000155", 0, 1),
        ("7", 1, 0),
    ],
)
def test_the_key_of_corsica_only_warns(stage, preview, finess, errors, warnings):
    plan = preview(stage(ImportKind.PLACES, places(place(finess))))

    assert (plan.errors, plan.warnings) == (errors, warnings)


def test_a_place_without_a_name_is_a_fault(stage, preview):
    assert preview(stage(ImportKind.PLACES, places(place(FINESS, name="")))).errors == 1


# --- Files --------------------------------------------------------------------------------------


def test_a_file_keeps_its_fingerprint_and_never_its_path(stage):
    file = stage(ImportKind.PLACES, places(place(FINESS)), name="..\\..\\C:\\x\u202e.csv")

    assert file.name == "x .csv"
    assert len(file.fingerprint) == 64
    assert JournalLine.objects.get(action="import.sent").detail["sha256"] == file.fingerprint


def test_a_file_too_big_is_refused(stage, monkeypatch):
    monkeypatch.setattr(actions, "MOST_BYTES", 10)

    with pytest.raises(CannotImport, match="dépasse"):
        stage(ImportKind.PLACES, "x" * 11)

    assert not ImportedFile.objects.exists()


def test_a_file_is_confirmed_once(stage, confirm, manager):
    file = confirm(stage(ImportKind.PROFESSIONALS, professionals(professional(RPPS))))

    with pytest.raises(CannotImport, match="déjà"):
        actions.confirm(file, seen="", by=manager, at=NOON, today=TODAY)


def test_what_is_confirmed_is_what_was_seen(stage, preview, manager):
    file = stage(ImportKind.PROFESSIONALS, professionals(professional(RPPS)))
    seen = preview(file).digest
    DirectoryProfessionalFactory(rpps=RPPS, last_name="Autre")

    with pytest.raises(CannotImport, match="a changé depuis cet aperçu"):
        actions.confirm(file, seen=seen, by=manager, at=NOON, today=TODAY)

    assert DirectoryProfessional.objects.get().last_name == "Autre"
    file.refresh_from_db()
    assert file.confirmed_at is None


def test_a_file_left_keeps_its_fingerprint_alone(stage, manager):
    file = stage(ImportKind.PROFESSIONALS, professionals(professional(RPPS)))

    actions.abandon(file, by=manager, at=NOON)

    file.refresh_from_db()
    assert (file.content, file.is_settled) == (None, True)
    with pytest.raises(CannotImport, match="déjà"):
        actions.abandon(file, by=manager, at=NOON)


def test_files_that_nobody_confirms_are_left_after_a_week(monkeypatch):
    old = ImportedFileFactory(uploaded_at=NOON - datetime.timedelta(days=8))
    fresh = ImportedFileFactory(uploaded_at=NOON - datetime.timedelta(days=6))
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)

    assert (tasks.leave_old_imports(), tasks.leave_old_imports()) == (1, 0)

    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.abandoned_at, fresh.abandoned_at) == (NOON, None)


def test_a_file_settled_meanwhile_is_passed_over(monkeypatch):
    ImportedFileFactory(uploaded_at=NOON - datetime.timedelta(days=8))
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)

    def settled(*args, **kwargs):
        raise CannotImport

    monkeypatch.setattr(actions, "abandon", settled)

    assert tasks.leave_old_imports() == 0


# --- On the server ------------------------------------------------------------------------------


@pytest.fixture
def on_disk(tmp_path):
    path = tmp_path / "PS_LibreAcces.txt"
    path.write_text(professionals(professional(RPPS)))
    return path


def test_a_national_file_is_looked_at_then_imported(on_disk, capsys):
    call_command("import_directory", "professionnels", str(on_disk))
    assert "Nouveau : 1" in capsys.readouterr().out
    assert not DirectoryProfessional.objects.exists()

    call_command("import_directory", "professionnels", str(on_disk), "--whole", "--confirm")

    assert DirectoryProfessional.objects.get().rpps == RPPS
    looked, imported = ImportedFile.objects.order_by("pk")
    assert (looked.abandoned_at is None, imported.confirmed_at is None) == (False, False)
    assert imported.sha256 == looked.sha256


def test_a_national_file_with_faults_is_not_imported(on_disk, capsys):
    on_disk.write_text(professionals(professional("123")))

    call_command("import_directory", "professionnels", str(on_disk))
    assert "11 chiffres" in capsys.readouterr().err
    with pytest.raises(CommandError, match="ligne 2"):
        call_command("import_directory", "professionnels", str(on_disk), "--confirm")

    assert not DirectoryProfessional.objects.exists()


def test_a_file_that_does_not_exist_is_told():
    with pytest.raises(CommandError):
        call_command("import_directory", "etablissements", "nulle-part.csv")


def test_a_large_file_is_read_in_batches(stage, confirm, preview, monkeypatch):
    monkeypatch.setattr("accounts.directories.national.BATCH", 3)
    monkeypatch.setattr("accounts.directories.plan.SHOWN", 4)
    lines = [professional(make_rpps(800 + n % 8)) for n in range(16)]
    file = stage(ImportKind.PROFESSIONALS, professionals(*lines))

    plan = preview(file)

    assert (plan.rows, plan.counts[ChangeKind.NEW], len(plan.changes), plan.hidden) == (16, 8, 4, 4)
    confirm(file)
    assert DirectoryProfessional.objects.count() == 8
    again = stage(ImportKind.PROFESSIONALS, professionals(*lines))
    assert (preview(again).acts, preview(again).counts[ChangeKind.KNOWN]) == (0, 8)
