"""What must be done before the first page, each only when something it reads has changed."""

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from devstack.place import ROOT
from devstack.procs import Process, die_with_parent, spawn
from devstack.servers import Servers


@dataclass
class Job:
    """One `manage.py` command, and the fingerprint under which it is not done again."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    fingerprint: str
    process: Process | None = field(default=None, repr=False)

    def stamp(self, servers: Servers) -> Path:
        return servers.place.var / f"{self.name}.done"

    def log(self, servers: Servers) -> Path:
        return servers.place.logs / f"{self.name}.log"


def due(job: Job, servers: Servers) -> bool:
    stamp = job.stamp(servers)
    return not stamp.exists() or stamp.read_text() != job.fingerprint


def do(jobs: Iterable[Job], servers: Servers) -> None:
    """Do the jobs that are due, side by side.

    :raises RuntimeError: when one fails; it names its log, and stays due
    """
    waiting = [job for job in jobs if due(job, servers)]
    for job in waiting:
        job.process = spawn(
            # The web process makes its own checks, and `start.py check` all of Django's.
            [sys.executable, "manage.py", *job.arguments, "--skip-checks"],
            env=job.environment,
            cwd=ROOT,
            log=job.log(servers),
            hook=die_with_parent(),
        )
    failed = [job for job in waiting if job.process is not None and job.process.wait()]
    for job in waiting:
        if job not in failed:
            job.stamp(servers).write_text(job.fingerprint)
    if failed:
        log = failed[0].log(servers)
        raise RuntimeError(f"{tail(log)}\n« {failed[0].name} » a échoué\u202f: voir {log}")


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def schema_fingerprint(servers: Servers) -> str:
    """Changes with any model, migration, grant or package, and with the clusters themselves."""
    paths = [
        *ROOT.glob("*/migrations/*.py"),
        *ROOT.glob("*/models.py"),
        *ROOT.glob("*/models/*.py"),
        *ROOT.glob("core/**/*.py"),
        ROOT / "requirements.lock",
        ROOT / "recann" / "settings.py",
    ]
    return _digest(paths) + servers.fingerprint()


def static_fingerprint() -> str:
    """Changes with any static file, by size and time; reading them all would take longer."""
    files = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    known = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in sorted(files)]
    text = "\n".join([*known, (ROOT / "requirements.lock").read_text()])
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(set(paths)):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def run_manage(
    arguments: list[str], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` and catch what it prints."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
