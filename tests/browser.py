"""Browser tests: Debian's chromium, our own pages only, and not one error in the console."""

import os
import shutil
from urllib.parse import urlsplit

import pytest


# ui.md 8: works as root, without a display, without calling home.
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium():
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if chromium() is None:
        missing = "chromium is not installed: `python3 start.py test` does it when it may"
        # Where everything must be shown to work, nothing is left out.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return browser_type_launch_args | {"executable_path": chromium(), "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {"locale": "fr-FR", "timezone_id": "Europe/Paris"}


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    """Run the test in both colour schemes: `open_page(scheme=scheme)`."""
    return request.param


@pytest.fixture(params=[("light", 1280), ("dark", 390)], ids=["light-1280", "dark-390"])
def look(request):
    """Run the test on a wide light page and on a narrow dark one: `open_page(**look)`."""
    scheme, width = request.param
    return {"scheme": scheme, "width": width}


@pytest.fixture
def errors():
    """What went wrong in any page of this test, which fails unless it emptied the list."""
    found = []
    yield found
    assert found == []


@pytest.fixture
def open_page(new_context, live_server, errors):
    """`open_page(width=390, scheme="dark", member=member)`: a new visitor's page, watched."""

    def go(*, width=1280, scheme="light", member=None):
        context = new_context(
            base_url=live_server.url,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
        )
        if member is not None:
            context.add_cookies([_session_cookie(member, live_server.url)])
        page = context.new_page()
        _watch(page, errors)
        return page

    return go


@pytest.fixture
def page(open_page):
    """One page, 1280 wide, light, of a visitor who is not signed in."""
    return open_page()


def _session_cookie(member, address):
    from django.conf import settings
    from django.test import Client

    from tests.sessions import open_session

    client = open_session(Client(), member)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}


def _watch(page, errors):
    page.on(
        "console",
        lambda message: message.type == "error" and errors.append(f"console: {message.text}"),
    )
    page.on("pageerror", lambda error: errors.append(f"page: {error}"))
    page.on("requestfailed", lambda request: _tell(request, errors))
    page.on("request", lambda request: _stay_home(request.url, errors))


def _tell(request, errors):
    """One that the page itself gave up, by leaving or by becoming a file, did not fail."""
    if request.failure != "net::ERR_ABORTED":
        errors.append(f"request: {request.url} ({request.failure})")


def _stay_home(url, errors):
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"} and parts.hostname not in {"localhost", "127.0.0.1"}:
        errors.append(f"outside: {url}")
