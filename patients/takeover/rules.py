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


def exit_refusal(on: date | None, reason: str) -> tuple[str, str]:
    """What is missing of an exit: refusals of its date, of its reason. Both or none."""
    if bool(on) == bool(reason):
        return "", ""
    if on is None:
        return "Donnez la date de cette sortie, ou videz son motif.", ""
    return "", "Donnez le motif de cette sortie, ou videz sa date."


def after_exit_refusal(on: date | None, *, left_on: date | None) -> str:
    """Nothing was done for a patient after the exit, its day included in what may be."""
    if on is None or left_on is None or on <= left_on:
        return ""
    return f"Cette date suit la sortie ({long_date(left_on)})."


def runs_refusal(starts_on: date | None, ends_on: date | None) -> str:
    """The period of a prescription: both days or none, in their order."""
    if (starts_on is None) != (ends_on is None):
        return "Donnez les deux dates de l’ordonnance en cours, ou aucune."
    if starts_on and ends_on and ends_on < starts_on:
        return "L’ordonnance finirait avant de commencer."
    return ""
