"""What the pages of the register read: packs, balances, what waits to be done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Max, QuerySet

from accounts.models import Member
from pharmacies import stock
from pharmacies.actions import first_month
from pharmacies.enums import Kept, Medium, Shelf
from pharmacies.models import (
    Dispensation,
    Inventory,
    KeepingTime,
    OrderSlip,
    RegisterCopy,
    RegisterLine,
    RegisterMonth,
)
from programmes.enums import Regime
from programmes.models import Pack, ProductRegime, Programme


# Days. «Inventaire annuel» (R. 5132-36).
INVENTORY_DAYS = 365


@dataclass(frozen=True)
class Held:
    """What the register counts of one pack."""

    pack: Pack
    stock: Decimal
    aside: Decimal
    # Told where another programme holds the same medicine in the same pack.
    programme: str = ""

    @property
    def is_negative(self) -> bool:
        """More left than what was received: a receipt was not entered."""
        return self.stock < 0


def packs(member: Member, on: date) -> "QuerySet[Pack]":
    """Packs that are narcotics that day, of the programmes the member serves."""
    regimes = ProductRegime.objects.in_force(on).filter(regime=Regime.NARCOTIC)
    return (
        Pack.objects.filter(
            product__in=regimes.values("product"),
            product__programme__in=Programme.objects.visible_to(member),
        )
        .select_related("product__programme")
        .order_by("product__name", "-quantity", "pk")
    )


def programmes_to_tell(packs: Iterable[Pack]) -> dict[int, str]:
    """The programme of each pack that nothing else tells from another one, by pack."""
    alike: dict[tuple[str, str], list[Pack]] = defaultdict(list)
    for pack in packs:
        alike[pack.product.name, pack.label].append(pack)
    return {
        pack.pk: pack.product.programme.short_name
        for found in alike.values()
        if len(found) > 1
        for pack in found
    }


def held(member: Member, on: date) -> list[Held]:
    """Each pack of which the register speaks, with its balance at the end of that day."""
    sums = RegisterLine.objects.visible_to(member).until(on).balances()
    found = Pack.objects.select_related("product__programme").in_bulk({pack for pack, _ in sums})
    programmes = programmes_to_tell(found.values())
    rows = [
        Held(
            pack,
            sums.get((pk, Shelf.STOCK), Decimal(0)),
            sums.get((pk, Shelf.SET_ASIDE), Decimal(0)),
            programmes.get(pk, ""),
        )
        for pk, pack in found.items()
    ]
    return sorted(rows, key=lambda one: (one.pack.product.name, -one.pack.quantity, one.pack.pk))


def waiting_slips(member: Member) -> "QuerySet[OrderSlip]":
    """Slips of which nothing was received yet."""
    slips = OrderSlip.objects.visible_to(member)
    return slips.filter(lines=None).select_related("pack__product").order_by("-ordered_on", "-pk")


@dataclass(frozen=True)
class Duties:
    """What the law asks of this register now."""

    # First day of the month whose balance may be frozen; None when none may.
    month: date | None
    last_inventory: Inventory | None
    inventory_is_due: bool


def duties(member: Member, at: datetime) -> Duties:
    today = member.site.local_day(at)
    last = RegisterMonth.objects.visible_to(member).order_by("-month").first()
    first = first_month(member)
    expected = stock.month_after(last.month) if last else first
    is_over = expected is not None and stock.month_after(expected) <= today
    inventory = Inventory.objects.visible_to(member).order_by("-counted_on", "-pk").first()
    since = inventory.counted_on if inventory else first
    return Duties(
        month=expected if is_over else None,
        last_inventory=inventory,
        inventory_is_due=since is not None and today - since >= timedelta(days=INVENTORY_DAYS),
    )


@dataclass(frozen=True)
class CopyRow:
    """One support, when it was last handed over, and whether something came since."""

    medium: Medium
    copy: RegisterCopy | None
    is_behind: bool


@dataclass(frozen=True)
class CopyPart:
    """What is to be kept, for how long, why, on two supports."""

    subject: Kept
    years: int
    source: str
    rows: list[CopyRow]


def copies(member: Member, on: date) -> list[CopyPart]:
    """The register and the prescriptions, each on its two supports."""
    made = RegisterCopy.objects.visible_to(member).order_by("made_at", "pk")
    last = {(copy.subject, copy.medium): copy for copy in made}
    return [_part(member, subject, last, on) for subject in Kept]


def _part(
    member: Member, subject: Kept, last: Mapping[tuple[str, str], RegisterCopy], on: date
) -> CopyPart:
    time = KeepingTime.objects.in_force(on).filter(subject=subject).order_by("-valid_from").first()
    reached = last_number(member.site_id, subject)
    rows = []
    for medium in Medium:
        copy = last.get((subject, medium))
        rows.append(CopyRow(medium, copy, copy is not None and copy.last_number < reached))
    return CopyPart(subject, time.years if time else 0, time.source if time else "", rows)


def last_number(pharmacy_id: int | None, subject: Kept) -> int:
    """The last line of the register, or the last dispensation recorded; 0 before the first."""
    if subject == Kept.REGISTER:
        lines = RegisterLine.objects.filter(pharmacy=pharmacy_id)
        return int(lines.aggregate(last=Max("number"))["last"] or 0)
    made = Dispensation.objects.filter(pharmacy=pharmacy_id)
    return int(made.aggregate(last=Max("pk"))["last"] or 0)
