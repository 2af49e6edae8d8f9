"""What is known of travelling with a narcotic medicine: dates in, answers out."""

from datetime import date


# Days of treatment that a Schengen certificate covers. Convention of 19 June 1990, art. 75 and
# decision SCH/Com-ex (94) 28 rev: from memory, to be verified (ADR 0118).
MAX_TRAVEL_DAYS = 30


def travel_days(leaves_on: date, returns_on: date) -> int:
    """Both days included."""
    return (returns_on - leaves_on).days + 1


def travel_refusal(
    *, leaves_on: date, returns_on: date, covered_from: date, covered_to: date
) -> str:
    """Why this travel cannot be certified on this prescription; "" when it can."""
    if returns_on < leaves_on:
        return "Le retour ne peut pas précéder le départ."
    if travel_days(leaves_on, returns_on) > MAX_TRAVEL_DAYS:
        return (
            f"Ce certificat vaut {MAX_TRAVEL_DAYS} jours au plus\u202f: il en faut un "
            "autre ensuite."
        )
    if leaves_on < covered_from or returns_on > covered_to:
        return (
            f"Cette ordonnance couvre du {covered_from:%d/%m/%Y} au {covered_to:%d/%m/%Y}\u202f: "
            "le voyage doit tenir dans cette période."
        )
    return ""
