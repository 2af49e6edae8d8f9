"""How long an operation takes, and what it costs the server."""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recann.bench.client import Answer


# Not counted: caches fill, connections open.
WARM_UPS = 5
REQUESTS = 40

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Timing:
    """Milliseconds. `cpu`: of the web workers, a request."""

    p50: float
    p95: float
    cpu: float
    requests: int


def timed(
    asks: Sequence[Callable[[], Answer]], *, beside: Callable[[], Answer], master: int
) -> tuple[Timing, float]:
    """Do each once, in order; the first are not counted.

    :param beside: the reference, asked after each: a machine that others slow down slows both
    :returns: the timing, and the median of the reference in milliseconds
    """
    taken, references, spent = [], [], []
    for ask in asks:
        before = cpu_seconds(master)
        taken.append(ask().seconds * 1000)
        spent.append(cpu_seconds(master) - before)
        references.append(beside().seconds * 1000)
    taken, spent = taken[WARM_UPS:], spent[WARM_UPS:]
    timing = Timing(*quantiles(taken), sum(spent) * 1000 / len(taken), len(taken))
    return timing, statistics.median(references[WARM_UPS:])


def quantiles(taken: Sequence[float]) -> tuple[float, float]:
    """Median, and what 95 in 100 stay under."""
    ordered = sorted(taken)
    return statistics.median(ordered), ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]


def again(ask: Callable[[], Answer]) -> list[Callable[[], Answer]]:
    """The same request, as often as one measures."""
    return [ask] * (WARM_UPS + REQUESTS)


def seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """The median of a few runs."""
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        work()
        taken.append(time.perf_counter() - before)
    return statistics.median(taken)


# --- Processes -------------------------------------------------------------------------------


def workers(master: int) -> list[int]:
    """The processes that the master of the web server started."""
    found = Path(f"/proc/{master}/task/{master}/children").read_text()
    return [int(pid) for pid in found.split()]


def cpu_seconds(master: int) -> float:
    """User and system time of the workers since they started."""
    return sum(map(spent_by, workers(master)))


def spent_by(pid: int) -> float:
    """Seconds of user and system time of a process; none of one that has ended."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def memory_mib(pid: int) -> float:
    """Resident memory, shared pages included."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 2**20
