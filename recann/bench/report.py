"""From measures to ratios, from two sizes to a growth, and how they are shown."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Target:
    """A ratio of performance.md 3: `top` over `bottom`, both named as in the measures."""

    name: str
    top: str
    bottom: str
    limit: float
    growth: float | None = None
    at_least: bool = False
    # The growth of this row is an exponent of the number of patients.
    is_bulk: bool = False
    # Fewer patients: what Django itself takes hides the work.
    from_patients: int = 0


LARGE = 100_000

# performance.md 3: the rows whose pages exist. Growth: from 3,000 to 300,000 patients.
TARGETS = (
    Target("P1 enregistrer une consultation complexe / R2", "visit_save", "R2", 7, 1.2),
    # Issue 3: CPU of the web and of PostgreSQL, the same POST with and without.
    Target("P1 historique et journal, CPU avec / sans", "visit_trail", "visit_bare", 1.6),
    Target("P2 formulaire de consultation / R0", "visit_form", "R0", 25, 1.2),
    Target("P3 page du patient / R1", "patient", "R1", 13, 1.2),
    Target("P4 liste de travail / R1", "worklist", "R1", 8, 1.25),
    Target("P5 tableau patients × consultations / R1", "grid", "R1", 12, 1.3),
    Target("P6 recherche par nom et date de naissance / R1", "search_name", "R1", 8, 1.2),
    Target("P6 recherche par numéro / R1", "search_number", "R1", 8, 1.2),
    Target("P7 ordonnance retrouvée au comptoir / R1", "look_up", "R1", 8, 1.15),
    Target("P7 dispensation / R2", "dispense", "R2", 6, 1.15),
    Target("P8 API de statistiques / R1", "api", "R1", 3.5, 1.1),
    Target("P8 API, ETag connu / R1", "api_etag", "R1", 2, 1.1),
    Target("P9 tableau de bord de l’ANSM / R1", "dashboard", "R1", 30, 2),
    Target(
        "P10 chiffres d’un trimestre / R3",
        "quarter",
        "quarter_sql",
        1.5,
        1.05,
        is_bulk=True,
        from_patients=LARGE,
    ),
    Target(
        "P10 indicateur à une date / R3",
        "active",
        "active_sql",
        1.5,
        1.05,
        is_bulk=True,
        from_patients=LARGE,
    ),
    Target("P11 export CSV des consultations, débit / R4", "copy", "export", 0.6, at_least=True),
    Target("P12 attestation scellée / R5", "certificate", "R5", 2.2),
    Target("P12 attestation délivrée à nouveau / R1", "certificate_again", "R1", 4),
    Target("P13 rappels, boucle naïve / tâche", "naive", "reminders", 5, at_least=True),
    Target("P15 mélange de pages, p95 de huit clients / p50 d’un seul", "mix", "mix_alone", 8),
    Target("P16 mémoire d’un processus web (Mio)", "web_mib", "one", 200),
    Target("P16 mémoire d’un processus Celery après 1 000 tâches (Mio)", "worker_mib", "one", 200),
)


@dataclass(frozen=True)
class Measures:
    """One size of the base. `values`: milliseconds, or what the name says; `rows`: for people."""

    patients: int
    values: dict[str, float]
    rows: list[dict[str, Any]] = field(default_factory=list)


def ratio(one: Measures, target: Target) -> float | None:
    """None when the operation was not measured."""
    # The reference that was measured beside the operation, when there is one.
    bottom = one.values.get(f"{target.top}/{target.bottom}", one.values.get(target.bottom))
    if target.top not in one.values or bottom is None or one.patients < target.from_patients:
        return None
    return one.values[target.top] / bottom


def entries(sizes: Sequence[Measures]) -> list[dict[str, Any]]:
    """What `--json` writes: the ratios of each size, then the growths."""
    found = []
    for one in sizes:
        for target in TARGETS:
            value = ratio(one, target)
            if value is not None:
                name = f"{target.name} [{one.patients}]"
                found.append(_entry(name, value, target.limit, at_least=target.at_least))
    for target in TARGETS:
        value = growth(sizes, target)
        if value is not None and target.growth is not None:
            word = "exposant" if target.is_bulk else "croissance"
            found.append(_entry(f"{target.name}, {word}", value, target.growth, at_least=False))
    return found


def growth(sizes: Sequence[Measures], target: Target) -> float | None:
    """How much slower the largest base is, references of each run apart; or the exponent."""
    if len(sizes) < 2:
        return None
    small, large = sizes[0], sizes[-1]
    if target.is_bulk:
        times = (one.values.get(target.top) for one in (small, large))
        before, after = times
        if not before or not after:
            return None
        return math.log(after / before) / math.log(large.patients / small.patients)
    before, after = ratio(small, target), ratio(large, target)
    return after / before if before and after else None


def _entry(name: str, value: float, limit: float, *, at_least: bool) -> dict[str, Any]:
    ok = value >= limit if at_least else value <= limit
    return {"name": name, "value": round(value, 3), "target": limit, "ok": ok}


# --- Shown -----------------------------------------------------------------------------------


def table(one: Measures) -> str:
    """What was measured, in a Markdown table."""
    lines = [
        f"### {one.patients} patients",
        "",
        "| Opération | p50 (ms) | p95 (ms) | CPU serveur (ms) | mesures |",
        "|---|--:|--:|--:|--:|",
    ]
    for row in one.rows:
        cells = (row["name"], *(_number(row.get(name)) for name in ("p50", "p95", "cpu")))
        lines.append(f"| {' | '.join(cells)} | {row.get('requests', '')} |")
    return "\n".join(lines)


def ratios_table(found: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| Rapport | mesuré | visé | |", "|---|--:|--:|---|"]
    for one in found:
        kept = "tenu" if one["ok"] else "**non tenu**"
        lines.append(f"| {one['name']} | {_number(one['value'])} | {one['target']} | {kept} |")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
