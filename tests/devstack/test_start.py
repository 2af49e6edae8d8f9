"""`start.py` as a user meets it: fast the second time, nothing lost, nothing left behind."""

import os
import signal
import socket

import pytest

from tests.devstack.stack import Stack, alive, family, name_of, wait_for


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder that was started once."""
    stack = Stack(tmp_path_factory.mktemp("stack") / "var")
    stack.start()
    stack.stop()
    return stack.var


@pytest.fixture
def stack(prepared):
    stack = Stack(prepared)
    yield stack
    if stack.process is not None:
        stack.stop()


def test_a_second_start_takes_less_than_three_seconds(stack):
    taken = []
    for _ in range(2):  # the better of two: neighbours share the machine
        taken.append(stack.start())
        stack.stop()

    assert min(taken) < 3


def test_ctrl_c_leaves_no_process(stack):
    stack.start()
    pids = family(stack.process.pid)

    stack.process.send_signal(signal.SIGINT)

    assert stack.process.wait(60) == 0
    assert alive(pids) == []


def test_kill_of_the_supervisor_leaves_no_process(stack):
    stack.start()
    wait_for(lambda: len(family(stack.process.pid)) > 15, 20)
    pids = family(stack.process.pid)

    stack.process.kill()
    stack.process.wait(10)

    assert wait_for(lambda: alive(pids) == [], 30), [name_of(pid) for pid in alive(pids)]
    assert stack.start() < 15


@pytest.mark.parametrize(
    "name", ["pg-data", "pg-keys", "valkey-server", "gunicorn", "queue", "beat"]
)
def test_whatever_is_killed_comes_back(stack, name):
    mark = {"queue": "-Q celery"}.get(name, name)
    stack.start()
    before = [pid for pid in family(stack.process.pid)[1:] if mark in name_of(pid)]

    os.kill(before[0], signal.SIGKILL)

    def came_back():
        return [p for p in family(stack.process.pid) if mark in name_of(p) and p not in before]

    assert wait_for(lambda: alive(before[:1]) == [], 5)
    assert wait_for(lambda: came_back() and stack.answers(), 30), stack.printed
    assert wait_for(lambda: alive(before) == [], 10)
    assert stack.process.poll() is None


def test_one_folder_starts_once(stack):
    stack.start()
    second = Stack(stack.var.parent / "second")
    second.begin("--var", str(stack.var))

    assert second.process.wait(20) == 1
    assert "Déjà démarré" in second.printed
    assert stack.answers()


def test_a_taken_port_is_said_in_one_line(stack):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stack.begin("--port", str(port))

        assert stack.process.wait(20) == 1

    assert stack.printed.strip() == (
        f"Le port {port} est déjà pris\u202f: choisissez-en un autre avec --port."
    )


def test_an_empty_folder_never_becomes_a_demonstration(stack):
    stack.begin("session", "quelqu-un@exemple.fr")

    assert stack.process.wait(60) == 1
    assert "n’est pas une démonstration" in stack.printed
