"""What no wheel carries: the libraries of WeasyPrint, a font, and chromium for the browser tests.

Standard library only: runs before the environment exists.
"""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path


# What is loaded → the Debian package that has it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
FONT = "fonts-dejavu-core"
INSTALL = (
    "apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 {0} ||"
    " (apt-get update -q && apt-get install -y -q --no-install-recommends {0})"
)


def missing(*, browser: bool = False) -> list[str]:
    """The Debian packages this machine lacks."""
    packages = [package for name, package in LIBRARIES.items() if not _loads(name)]
    if not _has_font():
        packages.append(FONT)
    if browser and shutil.which("chromium") is None:
        packages.append("chromium")
    return packages


def may_install() -> list[str] | None:
    """The words to put before a command so that it runs as root; None when that is not allowed."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if (
        shutil.which("sudo")
        and subprocess.run([*sudo, "true"], capture_output=True).returncode == 0
    ):
        return sudo
    return None


def begin_install(packages: list[str]) -> subprocess.Popen[str] | None:
    """Start installing, without waiting; None when there is nothing to do or no right to do it."""
    prefix = may_install()
    if not packages or prefix is None:
        return None
    return subprocess.Popen(
        [
            *prefix,
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "sh",
            "-c",
            INSTALL.format(" ".join(packages)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def advice(packages: list[str]) -> str:
    """The one line that says what is missing, and what does not work meanwhile."""
    lost = []
    if set(packages) - {"chromium"}:
        lost.append("documents PDF")
    if "chromium" in packages:
        lost.append("tests dans un navigateur")
    return (
        f"Sans {' ni '.join(lost)} tant que manquent ces paquets Debian\u202f: "
        f"apt-get install {' '.join(packages)}"
    )


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _has_font() -> bool:
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(
        path.suffix.lower() in {".ttf", ".otf", ".ttc"}
        for folder in folders
        for path in folder.rglob("*")
    )
