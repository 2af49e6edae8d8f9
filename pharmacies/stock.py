"""What each movement of the narcotics register does, and what it must say. Pure.

Sources: CSP art. R. 5132-36 (every entry and exit, in dosage units; monthly balance; yearly
inventory; what was destroyed), R. 5132-80 (theft or diversion). ADR 0042.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pharmacies.enums import MovementKind, Shelf


ZERO = Decimal(0)


@dataclass(frozen=True)
class Effect:
    """One line that a movement writes: where, and whether it adds (1) or takes away (-1)."""

    shelf: Shelf
    sign: int


@dataclass(frozen=True)
class Movement:
    """A movement that a pharmacist enters by hand."""

    effects: tuple[Effect, ...]
    needs_reference: str = ""
    needs_reason: bool = False
    needs_witness: bool = False
    notice: str = ""


_IN, _OUT = Effect(Shelf.STOCK, 1), Effect(Shelf.STOCK, -1)
_ASIDE_IN, _ASIDE_OUT = Effect(Shelf.SET_ASIDE, 1), Effect(Shelf.SET_ASIDE, -1)

MOVEMENTS: dict[str, Movement] = {
    MovementKind.RECEIPT: Movement((_IN,), needs_reference="Bon de commande ou de livraison"),
    MovementKind.PATIENT_RETURN: Movement(
        (_ASIDE_IN,),
        notice="Ce qu’un patient rapporte ne revient jamais au stock\u202f: il est compté à part, "
        "en attente de destruction.",
    ),
    MovementKind.SUPPLIER_RETURN: Movement((_OUT,), needs_reference="Bon de retour"),
    MovementKind.SET_ASIDE: Movement((_OUT, _ASIDE_IN), needs_reason=True),
    MovementKind.DESTRUCTION: Movement(
        (_ASIDE_OUT,),
        needs_reference="Procès-verbal de destruction",
        needs_witness=True,
        notice="La destruction a lieu devant un témoin, pharmacien désigné par l’Ordre. Le "
        "procès-verbal signé se conserve 10 ans (conditions à vérifier auprès de l’ARS).",
    ),
    MovementKind.LOSS: Movement((_OUT,), needs_reason=True),
    MovementKind.THEFT: Movement(
        (_OUT,),
        needs_reason=True,
        notice="Un vol ou un détournement est signalé sans délai à la police ou à la gendarmerie, "
        "à l’ARS et à l’ANSM (CSP art. R. 5132-80).",
    ),
}


def missing(kind: str, *, reference: str, reason: str, witness: str) -> tuple[str, str] | None:
    """The first field that the movement needs and that is empty, with what to say of it."""
    wanted = MOVEMENTS[kind]
    if wanted.needs_reference and not reference.strip():
        return "reference", f"{wanted.needs_reference}\u202f: indiquez le numéro."
    if wanted.needs_reason and not reason.strip():
        return "reason", "Indiquez la raison."
    if wanted.needs_witness and not witness.strip():
        return "witness", "Indiquez le nom du témoin."
    return None


@dataclass(frozen=True)
class Written:
    """A line of the register, as far as a balance is concerned."""

    number: int
    pack: int
    shelf: str
    change: Decimal


@dataclass(frozen=True)
class Balance:
    """What one pack was, gained, lost and is, in dosage units."""

    opening: Decimal = ZERO
    entries: Decimal = ZERO
    exits: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        return self.opening + self.entries - self.exits


Key = tuple[int, str]


def balances(lines: Iterable[Written], opening: Mapping[Key, Decimal]) -> dict[Key, Balance]:
    """The balance of each pack and shelf after these lines. One that was zero and stays is told."""
    found = {key: Balance(quantity) for key, quantity in opening.items()}
    for line in lines:
        before = found.get((line.pack, line.shelf), Balance())
        gained, lost = max(line.change, ZERO), max(-line.change, ZERO)
        found[line.pack, line.shelf] = Balance(
            before.opening, before.entries + gained, before.exits + lost
        )
    return found


def first_of(day: date) -> date:
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the following month."""
    return first_of(month.replace(day=28) + timedelta(days=4))


def refusal_to_close(month: date, *, last_closed: date | None, first: date, today: date) -> str:
    """Why the balance of this month may not be frozen, in French; empty when it may.

    Months are closed in their order, without leaving one out, once they are over.

    :param first: month of the first line
    """
    expected = month_after(last_closed) if last_closed else first
    if month != expected:
        return f"La prochaine balance à arrêter est celle de {expected:%m/%Y}."
    if today < month_after(month):
        return "Ce mois n’est pas terminé."
    return ""
