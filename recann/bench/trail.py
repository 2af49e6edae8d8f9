"""What history and journal cost when a visit is recorded: CPU of the web and of PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pgtrigger
from django.db import connection
from django.urls import reverse

from core.models import JournalLine
from patients.models import Enrolment
from recann.bench import off, people
from recann.bench.client import Client, fields
from recann.bench.measure import cpu_seconds, spent_by
from recann.bench.pages import Scene
from retention import classes


# Visits of a block; blocks alternate, so that what slows the machine slows both.
VISITS = 25
BLOCKS = ("on", "off", "off", "on", "on", "off")
_HISTORY = {"insert_insert", "update_update", "delete_delete"}


@dataclass(frozen=True)
class Post:
    """A form that was read already: only sending it is measured."""

    client: Client
    url: str
    typed: dict[str, str]

    def send(self) -> None:
        self.client.post(self.url, self.typed, expect=302)


def measure(here: Scene, *, master: int) -> tuple[float, float]:
    """Milliseconds of CPU of one POST, with history and journal and without them."""
    _block(here, master)  # caches fill
    spent: dict[str, float] = {"on": 0, "off": 0}
    for block in BLOCKS:
        with _without_trail() if block == "off" else nullcontext():
            before = _written()
            spent[block] += _block(here, master)
            _check(block, _written() - before)
    sent = VISITS * len(BLOCKS) / 2
    return spent["on"] * 1000 / sent, spent["off"] * 1000 / sent


def _written() -> int:
    """Lines of the journal that tell of a visit, and versions of visits."""
    told = JournalLine.objects.filter(action="visit.held").count()
    return told + classes.versions_of("followup.Visit").filter(pgh_label="update").count()


def _check(block: str, written: int) -> None:
    """A switch that switches nothing would measure nothing."""
    expected = 0 if block == "off" else 2 * VISITS
    if written < expected or (block == "off" and written):
        raise ValueError(f"{block}: {written} rows of trail, {expected} expected.")


def _block(here: Scene, master: int) -> float:
    """Seconds of CPU of the web workers and of their database sessions."""
    posts = [_post(here, enrolment) for enrolment in people.followed(VISITS)]
    before = _cpu(master)
    for post in posts:
        post.send()
    return _cpu(master) - before


def _post(here: Scene, enrolment: Enrolment) -> Post:
    today = enrolment.site.local_day(here.people.now)
    visit = people.visit_to_hold(enrolment, today)
    client = here.people.client(people.doctor_of(enrolment))
    url = reverse("followup:visit", args=[visit.public_id])
    typed = fields(client.get(url), "once") | people.answers(enrolment, today)
    return Post(client, url, typed)


def _cpu(master: int) -> float:
    return cpu_seconds(master) + sum(map(spent_by, _sessions()))


def _sessions() -> list[int]:
    """The database sessions of the web, as processes of this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'recann_app'")
        return [pid for (pid,) in cursor.fetchall()]


@contextmanager
def _without_trail() -> Iterator[None]:
    """No line of the journal, and the triggers of history asleep: as the owner, on these data."""
    Path(os.environ[off.VARIABLE]).touch()
    _switch("DISABLE")
    try:
        yield
    finally:
        restore()


def restore() -> None:
    """Everything is told again: also what a measure that was killed had left off."""
    _switch("ENABLE")
    Path(os.environ[off.VARIABLE]).unlink(missing_ok=True)


def _switch(word: str) -> None:
    with connection.cursor() as cursor:
        for model, trigger in pgtrigger.registered():
            if trigger.name in _HISTORY:
                table, name = model._meta.db_table, trigger.get_pgid(model)
                cursor.execute(f'ALTER TABLE "{table}" {word} TRIGGER "{name}"')
