"""How the addresses of pages are made from the scene."""

from collections.abc import Callable

from django.urls import reverse

from accounts.models import Member
from tests.walk.scene import Scene


# The addresses of a page, for the member who opens it.
Place = Callable[[Scene, Member], list[str]]


def at(name: str, *args: object) -> str:
    return reverse(name, args=[getattr(arg, "public_id", arg) for arg in args])


def plain(name: str) -> Place:
    return lambda *_: [at(name)]


def of_patient(name: str) -> Place:
    return lambda scene, _: [at(name, scene.enrolment)]


def of(name: str, *prescriptions: str) -> Place:
    """One page of prescriptions, in several states."""
    return lambda scene, _: [
        at(name, scene.enrolment, getattr(scene, one)) for one in prescriptions
    ]
