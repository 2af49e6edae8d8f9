"""Cookies and headers, as production sets them."""

import os
import runpy

import pytest
from django.urls import reverse

from devstack.place import ROOT
from tests.accounts.factories import PASSWORD, MemberFactory
from tests.accounts.links import mailed, reset
from tests.sessions import open_session


@pytest.fixture
def production(monkeypatch):
    """What the settings say where the outside world comes by https."""
    monkeypatch.setattr(os, "environ", os.environ | {"PUBLIC_URL": "https://registre.exemple.fr"})
    return runpy.run_path(str(ROOT / "recann" / "settings.py"))


@pytest.mark.parametrize("cookie", ["SESSION_COOKIE", "CSRF_COOKIE"])
def test_a_cookie_is_of_this_host_alone(production, cookie):
    assert production[f"{cookie}_NAME"].startswith("__Host-")
    assert production[f"{cookie}_SECURE"]
    # The prefix asks for the whole path and no domain: Django's defaults stand.
    assert f"{cookie}_PATH" not in production
    assert f"{cookie}_DOMAIN" not in production
    # «Strict» would lose the session on the way back from Pro Santé Connect.
    assert production[f"{cookie}_SAMESITE"] == "Lax"


def test_the_cookie_of_the_session_is_for_no_script(production):
    assert production["SESSION_COOKIE_HTTPONLY"]


def test_https_is_asked_for_a_year(production):
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert production["SECURE_SSL_REDIRECT"]


def test_the_session_cookie_is_not_read_by_scripts(client):
    user = MemberFactory().user
    page = client.post(reverse("accounts:sign_in"), {"identifier": user.rpps, "password": PASSWORD})

    assert page.cookies["session"]["httponly"]
    assert page.cookies["session"]["samesite"] == "Lax"


@pytest.mark.parametrize("name", ["sign_in", "forgotten", "opened_link", "me", "sessions"])
def test_no_page_of_an_account_is_kept_by_browsers(client, name):
    open_session(client, MemberFactory())

    page = client.get(reverse(f"accounts:{name}"), follow=True)

    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] in {"same-origin", "strict-origin"}


def test_the_address_of_a_link_stays_with_us(client):
    reset(MemberFactory().user)

    answer = client.get(mailed())

    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.url == reverse("accounts:opened_link")


@pytest.mark.parametrize(
    "cookie", ["x" * 5000, "../../etc/passwd", "\x00", "é", "'; drop table", "a" * 32]
)
def test_an_odd_cookie_is_no_session(client, cookie):
    client.cookies["session"] = cookie

    assert client.get(reverse("accounts:me")).status_code == 302
