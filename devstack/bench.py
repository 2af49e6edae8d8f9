"""`start.py bench`: measure on servers and data apart, with the web as it runs in demonstration."""

import argparse
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from devstack import environment, web
from devstack.arguments import Options
from devstack.place import ROOT
from devstack.prepare import bring_up_to_date
from devstack.processes import Stack, background_services, server_services, web_service
from devstack.procs import wait_until
from devstack.running import held
from devstack.say import say, step
from devstack.servers import Mark, Role, Servers
from devstack.supervisor import Supervisor, ignore_signals, stop_on_signals


# The bases that are compared when nothing is asked: `.ci/run` proves plans at the first.
PATIENTS = [3_000]
# A load is begun anew when it fails: what it writes needs no second copy, nor many checkpoints.
FOR_LOADS = {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "8GB"}


@dataclass(frozen=True)
class Wanted:
    """Sizes to measure, and the words that go to `manage.py bench` for the last one."""

    patients: list[int]
    keep: bool
    again: bool
    rest: list[str]


def bench(options: Options) -> int:
    """Fill one fresh folder a size, measure it, and compare the sizes at the end.

    With `--again` the folders that `--keep` left are measured as they are, migrated to this code.
    """
    wanted = _wanted(options.rest)
    stop_on_signals()
    kept: list[Path] = []
    for patients in sorted(wanted.patients):
        var = options.var / str(patients)
        if not wanted.again:
            shutil.rmtree(var, ignore_errors=True)
        say(f"\n{patients} patients")
        file = options.var / f"{patients}.json"
        words = ["--kept", str(file), *(["--earlier", *map(str, kept)] if kept else [])]
        is_last = patients == max(wanted.patients)
        load = [] if wanted.again else ["generate", "--patients", str(patients)]
        code = _measured(var, load, [*words, *(wanted.rest if is_last else [])])
        if not wanted.keep:
            shutil.rmtree(var, ignore_errors=True)
        if code:
            return code
        kept.append(file)
    return 0


def _wanted(words: list[str]) -> Wanted:
    parser = argparse.ArgumentParser(prog="start.py bench", allow_abbrev=False)
    parser.add_argument("--patients", type=int, nargs="+", default=PATIENTS, metavar="N")
    parser.add_argument("--keep", action="store_true", help="garder les données")
    parser.add_argument("--again", action="store_true", help="mesurer les données gardées")
    parser.add_argument("--json", metavar="FICHIER")
    parser.add_argument("--write", action="store_true", help="récrire docs/measurements.md")
    read = parser.parse_args(words)
    rest = ["--write"] if read.write else []
    if read.json:
        rest += ["--json", str(Path(read.json).absolute())]
    keep = read.keep or read.again
    return Wanted(sorted(set(read.patients)), keep, read.again, rest)


def _measured(var: Path, load: list[str], words: list[str]) -> int:
    """Run `manage.py <load>`, if any, then `bench …`, beside what serves the pages.

    That is two web workers and one Celery worker; no beat disturbs them. The command runs as the
    owner, because it prepares patients; the pages are served as `app`. It reads the address in
    `PUBLIC_URL`, and the processes to weigh in `BENCH_WEB_PID` and `BENCH_WORKER_PID`.
    """
    servers = Servers.of(var)
    servers.data.options |= FOR_LOADS
    with held(servers.place), web.bind(0) as listening, web.bind(0) as mail:
        supervisor = Supervisor()
        try:
            with step("PostgreSQL (données, clés) et Valkey"):
                servers.start()
                mark = servers.make_databases(Mark.DEMO)
            address = f"http://localhost:{web.port_of(listening)}"
            bring_up_to_date(servers, mark=mark, address=address, demo=False)
            switch = {"RECANN_BENCH": "1", "BENCH_TRAIL_OFF": str(var / "trail-off")}
            stack = Stack(servers, mark, address, listening, mail, switch)
            stack.note()
            if load and (code := _manage(stack, load, {})):
                return code
            return _manage(stack, ["bench", *words], _start(stack, supervisor))
        finally:
            ignore_signals()
            supervisor.stop_all()
            servers.stop()
            stop_on_signals()


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


def _manage(stack: Stack, arguments: list[str], more: dict[str, str]) -> int:
    variables = environment.variables(
        stack.servers, mark=stack.mark, address=stack.address, role=Role.OWNER
    )
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=variables | stack.more | more,
        cwd=ROOT,
        check=False,
    ).returncode
