"""Linters, types, layers, migrations and fast tests: what `start.py check` runs, side by side."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from devstack import throwaway
from devstack.place import ROOT
from devstack.say import say, seconds, since_start


PYTHON = [sys.executable, "-W", "default", "-m"]
MANAGE = [sys.executable, "manage.py"]
FAST_TESTS = [*PYTHON, "pytest", "-q", "-m", "not browser and not slow"]
# Two at once: the machine of `design.md` has two cores, and mypy takes one of them.
SIDE_BY_SIDE = 2
# Processes of the tests: each makes its own databases, which pays from a few hundred tests on.
MOST_PROCESSES = 4


@dataclass(frozen=True)
class Check:
    """One command, right when it returns 0."""

    name: str
    command: list[str]
    environment: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    name: str
    code: int
    output: str


def linters(servers: dict[str, str]) -> list[Check]:
    """Everything that is not a test, the longest first."""
    plain = dict(os.environ)
    development = plain | servers
    production = development | {"PUBLIC_URL": "https://registre.exemple.fr", "RECANN_ROLE": "web"}
    del production["RECANN_TESTING"]
    return [
        Check("types (mypy)", [*PYTHON, "mypy"], plain),
        Check("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], development),
        Check("déploiement", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], production),
        Check("couches (import-linter)", [_beside("lint-imports")], plain),
        Check("gabarits (djlint)", [*PYTHON, "djlint", "templates", "--lint", "--quiet"], plain),
        Check("règles (ruff)", [*PYTHON, "ruff", "check"], plain),
        Check("format (ruff)", [*PYTHON, "ruff", "format", "--check"], plain),
    ]


def check() -> int:
    """Run everything fast. Returns 0 when all is right."""
    servers = throwaway.start()
    tests = Check("tests rapides", [*FAST_TESTS, *processes()], dict(os.environ) | servers)
    failed = run_all([tests, *linters(servers)])
    say(f"{since_start():>8}  en tout")
    return 1 if failed else 0


def processes() -> list[str]:
    """As many as there are cores, who take work from each other: words for pytest."""
    count = min(os.cpu_count() or 1, MOST_PROCESSES)
    return ["-n", str(count), "--dist", "worksteal"] if count > 1 else []


def run_all(checks: list[Check]) -> list[Outcome]:
    """Run the checks and print what fails. Returns the failures."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        outcomes = list(pool.map(_run, checks))
    failed = [outcome for outcome in outcomes if outcome.code]
    for outcome in failed:
        say(f"\n--- {outcome.name}\n{outcome.output.strip()[-8000:]}")
    return failed


def _run(check: Check) -> Outcome:
    before = time.monotonic()
    done = subprocess.run(
        check.command,
        env=check.environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ÉCHEC" if done.returncode else "bon"
    say(f"{seconds(time.monotonic() - before):>8}  {check.name}\u202f: {verdict}")
    return Outcome(check.name, done.returncode, done.stdout)


def _beside(program: str) -> str:
    """A program that stands beside this Python."""
    return os.path.join(os.path.dirname(sys.executable), program)
