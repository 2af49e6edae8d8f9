"""The medicines as a manager reads them: regime and its control, availability, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.numbers import french_number
from programmes import rules
from programmes.enums import Regime, SupplyLevel, Unit
from programmes.models import Pack, Product, ProductRegime, SupplyNotice


@dataclass(frozen=True)
class Entry:
    """One medicine on one day."""

    product: Product
    regime: ProductRegime | None
    notice: SupplyNotice | None
    packs: list[Pack]
    on: date

    @property
    def status(self) -> tuple[str, str]:
        """Kind of badge and words."""
        if self.on < self.product.valid_from:
            return "info", "À venir"
        if self.product.valid_to is not None and self.on > self.product.valid_to:
            return "", "Retiré"
        if self.notice is None:
            return "success", "Disponible"
        level = SupplyLevel(self.notice.level)
        return ("warning" if level == SupplyLevel.TENSION else "error"), level.label

    @property
    def control(self) -> str:
        """What contradicts the regime set; empty when nothing does."""
        if self.regime is None:
            return "Aucun régime à cette date\u202f: le médicament ne peut pas être prescrit."
        return contradiction(self.product, Regime(self.regime.regime), self.on)

    @property
    def unit(self) -> str:
        return Unit(self.product.unit).label


def contradiction(product: Product, regime: Regime, on: date) -> str:
    """What the declared content says against a regime; the manager's choice stands all the same."""
    computed = rules.regime_by_law(product.thc_percent, on)
    if computed == regime:
        return ""
    declared = french_number(product.thc_percent)
    return (
        f"Teneur déclarée de {declared}\u202f% de THC\u202f: le calcul donnerait "
        f"«\u202f{computed.label}\u202f»."
    )


def difference(product: Product) -> str:
    """What the strength says against the declared percentage; empty when they agree."""
    percent = rules.percent_of(product.thc_mg_per_unit, Unit(product.unit))
    if percent is None or percent == product.thc_percent:
        return ""
    return (
        f"Les mg par {Unit(product.unit).label} donnent {french_number(percent)}\u202f% de THC, "
        f"{french_number(product.thc_percent)}\u202f% sont déclarés."
    )


def entries(products: Sequence[Product], on: date) -> list[Entry]:
    """Each medicine on that day, in three queries whatever their number."""
    regimes = ProductRegime.objects.in_force(on).filter(product__in=products)
    notices = SupplyNotice.objects.in_force(on).filter(product__in=products)
    packs: dict[int, list[Pack]] = {}
    for pack in Pack.objects.filter(product__in=products).order_by("-quantity", "pk"):
        packs.setdefault(pack.product_id, []).append(pack)
    by_regime = {row.product_id: row for row in regimes.order_by("valid_from")}
    by_notice = {row.product_id: row for row in notices.order_by("valid_from", "pk")}
    return [
        Entry(
            one,
            by_regime.get(one.pk),
            by_notice.get(one.pk),
            [pack for pack in packs.get(one.pk, []) if _sold(pack, on)],
            on,
        )
        for one in products
    ]


def _sold(pack: Pack, on: date) -> bool:
    return pack.valid_from <= on and (pack.valid_to is None or pack.valid_to >= on)
