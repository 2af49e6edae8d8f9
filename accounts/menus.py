"""The menu of each kind of person: what they work with, in the order of their day."""

from dataclasses import dataclass

from django.urls import reverse

from accounts.enums import Role
from accounts.models import Member


@dataclass(frozen=True)
class Link:
    """An entry; with `children` it opens a list of them and leads nowhere itself."""

    label: str
    url: str
    active: bool = False
    children: tuple["Link", ...] = ()


# Label, name of the address.
Entry = tuple[str, str]


@dataclass(frozen=True)
class Group:
    """Entries that are opened together: more than seven on one line cannot be read at a glance."""

    label: str
    entries: tuple[Entry, ...]


_MINE = ("Mes patients", "record:patients")
_TRAINING = ("Formation", "training:mine")
_GAPS = ("Ruptures", "pharmacies:gaps")
_TO_SIGN = ("À signer", "record:to_sign")
_DASHBOARD = ("Tableau de bord", "evaluation:dashboard")
_TEAM = ("Équipe", "rights:sites")
_SCREENING = ("Non-inclusions", "patients:screening")
_OVERSIGHT = (("Dérogations et doublons", "patients:oversight"), _SCREENING)
_ALERTS = ("Alertes", "pharmacies:bulletins")

MENUS: dict[str, tuple[Entry | Group, ...]] = {
    Role.REFERENCE_DOCTOR: (
        _MINE,
        _TO_SIGN,
        _GAPS,
        Group(
            "Inclusions",
            (
                ("Consentements", "patients:consents_todo"),
                ("Demandes et doublons", "patients:desk"),
                _SCREENING,
            ),
        ),
        _TRAINING,
    ),
    Role.RELAY_DOCTOR: (
        _MINE,
        _TO_SIGN,
        ("Courriers", "record:letters"),
        _GAPS,
        ("Devenir relais", "patients:join"),
        _TRAINING,
    ),
    Role.PHARMACIST: (
        ("Dispenser", "pharmacies:counter"),
        ("Mes dispensations", "pharmacies:history"),
        ("À préparer", "pharmacies:notices"),
        _GAPS,
        ("Registre", "pharmacies:register"),
        _ALERTS,
        _TRAINING,
    ),
    Role.ANALYST: (_DASHBOARD, ("Exports", "evaluation:export"), *_OVERSIGHT),
    Role.VIGILANCE_OFFICER: (("Effets indésirables", "vigilance:list"), _ALERTS, _DASHBOARD),
    Role.MANAGER: (
        _DASHBOARD,
        Group(
            "Programme",
            (
                ("Médicaments", "programmes:products"),
                ("Ouvertures", "patients:openings"),
                ("Calendrier", "followup:definitions"),
                ("Questionnaires", "followup:questionnaires"),
                ("Structures", "programmes:listings"),
                ("Imports", "accounts:imports"),
                ("Conservation", "retention:plan"),
            ),
        ),
        ("Équipes", "rights:sites"),
        Group("Suivi", _OVERSIGHT),
        _ALERTS,
        Group("Traçabilité", (("Journal", "record:journal"), ("Revues", "record:reviews"))),
    ),
    Role.PREPARER: (("Patients", "record:patients"),),
    Role.READER: (("Statistiques publiées", "evaluation:published"),),
    Role.API_CLIENT: (),
}


def entries(role: str) -> list[Entry]:
    """Every entry of a role, those of groups too."""
    found: list[Entry] = []
    for one in MENUS.get(role, ()):
        found += one.entries if isinstance(one, Group) else [one]
    return found


def of(member: Member, path: str) -> list[Link]:
    """The menu of that member; the most precise entry that holds the address is the active one."""
    named: tuple[Entry | Group, ...] = MENUS.get(member.role, ())
    known = entries(member.role)
    if member.is_referent and member.role != Role.MANAGER:
        named, known = (*named, _TEAM), [*known, _TEAM]
    # A visit is a page of its patient.
    at = path.replace("/consultations/", "/patients/", 1)
    addresses = [reverse(name) for _, name in known]
    here = max((url for url in addresses if at.startswith(url)), key=len, default="")
    return [_group(one, here) if isinstance(one, Group) else _link(one, here) for one in named]


def _link(entry: Entry, here: str) -> Link:
    label, name = entry
    url = reverse(name)
    return Link(label, url, url == here)


def _group(group: Group, here: str) -> Link:
    children = tuple(_link(one, here) for one in group.entries)
    return Link(group.label, "", any(child.active for child in children), children)
