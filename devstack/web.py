"""The address of the registry: one socket of the loopback, bound before anything else starts."""

import errno
import http.client
import os
import socket
import sys

from devstack.place import ROOT
from devstack.procs import Process, die_with_parent, spawn
from devstack.servers import Servers


# Threads of one interpreter share its core: more of them make each page later (ADR 0080).
WORKERS, THREADS = 2, 2


def bind(port: int) -> socket.socket:
    """Take a port of the loopback; 0 takes any free one.

    :raises RuntimeError: in French, when it is taken or may not be used
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise RuntimeError(
                f"Le port {port} est déjà pris\u202f: choisissez-en un autre avec --port."
            ) from None
        raise RuntimeError(f"Le port {port} ne peut pas être ouvert\u202f: {error}") from None
    return listening


def port_of(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])


def begin_web(servers: Servers, environment: dict[str, str], listening: socket.socket) -> Process:
    """Start gunicorn on a socket that is already bound."""
    heartbeats = "/dev/shm" if os.path.isdir("/dev/shm") else str(servers.place.var)  # noqa: S108
    arguments = [
        *(sys.executable, "-m", "gunicorn", "recann.wsgi:application", "--preload"),
        *("--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS)),
        *("--bind", f"fd://{listening.fileno()}", "--worker-tmp-dir", heartbeats),
        # A kept connection stays with the worker that took it, however busy: P15 of ADR 0080.
        *("--keep-alive", "0", "--no-control-socket", "--graceful-timeout", "10"),
    ]
    return spawn(
        arguments,
        env=environment,
        cwd=ROOT,
        log=servers.place.logs / "web.log",
        hook=die_with_parent(),
        fds=(listening.fileno(),),
    )


def answers(port: int) -> bool:
    """Whether a first page comes back."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()
