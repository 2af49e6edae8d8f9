"""Nothing that a page asks grows with the base: as many queries, and no table read whole.

3,000 patients are loaded; 30,000 are made of them by the database (ADR 0080).
"""

import json

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Profession, Role
from accounts.models import Member
from core import codes
from evaluation.tasks import count_by_month
from patients import duplicates, identity
from patients.models import Enrolment
from prescriptions import documents
from prescriptions.models import Prescription
from tests.accounts.factories import MemberFactory
from tests.recann import loading
from tests.sessions import open_session


pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases=["default", "keys"])]

# Rows. Below, PostgreSQL rightly reads a table whole rather than by an index.
LARGE = 2_500
SIZES = (300, 3_000, 30_000)
PAGES = (
    "worklist", "patient", "search_name", "search_number", "alike",
    "counter", "dashboard", "visits",
    "prescriptions",
)  # fmt: skip


@pytest.fixture(scope="module")
def seen(django_db_setup, django_db_blocker):
    """What each page asked at each size: size → page → statements; and the whole readings."""
    with django_db_blocker.unblock(), loading.rolled_back():
        programme, where = loading.make_places()
        rows = loading.add(programme, where, SIZES[0])
        stage = Stage.of(programme)
        found = {SIZES[0]: stage.ask()}
        loading.add(programme, where, SIZES[1] - SIZES[0], seed=2)
        found[SIZES[1]] = stage.ask()
        clinical = [one._meta.label for one in apps.get_models() if _is_clinical(one, rows)]
        loading.multiply(clinical, SIZES[2] // SIZES[1] - 1)
        assert Enrolment.objects.count() == SIZES[2]
        found[SIZES[2]] = stage.ask()
        yield found


def _is_clinical(model, rows):
    return model._meta.db_table in rows and not hasattr(model, "pgh_label")


class Stage:
    """The same doctor, patient, pharmacist and analyst at every size."""

    def __init__(self, enrolment, doctor, pharmacist, analyst):
        self.enrolment, self.doctor = enrolment, doctor
        self.pharmacist, self.analyst = pharmacist, analyst

    @classmethod
    def of(cls, programme):
        enrolment = Enrolment.objects.live().select_related("patient__identity").earliest("pk")
        doctors = Member.objects.filter(site=enrolment.site_id, role=Role.REFERENCE_DOCTOR)
        pharmacists = Member.objects.filter(site=enrolment.pharmacy_id, role=Role.PHARMACIST)
        analyst = MemberFactory(
            role=Role.ANALYST, user__profession=Profession.AGENT, programme=programme
        )
        return cls(enrolment, doctors.first(), pharmacists.first(), analyst)

    def ask(self):
        """Every page once to warm up, then once to be watched."""
        count_by_month()
        found = {}
        for name in PAGES:
            self._open(name)
            with CaptureQueriesContext(connection) as asked:
                self._open(name)
            statements = [one["sql"] for one in asked.captured_queries]
            found[name] = (statements, _read_whole(statements))
        return found

    def _open(self, name):
        person, number = identity.open_one(self.enrolment.patient), self.enrolment.public_id
        born = f"{person.birth_date:%d/%m/%Y}"
        posted = {
            "search_name": {"q": person.birth_name, "birth_date": born},
            "search_number": {"q": self.enrolment.number},
        }
        read = {
            "worklist": (self.doctor, "record:patients"),
            "patient": (self.doctor, "record:patient", number),
            "visits": (self.doctor, "followup:list", number),
            "prescriptions": (self.doctor, "prescriptions:list", number),
            "dashboard": (self.analyst, "evaluation:dashboard"),
        }
        if name in read:
            self._get(*read[name])
        elif name == "alike":
            assert duplicates.candidates(person, by=self.doctor)
        elif name in posted:
            self._post(self.doctor, "record:search", posted[name])
        else:
            said = {"code": self._code(), "birth_date": born}
            self._post(self.pharmacist, "pharmacies:counter", said)

    def _code(self):
        last = Prescription.objects.signed().filter(enrolment=self.enrolment).latest("pk")
        label = last._meta.label
        return codes.issue(documents.KIND, label, last.pk, last.signed_on, content="x").short

    def _get(self, member, name, *args):
        answer = open_session(Client(), member).get(reverse(name, args=args))
        assert answer.status_code == 200

    def _post(self, member, name, data):
        answer = open_session(Client(), member).post(reverse(name), data)
        assert answer.status_code == 302


def _read_whole(statements):
    """Large tables that a statement would read from end to end, as PostgreSQL plans it."""
    with connection.cursor() as cursor:
        cursor.execute("select relname from pg_class where reltuples > %s", [LARGE])
        large = {name for (name,) in cursor.fetchall()}
        found = set()
        for sql in statements:
            if sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
                cursor.execute("explain (format json) " + sql.replace("%", "%%"))
                plan = cursor.fetchone()[0]
                plan = json.loads(plan) if isinstance(plan, str) else plan
                found |= {(table, sql) for table in _scanned(plan[0]["Plan"]) & large}
        return found


def _scanned(node):
    own = {node["Relation Name"]} if node["Node Type"] == "Seq Scan" else set()
    return own.union(*map(_scanned, node.get("Plans", [])))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_as_much_of_a_large_base_as_of_a_small_one(seen, page):
    counts = {size: len(found[page][0]) for size, found in seen.items()}

    assert len(set(counts.values())) == 1, counts


@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_reads_a_large_table_whole(seen, page, size):
    assert seen[size][page][1] == set()
