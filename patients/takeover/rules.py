"""Dates that an older register tells. No database, no clock; a refusal is a French sentence."""

from datetime import date

from patients.rules import long_date


def fact_refusal(on: date | None, *, included_on: date, today: date) -> str:
    """What was done for a patient followed here lies between inclusion and today, both included."""
    if on is None:
        return ""
    if on < included_on:
        return f"Cette date précède l’inclusion ({long_date(included_on)})."
    return "Cette date est à venir." if on > today else ""


def runs_refusal(starts_on: date | None, ends_on: date | None) -> str:
    """The period of a prescription: both days or none, in their order."""
    if (starts_on is None) != (ends_on is None):
        return "Donnez les deux dates de l’ordonnance en cours, ou aucune."
    if starts_on and ends_on and ends_on < starts_on:
        return "L’ordonnance finirait avant de commencer."
    return ""
