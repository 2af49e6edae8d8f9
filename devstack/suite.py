"""`start.py test`: the linters, then every test with coverage, browser included."""

import os
import subprocess
import sys

from devstack import throwaway
from devstack.checks import PYTHON, linters, processes, run_all
from devstack.place import ROOT
from devstack.say import complain, say, since_start


# Percent of branches of all files of a kind together: conventions.md.
THRESHOLDS = {
    "*/rules.py": 100,
    "*/rules/*.py": 100,
    "*/permissions.py": 100,
    "*/actions.py,*/actions/*.py": 100,
    "*/models.py,*/models/*.py": 100,
}


def test(arguments: list[str]) -> int:
    """Run pytest with these arguments, or everything. Returns 0 when all is right."""
    environment = dict(os.environ) | throwaway.start()
    if arguments:
        return _pytest(arguments, environment)[0]
    failed = run_all(linters(environment))
    code, closing = _pytest(["--cov", "--cov-report=", *processes()], environment)
    uncovered = [] if code else _uncovered(environment)
    for text in uncovered:
        complain(text)
    say(f"{since_start():>8}  en tout")
    say(closing)
    return 1 if failed or code or uncovered else 0


def _pytest(arguments: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run pytest, show what it says, and return its code and its closing line."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    running = subprocess.Popen(
        [*PYTHON, "pytest", *colour, *arguments],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    closing = ""
    for line in running.stdout or []:
        print(line, end="", flush=True)
        closing = line.rstrip() or closing
    return running.wait(), closing


def _uncovered(environment: dict[str, str]) -> list[str]:
    """Say which thresholds are not reached."""
    found = []
    for pattern, percent in THRESHOLDS.items():
        report = subprocess.run(
            [
                *PYTHON,
                "coverage",
                "report",
                f"--include={pattern}",
                f"--fail-under={percent}",
                "-m",
            ],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if report.returncode and "No data to report" not in report.stdout:
            found.append(f"Couverture de {pattern} sous {percent}\u202f%\n{report.stdout}")
    return found
