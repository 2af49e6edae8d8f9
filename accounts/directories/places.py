"""Places, from a file in the shape of the national extract of FINESS («etalab-cs1100502»)."""

import re
from collections.abc import Iterable, Iterator, Mapping

from accounts.directories.national import Directory, Entry, go_through, wrong_key
from accounts.directories.plan import Job, Plan, Reader
from accounts.geography import DEPARTEMENTS
from accounts.models import DirectoryPlace, Site
from core.identifiers import compact, finess_ok
from core.tables import Row, rows


FINESS, NAME, LONG_NAME = "nofinesset", "rs", "rslongue"
ROUTING, PHONE = "ligneacheminement", "telephone"
CATEGORY, CATEGORY_NAME = "categetab", "libcategetab"
# Order of the columns of a file without headings, whose lines of data begin with this word.
SECTION = "structureet"
IN_ORDER = (
    "section", FINESS, "nofinessej", NAME, LONG_NAME, "complrs", "compldistrib", "numvoie",
    "typvoie", "voie", "compvoie", "lieuditbp", "commune", "departement", "libdepartement",
    ROUTING, PHONE, "telecopie", CATEGORY, CATEGORY_NAME,
)  # fmt: skip

COLUMNS = (
    (FINESS, "9 caractères, numéro géographique\u202f; sa clé est vérifiée"),
    (NAME, "obligatoire\u202f; la raison sociale longue (rslongue) est préférée quand elle existe"),
    ("numvoie, typvoie, voie", "facultatifs"),
    (ROUTING, "facultatif\u202f; code postal et commune"),
    (PHONE, "facultatif"),
    (f"{CATEGORY}, {CATEGORY_NAME}", "facultatifs"),
)
HELP = (
    "Extraction FINESS des établissements, séparée par des points-virgules, telle qu’elle est "
    "publiée ou avec ces titres. Elle n’inscrit aucune structure et n’en retire aucune."
)


def _sites(keys: Iterable[str]) -> Mapping[str, Site]:
    return {site.finess: site for site in Site.objects.filter(finess__in=list(keys))}


DIRECTORY = Directory(
    model=DirectoryPlace,
    key="finess",
    told=("category", "town"),
    words={
        "name": "raison sociale",
        "category_code": "catégorie",
        "category": "libellé de la catégorie",
        "address": "adresse",
        "postcode": "code postal",
        "town": "commune",
        "departement": "département",
        "phone": "téléphone",
    },
    own_words={
        "name": "nom",
        "address": "adresse",
        "postcode": "code postal",
        "town": "commune",
        "phone": "téléphone",
    },
    own=_sites,
)


def run(job: Job) -> Plan:
    plan = Plan()
    has_headings = FINESS.encode() in job.raw.read(400).lower()
    job.raw.seek(0)
    marker = "" if has_headings else SECTION
    lines = rows(job.raw, IN_ORDER, {FINESS, NAME}, without_headings=marker)
    return go_through(DIRECTORY, _entries(lines, plan), plan, job)


def _entries(lines: Iterable[Row], plan: Plan) -> Iterator[Entry]:
    for row in lines:
        plan.rows += 1
        entry = _entry(row, plan)
        if entry is not None:
            yield entry


def _entry(row: Row, plan: Plan) -> Entry | None:
    finess = compact(row.get(FINESS))
    if not re.fullmatch(r"[0-9][0-9AB][0-9]{7}", finess):
        plan.fault(row.line, FINESS, "Un numéro FINESS compte 9 caractères.")
        return None
    # The rule of Corsica was deduced from few values (interop.md 3.2): it warns.
    in_corsica = finess[1] in "AB"
    if not finess_ok(finess) and wrong_key(plan, row.line, FINESS, only_warns=in_corsica):
        return None
    name = row.get(LONG_NAME) or row.get(NAME)
    if not name:
        plan.fault(row.line, NAME, "La raison sociale manque.")
        return None
    postcode, town = routed(row.get(ROUTING))
    street = " ".join(filter(None, (row.get("numvoie"), row.get("typvoie"), row.get("voie"))))
    values = {
        "name": name[:160],
        "category_code": row.get(CATEGORY)[:4],
        "category": row.get(CATEGORY_NAME)[:120],
        "address": street[:200],
        "postcode": postcode,
        "town": town[:80],
        "departement": departement_of(finess),
        "phone": compact(row.get(PHONE))[:20],
    }
    return Entry(row.line, finess, values, values["name"])


def routed(line: str) -> tuple[str, str]:
    """Postcode and town of a line of routing: «75014 PARIS» → («75014», «PARIS»)."""
    found = re.fullmatch(r"([0-9]{5}) (.+)", line)
    return (found[1], found[2]) if found else ("", line)


def departement_of(finess: str) -> str:
    """The first two characters; overseas the first three; "" where we know no such one."""
    code = finess[:3] if finess.startswith("97") else finess[:2]
    return code if code in DEPARTEMENTS else ""


READER = Reader(columns=COLUMNS, help=HELP, run=run)
