"""Make `.venv` from the hashed lock. Standard library only: runs under the system's Python."""

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import NoReturn

from devstack import debian
from devstack.place import ROOT
from devstack.say import complain, say, step


VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".stamp"
BYTECODE = VENV / "bytecode"
PIP_LOCK = ROOT / "requirements-pip.lock"
# Where the wheel of pip stands that `ensurepip` would install; the second is Debian's.
BUNDLED = ("ensurepip/_bundled", "/usr/share/python-wheels")
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
PIP = ("-qq", "--disable-pip-version-check", "--no-input", "--no-warn-script-location")
LOCKED = ("--require-hashes", "--only-binary=:all:", "--no-deps", "--no-compile")


def prepare(*, dev: bool) -> None:
    """Install what is missing: Debian's packages if that is allowed, then the locked ones."""
    packages = debian.missing(browser=dev)
    installing = debian.begin_install(packages)
    _make_environment("dev" if dev else "run")
    if installing is not None:
        with step(f"Paquets Debian\u202f: {', '.join(packages)}"):
            output, _ = installing.communicate()
        if installing.returncode:
            complain(output[-800:])
    if left := debian.missing(browser=dev) if packages else []:
        complain(debian.advice(left))


def enter(arguments: list[str]) -> NoReturn:
    """Go on in the environment: this process becomes `python -m devstack …`."""
    os.environ |= _bytecode()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), "-m", "devstack", *arguments])  # noqa: S606 - no shell wanted


def _bytecode() -> dict[str, str]:
    """Keep every compiled module beside the packages: fast starts, and sources as they were cloned.

    A machine that forbids bytecode beside the sources gets none there, and compiles only once.
    """
    return {"PYTHONPYCACHEPREFIX": str(BYTECODE)}


def _make_environment(kind: str) -> None:
    stamp = _read_stamp()
    if not PYTHON.exists() or stamp.get("python", sys.version) != sys.version:
        _make_venv()
        stamp = {}
    lock = LOCKS[kind]
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.get(kind) == digest:
        return
    say(f"Installation des paquets de {lock.name} (une minute au plus)…")
    with step("Paquets Python"):
        _pip_install(lock)
        if kind == "dev":  # compiled now: a warning of a compiler must not fail a test
            site_packages = next((VENV / "lib").glob("python*/site-packages"))
            compiling = [str(PYTHON), "-m", "compileall", "-q", "-j", "0", str(site_packages)]
            subprocess.run(compiling, env=os.environ | _bytecode(), check=False)
    made = {"python": sys.version, kind: digest}
    if kind == "dev":  # the locked packages of `run` are among those of `dev`
        made["run"] = hashlib.sha256(LOCKS["run"].read_bytes()).hexdigest()
    STAMP.write_text(json.dumps(made))


def _read_stamp() -> dict[str, str]:
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        if installing := debian.begin_install(["python3-venv"]):
            installing.communicate()
        importlib.invalidate_caches()
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit("Il manque le module ensurepip de Python\u202f: apt-get install python3-venv")
    with step("Environnement Python"):
        venv.EnvBuilder(clear=True, symlinks=True).create(VENV)
        _install_pip()


def _install_pip() -> None:
    """Let the wheel of Python's own pip fetch ours: it reads a registry in half the time."""
    code = 1
    if wheel := _bundled_wheel():
        found = os.environ | {"PYTHONPATH": str(wheel)}
        code = subprocess.run(
            _pip(PIP_LOCK), env=found, check=False, capture_output=True
        ).returncode
    if code:
        subprocess.run([PYTHON, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)


def _bundled_wheel() -> Path | None:
    library = Path(os.__file__).parent
    wheels = (wheel for folder in BUNDLED for wheel in (library / folder).glob("pip-*.whl"))
    return next(wheels, None)


def _pip(lock: Path) -> list[str]:
    return [str(PYTHON), "-m", "pip", "install", *PIP, *LOCKED, "-r", str(lock)]


def _pip_install(lock: Path) -> None:
    """Install a part of the lock by each core: unpacking takes longer than fetching."""
    running = [subprocess.Popen(_pip(part), stdin=subprocess.DEVNULL) for part in _parts(lock)]
    codes = [pip.wait() for pip in running]
    if any(codes):
        sys.exit("L’installation des paquets Python a échoué\u202f: voir ci-dessus.")


def _parts(lock: Path) -> list[Path]:
    """The lock in as many files as there are cores, two at most; nothing depends on their order."""
    packages = re.split(r"\n(?=\w)", lock.read_text().strip())
    count = min(os.cpu_count() or 1, 2)
    parts = [VENV / f"part-{rank}.txt" for rank in range(count)]
    for rank, part in enumerate(parts):
        part.write_text("\n".join([*packages[rank::count], ""]))
    return parts
