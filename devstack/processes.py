"""The processes of the registry, each as a `Service`."""

import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from devstack import environment
from devstack.place import ROOT
from devstack.procs import Process, die_with_parent, spawn
from devstack.servers import Mark, Servers
from devstack.supervisor import Service
from devstack.web import begin_web, port_of


CELERY = [sys.executable, "-m", "celery", "-A", "recann"]
WORKER = [*CELERY, "worker", "--loglevel", "info", "--without-gossip", "--without-mingle"]


@dataclass(frozen=True)
class Stack:
    """Servers, sockets and mode of one running registry."""

    servers: Servers
    mark: Mark
    address: str
    web: socket.socket
    mail: socket.socket
    # Variables that this registry alone is given.
    more: dict[str, str] = field(default_factory=dict)

    def variables(self, process: str) -> dict[str, str]:
        made = environment.variables(
            self.servers, mark=self.mark, address=self.address, process=process
        )
        return made | self.more

    def note(self) -> None:
        """Leave where it answers to the commands that will come beside it."""
        self.servers.place.note("address", self.address)
        self.servers.place.note("mail-port", str(port_of(self.mail)))


def server_services(servers: Servers) -> list[Service]:
    """The servers, which run already: from now on they are watched."""
    valkey, data, keys = servers.valkey, servers.data, servers.keys
    found = [
        Service("valkey", valkey.begin, signal.SIGTERM, 10, process=valkey.process),
        Service("postgres-data", data.begin, signal.SIGINT, 20, process=data.process),
        Service("postgres-keys", keys.begin, signal.SIGINT, 20, process=keys.process),
    ]
    for service in found:
        service.owns_group = False
    return found


def web_service(stack: Stack) -> Service:
    variables = stack.variables("web")
    return Service("web", lambda: begin_web(stack.servers, variables, stack.web), patience=15)


def background_services(stack: Stack) -> list[Service]:
    """What the clock starts, and where its mail goes."""
    purge = stack.servers.purge_variables()
    schedule = str(stack.servers.place.var / "beat-schedule")
    catcher = [sys.executable, "-m", "devstack.mailcatcher", str(stack.mail.fileno())]
    return [
        _service(stack, "mail", [*catcher, str(stack.servers.place.mail)], {}),
        _service(stack, "worker", [*WORKER, "-n", "worker@%h", "-Q", "celery", "-c", "2"], {}),
        _service(stack, "purge", [*WORKER, "-n", "purge@%h", "-Q", "purge", "-c", "1"], purge),
        _service(stack, "beat", [*CELERY, "beat", "-l", "info", "--pidfile=", "-s", schedule], {}),
    ]


def _service(stack: Stack, name: str, arguments: list[str], more: dict[str, str]) -> Service:
    variables = stack.variables("beat" if name == "beat" else "worker") | more
    fds = (stack.mail.fileno(),) if name == "mail" else ()
    return Service(name, _beginner(stack, name, arguments, variables, fds))


def _beginner(
    stack: Stack, name: str, arguments: list[str], variables: dict[str, str], fds: tuple[int, ...]
) -> Callable[[], Process]:
    log = stack.servers.place.logs / f"{name}.log"
    return lambda: spawn(
        arguments, env=variables, cwd=ROOT, log=log, hook=die_with_parent(), fds=fds
    )
