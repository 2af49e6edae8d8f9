"""`start.py`: from nothing to the first page, then watch until Ctrl-C."""

import socket
from pathlib import Path

from devstack import web
from devstack.arguments import Options
from devstack.jobs import run_manage, tail
from devstack.prepare import bring_up_to_date
from devstack.processes import Stack, background_services, server_services, web_service
from devstack.procs import Process, wait_until
from devstack.running import held, wanted_mark
from devstack.say import complain, say, since_start, step
from devstack.servers import Mark, Servers
from devstack.supervisor import Supervisor, ignore_signals, stop_on_signals


def run(options: Options) -> int:
    """Start everything, print where it is, and keep it alive."""
    servers = Servers.of(options.var)
    with held(servers.place), web.bind(options.port) as listening, web.bind(0) as mail:
        stop_on_signals()
        supervisor = Supervisor()
        try:
            stack = _start_servers(servers, supervisor, options, (listening, mail))
            bring_up_to_date(servers, mark=stack.mark, address=stack.address, demo=True)
            _start_services(stack, supervisor)
            _welcome(stack)
            supervisor.watch()
        except KeyboardInterrupt:
            say("\nArrêt…")
        finally:
            ignore_signals()
            supervisor.stop_all()
            servers.stop()
    say("Arrêté.")
    return 0


def _start_servers(
    servers: Servers,
    supervisor: Supervisor,
    options: Options,
    sockets: tuple[socket.socket, socket.socket],
) -> Stack:
    with step("PostgreSQL (données, clés) et Valkey"):
        servers.start()
        mark = servers.make_databases(wanted_mark(options))
    if mark is not wanted_mark(options):
        raise RuntimeError(_other_mark(mark, options))
    for service in server_services(servers):
        supervisor.add(service)
    listening, mail = sockets
    address = f"http://localhost:{web.port_of(listening)}"
    stack = Stack(servers, mark, address, listening, mail)
    stack.note()
    return stack


def _other_mark(mark: Mark, options: Options) -> str:
    if mark is Mark.DEMO:
        return f"{options.var} contient une démonstration\u202f: avec --empty, donnez --var AUTRE."
    return f"{options.var} a été créé avec --empty\u202f: ajoutez --empty, ou donnez --var AUTRE."


def _start_services(stack: Stack, supervisor: Supervisor) -> None:
    service, port = web_service(stack), web.port_of(stack.web)
    log = stack.servers.place.logs / "web.log"
    with step("Première page"):
        supervisor.add(service)
        if service.process is not None:
            _wait_for_page(service.process, port, log)
    for other in background_services(stack):
        supervisor.add(other)


def _wait_for_page(process: Process, port: int, log: Path) -> None:
    try:
        wait_until(lambda: web.answers(port), seconds=60, process=process, log=log)
    except RuntimeError as error:
        raise RuntimeError(f"{tail(log)}\nLe serveur web ne répond pas\u202f: {error}") from None


def _welcome(stack: Stack) -> None:
    """Say where it is and who may enter."""
    say(f"\nPrêt en {since_start()}\u202f: {stack.address}\n")
    if stack.mark is Mark.DEMO:
        shown = run_manage(["demo_accounts"], stack.variables("command"))
        say(shown.stdout)
        if shown.returncode:
            complain(shown.stderr[-800:])
    say("Ctrl-C arrête tout.")
