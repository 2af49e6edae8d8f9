"""A name stands where it must, and nowhere else: L01 of the attack cases."""

import io
import json
import re

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.enums import Permission, Role
from accounts.models import OpenSession
from core.models import JournalLine, OutgoingMail
from recann.celery import app
from tests.access_table import ACCESS
from tests.sessions import open_session
from tests.walk.pages import PAGES
from tests.walk.scene import a_scene
from tests.walk.test_axe import ACTORS, names_for
from tests.walk.test_pathway import tables_that_hold


pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)

# The birth name of the patient of the scene; no text of the registry holds it.
CANARY = "Vandenbroucke"
LINKS = re.compile(r"""(?:href|src|action|data-[a-z-]+)=["']([^"']*)["']""")


def browser(member):
    return open_session(Client(raise_request_exception=False), member)


def walk(scene):
    """Every page, as every role: addresses, headers, links, error pages, and who saw the name."""
    told, shown = [], set()
    for role, (login, place) in ACTORS.items():
        member = scene.world.member(login, place)
        client = browser(member)
        own = set(names_for(role))
        for name, where in PAGES.items():
            # A page of others is asked for too, by its address: it is refused.
            for address in where(scene, member if name in own else scene.doctor):
                response = client.get(address)
                body = b"".join(response) if response.streaming else response.content
                text = body.decode()
                told += [address, str(response.headers), *LINKS.findall(text)]
                if response.status_code >= 400:
                    told.append(text)
                elif CANARY.casefold() in text.casefold():
                    shown.add((role, name))
    return told, shown


def type_everywhere(scene):
    """The name typed where names are looked for, where it is wrong, and where nothing takes it."""
    client, answers = browser(scene.doctor), []
    patient = reverse("record:patient", args=[scene.enrolment.public_id])
    for address, data in (
        (reverse("record:search"), {"q": CANARY}),
        (reverse("record:search"), {"q": CANARY, "birth_date": CANARY}),
        (reverse("core:verify"), {"code": CANARY}),
        (patient, {"name": CANARY}),
        (f"/rien/{scene.enrolment.public_id}/", {"name": CANARY}),
        (reverse("followup:correct", args=[scene.held.public_id]), {"comment": CANARY}),
        (reverse("accounts:password"), {"new": CANARY}),
    ):
        response = client.post(address, data)
        if response.status_code >= 400:
            answers.append(response.content.decode())
        answers.append(str(response.headers))
    draft = reverse("core:draft", args=[f"visit_new:{scene.enrolment.public_id}"])
    typed = json.dumps({"version": 0, "data": {"comment": CANARY}})
    answers.append(client.post(draft, typed, content_type="application/json").content.decode())
    manager = browser(scene.world.member("isabelle.renard"))
    manager.post(reverse("record:find_in_journal"), {"q": CANARY})
    return answers


def papers(scene):
    """Documents that show the name: their properties do not."""
    client = browser(scene.doctor)
    for name in ("patients:certificate", "record:accesses_pdf"):
        response = client.get(reverse(name, args=[scene.enrolment.public_id]))
        reader = PdfReader(io.BytesIO(response.content))
        assert CANARY.upper() in "".join(page.extract_text() for page in reader.pages)
        described = reader.root_object["/Metadata"].get_object().get_data().decode()
        assert "ReCann" in described
        yield str(reader.metadata), described
        yield response["Content-Disposition"], str(response.headers)


def queued():
    """Every task of ours sent to the broker: what Redis holds then, keys and values."""
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    # Its results are of no use here.
    for task in ours:
        task.apply_async(ignore_result=True)
    server = redis.Redis.from_url(settings.REDIS_URL)
    held = []
    for key in server.scan_iter("*"):
        kind = server.type(key)
        rows = {b"list": lambda one: server.lrange(one, 0, -1), b"set": server.smembers}
        held += [key.decode(), *(str(row) for row in rows.get(kind, lambda _: [])(key))]
    server.flushall()
    assert len(held) > len(ours)
    return held


def nowhere(texts, what):
    assert not [text for text in texts if CANARY.casefold() in text.casefold()], what


def test_a_name_stands_where_it_must_and_nowhere_else(caplog):
    caplog.set_level("DEBUG")
    scene = a_scene()

    told, shown = walk(scene)
    typed = type_everywhere(scene)

    nowhere(told, "addresses, headers, links and error pages")
    nowhere(typed, "answers to what was typed")
    nowhere([line for both in papers(scene) for line in both], "properties of documents")
    nowhere([caplog.text], "logs")
    nowhere([str(one.get_decoded()) for one in OpenSession.objects.all()], "sessions")
    nowhere([f"{one.subject} {one.body}" for one in OutgoingMail.objects.all()], "mails")
    nowhere([str(one) for one in JournalLine.objects.values_list("detail", flat=True)], "journal")
    nowhere(queued(), "Redis")
    nowhere([str(getattr(cache, "_cache", ""))], "cache")
    # As a dump would hold it, in text and in bytes, in both clusters.
    assert tables_that_hold(CANARY) == []
    # What is looked for so would be found, and only those who may read a name read it.
    assert "patients_enrolment" in tables_that_hold(scene.enrolment.number)
    assert ("REFERENCE_DOCTOR", "record:patient") in shown
    assert {role for role, _ in shown} <= {
        "REFERENCE_DOCTOR",
        "RELAY_DOCTOR",
        "PREPARER",
        "PHARMACIST",
    }


def test_the_walk_opens_what_it_says():
    """A walk of refusals would find nothing."""
    scene = a_scene()
    client = browser(scene.doctor)

    opened = {
        address: client.get(address).status_code
        for name in names_for(Role.REFERENCE_DOCTOR)
        for address in PAGES[name](scene, scene.doctor)
        if ACCESS[name] == Permission.PATIENT_VIEW
    }

    assert len(opened) > 8
    assert set(opened.values()) == {200}
