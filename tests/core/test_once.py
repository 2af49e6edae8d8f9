import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core import audit, once
from core.models import DoneOnce
from tests.core.factories import DoneOnceFactory


DOCTOR = audit.Agent(pk=7, user_id=3)
OTHER = audit.Agent(pk=8, user_id=4)
BODY = {"dose": "2", "csrfmiddlewaretoken": "abc"}


def send(by=DOCTOR, key="k1", action="prescription.signed", body=BODY):
    with audit.acting(action, by=by):
        target = once.guard(by=by, key=key, action=action, body=body)
        if target is None:
            once.done(by=by, key=key, target="p-1")
    return target


def test_the_first_time_is_done_and_the_second_goes_to_its_result():
    assert send() is None
    assert send() == "p-1"
    assert DoneOnce.objects.count() == 1


def test_the_order_of_fields_and_the_token_of_the_page_do_not_matter():
    send(body={"dose": "2", "days": "28", "csrfmiddlewaretoken": "abc"})

    assert send(body={"csrfmiddlewaretoken": "new", "days": "28", "dose": "2"}) == "p-1"


def test_the_same_form_of_another_person_is_another_form():
    send()

    assert send(by=OTHER) is None


@pytest.mark.parametrize(
    "change", [{"body": {"dose": "3"}}, {"action": "prescription.voided"}, {"body": "dose=2"}]
)
def test_the_same_key_with_other_content_is_refused(change):
    send()

    with pytest.raises(once.AnotherBody, match="déjà été enregistré"):
        send(**change)

    assert DoneOnce.objects.get().target == "p-1"


def test_a_refused_act_gives_its_key_back():
    def refused():
        with audit.acting("x", by=DOCTOR):
            once.guard(by=DOCTOR, key="k1", action="x", body=b"")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        refused()

    assert not DoneOnce.objects.exists()


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_requests_at_the_same_instant_are_one_act():
    gate, results = threading.Barrier(2), []

    def request():
        gate.wait()
        results.append(send())
        connection.close()

    threads = [threading.Thread(target=request) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results, key=str) == [None, "p-1"]


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_guard_needs_the_transaction_of_the_act():
    with pytest.raises(transaction.TransactionManagementError):
        once.guard(by=DOCTOR, key="k1", action="x", body=b"")


def test_old_keys_are_erased():
    row = DoneOnceFactory()

    assert once.erase_old(row.made_at or DoneOnce.objects.get().made_at) == 0
    made_at = DoneOnce.objects.get().made_at
    assert once.erase_old(made_at + timedelta(days=61)) == 1


def test_what_was_typed_is_not_guessed_from_the_table():
    send(body={"bearer": "Jeanne Dupont"})

    plain = hashlib.sha256(b'{"bearer": "Jeanne Dupont"}').digest()
    assert bytes(DoneOnce.objects.get().body) != plain
