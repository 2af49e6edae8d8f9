"""Keep a set of processes alive until asked to stop, and leave none behind."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from devstack.procs import Process, stop
from devstack.say import say, seconds


# Seconds. No source: a crash loop must stay readable, one crash must not be noticed.
FIRST_DELAY, LONGEST_DELAY, FORGIVEN_AFTER = 0.2, 30.0, 60.0


@dataclass
class Service:
    """One process that must live. `begin` starts it and returns at once."""

    name: str
    begin: Callable[[], Process]
    stop_signal: signal.Signals = signal.SIGTERM
    # How long it may take to stop.
    patience: float = 30
    # Its children stand in its own group and must not outlive it.
    owns_group: bool = True
    process: Process | None = None
    deaths: int = 0
    started_at: float = 0
    retry_at: float = 0

    def start(self) -> None:
        self.process = self.begin()
        self.started_at = time.monotonic()

    def is_dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def bury(self) -> None:
        """Kill what it left behind."""
        if self.process is not None and self.owns_group:
            _kill_group(self.process.pid)
        self.process = None

    def put_off(self) -> float:
        """Set when to start it again, later after each death in a row. Returns the delay."""
        now = time.monotonic()
        if now - self.started_at > FORGIVEN_AFTER:
            self.deaths = 0
        delay: float = min(FIRST_DELAY * 2**self.deaths, LONGEST_DELAY)
        self.deaths, self.retry_at = self.deaths + 1, now + delay
        return delay


def stop_on_signals() -> None:
    """A closed terminal and a polite kill stop the stack as Ctrl-C does."""
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def ignore_signals() -> None:
    """While everything stops, nothing may interrupt it."""
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, signal.SIG_IGN)


class Supervisor:
    """Services in the order they start; they stop in the opposite order."""

    def __init__(self) -> None:
        self.services: list[Service] = []

    def add(self, service: Service) -> None:
        """Start a service, unless it runs already, and watch it from now on."""
        self.services.append(service)
        if service.process is None:
            service.start()

    def watch(self) -> None:
        """Restart whatever dies, until a signal raises `KeyboardInterrupt`."""
        while True:
            self.look_once()
            time.sleep(0.1)

    def look_once(self) -> None:
        for service in self.services:
            if service.is_dead() and service.process is not None:
                code = service.process.returncode
                service.bury()
                delay = seconds(service.put_off())
                say(f"{service.name}\u202f: arrêt (code {code}), relance dans {delay}")
            elif service.process is None and time.monotonic() >= service.retry_at:
                self._restart(service)

    def _restart(self, service: Service) -> None:
        try:
            service.start()
        except (OSError, RuntimeError) as error:
            say(f"{service.name}\u202f: {error}, relance dans {seconds(service.put_off())}")

    def stop_all(self) -> None:
        """Ask everything at once, the last started first; servers stop when nothing uses them."""
        clients = [service for service in reversed(self.services) if service.owns_group]
        for service in clients:
            if service.process is not None and service.process.poll() is None:
                service.process.send_signal(service.stop_signal)
        for service in clients:
            if service.process is not None:
                _wait(service.process, service.patience)
                _kill_group(service.process.pid)
        for service in reversed(self.services):
            if not service.owns_group:
                stop(service.process, service.stop_signal, seconds=service.patience)


def _wait(process: Process, patience: float) -> None:
    end = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)


def _kill_group(leader: int) -> None:
    """End every process of a group, its leader included."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
