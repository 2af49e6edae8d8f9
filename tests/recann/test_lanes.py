"""Processes that draw up patients: all rows come, and none outlives whoever asked for them."""

import os
import signal
import time
from functools import partial
from multiprocessing import get_context
from types import SimpleNamespace

import pytest

from patients.models import Patient
from recann.cohort import lanes


class Table:
    """As `Sheet`, but its lines go to a list."""

    model = Patient

    def __init__(self):
        self.next_id = self.first_id = self.stride = 1
        self.added, self.lines, self.last = 0, [], 0
        self.send = self.lines.append

    def take_lane(self, rank, count):
        self.next_id, self.stride = 1 + rank, count

    def add(self):
        self.send(str(self.next_id))
        self.next_id += self.stride
        self.added += 1

    def flush(self):
        self.send("end")

    def advance(self, last):
        self.last = last


def writer():
    return SimpleNamespace(sheets=[Table()])


def write(rows, to):
    for _ in range(rows):
        to.sheets[0].add()


def write_for_ever(pids, to):
    pids.send(os.getpid())
    while True:
        to.sheets[0].add()


def test_every_row_of_every_process_comes_under_an_id_of_its_own():
    writers = [writer(), writer()]

    counted = lanes.fill(writers, [partial(write, 3), partial(write, 2)])

    table = writers[0].sheets[0]
    assert sorted(table.lines) == ["1", "2", "3", "4", "5", "end", "end"]
    assert (counted, table.last) == ({"patients_patient": 5}, 5)


def test_a_process_that_dies_is_told():
    def die(_writer):
        os._exit(3)

    with pytest.raises(RuntimeError, match="has died"):
        lanes.fill([writer(), writer()], [partial(write, 3), die])


def test_no_process_outlives_the_load_that_is_killed():
    forking = get_context("fork")
    ours, theirs = forking.Pipe(duplex=False)
    share = partial(write_for_ever, theirs)
    load = forking.Process(target=lanes.fill, args=([writer(), writer()], [share, share]))
    load.start()
    pids = [ours.recv(), ours.recv()]

    os.kill(load.pid, signal.SIGKILL)
    load.join()

    until = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    left = list(filter(is_alive, pids))
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
