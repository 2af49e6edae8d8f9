import base64
import hashlib
import secrets
from datetime import date, timedelta

import pytest
from django.urls import reverse

from core import codes, throttle
from core.identifiers import draw_code
from core.models import Throttle, VerificationCode
from tests.core.factories import NOON


ON = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setitem(codes.LABELS, "certificate", "Attestation")
    monkeypatch.setitem(codes.STATES, "certificate", lambda pk: "Valide" if pk == 7 else None)


def issue(target_id=7):
    return codes.issue("certificate", "patients.Enrolment", target_id, ON, content="content")


def test_a_code_is_found_by_its_token_and_by_its_short_code():
    code = issue()

    assert codes.find(code.token) == code.record
    assert codes.find(code.short.lower().replace("-", " ")) == code.record
    assert codes.find(code.token + "a") is None
    assert codes.find("RV-0000-0000-0000-0") is None
    assert code.url.endswith(f"/v/{code.token}")


def test_the_database_keeps_neither_token_nor_short_code(as_owner):
    code = issue()

    with as_owner() as cursor:
        cursor.execute("SELECT c::text FROM core_verificationcode c")
        (text,) = cursor.fetchone()
    assert code.token not in text
    assert code.short not in text


def test_the_fingerprint_is_that_of_the_content():
    assert issue().fingerprint == codes.fingerprint(b"content")
    assert len(codes.fingerprint("other")) == 10
    assert codes.fingerprint("other") != codes.fingerprint("content")
    # Nobody finds the person by trying names on a copy of the table.
    plain = base64.b32encode(hashlib.sha256(b"content").digest()).decode()
    assert codes.fingerprint("content") != plain[:10]


def test_a_code_is_tied_to_the_delivered_bytes():
    code = issue()

    codes.attach(code.record, bytes(32))

    assert bytes(VerificationCode.objects.get().document_sha256) == bytes(32)


def page(client, code):
    return client.get(reverse("core:verify_code", args=[code.token]))


def test_the_public_page_of_a_code(client):
    response = page(client, issue())

    text = response.content.decode()
    assert response.status_code == 200
    for words in ("Attestation", "02/03/2026", "Valide", codes.fingerprint("content")):
        assert words in text
    assert "cannabis" not in text.lower()
    assert "no-store" in response["Cache-Control"]


def test_unknown_ended_and_purged_codes_have_one_answer(client, django_assert_num_queries):
    ended, purged, unknown_target = issue(), issue(8), issue(9)
    assert codes.end("patients.Enrolment", 7, at=NOON) == 1
    assert codes.end("patients.Enrolment", 7, at=NOON) == 0
    purged.record.delete()
    addresses = [
        reverse("core:verify_code", args=[token])
        for token in (ended.token, purged.token, "A" * 32, unknown_target.token, "RC-1")
    ]

    answers = []
    for address in addresses:
        with django_assert_num_queries(2):  # throttle, code
            response = client.get(address)
        body = response.content.decode().split("csrfmiddlewaretoken")[0]
        answers.append((response.status_code, body))

    assert len(set(answers)) == 1
    assert answers[0][0] == 404
    assert "Aucun document" in answers[0][1]


def test_a_short_code_is_typed_on_the_public_page(client):
    address = reverse("core:verify")
    assert client.get(address).status_code == 200

    found = client.post(address, {"code": issue().short})

    assert found.status_code == 200
    assert "Valide" in found.content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "obligatoire"), ("RV-0000-0000-0000-1", "faute de frappe"), ("x" * 41, "40")],
)
def test_a_slip_is_told_beside_the_field_and_stays_typed(client, typed, words):
    response = client.post(reverse("core:verify"), {"code": typed})

    assert response.status_code == 200
    assert words in response.content.decode()
    assert f'value="{typed}"' in response.content.decode() or not typed


def test_guessing_is_slowed_down(client):
    addresses = [reverse("core:verify_code", args=[f"guess{n}"]) for n in range(11)]

    statuses = [client.get(address).status_code for address in addresses]

    assert statuses == [404] * 10 + [429]
    other = client.get(addresses[0], REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 404


# --- Throttle ----------------------------------------------------------------------------------


def allowed(at=NOON, who="192.0.2.1"):
    return throttle.allowed("test", who, limit=2, seconds=60, at=at)


def test_attempts_are_counted_in_a_window():
    assert [allowed(), allowed(), allowed()] == [True, True, False]
    assert allowed(who="192.0.2.2")
    assert not allowed(at=NOON + timedelta(seconds=59))
    assert allowed(at=NOON + timedelta(seconds=60))


def test_a_success_starts_again_from_zero():
    allowed()
    allowed()

    throttle.forget("test", "192.0.2.1")

    assert allowed()


def test_sources_are_not_kept():
    allowed()

    assert "192.0.2.1" not in Throttle.objects.get().key
    assert throttle.erase_old(NOON + timedelta(days=2)) == 0
    assert throttle.erase_old(NOON + timedelta(days=2, seconds=1)) == 1


def test_the_source_behind_our_proxy_is_the_last_address_it_added(rf, settings):
    request = rf.get("/", HTTP_X_FORWARDED_FOR="1.1.1.1, 192.0.2.9", REMOTE_ADDR="127.0.0.1")

    settings.SECURE_PROXY_SSL_HEADER = None
    assert throttle.source_of(request) == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert throttle.source_of(request) == "192.0.2.9"


def test_the_number_of_a_participation_is_told_from_the_code_of_a_document(client):
    number = draw_code(secrets.choice)

    found = client.post(reverse("core:verify"), {"code": number})

    assert codes.find(number) is None
    assert "commence par RV" in found.content.decode()
    assert issue().short.startswith("RV-")
