"""Error pages, logs and headers: in French, with a reference, and nothing of anybody."""

import json
import logging
import re
from pathlib import Path

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from core import errors, logs, throttle
from core.middleware import HEADERS
from devstack.place import ROOT
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory


SECRET = "ZZCANARI"


def references(response):
    return re.findall(r"référence à donner.*?>([0-9a-f]{16})<", response.content.decode())


def assert_error_page(response, status, words):
    assertContains(response, words, status_code=status)
    assertNotContains(response, SECRET, status_code=status)
    assertNotContains(response, "Traceback", status_code=status)
    assert references(response) == [response["X-Request-ID"]]
    assert response["Content-Type"].startswith("text/html")
    for name, value in HEADERS.items():
        assert response[name] == value, name


@pytest.fixture
def patient_client():
    """A browser that gets error pages where the usual one raises."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def test_not_found(client):
    assert_error_page(client.get(f"/nulle-part/{SECRET}?q={SECRET}"), 404, "Page introuvable")


def test_forbidden(sign_in):
    response = sign_in(MemberFactory()).get(reverse("record:journal"))

    assert_error_page(response, 403, "pas ouverte à votre rôle")


def test_a_method_that_an_address_does_not_take(client):
    response = client.delete(f"/v/?{SECRET}")

    assert_error_page(response, 405, "Cette page ne s’utilise pas ainsi")
    assert response["Allow"] == "GET, HEAD, POST"


def test_a_form_without_its_token(patient_client):
    response = patient_client.post("/v/", {"code": SECRET})

    assert_error_page(response, 403, "Ce formulaire n’est plus valable")


def test_too_large(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = client.post("/v/", {"code": SECRET * 100})

    assert_error_page(response, 413, "trop volumineux")


def test_not_understood(client):
    response = client.get("/v/", headers={"host": f"{SECRET.lower()}.example.org"})

    assert_error_page(response, 400, "n’a pas été comprise")


@pytest.mark.parametrize(
    ("exception", "status"), [(RequestDataTooBig(), 413), (SuspiciousOperation(SECRET), 400)]
)
def test_which_page_tells_of_a_bad_request(rf, exception, status):
    response = errors.bad_request(rf.get("/"), exception)

    assert response.status_code == status
    assert SECRET not in response.content.decode()


def test_an_error_of_ours(patient_client, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError(SECRET)

    monkeypatch.setattr("core.views.codes.answer", fail)

    response = patient_client.get("/v/RV-0000")

    assert_error_page(response, 500, "Le registre a rencontré une erreur")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_does_not_answer(patient_client, monkeypatch, error):
    def fail(*_args, **_kwargs):
        raise error(f"connection refused for {SECRET}")

    monkeypatch.setattr("core.views.codes.answer", fail)

    response = patient_client.get("/v/RV-0000")

    assert_error_page(response, 503, "momentanément indisponible")
    assert response["Retry-After"] == "30"


def test_a_page_of_a_person_without_database(monkeypatch, sign_in):
    """The session itself cannot be read: no page may open, whoever asks."""
    client = sign_in(MemberFactory())
    client.raise_request_exception = False

    def fail(*_args, **_kwargs):
        raise OperationalError(SECRET)

    monkeypatch.setattr(DatabaseWrapper, "cursor", fail)

    response = client.get("/patients/")

    monkeypatch.undo()
    assert response.status_code == 503
    assert SECRET not in response.content.decode()


# --- Headers ---------------------------------------------------------------------------------


def test_a_page_opened_by_a_token_tells_no_other_page_of_it(client):
    # The origin alone: without it a browser's form would be refused.
    assert client.get("/v/RV-0000")["Referrer-Policy"] == "strict-origin"


def test_signing_out_forgets_the_pages_that_were_read(sign_in):
    response = sign_in(MemberFactory()).post(reverse("accounts:sign_out"))

    assert response["Clear-Site-Data"] == '"cache"'


def test_our_scripts_keep_nothing_in_the_browser():
    kept = re.compile(r"localStorage|sessionStorage|indexedDB|caches\.|document\.cookie\s*=")

    assert [
        path.name for path in (ROOT / "static").glob("*.js") if kept.search(path.read_text())
    ] == []


def test_personal_pages_are_kept_by_no_cache(sign_in):
    enrolment = EnrolmentFactory()
    client = sign_in(enrolment.included_by)
    paths = [
        reverse("record:patients"),
        reverse("record:patient", args=[enrolment.public_id]),
        reverse("record:history", args=[enrolment.public_id]),
        reverse("record:history_csv", args=[enrolment.public_id]),
        reverse("record:accesses_pdf", args=[enrolment.public_id]),
        reverse("accounts:me"),
    ]

    assert {client.get(path)["Cache-Control"] for path in paths} == {"no-store"}


@pytest.mark.parametrize("path", ["x.css", ";.js", "/historique.csv/x.png", "%2e%2e/x.css"])
def test_a_false_extension_opens_no_personal_page(sign_in, path):
    enrolment = EnrolmentFactory()
    page = reverse("record:patient", args=[enrolment.public_id])

    response = sign_in(enrolment.included_by).get(f"{page}{path}")

    assert response.status_code == 404
    assert response["Cache-Control"] == "no-store"


def test_a_forged_source_is_ignored(rf, settings):
    forged = {"HTTP_X_FORWARDED_FOR": "10.9.9.9", "HTTP_FORWARDED": "for=10.9.9.9"}
    settings.SECURE_PROXY_SSL_HEADER = None
    assert throttle.source_of(rf.get("/", REMOTE_ADDR="192.0.2.1", **forged)) == "192.0.2.1"

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    several = rf.get("/", HTTP_X_FORWARDED_FOR="10.9.9.9, 192.0.2.1", REMOTE_ADDR="172.18.0.2")
    assert throttle.source_of(several) == "192.0.2.1"


# --- Logs ------------------------------------------------------------------------------------


def line(message, *args, error=None):
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, message, args, error)
    return logs.JsonLine().format(record)


@pytest.mark.parametrize(
    "typed",
    [
        'x\n{"level": "CRITICAL", "message": "forged"}',
        "x\r\nSet-Cookie: a=b",
        "\x1b[2J\x1b[31mred",
        '", "level": "INFO", "x": "',
        "\u2028\u2029\x85\x00",
    ],
)
def test_what_is_typed_forges_no_line(typed):
    text = line("Not Found: %s", typed)

    assert len(text.splitlines()) == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", text)
    told = json.loads(text)
    assert told["level"] == "WARNING"
    assert told["message"] == f"Not Found: {typed}"


def test_a_token_and_a_refused_row_stay_out_of_the_logs():
    assert "secret" not in line("Not Found: %s", "/v/secret?x=1")
    try:
        raise RuntimeError(
            f"refused\nDETAIL:  Failing row contains ({SECRET}).\nCONTEXT:  {SECRET}"
        )
    except RuntimeError as error:
        text = line("failed", error=(type(error), error, error.__traceback__))

    told = json.loads(text)
    assert SECRET not in text
    assert "RuntimeError: refused" in told["error"]


def test_the_logs_use_it(settings):
    assert settings.LOGGING["formatters"]["line"] == {"()": "core.logs.JsonLine"}
    assert settings.ADMINS == []
    assert Path(logs.__file__).exists()
