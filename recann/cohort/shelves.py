"""What the pharmacies of the demonstration keep: registers, an alert, ends of supply."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.demo import DOMAIN
from accounts.enums import Role
from accounts.models import Member
from patients.models import Enrolment
from pharmacies import actions, ledger
from pharmacies.actions import Alert, Order, Typed
from pharmacies.actions.register import record_exit
from pharmacies.enums import BulletinKind, MovementKind
from pharmacies.models import DispensedItem
from programmes.enums import Regime
from programmes.models import Pack


PARIS = ZoneInfo("Europe/Paris")
# Days since which their registers are kept here.
KEPT_DAYS = 60
# Packs received of each medicine, first and again.
RECEIVED = 40


def add(*, today: date) -> None:
    """In the transaction that loaded the demonstration, after the situations."""
    pharmacists = Member.objects.filter(
        role=Role.PHARMACIST, user__email__endswith=f"@{DOMAIN}"
    ).select_related("user", "site")
    for pharmacist in pharmacists.order_by("pk"):
        _keep_register(pharmacist, today)
    _recall(today)
    followed = Enrolment.objects.live().filter(programme__code="demonstration")
    actions.count_supplies(list(followed.values_list("pk", flat=True)))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=PARIS)


def _keep_register(by: Member, today: date) -> None:
    """Receipts, every narcotic handed over since, what was broken, the balances of the months."""
    opening = today - timedelta(days=KEPT_DAYS)
    items = DispensedItem.objects.filter(
        dispensation__pharmacy=by.site,
        dispensation__dispensed_on__gte=opening,
        line__regime=Regime.NARCOTIC,
    ).select_related("dispensation__pharmacy", "dispensation__dispensed_by", "pack__product")
    # What other programmes took from the same shelves was received too.
    theirs = Q(product__programme__code="demonstration") | Q(pk__in=items.values("pack"))
    packs = list(ledger.packs(by, today).filter(theirs))
    for pack in packs:
        _receive(by, pack, opening)
    for item in items.order_by("dispensation__recorded_at", "pk"):
        record_exit(item, by=item.dispensation.dispensed_by, at=item.dispensation.recorded_at)
    while month := ledger.duties(by, _morning(today)).month:
        actions.close_month(month, by=by, at=_morning(today))
    if packs:
        _today(by, packs[0], today)


def _receive(by: Member, pack: Pack, on: date) -> None:
    said = Typed(
        kind=MovementKind.RECEIPT,
        pack=pack,
        batch=f"L{on:%y%m}{pack.pk % 100:02}",
        quantity=RECEIVED * pack.quantity,
        happened_on=on,
        expires_on=on + timedelta(days=540),
        reference=f"BL-{on:%y%m}-{pack.pk}",
    )
    actions.enter(said, key=f"demonstration-{pack.pk}-{on}", by=by, at=_morning(on))


def _today(by: Member, pack: Pack, today: date) -> None:
    """A bottle brought back by a patient, one broken, an order on its way."""
    for kind, reason in (
        (MovementKind.PATIENT_RETURN, ""),
        (MovementKind.LOSS, "Flacon cassé au rangement"),
    ):
        said = Typed(
            kind=kind,
            pack=pack,
            batch="L2607",
            quantity=Decimal(pack.quantity),
            happened_on=today,
            reason=reason,
        )
        actions.enter(said, key=f"demonstration-{kind}-{today}", by=by, at=_morning(today))
    slip = Order(pack, "0417-0032", "Grossiste répartiteur", 20, today)
    actions.order(slip, by=by, at=_morning(today))


def _recall(today: date) -> None:
    """The last batch handed over in a pharmacy of the demonstration is recalled."""
    manager = Member.objects.select_related("site").get(
        user__email=f"isabelle.renard@{DOMAIN}", role=Role.MANAGER
    )
    item = (
        DispensedItem.objects.filter(
            dispensation__pharmacy__members__user__email=f"marc.fontaine@{DOMAIN}",
            dispensation__dispensed_on__lt=today,
        )
        .select_related("line__product__programme")
        .order_by("-dispensation__dispensed_on", "-pk")
        .first()
    )
    if item is not None:
        alert = Alert(
            programme=item.line.product.programme,
            kind=BulletinKind.RECALL,
            text="Ne plus délivrer ce lot, rappeler les patients et isoler les flacons.",
            source="Démonstration",
            product=item.line.product,
            batch=item.batch,
        )
        actions.issue(alert, key="demonstration", by=manager, at=_morning(today))
