"""Places that take part: structures, hospital pharmacies and officines, by their FINESS number.

The file says who and since when; the national directory says the name, the address and the
category, which tells the nature where it names a pharmacy (ADR 0121).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from accounts.directories.enums import ChangeKind
from accounts.directories.national import wrong_key
from accounts.directories.opening import open_site
from accounts.directories.plan import BATCH, Change, Job, Plan, Reader
from accounts.enums import SiteKind
from accounts.geography import DEPARTEMENTS
from accounts.models import DirectoryPlace, Site
from core.identifiers import compact, finess_ok
from core.tables import Row, read_day, rows
from core.text import fold


FINESS, NATURE, SINCE = "finess", "nature", "participe_depuis"

NATURES = {
    "structure": SiteKind.REFERENCE_CENTRE,
    "pui": SiteKind.HOSPITAL_PHARMACY,
    "officine": SiteKind.COMMUNITY_PHARMACY,
}
# Words of the category, as the directory itself writes it, which leave no doubt.
CATEGORIES = {
    "pharmacie d officine": SiteKind.COMMUNITY_PHARMACY,
    "pharmacie a usage interieur": SiteKind.HOSPITAL_PHARMACY,
}

COLUMNS = (
    (FINESS, "9 caractères, numéro géographique, connu de l’annuaire importé"),
    (SINCE, "JJ/MM/AAAA ou AAAA-MM-JJ"),
    (
        NATURE,
        "structure, pui ou officine\u202f; facultatif quand la catégorie de l’annuaire est celle "
        "d’une pharmacie",
    ),
)
HELP = (
    "Lieux qui participent, un par ligne. Leur nom et leur adresse viennent de l’annuaire FINESS, "
    "à importer d’abord. Une structure est créée sans inscription\u202f: la décision se saisit "
    "ensuite, à la page Structures."
)
UNKNOWN = "L’annuaire FINESS importé ne connaît pas ce numéro, ou ne le connaît plus."
NO_NATURE = "La catégorie de l’annuaire ne le dit pas\u202f: écrivez structure, pui ou officine."


@dataclass(frozen=True)
class Line:
    """A line whose cells are well formed. `kind` is None when the category must tell."""

    row: Row
    finess: str
    since: date
    kind: SiteKind | None


def run(job: Job) -> Plan:
    plan, seen = Plan(), set[str]()
    found = _lines(rows(job.raw, [FINESS, NATURE, SINCE], {FINESS, SINCE}), plan, job.today)
    while batch := list(islice(found, BATCH)):
        _compare([one for one in batch if not _is_twice(one, seen, plan)], plan, job)
    return plan


# --- Cells -----------------------------------------------------------------------------------


def _lines(found: Iterable[Row], plan: Plan, today: date) -> Iterator[Line]:
    for row in found:
        plan.rows += 1
        before = plan.errors
        finess, since, kind = _finess(row, plan), _since(row, plan, today), _kind(row, plan)
        if plan.errors == before and since is not None:
            yield Line(row, finess, since, kind)


def _finess(row: Row, plan: Plan) -> str:
    """Corsica warns, whose rule was deduced from few values (interop.md 3.2)."""
    number = compact(row.get(FINESS))
    if len(number) != 9:
        plan.fault(row.line, FINESS, "Un numéro FINESS compte 9 caractères.")
    elif not finess_ok(number):
        wrong_key(plan, row.line, FINESS, only_warns=number[1] in "AB")
    return number


def _since(row: Row, plan: Plan, today: date) -> date | None:
    on = read_day(row.get(SINCE))
    if on is None:
        plan.fault(row.line, SINCE, "Écrivez la date sous la forme JJ/MM/AAAA ou AAAA-MM-JJ.")
    elif on > today:
        plan.fault(row.line, SINCE, "Cette date est à venir.")
    return on


def _kind(row: Row, plan: Plan) -> SiteKind | None:
    typed = fold(row.get(NATURE))
    if typed and typed not in NATURES:
        plan.fault(row.line, NATURE, "Écrivez structure, pui ou officine.")
    return NATURES.get(typed)


def _is_twice(line: Line, seen: set[str], plan: Plan) -> bool:
    if line.finess in seen:
        plan.fault(line.row.line, FINESS, "Ce numéro figure deux fois dans le fichier.")
        return True
    seen.add(line.finess)
    return False


# --- What each line would open ---------------------------------------------------------------


def _compare(batch: Sequence[Line], plan: Plan, job: Job) -> None:
    numbers = [one.finess for one in batch]
    known = {site.finess: site for site in Site.objects.filter(finess__in=numbers)}
    listed = DirectoryPlace.objects.filter(finess__in=numbers, gone_on=None)
    places = {place.finess: place for place in listed}
    for line in batch:
        if site := known.get(line.finess):
            _tell_known(line, site, plan)
        elif place := places.get(line.finess):
            _tell_new(line, place, plan, job)
        else:
            plan.fault(line.row.line, FINESS, UNKNOWN)


def _tell_known(line: Line, site: Site, plan: Plan) -> None:
    """What takes part already is left as it is; another nature is never guessed."""
    if line.kind not in {None, site.kind}:
        other = f"Ce numéro est celui d’un autre lieu\u202f: {site.name}."
        plan.fault(line.row.line, FINESS, other)
    else:
        plan.add(Change(ChangeKind.KNOWN, line.row.line, site.name))


def _tell_new(line: Line, place: DirectoryPlace, plan: Plan, job: Job) -> None:
    kind = line.kind or _kind_of(place)
    if kind is None:
        plan.fault(line.row.line, NATURE, NO_NATURE)
    elif place.departement not in DEPARTEMENTS:
        plan.fault(line.row.line, FINESS, "Ce lieu n’est dans aucun département connu.")
    else:
        fields = (
            ("nature", "", kind.label),
            ("commune", "", place.town),
            ("participe depuis le", "", f"{line.since:%d/%m/%Y}"),
        )
        plan.add(Change(ChangeKind.NEW, line.row.line, place.name, fields))
        if job.writes and not plan.errors:
            if job.by is None:
                raise ValueError("A person confirms who takes part.")
            open_site(place, kind, by=job.by, on=line.since)


def _kind_of(place: DirectoryPlace) -> SiteKind | None:
    """The nature that the words of its category name."""
    words = fold(place.category)
    return next((kind for name, kind in CATEGORIES.items() if name in words), None)


READER = Reader(columns=COLUMNS, help=HELP, run=run)
