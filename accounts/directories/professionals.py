"""Professionals, from a file in the shape of the national «PS_LibreAcces_Personne_activite»."""

import re
from collections.abc import Iterable, Iterator, Mapping

from accounts.directories.national import Directory, Entry, go_through, wrong_key
from accounts.directories.plan import Job, Plan, Reader
from accounts.enums import Profession
from accounts.models import DirectoryProfessional, User
from core.identifiers import compact, rpps_ok
from core.tables import Row, rows


KIND, RPPS = "Type d'identifiant PP", "Identifiant PP"
LAST, FIRST = "Nom d'exercice", "Prénom d'exercice"
PROFESSION = "Code profession"
SPECIALTY, PLACE = "Libellé savoir-faire", "Raison sociale site"
FINESS, POSTCODE = "Numéro FINESS site", "Code postal (coord. structure)"
TOWN = "Libellé commune (coord. structure)"
# Kind of identifier of an RPPS number (8), and the professions read (interop.md 3.1 and 4.3).
RPPS_KIND = "8"
PROFESSIONS = {"10": Profession.DOCTOR, "21": Profession.PHARMACIST}

COLUMNS = (
    (RPPS, "11 chiffres\u202f; sa clé est vérifiée"),
    (LAST, "obligatoire"),
    (FIRST, "facultatif"),
    (PROFESSION, "10 médecin, 21 pharmacien\u202f; les autres lignes sont laissées"),
    (KIND, "facultatif\u202f; 8 pour un numéro RPPS, les autres lignes sont laissées"),
    (SPECIALTY, "facultatif"),
    (PLACE, "facultatif"),
    (FINESS, "facultatif"),
    (POSTCODE, "facultatif"),
    (TOWN, "facultatif"),
)
HELP = (
    "Extraction en accès libre de l’annuaire santé, séparée par des barres verticales, ou un "
    "extrait avec les mêmes titres. Elle n’ouvre aucun compte et n’en ferme aucun."
)


def _accounts(keys: Iterable[str]) -> Mapping[str, User]:
    return {user.rpps: user for user in User.objects.filter(rpps__in=list(keys))}


DIRECTORY = Directory(
    model=DirectoryProfessional,
    key="rpps",
    told=("specialty", "town"),
    words={
        "last_name": "nom",
        "first_name": "prénom",
        "profession": "profession",
        "specialty": "spécialité",
        "place": "lieu",
        "finess": "FINESS",
        "postcode": "code postal",
        "town": "commune",
    },
    own_words={"last_name": "nom", "first_name": "prénom", "specialty": "spécialité"},
    own=_accounts,
)


def run(job: Job) -> Plan:
    plan = Plan()
    known = [name for name, _ in COLUMNS]
    lines = rows(job.raw, known, {RPPS, LAST, PROFESSION})
    return go_through(DIRECTORY, _entries(lines, plan), plan, job)


def _entries(lines: Iterable[Row], plan: Plan) -> Iterator[Entry]:
    for row in lines:
        if row.get(KIND) not in {"", RPPS_KIND} or row.get(PROFESSION) not in PROFESSIONS:
            continue
        plan.rows += 1
        entry = _entry(row, plan)
        if entry is not None:
            yield entry


def _entry(row: Row, plan: Plan) -> Entry | None:
    rpps = compact(row.get(RPPS))
    if not re.fullmatch(r"[0-9]{11}", rpps):
        plan.fault(row.line, RPPS, "Un numéro RPPS compte 11 chiffres.")
        return None
    if not rpps_ok(rpps) and wrong_key(plan, row.line, RPPS):
        return None
    if not row.get(LAST):
        plan.fault(row.line, LAST, "Le nom manque.")
        return None
    values = {
        "last_name": spelled(row.get(LAST))[:80],
        "first_name": spelled(row.get(FIRST))[:80],
        "profession": PROFESSIONS[row.get(PROFESSION)].value,
        "specialty": row.get(SPECIALTY)[:80],
        "place": row.get(PLACE)[:160],
        "finess": compact(row.get(FINESS))[:9],
        "postcode": compact(row.get(POSTCODE))[:5],
        "town": spelled(row.get(TOWN))[:80],
    }
    return Entry(row.line, rpps, values, f"{values['first_name']} {values['last_name']}".strip())


def spelled(name: str) -> str:
    """A name in capitals as it is written: «DE LA TOUR-D’AUVERGNE» → «De La Tour-D’Auvergne»."""
    return name if name != name.upper() else re.sub(r"\w+", lambda m: m[0].capitalize(), name)


READER = Reader(columns=COLUMNS, help=HELP, run=run)
