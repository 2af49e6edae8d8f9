"""Who takes part, by FINESS number: pharmacies and structures, all of the file or nothing."""

from datetime import date

import pytest

from accounts.directories import actions, participants
from accounts.directories.enums import ChangeKind, ImportKind
from accounts.directories.plan import Job
from accounts.enums import Role, SiteKind
from accounts.models import Site
from core.identifiers import make_finess
from core.models import JournalLine
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.accounts.imports import NOON, TODAY, DirectoryPlaceFactory, ImportedFileFactory, sent


OFFICINE = "Pharmacie d’Officine"


@pytest.fixture
def manager():
    return MemberFactory(role=Role.MANAGER)


@pytest.fixture
def read(manager):
    """`read("finess;…")` gives the preview; `read.confirm(…)` imports it."""

    def go(*lines):
        text = "\n".join(["finess;nature;participe_depuis", *lines]) + "\n"
        file = actions.stage(sent(ImportKind.PARTICIPANTS, text), by=manager, at=NOON)
        plan = actions.preview(file, by=manager, today=TODAY, at=NOON)
        go.confirm = lambda: actions.confirm(
            file, seen=plan.digest, by=manager, at=NOON, today=TODAY
        )
        return plan

    return go


@pytest.mark.parametrize(
    ("category", "nature", "kind"),
    [
        (OFFICINE, "", SiteKind.COMMUNITY_PHARMACY),
        ("Pharmacie à usage intérieur", "", SiteKind.HOSPITAL_PHARMACY),
        ("Centre Hospitalier (C.H.)", "PUI", SiteKind.HOSPITAL_PHARMACY),
        ("Centre Hospitalier (C.H.)", "structure", SiteKind.REFERENCE_CENTRE),
        (OFFICINE, "officine", SiteKind.COMMUNITY_PHARMACY),
    ],
)
def test_a_place_takes_part_by_its_category_or_by_what_is_told(read, category, nature, kind):
    place = DirectoryPlaceFactory(category=category)

    plan = read(f"{place.finess};{nature};02/01/2026")
    read.confirm()

    site = Site.objects.get(finess=place.finess)
    assert (site.kind, site.name, site.opened_on) == (kind, place.name, date(2026, 1, 2))
    assert (plan.counts[ChangeKind.NEW], plan.acts) == (1, 1)
    assert JournalLine.objects.filter(action="site.opened").count() == 1


def test_a_preview_opens_nothing(read):
    place = DirectoryPlaceFactory(category=OFFICINE)

    plan = read(f"{place.finess};;2026-01-02")

    assert not Site.objects.filter(finess=place.finess).exists()
    assert ("nature", "", "Officine") in plan.changes[0].fields


def test_the_same_file_twice_opens_nothing_more(read):
    place = DirectoryPlaceFactory(category=OFFICINE)
    read(f"{place.finess};;02/01/2026")
    read.confirm()

    plan = read(f"{place.finess};;02/01/2026")

    assert (plan.counts[ChangeKind.KNOWN], plan.acts) == (1, 0)


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("123;;02/01/2026", "finess", "9 caractères"),
        ("750712185;;02/01/2026", "finess", "Clé incorrecte"),
        ("750712184;;02/01/2026", "finess", "ne connaît pas"),
        ("{place};clinique;02/01/2026", "nature", "structure, pui ou officine"),
        ("{hospital};;02/01/2026", "nature", "ne le dit pas"),
        ("{place};;31/02/2026", "participe_depuis", "JJ/MM/AAAA"),
        ("{place};;demain", "participe_depuis", "JJ/MM/AAAA"),
        ("{place};;06/01/2026", "participe_depuis", "à venir"),
        ("{nowhere};;02/01/2026", "finess", "aucun département"),
        ("{gone};;02/01/2026", "finess", "ne le connaît plus"),
        ("{site};officine;02/01/2026", "finess", "autre lieu"),
    ],
)
def test_one_fault_opens_nothing(read, line, column, words):
    good = DirectoryPlaceFactory(category=OFFICINE)
    numbers = {
        "place": DirectoryPlaceFactory(category=OFFICINE).finess,
        "hospital": DirectoryPlaceFactory().finess,
        "nowhere": DirectoryPlaceFactory(category=OFFICINE, departement="").finess,
        "gone": DirectoryPlaceFactory(category=OFFICINE, gone_on=TODAY).finess,
        "site": SiteFactory().finess,
    }

    plan = read(f"{good.finess};;02/01/2026", line.format(**numbers))

    assert [(one.line, one.column) for one in plan.problems] == [(3, column)]
    assert words in plan.problems[0].message
    with pytest.raises(actions.CannotImport, match="rien n’a été importé"):
        read.confirm()
    assert not Site.objects.filter(finess=good.finess).exists()


def test_a_wrong_key_only_warns_in_demonstration(read, settings):
    settings.DEMO = True
    place = DirectoryPlaceFactory(finess="458174839", departement="45", category=OFFICINE)

    plan = read(f"{place.finess};;02/01/2026")

    assert (plan.errors, plan.warnings, plan.acts) == (0, 1, 1)


def test_a_number_told_twice_is_a_fault(read):
    place = DirectoryPlaceFactory(category=OFFICINE)
    line = f"{place.finess};;02/01/2026"

    assert [one.message for one in read(line, line).problems] == [
        "Ce numéro figure deux fois dans le fichier."
    ]


def test_the_key_of_corsica_is_let_pass(read):
    wrong = make_finess("2A", 7)[:-1] + "x"
    number = wrong.replace("x", "0" if make_finess("2A", 7)[-1] != "0" else "1")
    DirectoryPlaceFactory(finess=number, departement="2A", category=OFFICINE)

    assert read(f"{number};;02/01/2026").errors == 0


def test_a_command_of_the_server_opens_nobody():
    place = DirectoryPlaceFactory(category=OFFICINE)
    content = sent(ImportKind.PARTICIPANTS, f"finess;participe_depuis\n{place.finess};02/01/2026\n")

    with pytest.raises(ValueError, match="A person confirms"):
        participants.run(Job(ImportedFileFactory(), content.raw, TODAY, NOON, by=None, writes=True))
