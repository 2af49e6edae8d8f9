"""Every measure of one size, in order: references first, then pages, then bulk work."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from evaluation import quarters
from evaluation.enums import DataSet
from evaluation.models import StatisticsRelease
from evaluation.tasks import count_by_month, release_quarter
from patients.models import Enrolment
from recann.bench import bulk, pages, trail
from recann.bench.measure import Timing, again, memory_mib, quantiles, timed, workers
from recann.bench.pages import Ask, Scene
from recann.bench.report import TARGETS, Measures


Say = Callable[[str], Any]

LABELS = {
    "R0": "R0 vue vide",
    "R1": "R1 une lecture",
    "R2": "R2 une écriture",
    "visit_form": "formulaire de consultation",
    "visit_save": "consultation enregistrée",
    "patient": "page du patient",
    "worklist": "liste de travail",
    "grid": "tableau patients × consultations",
    "search_name": "recherche par nom et date de naissance",
    "search_number": "recherche par numéro",
    "look_up": "ordonnance retrouvée au comptoir",
    "dispense": "dispensation enregistrée",
    "api": "API de statistiques",
    "api_etag": "API, ETag connu",
    "dashboard": "tableau de bord",
    "certificate": "attestation établie et scellée",
    "certificate_again": "attestation délivrée à nouveau",
    "export": "export CSV des consultations",
}
# Pages that eight clients ask at once.
MIXED = ("patient", "worklist", "visit_form", "search_number", "api", "dashboard")
CLIENTS, ROUNDS = 8, 10
# The reference of each page.
BOTTOMS = {one.top: one.bottom for one in TARGETS if one.bottom in {"R0", "R1", "R2"}}


@dataclass
class Bench:
    """What was measured so far."""

    master: int
    say: Say
    values: dict[str, float] = field(default_factory=lambda: {"one": 1.0})
    rows: list[dict[str, Any]] = field(default_factory=list)
    references: dict[str, Ask] = field(default_factory=dict)

    def time(self, name: str, asks: list[Ask]) -> None:
        """Measure requests beside their reference; keep both medians."""
        bottom = BOTTOMS.get(name, "R0")
        found, reference = timed(asks, beside=self.references[bottom], master=self.master)
        self.values |= {name: found.p50, f"{name}/{bottom}": reference}
        self.keep(LABELS[name], found)

    def keep(self, label: str, found: Timing) -> None:
        self.rows.append({"name": label, **vars(found)})
        self.say(f"{found.p50:10.2f} ms  {label}")

    def note(self, label: str, milliseconds: float) -> None:
        """A measure without distribution."""
        self.rows.append({"name": label, "p50": milliseconds})
        self.say(f"{milliseconds:10.2f} ms  {label}")


def everything(*, port: int, now: datetime, say: Say) -> Measures:
    """Measure the base on which the web server behind `port` works."""
    patients = Enrolment.objects.count()
    bench = Bench(int(os.environ["BENCH_WEB_PID"]), say)
    trail.restore()
    count_by_month()
    release_quarter()
    newest = StatisticsRelease.objects.filter(programme__code="recann").order_by("-quarter")[0]
    here = pages.scene(port=port, now=now, quarter=quarters.name(newest.quarter))
    _pages(bench, here)
    _memory(bench)
    _bulk(bench, here, newest.quarter)
    return Measures(patients, bench.values, bench.rows)


def _pages(bench: Bench, here: Scene) -> None:
    repeated = pages.repeated(here)
    bench.references = {name: repeated[name] for name in ("R0", "R1", "R2")}
    for name, ask in repeated.items():
        bench.time(name, again(ask))
    bench.time("visit_save", pages.saved_visits(here))
    looked_up, supplied = pages.counter(here)
    bench.time("look_up", looked_up)
    bench.time("dispense", supplied)
    bench.values["R5"] = bulk.naked_pdf(here.enrolment, here.people.today) * 1000
    bench.note("R5 WeasyPrint seul", bench.values["R5"])
    issued, delivered = pages.certificates(here)
    bench.time("certificate", issued)
    bench.time("certificate_again", again(delivered))
    _trail(bench, here)
    _together(bench, here)


def _trail(bench: Bench, here: Scene) -> None:
    """What history and journal add to a visit that is recorded."""
    with_trail, without = trail.measure(here, master=bench.master)
    bench.values |= {"visit_trail": with_trail, "visit_bare": without}
    bench.note("consultation enregistrée, CPU avec historique et journal", with_trail)
    bench.note("consultation enregistrée, CPU sans", without)


def _together(bench: Bench, here: Scene) -> None:
    """P15: the mix by eight clients at once, against the same mix by one alone."""
    alone = _mix([pages.repeated(here)])
    crowd = _mix([pages.repeated(here.apart()) for _ in range(CLIENTS)])
    bench.values["mix_alone"], bench.values["mix"] = quantiles(alone)[0], quantiles(crowd)[1]
    for label, taken in (("mélange, un client", alone), ("mélange, huit clients", crowd)):
        p50, p95 = quantiles(taken)
        bench.rows.append({"name": label, "p50": p50, "p95": p95, "requests": len(taken)})
        bench.say(f"{p50:10.2f} ms  {label} (p95 {p95:.2f})")


def _mix(clients: list[dict[str, Ask]]) -> list[float]:
    """Milliseconds of each request of these clients, who ask the pages in turn, all at once."""
    taken: list[float] = []
    failures: list[BaseException] = []

    def client(own: dict[str, Ask]) -> None:
        try:
            for _ in range(ROUNDS):
                taken.extend([own[name]().seconds * 1000 for name in MIXED])
        except Exception as error:  # noqa: BLE001  told below, in the main thread
            failures.append(error)

    threads = [threading.Thread(target=client, args=[own]) for own in clients]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if failures:
        raise failures[0]
    return taken


def _memory(bench: Bench) -> None:
    bench.values["web_mib"] = max(memory_mib(pid) for pid in workers(bench.master))
    if "BENCH_WORKER_PID" in os.environ:
        bulk.thousand_tasks()
        celery = int(os.environ["BENCH_WORKER_PID"])
        bench.values["worker_mib"] = max(memory_mib(pid) for pid in workers(celery))


def _bulk(bench: Bench, here: Scene, quarter: date) -> None:
    """Milliseconds, like the pages."""
    programme = here.programme
    pairs = {
        ("quarter", "quarter_sql"): bulk.quarter(programme, quarter),
        ("active", "active_sql"): bulk.indicator(programme, quarter),
        ("reminders", "naive"): bulk.reminders(here.people.today),
    }
    for (ours, reference), pair in pairs.items():
        bench.values |= {ours: pair.ours * 1000, reference: pair.reference * 1000}
        bench.note(ours, pair.ours * 1000)
        bench.note(f"{reference} (référence)", pair.reference * 1000)
    asked = pages.export(here, DataSet.VISITS)
    bench.values["export"] = min(asked().seconds for _ in range(3)) * 1000
    bench.note(LABELS["export"], bench.values["export"])
    bench.values["copy"] = bulk.raw_export(programme, DataSet.VISITS) * 1000
    bench.note("R4 COPY seul", bench.values["copy"])
