"""The guides say what the pages say: every link opens for the role, every button exists."""

import re

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.enums import Permission, Role
from accounts.permissions import REFERENT_PERMISSIONS, ROLE_PERMISSIONS
from record.guides import BY_ROLE, GUIDES
from tests.access_table import ACCESS
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.test_repository import MODULES, ROOT, TEMPLATES


GUIDE_FOLDER = ROOT / "templates" / "record" / "guide"
PAGES = [path.read_text() for path in TEMPLATES if GUIDE_FOLDER not in path.parents]
CODE = [path.read_text() for path in MODULES]
NAMED = re.compile(r'{% named "([^"]+)" %}')
LINKED = re.compile(r'{% url "([^"]+)"')


def source(slug):
    return (GUIDE_FOLDER / f"{slug}.html").read_text()


def plain(text):
    """Spaces of every width are spaces."""
    return re.sub("[\u202f\xa0]|\\\\u202f|&#8239;", " ", text)


def is_shown(words):
    """Whether a page, a form or a script shows exactly these words."""
    words = plain(words)
    whole = re.compile(rf'[>"\s}},]{re.escape(words)}(?:[",<{{]|\s*$|\s*<)', re.MULTILINE)
    scripts = [(ROOT / "static" / name).read_text() for name in ("app.js", "form.js")]
    return any(whole.search(plain(text)) for text in [*PAGES, *CODE, *scripts])


def test_every_role_has_its_guide():
    assert set(BY_ROLE) == set(Role)
    assert len({guide.slug for guide in GUIDES}) == len(GUIDES)


@pytest.mark.parametrize("slug", ["_common", *(guide.slug for guide in GUIDES)])
def test_every_button_of_a_guide_exists(slug):
    assert [words for words in NAMED.findall(source(slug)) if not is_shown(words)] == []


def test_a_button_that_does_not_exist_is_found_out():
    assert not is_shown("Inclure un pati")
    assert not is_shown("Rouvrir tout le registre")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_every_link_of_a_guide_opens_for_its_role(guide):
    theirs = ROLE_PERMISSIONS[guide.role]
    if guide.role == Role.REFERENCE_DOCTOR:
        theirs = theirs | REFERENT_PERMISSIONS
    needed = {name: ACCESS[name] for name in LINKED.findall(source(guide.slug))}
    # Whoever makes the token of a program is not the program.
    closed = {
        name
        for name, needs in needed.items()
        if isinstance(needs, Permission) and needs not in theirs and guide.role != Role.API_CLIENT
    }

    assert needed
    assert closed == set()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_a_guide_is_read_by_anybody(client, guide):
    assertContains(client.get(reverse("record:guide", args=[guide.slug])), guide.does)


def test_an_unknown_guide_is_not_found(client):
    assert client.get(reverse("record:guide", args=["plombier"])).status_code == 404


def test_help_leads_to_the_guide_of_ones_role(client, sign_in):
    guide = BY_ROLE[Role.PHARMACIST]
    address = reverse("record:guide", args=[guide.slug])
    assert address not in client.get(reverse("record:legal")).content.decode()

    page = sign_in(MemberFactory(role=Role.PHARMACIST)).get(reverse("record:legal"))

    assertContains(page, f'href="{address}"')
    assertContains(client.get(reverse("record:help")), "Votre guide")


@pytest.mark.browser
@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_a_guide_is_accessible_and_prints_without_its_frame(open_page):
    page = open_page(width=390)
    page.goto(reverse("record:guide", args=["medecin-de-reference"]))
    expect_accessible(page)

    page.emulate_media(media="print")

    assert not page.is_visible("text=Imprimer")
    assert page.is_visible("text=Inclure un patient >> nth=0")
