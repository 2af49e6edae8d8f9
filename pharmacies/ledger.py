"""What the pages of the register read: packs, balances, what waits to be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import Member
from pharmacies import stock
from pharmacies.actions import first_month
from pharmacies.enums import Shelf
from pharmacies.models import Inventory, OrderSlip, RegisterCopy, RegisterLine, RegisterMonth
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
        .select_related("product")
        .order_by("product__name", "-quantity", "pk")
    )


def held(member: Member, on: date) -> list[Held]:
    """Each pack of which the register speaks, with its balance at the end of that day."""
    sums = RegisterLine.objects.visible_to(member).until(on).balances()
    found = Pack.objects.select_related("product").in_bulk({pack for pack, _ in sums})
    rows = [
        Held(
            pack,
            sums.get((pk, Shelf.STOCK), Decimal(0)),
            sums.get((pk, Shelf.SET_ASIDE), Decimal(0)),
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


def copies(member: Member) -> Mapping[str, RegisterCopy]:
    """The last copy on each support, by support."""
    made = RegisterCopy.objects.visible_to(member).order_by("made_at", "pk")
    return {copy.medium: copy for copy in made}
