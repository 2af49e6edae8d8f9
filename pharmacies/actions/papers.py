"""Order slips, and the copies of the register that are handed over."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Member
from core import audit
from pharmacies.actions.register import CannotEnter
from pharmacies.enums import Kept, Medium
from pharmacies.models import OrderSlip, RegisterCopy
from programmes.models import Pack


@dataclass(frozen=True)
class Order:
    """What a slip of the stub book says of one medicine."""

    pack: Pack
    slip_number: str
    supplier: str
    packs: int
    ordered_on: date


def order(wanted: Order, *, by: Member, at: datetime) -> OrderSlip:
    """Keep a slip of the stub book. The same slip and pack twice is one row.

    :raises CannotEnter: a day to come, or the number of a slip that says something else
    """
    with audit.acting("register.ordered", by=by):
        if wanted.ordered_on > by.site.local_day(at):
            raise CannotEnter("Cette date est dans le futur.", "ordered_on")
        slip, is_new = OrderSlip.objects.get_or_create(
            pharmacy=by.site,
            slip_number=wanted.slip_number,
            pack=wanted.pack,
            defaults={
                "supplier": wanted.supplier,
                "packs": wanted.packs,
                "ordered_on": wanted.ordered_on,
                "recorded_at": at,
                "recorded_by": by,
            },
        )
        if is_new:
            audit.record("register.ordered", slip, by=by)
        elif (slip.packs, slip.supplier) != (wanted.packs, wanted.supplier):
            raise CannotEnter("Ce bon est déjà enregistré avec un autre contenu.", "slip_number")
    return slip


@dataclass(frozen=True)
class Copy:
    """A file handed over to the pharmacy, and how far it goes."""

    subject: Kept
    medium: Medium
    content: bytes
    last_number: int


def keep_copy(made: Copy, *, by: Member, at: datetime) -> RegisterCopy:
    """Remember that it was handed over on this support, up to that number."""
    with audit.acting("register.copied", by=by):
        copy = RegisterCopy.objects.create(
            pharmacy=by.site,
            subject=made.subject,
            medium=made.medium,
            last_number=made.last_number,
            sha256=hashlib.sha256(made.content).digest(),
            made_at=at,
            made_by=by,
        )
        audit.record(
            "register.copied",
            copy,
            by=by,
            papers=made.subject,
            medium=made.medium,
            last=made.last_number,
        )
    return copy
