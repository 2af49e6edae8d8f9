"""A browser that keeps its connection, its session and nothing else."""

import http.client
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode


# Ours: the middleware only compares the cookie with the header.
CSRF = "benchbenchbenchbenchbenchbench12"


class WrongAnswer(Exception):
    """A page that is measured must work: a refusal is fast and means nothing."""


# What a page says beside a field, or above a form.
_ERROR = re.compile(r'class="[^"]*error[^"]*"[^>]*>([^<]*)')

# Seconds. The server closes a connection that rests for two.
RESTED = 1.0


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    location: str
    etag: str
    # Until the last byte.
    seconds: float


@dataclass
class Client:
    """One person signed in, or one program with its token."""

    port: int
    session: str = ""
    token: str = ""
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)
    _used_at: float = 0

    def apart(self) -> "Client":
        """The same person on a connection of their own."""
        return Client(self.port, session=self.session, token=self.token)

    def get(self, url: str, *, expect: int = 200, etag: str = "") -> Answer:
        return self._ask("GET", url, None, {"If-None-Match": etag} if etag else {}, expect)

    def post(self, url: str, data: "Mapping[str, str | Sequence[str]]", *, expect: int) -> Answer:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": CSRF,
            "Origin": f"http://localhost:{self.port}",
        }
        return self._ask("POST", url, urlencode(data, doseq=True).encode(), headers, expect)

    def _ask(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], expect: int
    ) -> Answer:
        connection = self._connected()
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else self._cookies()
        before = time.perf_counter()
        connection.request(method, url, body, headers)
        given = connection.getresponse()
        content = given.read()
        self._used_at = time.perf_counter()
        if given.status != expect:
            said = " ".join(_ERROR.findall(content.decode(errors="replace")))
            raise WrongAnswer(f"{method} {url}: {given.status}, {expect} attendu. {said}")
        return Answer(
            given.status,
            content,
            given.headers.get("Location", ""),
            given.headers.get("ETag", ""),
            self._used_at - before,
        )

    def _connected(self) -> http.client.HTTPConnection:
        """An open connection: opening one is no part of what is measured."""
        if time.perf_counter() - self._used_at > RESTED:
            self.close()
        if self._connection is None:
            self._connection = http.client.HTTPConnection("localhost", self.port, timeout=600)
            self._connection.connect()
        return self._connection

    def _cookies(self) -> dict[str, str]:
        return {"Cookie": f"session={self.session}; csrftoken={CSRF}"}

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Fields(HTMLParser):
    """Values of the form that holds the field `wanted`."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.found = wanted, dict[str, str]()
        self._form: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {}
        elif tag == "input" and said.get("name") and self._is_sent(said):
            self._form[said["name"]] = said.get("value", "")
            if said["name"] == self.wanted:
                self.found = self._form

    def _is_sent(self, said: dict[str, str]) -> bool:
        return said.get("type") not in {"radio", "checkbox"} or "checked" in said


def fields(answer: Answer, wanted: str) -> dict[str, str]:
    """What the page's form would send untouched: inputs alone, which is all that is read here.

    :raises WrongAnswer: no form holds the field `wanted`
    """
    parser = _Fields(wanted)
    parser.feed(answer.body.decode())
    if not parser.found:
        raise WrongAnswer(f"aucun formulaire avec {wanted}")
    return parser.found
