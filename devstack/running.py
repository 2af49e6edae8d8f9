"""One stack a folder: who holds its lock owns its servers."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from devstack.arguments import Options
from devstack.place import Place
from devstack.servers import Mark, Servers


class AlreadyRunning(RuntimeError):
    """Another process holds the folder."""


@contextmanager
def held(place: Place) -> Iterator[None]:
    """Hold the folder while the block runs; the kernel lets go of it even after kill -9.

    :raises AlreadyRunning: when another process holds it
    """
    place.var.mkdir(parents=True, exist_ok=True)
    with place.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(f"Déjà démarré dans {place.var}.") from None
        yield


@contextmanager
def servers_of(options: Options) -> Iterator[tuple[Servers, Mark, bool]]:
    """The servers of the folder, and whether they run for this block alone.

    Beside a running registry nothing may be migrated nor collected: it is serving.
    """
    servers = Servers.of(options.var)
    try:
        with held(servers.place):
            yield from _ours(servers, options)
    except AlreadyRunning:
        mark = servers.mark()
        if mark is None:
            raise
        yield servers, mark, False


def _ours(servers: Servers, options: Options) -> Iterator[tuple[Servers, Mark, bool]]:
    try:
        servers.start()
        yield servers, servers.make_databases(wanted_mark(options)), True
    finally:
        servers.stop()


def wanted_mark(options: Options) -> Mark:
    """What a new database is made for."""
    return Mark.EMPTY if options.empty else Mark.DEMO
