"""What was published, as people read it: stored releases only, never the base (ADR 0099)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from accounts.models import Member
from core.numbers import french_number
from evaluation import disclosure
from evaluation.disclosure import Cell, Total
from evaluation.models import StatisticsRelease
from programmes.models import Programme


HEADINGS = ["Indication", "Inclusions du trimestre", "Depuis l’ouverture"]
PAST_HEADINGS = ["Trimestre", "Inclusions du trimestre", "Depuis l’ouverture"]


def visible_to(member: Member) -> "QuerySet[StatisticsRelease]":
    """Releases of the member's programmes, the newest first."""
    programmes = Programme.objects.visible_to(member)
    releases = StatisticsRelease.objects.filter(programme__in=programmes)
    return releases.select_related("programme").order_by("-quarter", "programme__code", "pk")


def in_words(quarter: date) -> str:
    """«4e trimestre 2023»."""
    number = (quarter.month + 2) // 3
    return f"{number}{'er' if number == 1 else 'e'} trimestre {quarter.year}"


def cell(value: Cell) -> str:
    told = value["valeur"]
    return f"moins de {disclosure.THRESHOLD}" if told is None else french_number(told)


def total(value: Total) -> str:
    """A sum that leaves masked cells out is told as a least; one of masked cells alone is not."""
    if value["au_moins"] and not value["valeur"]:
        return "masqué"
    words = french_number(value["valeur"])
    return f"au moins {words}" if value["au_moins"] else words


@dataclass(frozen=True)
class Sheet:
    """One release, as its tables."""

    release: StatisticsRelease
    title: str
    rows: list[list[str]]

    @property
    def headings(self) -> list[str]:
        return HEADINGS


def sheet(release: StatisticsRelease) -> Sheet:
    figures = release.figures
    rows = [
        [one["libelle"], cell(one["trimestre"]), total(one["cumul"])]
        for one in figures["indications"]
    ]
    whole = figures["total"]
    rows.append(["Ensemble", total(whole["trimestre"]), total(whole["cumul"])])
    return Sheet(release, in_words(release.quarter), rows)


def past(releases: Sequence[StatisticsRelease]) -> list[list[str]]:
    """One line a quarter of a programme."""
    return [
        [
            in_words(one.quarter),
            total(one.figures["total"]["trimestre"]),
            total(one.figures["total"]["cumul"]),
        ]
        for one in releases
    ]
