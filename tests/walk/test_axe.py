"""Every page, as each role sees it: accessible, silent under the strict policy, never too wide."""

import pytest
from django.urls import reverse

from accounts import demo
from accounts.enums import Permission, Role
from accounts.permissions import REFERENT_PERMISSIONS, ROLE_PERMISSIONS
from tests.access_table import ACCESS, PUBLIC
from tests.accessible import faults
from tests.accounts.test_browser import code_of
from tests.sessions import open_session
from tests.walk.pages import DURING_SIGN_IN, NO_PAGE, NOT_FOR, PAGES
from tests.walk.scene import a_scene
from tests.walk.world import a_world


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]

# Pixels. WCAG 2.1, 1.4.10.
NARROWEST = 320

# Who stands for each role; an API client never signs in.
ACTORS = {
    Role.REFERENCE_DOCTOR: ("claire.moreau", 0),
    Role.RELAY_DOCTOR: ("antoine.roussel", 0),
    Role.PREPARER: ("lea.bernard", 0),
    Role.PHARMACIST: ("marc.fontaine", 0),
    Role.ANALYST: ("helene.dubois", 0),
    Role.VIGILANCE_OFFICER: ("paul.mercier", 0),
    Role.MANAGER: ("isabelle.renard", 0),
    Role.READER: ("francois.girard", 0),
}


def names_for(role):
    """Pages that only a session opens, for the roles that have the permission."""
    # Claire Moreau is the referent of her structure.
    theirs = ROLE_PERMISSIONS[role] | (
        REFERENT_PERMISSIONS if role == Role.REFERENCE_DOCTOR else set()
    )
    for name in PAGES:
        needs = ACCESS[name]
        if isinstance(needs, Permission):
            if needs in theirs and role not in NOT_FOR.get(name, ()):
                yield name
        elif needs != PUBLIC and role in {Role.REFERENCE_DOCTOR, Role.ANALYST}:
            yield name


class Inspector:
    """Opens pages and keeps what is wrong, page by page."""

    def __init__(self, page, errors):
        self.page, self.errors, self.found = page, errors, {}

    def look(self, address):
        self.inspect(address, self.page.goto(address).status)

    def inspect(self, address, status=200):
        """The page that is open, as it is and squeezed."""
        self.check(address, status)
        self.squeeze(address)

    def check(self, address, status=200):
        found = [] if status == 200 else [f"status {status}"]
        found += faults(self.page)
        found += self.errors
        self.errors.clear()
        if found:
            self.found[address] = found

    def squeeze(self, address):
        """At the narrowest width nothing sticks out."""
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": NARROWEST, "height": size["height"]})
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROWEST:
            self.found.setdefault(address, []).append(f"{width} pixels wide at {NARROWEST}")
        self.page.set_viewport_size(size)


def expect_none(found):
    lines = [f"{where}: {fault}" for where, faults in found.items() for fault in faults]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def test_every_page_has_a_line():
    assert {*PAGES, *NO_PAGE, *DURING_SIGN_IN} == set(ACCESS)
    assert len(PAGES) + len(NO_PAGE) + len(DURING_SIGN_IN) == len(ACCESS)


def test_what_is_called_no_page_is_none(client):
    """Nothing hides: those addresses take forms, send files, or lead elsewhere."""
    scene = a_scene()
    members = [scene.world.member(*ACTORS[role]) for role in ACTORS]
    for member in members:
        open_session(client, member)
        for name, args in NO_PAGE.items():
            answer = client.get(reverse(name, args=args(scene)))
            is_page = answer.status_code == 200 and "text/html" in answer.get("Content-Type", "")
            assert not is_page, (name, member.role)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_is_accessible(open_page, errors, settings, tmp_path, scheme, width):
    scene = a_scene()
    settings.CAUGHT_MAIL_DIR = tmp_path
    found = {}
    for role, (login, place) in ACTORS.items():
        member = scene.world.member(login, place)
        inspector = Inspector(open_page(width=width, scheme=scheme, member=member), errors)
        for name in names_for(role):
            for address in PAGES[name](scene, member):
                inspector.look(address)
        found |= {f"{role} {address}": faults for address, faults in inspector.found.items()}
    settings.DEMO = True
    inspector = Inspector(open_page(width=width, scheme=scheme), errors)
    for name in PAGES:
        if ACCESS[name] == PUBLIC:
            for address in PAGES[name](scene, None):
                inspector.look(address)
    expect_none(found | inspector.found)


def test_each_role_opens_pages():
    for role in ACTORS:
        assert set(names_for(role)) > {"accounts:me"} or role not in {Role.ANALYST}
    opened = set().union(*(names_for(role) for role in ACTORS))
    public = {name for name in PAGES if ACCESS[name] == PUBLIC}
    assert opened | public == set(PAGES)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_pages_of_sign_in(open_page, errors, scheme, width):
    """A wrong password, then a first sign-in: the application, the role, the backup codes."""
    user = a_world().member("sophie.garnier").user
    user.applications.all().delete()
    page = open_page(width=width, scheme=scheme)
    inspector = Inspector(page, errors)
    give_password(page, user, "faux")
    page.wait_for_selector("[role=alert]")
    inspector.inspect("a wrong password")
    give_password(page, user, demo.PASSWORD)
    page.wait_for_url("**/enrolement/")
    inspector.inspect("enrolment")
    page.fill("[name=code]", code_of(page.inner_text("p.rc-code").replace(" ", "")))
    page.click("text=Enregistrer cette application")
    page.wait_for_url("**/role/")
    inspector.inspect("role")
    page.click("text=Agir sous ce rôle >> nth=0")
    page.wait_for_url("**/codes/")
    inspector.inspect("backup codes")
    other = open_page(width=width, scheme=scheme)
    give_password(other, user, demo.PASSWORD)
    other.wait_for_url("**/verification/")
    second = Inspector(other, errors)
    second.inspect("second factor")
    expect_none(inspector.found | second.found)


def give_password(page, user, password):
    page.goto("/connexion/")
    page.fill("[name=identifier]", user.rpps)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Se connecter").click()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_pages_that_refuse(open_page, errors, scheme, width):
    analyst = a_world().member("helene.dubois")
    inspector = Inspector(open_page(width=width, scheme=scheme, member=analyst), errors)
    for address, status in (("/formation/", 403), ("/nulle-part/", 404)):
        assert inspector.page.goto(address).status == status
        errors.clear()  # the console tells of the status, as it must
        inspector.inspect(address)
    expect_none(inspector.found)
