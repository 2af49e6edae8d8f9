"""Pages of a pharmacy beyond the counter: the third part of `tests.walk.pages`."""

from django.urls import reverse

from accounts.models import Member
from pharmacies.models import Inventory, RegisterLine
from tests.pharmacies.factories import (
    BulletinFactory,
    InventoryFactory,
    ReceivedFactory,
    RegisterLineFactory,
)
from tests.walk.places import Place, at, plain
from tests.walk.scene import Scene


def a_line(member: Member) -> RegisterLine:
    return RegisterLineFactory(recorded_by=member)


def an_inventory(member: Member) -> Inventory:
    return InventoryFactory(recorded_by=member)


def _bulletin(scene: Scene, _: Member) -> list[str]:
    return [at("pharmacies:bulletin", BulletinFactory(programme=scene.world.programme))]


def _presented(scene: Scene, member: Member) -> list[str]:
    if not scene.waiting.received.exists():
        ReceivedFactory(prescription=scene.waiting, recorded_by=member)
    return [reverse("pharmacies:correct_presentation", args=[scene.waiting.public_id, 1])]


PAGES: dict[str, Place] = {
    "pharmacies:late": lambda scene, _: [at("pharmacies:late", scene.waiting)],
    "pharmacies:intervene": lambda scene, _: [at("pharmacies:intervene", scene.waiting)],
    "pharmacies:correct_presentation": _presented,
    "pharmacies:undo": lambda scene, _: [at("pharmacies:undo", scene.dispensation)],
    "pharmacies:notices": plain("pharmacies:notices"),
    "pharmacies:gaps": plain("pharmacies:gaps"),
    "pharmacies:bulletins": plain("pharmacies:bulletins"),
    "pharmacies:issue": plain("pharmacies:issue"),
    "pharmacies:bulletin": _bulletin,
    "pharmacies:statement": plain("pharmacies:statement"),
    "pharmacies:register": plain("pharmacies:register"),
    "pharmacies:movement": lambda *_: [
        at("pharmacies:movement", kind) for kind in ("RECEIPT", "DESTRUCTION")
    ],
    "pharmacies:correct_line": lambda _, member: [at("pharmacies:correct_line", a_line(member))],
    "pharmacies:inventory": plain("pharmacies:inventory"),
    "pharmacies:inventory_done": lambda _, member: [
        at("pharmacies:inventory_done", an_inventory(member))
    ],
    "pharmacies:months": plain("pharmacies:months"),
    "pharmacies:slips": plain("pharmacies:slips"),
    "pharmacies:copies": plain("pharmacies:copies"),
}
