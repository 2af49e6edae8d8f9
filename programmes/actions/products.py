from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import Member
from core import audit
from programmes import rules
from programmes.enums import Form, Regime, SupplyLevel
from programmes.models import Indication, Pack, Product, ProductRegime, Programme, SupplyNotice


class CannotChange(Exception):
    """The message is in French and may be shown to the manager, beside the field."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class ProductFacts:
    """What a manager says of a medicine; strengths in mg per unit of the form."""

    name: str
    route: str
    holder: str
    valid_from: date
    valid_to: date | None
    indications: Sequence[Indication]
    source: str


@dataclass(frozen=True)
class NoticeText:
    level: SupplyLevel
    valid_from: date
    message: str
    suspends_initiation: bool
    substitutes: Sequence[Product]
    source: str


# --- Medicines -------------------------------------------------------------------------------


def add_product(
    programme: Programme,
    facts: ProductFacts,
    *,
    code: str,
    form: Form,
    strength: tuple[Decimal, Decimal, Decimal],
    by: Member,
) -> Product:
    """Put a medicine on the list. It is prescribed once its regime is set.

    :param strength: mg of THC and of CBD per unit, declared percentage of THC
    :raises CannotChange: the code is used in this programme
    """
    with audit.acting("product.added", by=by):
        # Two managers at once: the second waits for the first.
        Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
        if Product.objects.filter(programme=programme, code=code).exists():
            raise CannotChange("Ce code est déjà celui d’un médicament du programme.", "code")
        thc, cbd, percent = strength
        product = Product(programme=programme, code=code, form=form, unit=rules.UNITS[form])
        product.thc_mg_per_unit, product.cbd_mg_per_unit = thc, cbd
        product.thc_percent, product.needs_vaporiser = percent, form == Form.FLOWER
        _write(product, facts)
        audit.record("product.added", product, by=by)
    return product


def change_product(product: Product, facts: ProductFacts, *, by: Member) -> None:
    """Change what may change; another strength or form is another medicine."""
    with audit.acting("product.changed", by=by):
        locked = _lock(product)
        _write(locked, facts)
        audit.record("product.changed", locked, by=by)


def _write(product: Product, facts: ProductFacts) -> None:
    if facts.valid_to is not None and facts.valid_to < facts.valid_from:
        raise CannotChange("La fin précède le début.", "valid_to")
    product.name, product.route, product.holder = facts.name, facts.route, facts.holder
    product.valid_from, product.valid_to = facts.valid_from, facts.valid_to
    product.source = facts.source
    product.save()
    product.indications.set(facts.indications)


def _lock(product: Product) -> Product:
    return Product.objects.select_for_update(of=("self",)).get(pk=product.pk)


# --- Regime ----------------------------------------------------------------------------------


def set_regime(
    product: Product, regime: Regime, *, valid_from: date, source: str, by: Member
) -> ProductRegime:
    """Say under which regime the medicine is from that day on, until the next one if there is.

    The regime that ran until then ends the day before. What was signed keeps its own.

    :raises CannotChange: a regime begins that very day
    """
    with audit.acting("product.regime_set", by=by):
        rows = ProductRegime.objects.filter(product=_lock(product))
        if rows.filter(valid_from=valid_from).exists():
            raise CannotChange("Un régime commence déjà ce jour.", "valid_from")
        following = rows.filter(valid_from__gt=valid_from).order_by("valid_from").first()
        rows.in_force(valid_from).update(valid_to=valid_from - timedelta(days=1))
        row = ProductRegime.objects.create(
            product=product,
            regime=regime,
            valid_from=valid_from,
            valid_to=following.valid_from - timedelta(days=1) if following else None,
            source=source,
        )
        audit.record("product.regime_set", product, by=by, regime=regime.value)
    return row


# --- Packs -----------------------------------------------------------------------------------


def add_pack(
    product: Product, *, label: str, quantity: Decimal, cip13: str, valid_from: date, by: Member
) -> Pack:
    """:raises CannotChange: a pack of this name is sold already"""
    with audit.acting("product.pack_added", by=by):
        if Pack.objects.filter(product=_lock(product), label=label, valid_to=None).exists():
            raise CannotChange("Un conditionnement de ce nom est déjà en vente.", "label")
        pack = Pack.objects.create(
            product=product, label=label, quantity=quantity, cip13=cip13, valid_from=valid_from
        )
        audit.record("product.pack_added", product, by=by, pack=pack.pk)
    return pack


def end_pack(pack: Pack, *, on: date, by: Member) -> None:
    """Last day on which the pack may be prescribed.

    :raises CannotChange: before its first day, or ended already
    """
    with audit.acting("product.pack_ended", by=by):
        locked = Pack.objects.select_for_update(of=("self",)).get(pk=pack.pk)
        if locked.valid_to is not None:
            raise CannotChange("La vente de ce conditionnement est déjà arrêtée.", "on")
        if on < locked.valid_from:
            raise CannotChange("Ce jour précède la mise en vente.", "on")
        locked.valid_to = on
        locked.save(update_fields=["valid_to"])
        audit.record("product.pack_ended", locked.product, by=by, pack=locked.pk)


# --- Notices ---------------------------------------------------------------------------------


def publish_notice(product: Product, text: NoticeText, *, by: Member) -> SupplyNotice:
    """Tell every prescriber what is missing; an open notice ends the day before.

    :raises CannotChange: an open notice begins that day or later
    """
    with audit.acting("product.notice_published", by=by):
        open_ones = SupplyNotice.objects.filter(product=_lock(product), valid_to=None)
        if open_ones.filter(valid_from__gte=text.valid_from).exists():
            raise CannotChange("Un avis en cours commence ce jour ou plus tard.", "valid_from")
        open_ones.update(valid_to=text.valid_from - timedelta(days=1))
        notice = SupplyNotice.objects.create(
            product=product,
            level=text.level,
            valid_from=text.valid_from,
            message=text.message,
            suspends_initiation=text.suspends_initiation,
            source=text.source,
        )
        notice.substitutes.set(text.substitutes)
        audit.record("product.notice_published", product, by=by, level=text.level.value)
    return notice


def lift_notice(notice: SupplyNotice, *, on: date, by: Member) -> None:
    """Last day of the notice: the medicine is available again the day after.

    :raises CannotChange: before its first day, or lifted already
    """
    with audit.acting("product.notice_lifted", by=by):
        locked = SupplyNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        if locked.valid_to is not None:
            raise CannotChange("Cet avis est déjà levé.", "on")
        if on < locked.valid_from:
            raise CannotChange("Ce jour précède le début de l’avis.", "on")
        locked.valid_to = on
        locked.save(update_fields=["valid_to"])
        audit.record("product.notice_lifted", locked.product, by=by)
