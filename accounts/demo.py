"""The people of the demonstration: fictive names, one password, codes that can be shown.

Their secrets derive from SECRET_KEY, so that the sign-in page can compute the code of the moment.
Nothing here works outside a demonstration or a test.
"""

import hmac
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as time_of_day

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django_otp.oath import hotp

from accounts import factors
from accounts.actions import Person, give_role, open_account
from accounts.enums import Profession, Role
from accounts.models import Member, Site, User
from core import audit
from core.identifiers import make_rpps


PASSWORD = "demonstration-recann"  # noqa: S105  shown on the sign-in page of the demonstration
DOMAIN = "demonstration.test"
# RPPS numbers of the demonstration stand apart from those of the cohort.
FIRST_RPPS = 9_900_001
# Seconds. RFC 6238.
STEP = 30
NOON = time_of_day(12)


class NotADemonstration(Exception):
    """Accounts whose password everybody knows exist in no other database."""


@dataclass(frozen=True)
class Place:
    """A role at one of the sites of `Sites`, named by its field."""

    role: Role
    site: str
    is_referent: bool = False


@dataclass(frozen=True)
class Someone:
    login: str
    first_name: str
    last_name: str
    profession: Profession
    places: tuple[Place, ...]
    specialty: str = ""
    # Without a proof of training one signs in and trains, nothing more.
    is_trained: bool = True

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


@dataclass(frozen=True)
class Sites:
    """Where they practise: made by whoever loads the demonstration."""

    centre: Site
    other_centre: Site
    practice: Site
    hospital_pharmacy: Site
    community_pharmacy: Site
    agency: Site


@dataclass(frozen=True)
class Account:
    """A line of the table shown to newcomers."""

    user: User
    members: tuple[Member, ...] = field(default=())
    code: str = ""

    @property
    def identifier(self) -> str:
        return self.user.rpps or self.user.email


def _doctor(login: str, first: str, last: str, specialty: str, *places: Place) -> Someone:
    return Someone(login, first, last, Profession.DOCTOR, places, specialty)


_CENTRE = Place(Role.REFERENCE_DOCTOR, "centre")
_OTHER_CENTRE = Place(Role.REFERENCE_DOCTOR, "other_centre")
_PRACTICE = Place(Role.RELAY_DOCTOR, "practice")

PEOPLE: tuple[Someone, ...] = (
    # Manages the members of her structure.
    _doctor(
        "claire.moreau", "Claire", "Moreau", "Neurologie",
        Place(Role.REFERENCE_DOCTOR, "centre", is_referent=True),
    ),
    _doctor("julien.lambert", "Julien", "Lambert", "Médecine de la douleur", _CENTRE),
    # Two places: they choose at sign-in, and switch openly.
    _doctor("sophie.garnier", "Sophie", "Garnier", "Oncologie", _OTHER_CENTRE, _PRACTICE),
    _doctor("antoine.roussel", "Antoine", "Roussel", "Médecine générale", _PRACTICE),
    Someone(
        "camille.vidal", "Camille", "Vidal", Profession.DOCTOR, (_CENTRE,), "Neurologie",
        is_trained=False,
    ),
    Someone(
        "nathalie.perrin", "Nathalie", "Perrin", Profession.PHARMACIST,
        (Place(Role.PHARMACIST, "hospital_pharmacy"),),
    ),
    Someone(
        "marc.fontaine", "Marc", "Fontaine", Profession.PHARMACIST,
        (Place(Role.PHARMACIST, "community_pharmacy"),),
    ),
    Someone(
        "helene.dubois", "Hélène", "Dubois", Profession.AGENT, (Place(Role.ANALYST, "agency"),)
    ),
    Someone(
        "paul.mercier", "Paul", "Mercier", Profession.AGENT,
        (Place(Role.VIGILANCE_OFFICER, "agency"),),
    ),
    Someone(
        "isabelle.renard", "Isabelle", "Renard", Profession.AGENT,
        (Place(Role.MANAGER, "agency"),),
    ),
    # Prepares at the structure what its doctors read and sign.
    Someone(
        "lea.bernard", "Léa", "Bernard", Profession.NURSE, (Place(Role.PREPARER, "centre"),)
    ),
    # Reads published figures only.
    Someone(
        "francois.girard", "François", "Girard", Profession.AGENT,
        (Place(Role.READER, "agency"),),
    ),
    Someone(
        "client-api", "", "Client de l’API", Profession.PROGRAM,
        (Place(Role.API_CLIENT, "agency"),),
    ),
)  # fmt: skip
LOGINS = {someone.email: someone for someone in PEOPLE}


def _only_here() -> None:
    if not (settings.DEMO or settings.TESTING):
        raise NotADemonstration


def create_accounts(sites: Sites, *, on: date) -> dict[str, list[Member]]:
    """Open the accounts of `PEOPLE` with their roles; returns their memberships by login.

    Accreditations and proofs of training are the caller's: they belong to upper apps.

    :raises NotADemonstration: neither a demonstration nor a test
    """
    _only_here()
    encoded = make_password(PASSWORD)
    return {
        someone.login: _create(someone, sites, encoded, FIRST_RPPS + number, on)
        for number, someone in enumerate(PEOPLE)
    }


def _create(someone: Someone, sites: Sites, encoded: str, number: int, on: date) -> list[Member]:
    is_carer = someone.profession in {Profession.DOCTOR, Profession.PHARMACIST}
    person = Person(
        email=someone.email,
        last_name=someone.last_name,
        first_name=someone.first_name,
        profession=someone.profession,
        rpps=make_rpps(number) if is_carer else "",
        specialty=someone.specialty,
    )
    user = open_account(person, by=audit.SYSTEM)
    if someone.profession != Profession.PROGRAM:
        user.password = encoded
        user.save(update_fields=["password"])
        opened_at = datetime.combine(on, NOON, UTC)
        factors.keep_secret(user, _secret(user), at=opened_at)
    return [_give(user, getattr(sites, place.site), place, on) for place in someone.places]


def _give(user: User, site: Site, place: Place, on: date) -> Member:
    member = give_role(user, site, place.role, by=audit.SYSTEM, on=on)
    if place.is_referent:
        member.is_referent = True
        member.save(update_fields=["is_referent"])
    return member


def _secret(user: User) -> str:
    """The same for the life of the database's SECRET_KEY, in hexadecimal."""
    return hmac.new(settings.SECRET_KEY.encode(), f"demo {user.email}".encode(), "sha1").hexdigest()


def current_code(user: User) -> str:
    """The code that their application would show, not used yet; "" outside demonstration."""
    if not settings.DEMO or user.email not in LOGINS:
        return ""
    device = factors.application_of(user)
    if device is None or device.bin_key.hex() != _secret(user):  # one of their own
        return ""
    step = max(int(time.time()) // STEP, device.last_t + 1)
    return f"{hotp(device.bin_key, step):06d}"


def accounts() -> list[Account]:
    """The table of the sign-in page, in the order of `PEOPLE`; empty outside demonstration."""
    if not settings.DEMO:
        return []
    users = {user.email: user for user in User.objects.filter(email__in=LOGINS)}
    return [
        Account(users[email], tuple(_members(users[email])), current_code(users[email]))
        for email, someone in LOGINS.items()
        if email in users and someone.profession != Profession.PROGRAM
    ]


def _members(user: User) -> list[Member]:
    open_members = Member.objects.open().filter(user=user).select_related("site")
    return list(open_members.order_by("started_on", "pk"))
