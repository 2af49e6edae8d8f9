"""Who may serve, in what state a prescription is executed. Pure: rules of persons and states."""

from dataclasses import dataclass
from datetime import date

from accounts.enums import SiteKind
from pharmacies.enums import WithdrawalReason
from pharmacies.words import THIN, in_full
from programmes.enums import DispensingPlaces


@dataclass(frozen=True)
class Pharmacist:
    """What is true, on the day of the act, of who acts and of where."""

    site_kind: str
    site_is_open: bool
    is_accredited: bool
    is_entitled: bool


_PLACES: dict[str, frozenset[str]] = {
    DispensingPlaces.PUI: frozenset({SiteKind.HOSPITAL_PHARMACY}),
    DispensingPlaces.PUI_AND_OFFICINE: frozenset(
        {SiteKind.HOSPITAL_PHARMACY, SiteKind.COMMUNITY_PHARMACY}
    ),
}


def refusal_to_serve(pharmacist: Pharmacist, places: str) -> str:
    """Why this person may not dispense there that day, in French; empty when they may.

    Source: décret 2020-1230 art. 3-I (trained volunteer pharmacists of PUI and volunteer
    officines); arrêté du 29 octobre 2020 art. 3 (training attestation, a condition to dispense).
    """
    if pharmacist.site_kind not in _PLACES[places]:
        return (
            "Ce lieu d’exercice n’est pas une pharmacie admise par le programme "
            "(décret 2020-1230, art. 3)."
        )
    if not pharmacist.site_is_open:
        return "Votre pharmacie ne participe pas au programme à cette date."
    if not pharmacist.is_accredited:
        return "Vous n’êtes pas habilité pour ce programme à cette date."
    if not pharmacist.is_entitled:
        return (
            "Votre formation obligatoire n’est pas enregistrée ou n’est plus valable à cette date "
            "(décret 2020-1230, art. 3)."
        )
    return ""


def refusal_of_state(*, is_signed: bool, is_live: bool) -> str:
    """Why this prescription may not be executed at all, in French; empty when it may."""
    if not is_signed:
        return "Cette ordonnance est annulée ou n’est pas signée. Rien ne peut être délivré."
    if not is_live:
        return (
            "Le patient ne participe plus au programme. Rien ne peut être délivré "
            "(décret 2020-1230, art. 3)."
        )
    return ""


def refusal_of_presentation(presented_on: date, *, signed_on: date, today: date) -> str:
    """Why this cannot be the day of presentation, in French; both bounds are accepted."""
    if presented_on > today:
        return "La date de présentation ne peut pas être dans le futur."
    if presented_on < signed_on:
        return f"L’ordonnance est datée du {in_full(signed_on)}{THIN}: pas avant."
    return ""


def refusal_of_correction(reason: str, *, wrong_on: date, right_on: date | None) -> str:
    """Why this day does not go with this reason, in French; empty when it does.

    A wrong day has a right one; the other reasons say that nothing was presented.
    """
    if reason != WithdrawalReason.WRONG_DAY:
        return f"Rien n’a été présenté{THIN}: laissez le jour vide." if right_on else ""
    if right_on is None:
        return "Écrivez le bon jour de présentation."
    return f"C’est le jour déjà enregistré{THIN}: écrivez le bon." if right_on == wrong_on else ""
