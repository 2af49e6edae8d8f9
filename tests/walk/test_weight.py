"""What a visitor downloads: the first page with everything it links to, then a page alone.

Weighed as WhiteNoise sends it: brotli for files, which it makes beforehand, gzip for pages.
"""

import datetime
import gzip
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.geography import DEPARTEMENTS
from evaluation.enums import Measure
from tests.evaluation.factories import CountRunFactory, MonthCountFactory
from tests.patients.factories import EnrolmentFactory
from tests.sessions import open_session
from tests.walk.scene import a_scene


pytestmark = pytest.mark.slow

# Bytes and requests: issue 2, ui.md 10.
FIRST_LOAD, LATER_PAGE, REQUESTS = 120 * 1024, 25 * 1024, 12
# Bytes of headers that no page goes without.
HEADERS = 700
# Patients: more than a page of the worklist holds.
ROWS = 60
OPENED = datetime.date(2025, 1, 1)

# Of a page, and of a module.
LINKED = re.compile(r'(?:href|src)="/static/([^"]+)"')
IMPORTED = re.compile(r"""import[^"']*["']\./([^"']+)["']""")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The static files as they are served: names with their digest, compressed beside."""
    folder = tmp_path_factory.mktemp("static")
    environment = {
        **os.environ,
        "STATIC_ROOT": str(folder),
        "DJANGO_SETTINGS_MODULE": "devstack.static_settings",
    }
    environment.pop("RECANN_TESTING", None)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
        cwd=settings.BASE_DIR,
        env=environment,
        check=True,
    )
    return folder


def weight(built, name):
    """Bytes on the wire of a file, in the best encoding there is of it."""
    sizes = [
        (built / f"{name}{ending}").stat().st_size
        for ending in ("", ".gz", ".br")
        if (built / f"{name}{ending}").exists()
    ]
    assert sizes, name
    return min(sizes) + HEADERS


def files_of(built, html):
    """Every file that the browser asks for: linked from the page, or from a linked module."""
    waiting, found = LINKED.findall(html), set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imported(built, name)
    return found


def imported(built, name):
    if not name.endswith(".js"):
        return []
    folder = name.rpartition("/")[0]
    return [f"{folder}/{one}".lstrip("/") for one in IMPORTED.findall((built / name).read_text())]


def page_weight(html):
    return len(gzip.compress(html.encode(), 6)) + HEADERS


def crowded():
    """A scene with a whole page of patients, and a dashboard with something in every place."""
    scene = a_scene()
    for _ in range(ROWS):
        EnrolmentFactory(
            patient__person=True,
            indication=scene.enrolment.indication,
            programme=scene.world.programme,
            included_by=scene.doctor,
            included_on=timezone.localdate(),
            recorded_at=timezone.now(),
        )
    programme = scene.world.programme
    CountRunFactory(programme=programme, counted_at=timezone.now(), first_month=OPENED)
    for code, place in DEPARTEMENTS.items():
        for measure in (Measure.INCLUDED, Measure.TREATED, Measure.EVENTS, Measure.ENDED):
            MonthCountFactory(
                programme=programme,
                measure=measure,
                departement=code,
                region=place.region,
                detail="INEFFICACY" if measure == Measure.ENDED else "",
                counts=[12] * 20,
            )
    return scene


def visits(scene):
    """Who opens which pages, one after the other."""
    patient = scene.enrolment.public_id
    return {
        scene.doctor: [
            ("record:patients",), ("record:patient", patient),
            ("followup:visit", scene.due.public_id), ("prescriptions:create", patient),
            ("prescriptions:detail", patient, scene.running.public_id), ("patients:include",),
            ("vigilance:report", patient),
        ],
        scene.pharmacist: [
            ("pharmacies:counter",), ("pharmacies:prescription", scene.waiting.public_id)
        ],
        scene.world.member("helene.dubois"): [("evaluation:dashboard",)],
    }  # fmt: skip


def test_pages_are_light(client, built):
    weighed = {"accounts:sign_in": measure(client, built, reverse("accounts:sign_in"))}
    for member, pages in visits(crowded()).items():
        open_session(client, member)
        for name, *args in pages:
            weighed[name] = measure(client, built, reverse(name, args=args))
    for name, (first, later, requests) in weighed.items():
        told = f"{name}: {first / 1024:.0f} KB, then {later / 1024:.1f} KB; {requests} requests"
        print(told)  # noqa: T201  the figures of ui.md 10
    assert [name for name, one in weighed.items() if one[0] > FIRST_LOAD] == []
    assert [name for name, one in weighed.items() if one[1] > LATER_PAGE] == []
    assert [name for name, one in weighed.items() if one[2] > REQUESTS] == []


def measure(client, built, address):
    """Bytes of a first load, bytes once the files are kept, requests."""
    response = client.get(address)
    assert response.status_code == 200
    html = response.content.decode()
    files = files_of(built, html)
    later = page_weight(html)
    return later + sum(weight(built, name) for name in files), later, 1 + len(files)
