import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core import audit
from core.models import JournalLine
from tests.core.factories import DoneOnceFactory, OutgoingMailFactory


DOCTOR = audit.Agent(pk=7, user_id=3, site_id=12, role="REFERENCE_DOCTOR")


def signature():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pghistory.context_metadata', true)")
        text = cursor.fetchone()[0]
    return json.loads(text) if text else None


def test_record():
    mail = OutgoingMailFactory()
    token = audit.request_id.set("abc")

    audit.record(
        "mail.read", mail, by=DOCTOR, subject="e-1", on=date(2026, 3, 2), dose=Decimal("0.5")
    )

    audit.request_id.reset(token)
    line = JournalLine.objects.get()
    assert (line.action, line.target_label, line.target_id) == (
        "mail.read",
        "core.OutgoingMail",
        str(mail.pk),
    )
    assert (line.actor_id, line.user_id, line.site_id, line.role) == (7, 3, 12, "REFERENCE_DOCTOR")
    assert (line.subject, line.request_id, line.version) == ("e-1", "abc", "0.1.0")
    assert line.detail == {"on": "2026-03-02", "dose": "0.5"}
    assert line.at is not None


def test_record_without_target_by_the_system():
    audit.record("journal.sealed", by=audit.SYSTEM)

    line = JournalLine.objects.get()
    assert (line.target_label, line.target_id, line.user_id, line.role) == ("", "", None, "SYSTEM")


def test_acting_signs_the_rows_written_inside_only():
    with audit.acting("prescription.signed", by=DOCTOR, reason="relève"):
        inside = signature()

    assert (inside["action"], inside["user"], inside["site"]) == ("prescription.signed", 3, 12)
    assert (inside["role"], inside["reason"]) == ("REFERENCE_DOCTOR", "relève")
    assert (inside["actor"], inside["version"]) == (7, "0.1.0")
    assert signature() is None
    assert not JournalLine.objects.exists()


def test_an_act_called_by_another_signs_its_own_rows():
    with audit.acting("dispensation.recorded", by=DOCTOR):
        with audit.acting("prescription.dispensed", by=DOCTOR):
            inner = signature()
        outer = signature()

    assert inner["action"] == "prescription.dispensed"
    assert outer["action"] == "dispensation.recorded"


def test_a_refused_inner_act_leaves_the_outer_one_its_signature():
    DoneOnceFactory(user_id=1, key="same")

    with audit.acting("outer", by=DOCTOR):
        with pytest.raises(IntegrityError), audit.acting("inner", by=DOCTOR):
            DoneOnceFactory(user_id=1, key="same")
        after = signature()

    assert after["action"] == "outer"


def test_acting_costs_one_query_beside_its_transaction(django_assert_num_queries):
    # savepoint, signature, signature taken back, release: in production the transaction is its own
    with django_assert_num_queries(4), audit.acting("x", by=DOCTOR):
        pass


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_context_needs_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        with audit.context("x", by=DOCTOR):
            pass
