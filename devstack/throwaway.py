"""Servers for tests: without durability, gone with the process that started them."""

import atexit
import shutil
import tempfile
from pathlib import Path

from devstack import names, roles
from devstack.servers import Mark, Role, Servers


ALREADY_UP = "RECANN_TEST_SERVERS"


def start() -> dict[str, str]:
    """Start servers without durability, stopped when this process ends. Returns the variables."""
    servers = Servers.of(Path(tempfile.mkdtemp(prefix="recann-t-")), durable=False)

    def remove() -> None:
        servers.stop()
        shutil.rmtree(servers.place.var, ignore_errors=True)
        shutil.rmtree(servers.place.sockets, ignore_errors=True)

    atexit.register(remove)
    servers.start()
    servers.place.static.mkdir()
    servers.make_databases(Mark.EMPTY)
    with roles.connect(servers.data, servers.credentials) as connection:
        roles.let_tests_work(connection, names.OWNER)
    with roles.connect(servers.keys, servers.credentials) as connection:
        roles.let_tests_work(connection, names.KEYS)
    return servers.variables(Role.OWNER) | {
        "RECANN_TESTING": "1",
        "RECANN_ROLE": "command",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "PUBLIC_URL": "http://testserver",
        ALREADY_UP: str(servers.place.var),
    }
