"""Every form of more than five fields keeps what is typed in it: found in the pages themselves."""

from html.parser import HTMLParser

import pytest
from django.test import Client

from core.models import Draft
from tests.sessions import open_session
from tests.walk.pages import PAGES
from tests.walk.scene import a_scene
from tests.walk.test_axe import ACTORS, names_for


pytestmark = pytest.mark.slow

# Issue 6: «applies to every form over five fields».
MOST = 5
# Typed in one go, with nothing behind it that could be taken up again.
WITHOUT: dict[str, str] = {
    "followup:preview_questions": "invented answers, tried on a form and recorded nowhere",
}


class Forms(HTMLParser):
    """The posted forms of a page: their attributes and the names of the fields of each."""

    def __init__(self, page):
        super().__init__()
        self.found, self.is_open = [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.is_open = attributes.get("method") == "post"
            if self.is_open:
                self.found.append((attributes, set()))
        elif self.is_open and tag in {"input", "select", "textarea"}:
            shown = attributes.get("type") not in {"hidden", "submit"}
            self.found[-1][1].update([attributes["name"]] if shown and "name" in attributes else [])

    def handle_endtag(self, tag):
        self.is_open = self.is_open and tag != "form"


def pages(scene):
    """Every page of every role that shows forms."""
    for role, (login, place) in ACTORS.items():
        member = scene.world.member(login, place)
        client = open_session(Client(), member)
        for name in names_for(role):
            for address in PAGES[name](scene, member):
                response = client.get(address)
                if "text/html" in response.get("Content-Type", ""):
                    yield name, client, response.content.decode()


def keep(client, form):
    """The address of a form takes what is typed."""
    body = {"version": int(form["data-version"]), "data": {"a": "à demi tap"}}
    return client.post(form["data-draft"], body, content_type="application/json").status_code


def test_every_long_form_keeps_what_is_typed():
    long, without, refused = set(), set(), set()
    for name, client, page in pages(a_scene()):
        for form, fields in Forms(page).found:
            if len(fields) <= MOST:
                continue
            long.add(name)
            if "data-draft" not in form:
                without.add(name)
            elif keep(client, form) != 200:
                refused.add(name)
            if "data-draft" in form and "data-draft-status" not in page:
                refused.add(f"{name} says nothing of it")

    assert {"followup:visit", "pharmacies:late", "programmes:add_product"} <= long
    assert without == set(WITHOUT)
    assert refused == set()


def test_what_is_kept_of_a_patient_goes_with_the_patient():
    """The second word of its key is the public id of a row of theirs: see `retention.actions`."""
    scene = a_scene()
    theirs = {
        "patients:correct_identity", "patients:consent_give", "prescriptions:create_plan",
        "pharmacies:late", "pharmacies:prescription",
    }  # fmt: skip
    for name, client, page in pages(scene):
        for form, _ in Forms(page).found:
            if name in theirs and "data-draft" in form:
                keep(client, form)

    ids = {str(one.public_id) for one in (scene.enrolment, scene.waiting)}
    begun = Draft.objects.exclude(key__regex=r"^(inclusion|visit|event|prescription)")
    assert {key.split(":")[1] for key in begun.values_list("key", flat=True)} == ids
    assert len({key.split(":")[0] for key in begun.values_list("key", flat=True)}) == len(theirs)
