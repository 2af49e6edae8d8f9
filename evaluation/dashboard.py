"""What the dashboard shows of a cube: four figures, five charts, and the data under each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.utils.safestring import SafeString

from accounts.geography import DEPARTEMENTS
from core import charts
from core.numbers import french_number
from evaluation.cube import Cube
from evaluation.enums import Measure
from evaluation.quarters import first_day
from patients.enums import EndReason
from programmes.models import Indication


# Bars that still have room for their label.
MAX_BARS = 14
TOP = 10
MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
          "nov.", "déc.")  # fmt: skip

Rows = list[list[str | int]]


@dataclass(frozen=True)
class Table:
    """The data of a chart: shown under it, and sent as CSV."""

    title: str
    headings: list[str]
    rows: Rows


@dataclass(frozen=True)
class Figure:
    uid: str
    chart: SafeString
    table: Table
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Kpi:
    number: int
    label: str
    detail: str = ""
    url: str = ""
    warn: bool = False


def kpis(cube: Cube) -> list[Kpi]:
    included, active = cube.total(Measure.INCLUDED), cube.active().total()
    everybody = cube.total(Measure.INCLUDED, whole=True)
    exits, events = cube.total(Measure.ENDED), cube.total(Measure.EVENTS)
    with_event = cube.total(Measure.WITH_EVENT)
    serious = cube.total(Measure.SERIOUS_EVENTS)
    return [
        Kpi(included, plural(included, "patient inclus", "patients inclus")),
        Kpi(
            active,
            plural(active, "traitement en cours", "traitements en cours"),
            share(active, everybody, "des inclus"),
        ),
        Kpi(exits, plural(exits, "sortie", "sorties"), share(exits, included, "des inclus")),
        Kpi(
            events,
            plural(events, "effet indésirable", "effets indésirables"),
            f"dont {french_number(serious)} {plural(serious, 'grave', 'graves')}, chez"
            f" {french_number(with_event)} {plural(with_event, 'patient', 'patients')}",
            warn=serious > 0,
        ),
    ]


def plural(count: int, one: str, several: str) -> str:
    return several if count > 1 else one


def share(part: int, whole: int, of: str) -> str:
    """«54 % des inclus»; nothing when it would mean nothing."""
    return f"{round(100 * part / whole)}\u202f% {of}" if 0 < part <= whole else ""


# --- Tables ----------------------------------------------------------------------------------


def inclusions(cube: Cube) -> Table:
    """By month, or by quarter when there are too many months."""
    months = cube.by_month(Measure.INCLUDED)
    if len(months) <= MAX_BARS:
        rows: Rows = [[f"{MONTHS[month.month - 1]} {month.year}", n] for month, n in months]
        return Table("Inclusions par mois", ["Mois", "Inclusions"], rows)
    quarters: dict[date, int] = {}
    for month, count in months:
        quarters[first_day(month)] = quarters.get(first_day(month), 0) + count
    # The end of a long period without any inclusion says nothing.
    while quarters and not list(quarters.values())[-1]:
        quarters.popitem()
    rows = [[f"T{(day.month + 2) // 3} {day.year}", n] for day, n in quarters.items()]
    return Table("Inclusions par trimestre", ["Trimestre", "Inclusions"], rows)


def indications(cube: Cube, known: list[Indication]) -> Table:
    labels = {one.code: one.label for one in known}
    labels |= {
        subtype.code: f"{one.label} – {subtype.label}"
        for one in known
        for subtype in one.subtypes.all()
    }
    rows: Rows = [
        [labels.get(code, code), count] for code, count in cube.active().most_common() if count
    ]
    return Table("Traitements en cours par indication", ["Indication", "Patients"], rows)


def exits(cube: Cube) -> Table:
    labels = dict(EndReason.choices)
    by_reason = cube.by(Measure.ENDED, "detail")
    rows: Rows = [[labels.get(code, code), n] for code, n in by_reason.most_common() if n]
    return Table("Sorties par motif", ["Motif", "Patients"], rows)


def events(cube: Cube) -> Table:
    serious = dict(cube.by_month(Measure.SERIOUS_EVENTS))
    by_year: dict[int, list[int]] = {}
    for month, count in cube.by_month(Measure.EVENTS):
        year = by_year.setdefault(month.year, [0, 0])
        year[0] += count
        year[1] += serious.get(month, 0)
    rows: Rows = [[str(year), *counted] for year, counted in by_year.items()]
    return Table("Effets indésirables par année", ["Année", "Effets", "Dont graves"], rows)


def departements(cube: Cube) -> Table:
    """All of them, the most patients first; of the chosen region only when there is one."""
    patients = cube.by(Measure.INCLUDED, "departement")
    codes = [
        code
        for code, place in DEPARTEMENTS.items()
        if not cube.filters.region or place.region == cube.filters.region
    ]
    codes.sort(key=lambda code: (-patients[code], code))
    rows: Rows = [
        [f"{DEPARTEMENTS[code].name} ({code})", patients[code], *cube.places.get(code, [0, 0])]
        for code in codes
    ]
    headings = ["Département", "Patients", "Structures", "Pharmacies"]
    return Table("Patients inclus par département", headings, rows)


def regions(cube: Cube) -> Table:
    patients = cube.by(Measure.INCLUDED, "region")
    sites: dict[str, list[int]] = {}
    for code, (structures, pharmacies) in cube.places.items():
        row = sites.setdefault(DEPARTEMENTS[code].region, [0, 0])
        row[0] += structures
        row[1] += pharmacies
    names = {*patients, *sites} if not cube.filters.region else {cube.filters.region}
    ranked = sorted(names, key=lambda name: (-patients[name], name))
    rows: Rows = [[name, patients[name], *sites.get(name, [0, 0])] for name in ranked]
    return Table(
        "Patients inclus par région", ["Région", "Patients", "Structures", "Pharmacies"], rows
    )


# --- Charts ----------------------------------------------------------------------------------

Shape = Callable[[str, Table], SafeString]


def bars(uid: str, table: Table) -> SafeString:
    points = [(short(str(row[0])), float(row[1])) for row in table.rows]
    return charts.bars(uid, table.title, points)


def short(label: str) -> str:
    """What fits under a bar: the year under its first part, else the part without its year."""
    part, _, year = label.partition(" ")
    return year if part in {"T1", MONTHS[0]} else part


def hbars(uid: str, table: Table) -> SafeString:  # noqa: ARG001
    return charts.hbars([(str(row[0]), float(row[1])) for row in table.rows])


TABLES = ("inclusions", "indications", "departements", "regions", "sorties", "effets")


def table(cube: Cube, name: str, known: list[Indication]) -> Table:
    """The data of one chart, by the name it has in addresses: one of `TABLES`."""
    if name == "indications":
        return indications(cube, known)
    made = {
        "inclusions": inclusions,
        "departements": departements,
        "regions": regions,
        "sorties": exits,
        "effets": events,
    }
    return made[name](cube)


def figures(cube: Cube, known: list[Indication]) -> dict[str, Figure]:
    """Every chart of the page but the map, by name."""
    shapes: dict[str, Shape] = {
        "inclusions": bars,
        "indications": hbars,
        "sorties": hbars,
        "effets": bars,
    }
    made = {}
    for name, shape in shapes.items():
        data = table(cube, name, known)
        made[name] = Figure(name, shape(name, data), data)
    return made


def country(cube: Cube) -> Figure:
    """The map of inclusions, with its ten first départements."""
    data = departements(cube)
    patients = {code: float(n) for code, n in cube.by(Measure.INCLUDED, "departement").items()}
    chart = charts.choropleth("carte", data.title, patients, unit="patients")
    extra: dict[str, object] = {
        "top": data.rows[:TOP],
        "classes": [words for _, words in charts.COUNT_CLASSES],
    }
    return Figure("carte", chart, data, extra)
