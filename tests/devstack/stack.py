"""A whole stack in a folder of its own, started and stopped as a user does."""

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from devstack.place import ROOT
from devstack.procs import die_with_parent


OURS = ("RECANN_", "PG", "KEYS_", "REDIS_URL", "DJANGO_", "STATIC_ROOT", "PUBLIC_URL", "ALLOWED_")


class Stack:
    """`start.py` as a child process, on a free port, without demonstration."""

    def __init__(self, var):
        self.var = var
        self.process = None

    def begin(self, *words):
        """Start without waiting; what it prints goes to a file."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(OURS)
        }
        self.var.mkdir(exist_ok=True)
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "devstack", "--var", str(self.var), "--empty", *words],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent(),
            )
        return self

    def start(self):
        """Start and wait for the first page. Returns the seconds of processor it took."""
        self.begin("--port", "0")
        wait_for(lambda: "Prêt" in self.printed or self.process.poll() is not None, 90)
        assert "Prêt" in self.printed, self.printed
        return sum(processor_seconds(pid) for pid in family(self.process.pid))

    @property
    def output(self):
        return self.var / "printed"

    @property
    def printed(self):
        return self.output.read_text()

    def answers(self):
        port = int((self.var / "address").read_text().rsplit(":", 1)[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)


def wait_for(check, seconds):
    """Ask again and again. Returns whether the answer was yes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return True
        time.sleep(0.05)
    return False


def family(pid):
    """This process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in family(int(child)))]


def processor_seconds(pid):
    """What a process and its finished children have used."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def alive(pids):
    """Those still there: a zombie is not."""
    found = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            found.append(pid)
    return found


def name_of(pid):
    """Its command, or "" once it is gone: a server makes and ends processes all the time."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
