"""Headers of every answer, caught mail, and what refuses to start."""

from email.message import EmailMessage

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.http import HttpResponse

from core import audit, checks, demo
from core.middleware import POLICY, security_headers
from core.models import Throttle
from tests.core import factories


def test_every_answer_is_private_and_closed(client):
    response = client.get("/connexion/")

    assert response["Content-Security-Policy"] == POLICY
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert len(response["X-Request-ID"]) == 16


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none'")


def test_a_page_that_is_not_personal_says_how_long_it_is_kept(rf):
    def view(request):
        return HttpResponse(headers={"Cache-Control": "public, max-age=60"})

    response = security_headers(view)(rf.get("/"))

    assert response["Cache-Control"] == "public, max-age=60"


def test_each_request_has_an_id_of_its_own(rf):
    seen = []

    def view(request):
        seen.append(audit.request_id.get())
        return HttpResponse()

    ids = [security_headers(view)(rf.get("/"))["X-Request-ID"] for _ in range(2)]

    assert seen == ids
    assert len(set(ids)) == 2
    assert audit.request_id.get() == ""


def test_a_view_that_fails_gives_its_id_back(rf):
    def view(request):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        security_headers(view)(rf.get("/"))

    assert audit.request_id.get() == ""


# --- Caught mail --------------------------------------------------------------------------------


@pytest.fixture
def caught(settings, tmp_path):
    settings.DEMO, settings.CAUGHT_MAIL_DIR = True, tmp_path
    return tmp_path


def put(folder, name, subject, body="Une visite est à faire."):
    message = EmailMessage()
    message["To"], message["Subject"] = "lea@example.org", subject
    message["Date"] = "Mon, 02 Mar 2026 12:00:00 +0000"
    message.set_content(body)
    (folder / name).write_bytes(bytes(message))


def test_caught_mail_shows_the_newest_first(client, caught):
    put(caught, "1.eml", "Premier é")
    put(caught, "2.eml", "Second", "<script>alert(1)</script>")

    text = client.get("/courriels/").content.decode()

    assert text.index("Second") < text.index("Premier é")
    assert "lea@example.org" in text
    assert "<script>alert" not in text


def test_caught_mail_may_be_empty(client, caught):
    assert "Aucun courriel" in client.get("/courriels/").content.decode()


def test_caught_mail_does_not_exist_outside_the_demonstration(client, caught, settings):
    settings.DEMO = False

    assert client.get("/courriels/").status_code == 404


# --- Demonstration mode -------------------------------------------------------------------------


@pytest.fixture
def at_home(settings, monkeypatch):
    settings.DEMO = True
    settings.PUBLIC_URL = "http://127.0.0.1:8765"
    monkeypatch.setattr(demo, "_is_marked", lambda: True)
    return settings


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.0.0.1", "http://[::1]:8000"])
def test_the_demonstration_starts_at_home(at_home, url):
    at_home.PUBLIC_URL = url

    assert demo.problems() == []


@pytest.mark.parametrize(
    "url", ["https://registre.example.org", "http://192.0.2.1", "http://localhost.example.org", ""]
)
def test_the_demonstration_is_not_published(at_home, url):
    at_home.PUBLIC_URL = url

    assert demo.problems() == ["RECANN_DEMO: PUBLIC_URL is not on the loopback."]


def test_the_demonstration_does_not_use_a_distant_server(at_home, monkeypatch):
    monkeypatch.setitem(at_home.DATABASES["default"], "HOST", "db.example.org")

    assert demo.problems() == ["RECANN_DEMO: PGHOST is not the folder of a socket."]


def test_the_demonstration_uses_a_database_made_for_it(at_home, monkeypatch):
    monkeypatch.setattr(demo, "_is_marked", lambda: False)

    assert demo.problems() == ["RECANN_DEMO: the database is not marked 'recann-demo'."]
    assert [error.id for error in checks.demonstration_stays_at_home()] == ["core.E002"]


def test_a_database_of_the_demonstration_serves_nothing_else(monkeypatch):
    assert demo.problems() == []
    monkeypatch.setattr(demo, "_is_marked", lambda: True)

    assert "RECANN_DEMO is not set" in demo.problems()[0]


def test_a_wrong_demonstration_does_not_start(at_home, monkeypatch):
    at_home.PUBLIC_URL = "https://registre.example.org"
    monkeypatch.setattr(checks.connections, "all", lambda **_: [])

    with pytest.raises(ImproperlyConfigured, match="loopback"):
        checks.refuse_unsafe_start()


def test_checks_are_silent_without_a_database(monkeypatch):
    def unreachable():
        raise OperationalError

    monkeypatch.setattr(demo, "_is_marked", unreachable)
    monkeypatch.setattr(checks.keys, "opens_canary", unreachable)

    assert checks.demonstration_stays_at_home() == []
    assert checks.keys_open() == []


def test_every_row_has_a_text():
    rows = [
        factories.KeyRecordFactory(),
        factories.JournalLineFactory(),
        factories.SealFactory(),
        factories.JournalCheckFactory(),
        factories.DraftFactory(),
        factories.OutgoingMailFactory(),
        factories.DoneOnceFactory(),
        factories.DocumentFactory(),
        factories.VerificationCodeFactory(),
        Throttle(key="verify 1"),
    ]

    assert len({str(row) for row in rows}) == len(rows)
    assert not any("object (" in str(row) for row in rows)


def test_no_connection_crosses_the_fork(monkeypatch):
    closed = []

    class Connection:
        def close(self):
            closed.append("connection")

    monkeypatch.setattr(checks.connections, "all", lambda initialized_only: [Connection()])

    checks.refuse_unsafe_start()

    assert closed == ["connection"]
