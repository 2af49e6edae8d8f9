"""What a patient is handed: the booklet, the pharmacies of the area, the paper to travel with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import prefetch_related_objects

from accounts.geography import DEPARTEMENTS
from accounts.models import Site
from followup import calendar_steps
from followup.calendar_steps import Step
from patients import directory
from patients.models import Enrolment
from prescriptions import running
from prescriptions.models import Line, Prescription
from programmes.enums import Regime
from programmes.loading import DATA


# Rows of the diary: four weeks, as long as a narcotic prescription may last.
DIARY_DAYS = 28


@dataclass(frozen=True)
class Authority:
    """Who certifies the travel; an address that nobody gave stays to be written."""

    name: str
    address: str


@dataclass(frozen=True)
class Booklet:
    visits: Sequence[Step]
    running: Sequence[Prescription]
    pharmacies: Sequence[Site]
    area: str
    diary: range


@dataclass(frozen=True)
class Travel:
    """What was typed; kept nowhere."""

    leaves_on: date
    returns_on: date
    destination: str
    passport: str


def booklet(enrolment: Enrolment, today: date) -> Booklet:
    """Dates to come and held, the prescriptions that run, whom to call."""
    prescriptions = running.now(enrolment, today)
    prefetch_related_objects(prescriptions, "lines")
    return Booklet(
        visits=[step for step in calendar_steps.steps(enrolment, today) if step.state != "na"],
        running=prescriptions,
        pharmacies=pharmacies(enrolment, today),
        area=DEPARTEMENTS[enrolment.site.departement].name,
        diary=range(1, DIARY_DAYS + 1),
    )


def pharmacies(enrolment: Enrolment, today: date) -> list[Site]:
    """Those that take part in the département of the structure, as the directory shows them."""
    found = directory.pharmacies(enrolment.programme, today)
    return list(found.filter(departement=enrolment.site.departement))


def narcotic_lines(prescription: Prescription) -> list[Line]:
    """What the Schengen certificate is about."""
    return list(prescription.lines.filter(regime=Regime.NARCOTIC).order_by("position"))


@lru_cache(maxsize=1)
def _authorities() -> dict[str, Authority]:
    file = json.loads((DATA / "travel_authorities.json").read_text())
    return {region: Authority(**one) for region, one in file["authorities"].items()}


def authority(site: Site) -> Authority:
    """The health agency of the region of the prescriber's place."""
    region = DEPARTEMENTS[site.departement].region
    return _authorities().get(region, Authority(f"Agence régionale de santé – {region}", ""))
