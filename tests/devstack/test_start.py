"""`start.py` as a user meets it: fast the second time, nothing lost, nothing left behind."""

import os
import signal
import socket

import pytest

from tests.devstack.stack import Stack, alive, family, name_of, wait_for


pytestmark = pytest.mark.slow
WHO = "from django.conf import settings as s; print(s.DATABASES['default']['USER'], s.PUBLIC_URL)"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A folder that was started once, then stopped."""
    stack = Stack(tmp_path_factory.mktemp("stack") / "var")
    stack.start()
    stack.stop()
    yield stack
    stack.stop()


@pytest.fixture
def running(stack):
    """The same, running; the next test finds it as this one left it."""
    if stack.process.poll() is not None:
        stack.start()
    return stack


@pytest.fixture
def stopped(stack):
    stack.stop()
    return stack


def test_a_second_start_takes_less_than_three_seconds_of_processor(stopped):
    taken = stopped.start()

    assert taken < 3, stopped.printed
    assert "Bases et fichiers" not in stopped.printed


def test_ctrl_c_leaves_no_process(running):
    pids = family(running.process.pid)

    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(60) == 0
    assert alive(pids) == []


def test_kill_of_the_supervisor_leaves_no_process(running):
    wait_for(lambda: len(family(running.process.pid)) > 15, 20)
    pids = family(running.process.pid)

    running.process.kill()
    running.process.wait(10)

    assert wait_for(lambda: alive(pids) == [], 30), [name_of(pid) for pid in alive(pids)]
    running.start()
    assert running.answers()


def _named(stack, mark):
    return [pid for pid in family(stack.process.pid)[1:] if mark in name_of(pid)]


@pytest.mark.parametrize(
    "name", ["pg-data", "pg-keys", "valkey-server", "gunicorn", "queue", "beat"]
)
def test_whatever_is_killed_comes_back(running, name):
    mark = {"queue": "-Q celery"}.get(name, name)
    assert wait_for(lambda: _named(running, mark), 20)
    before = _named(running, mark)

    os.kill(before[0], signal.SIGKILL)

    def came_back():
        return set(_named(running, mark)) - set(before)

    assert wait_for(lambda: alive(before[:1]) == [], 5)
    assert wait_for(lambda: came_back() and running.answers(), 30), running.printed
    assert wait_for(lambda: alive(before) == [], 10)
    assert running.process.poll() is None


def test_one_folder_starts_once(running):
    second = Stack(running.var.parent / "second")
    second.begin("--var", str(running.var))

    assert second.process.wait(20) == 1
    assert "Déjà démarré" in second.printed
    assert running.answers()


def test_a_taken_port_is_said_in_one_line(stopped):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stopped.begin("--port", str(port))

        assert stopped.process.wait(20) == 1

    assert stopped.printed.strip() == (
        f"Le port {port} est déjà pris\u202f: choisissez-en un autre avec --port."
    )


def test_an_empty_folder_never_becomes_a_demonstration(stopped):
    stopped.begin("session", "quelqu-un@exemple.fr")

    assert stopped.process.wait(60) == 1
    assert "n’est pas une démonstration" in stopped.printed


def test_a_command_beside_a_running_registry_uses_its_servers(running):
    beside = Stack(running.var.parent / "beside")
    beside.begin("--var", str(running.var), "manage", "shell", "-v0", "-c", WHO)

    assert beside.process.wait(60) == 0, beside.printed
    assert beside.printed.split() == ["recann_app", (running.var / "address").read_text()]
    assert running.answers()
