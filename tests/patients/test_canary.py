"""A copy of the databases and of the files tells nobody's identity."""

import re
from dataclasses import replace

from django.db import connections

from patients import actions
from patients.actions.identity import Correction
from patients.enums import CorrectionReason, TransferReason
from patients.representatives import Representative
from tests.accounts.factories import MemberFactory
from tests.patients.factories import PersonFactory
from tests.patients.situations import NOON, a_setting, an_inclusion
from tests.patients.test_inclusion import include
from tests.patients.test_nir import NUMBER
from tests.programmes.factories import ListingFactory


PERSON = PersonFactory.build(
    birth_name="Zyxwcanari",
    used_name="Vutscanari",
    first_names=["Qponcanari"],
    phone="06 98 76 54 32",
    email="mlkjcanari@exemple.test",
    address="9 impasse Ihgfcanari",
)
SECRETS = ("canari", "06 98 76 54 32", NUMBER, "Edcbcanarine", "1980-05-12")


def every_row():
    """All rows of both databases, as text: what a dump holds."""
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables"
                " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
            tables = [name for (name,) in cursor.fetchall()]
            for table in tables:
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
                for (row,) in cursor.fetchall():
                    yield f"{table} {row}"


def decoded(row):
    """The row, and its binary columns as bytes in text: a name in hexadecimal is a name."""
    for found in re.findall(r'"\\\\x([0-9a-f]{8,})"', row):
        row += " " + bytes.fromhex(found).decode("latin-1")
    return row.casefold()


def test_a_dump_tells_no_identity():
    setting = a_setting()
    inclusion = an_inclusion(
        setting, PERSON, nir_given=True, representatives=(Representative("Edcbcanarine Paul"),)
    )
    drug = replace(inclusion.eligibility.treatments[0], drug="Edcbcanarine")
    found = replace(inclusion.eligibility, treatments=(drug,))
    enrolment = include(setting, replace(inclusion, eligibility=found))
    by = setting.doctor
    actions.record_nir(enrolment, NUMBER, by=by, at=NOON)
    twin = replace(PERSON, first_names=["Qponcanari", "Anne"])
    second = include(setting, an_inclusion(setting, twin), key="inclusion:2")
    renamed = Correction(replace(PERSON, birth_name="Wxyzcanari"), CorrectionReason.TYPO)
    actions.correct_identity(enrolment, renamed, by=by, at=NOON)
    other = MemberFactory(programme=setting.programme)
    ListingFactory(site=other.site, indication=setting.indication)
    actions.ask_transfer(second, other.site, reason=TransferReason.MOVED, by=by, at=NOON)

    rows = [decoded(row) for row in every_row()]

    assert len(rows) > 50
    for secret in SECRETS:
        told = [row[:80] for row in rows if secret.casefold() in row]
        assert told == [], secret
