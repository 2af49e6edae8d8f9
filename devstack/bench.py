"""`start.py bench`: measure on servers and data apart, with the web as it runs in demonstration."""

import subprocess
import sys

from devstack import environment, web
from devstack.arguments import Options
from devstack.place import ROOT
from devstack.prepare import bring_up_to_date
from devstack.processes import Stack, background_services, server_services, web_service
from devstack.procs import wait_until
from devstack.running import held, wanted_mark
from devstack.say import step
from devstack.servers import Role, Servers
from devstack.supervisor import Supervisor, ignore_signals, stop_on_signals


def bench(options: Options) -> int:
    """Run `manage.py bench …` beside two web workers and one Celery worker; no beat disturbs it.

    The command runs as the owner, because it generates patients; the pages are served as `app`.
    It reads the address in `PUBLIC_URL`, and the processes to weigh in `BENCH_WEB_PID` and
    `BENCH_WORKER_PID`.
    """
    servers = Servers.of(options.var)
    with held(servers.place), web.bind(0) as listening, web.bind(0) as mail:
        stop_on_signals()
        supervisor = Supervisor()
        try:
            with step("PostgreSQL (données, clés) et Valkey"):
                servers.start()
                mark = servers.make_databases(wanted_mark(options))
            address = f"http://localhost:{web.port_of(listening)}"
            bring_up_to_date(servers, mark=mark, address=address, demo=False)
            stack = Stack(servers, mark, address, listening, mail)
            stack.note()
            pids = _start(stack, supervisor)
            return _measure(stack, options.rest, pids)
        finally:
            ignore_signals()
            supervisor.stop_all()
            servers.stop()


def _start(stack: Stack, supervisor: Supervisor) -> dict[str, str]:
    """Start what is measured. Returns its processes as variables."""
    for service in server_services(stack.servers):
        supervisor.add(service)
    measured = [web_service(stack)]
    measured += [found for found in background_services(stack) if found.name == "worker"]
    pids = {}
    for service in measured:
        supervisor.add(service)
        if service.process is not None:
            pids[f"BENCH_{service.name.upper()}_PID"] = str(service.process.pid)
    web_process, port = measured[0].process, web.port_of(stack.web)
    if web_process is not None:
        log = stack.servers.place.logs / "web.log"
        wait_until(lambda: web.answers(port), seconds=60, process=web_process, log=log)
    return pids


def _measure(stack: Stack, arguments: list[str], pids: dict[str, str]) -> int:
    variables = environment.variables(
        stack.servers, mark=stack.mark, address=stack.address, role=Role.OWNER
    )
    return subprocess.run(
        [sys.executable, "manage.py", "bench", *arguments],
        env=variables | pids,
        cwd=ROOT,
        check=False,
    ).returncode
