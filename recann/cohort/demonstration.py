"""What a newcomer finds: the published cohort, a few accounts inside it, and an open programme
whose patients stand at every stage, so that each worklist has something to do."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from accounts import demo
from accounts.enums import Profession, Role, SiteKind
from accounts.models import Member, Site
from programmes.models import Accreditation, Indication, Listing, Programme
from recann.cohort import places
from recann.cohort.load import Part, write
from recann.cohort.places import Map, Post
from recann.cohort.plan import SEED, Course, plan
from training.models import Completion
from training.models import Course as Training


# Days since inclusion, one patient each.
STAGES = (1, 3, 5, 9, 12, 19, 24, 27, 29, 31, 33, 40, 44, 48, 52, 55, 58, 62, 71, 80, 85, 91, 97,
          103, 109, 113, 118, 120, 124, 131, 142, 150, 163, 178, 185, 189, 196, 201, 208, 214, 222,
          230, 251, 270, 300, 322, 340, 362, 370, 385, 399, 407, 415, 424, 440, 455, 500, 540, 552,
          571, 582, 590, 604, 610, 640)  # fmt: skip
GROUPS = ("DN", "DN", "SPAS-SEP", "EPI", "DN", "ONCO", "PALL", "SPAS-SNC")
# One in seven has left.
LEFT_EVERY = 7

# Sites of the cohort that the accounts of the demonstration practise at, and their new names.
_SITES = {
    "centre": ("site-reference_centre-20000", "CHU de Démonstration"),
    "other_centre": ("site-reference_centre-20001", "CH de l’Exemple"),
    "practice": ("site-practice-80000", "Cabinet des Tilleuls"),
    "hospital_pharmacy": ("site-hospital_pharmacy-40000", "PUI du CHU de Démonstration"),
    "community_pharmacy": ("site-community_pharmacy-60000", "Pharmacie de la Place"),
}


def load(*, today: date, cohort: Sequence[Course] | None = None) -> dict[str, int]:
    """Load everything; return the rows by table. In a transaction, as the owner.

    :param cohort: of the experimentation, the published one by default
    """
    recann = Programme.objects.get(code="recann")
    demonstration = Programme.objects.get(code="demonstration")
    drawn = random.Random(SEED)  # noqa: S311  a demonstration, not a secret
    where = places.make(recann, drawn)
    sites = _sites()
    members = demo.create_accounts(sites, on=places.OPENING)
    everyone = [member for some in members.values() for member in some]
    for programme in (recann, demonstration):
        _accredit(programme, everyone)
    _list(demonstration, [sites.centre, sites.other_centre])
    stage = Map.of(_posts(everyone), list(demonstration.indications.values_list("code", flat=True)))
    parts = [
        Part(recann, where, plan() if cohort is None else cohort),
        Part(demonstration, stage, _courses(today)),
    ]
    return write(parts, today=today)


def _sites() -> demo.Sites:
    """Some sites of the cohort under names that one remembers, and the agency."""
    found = {}
    for field, (mail, name) in _SITES.items():
        site = Site.objects.get(email=f"{mail}@cohorte.invalid")
        site.name, site.email = name, f"{field.replace('_', '-')}@{demo.DOMAIN}"
        site.save(update_fields=["name", "email"])
        found[field] = site
    agency = Site.objects.create(
        kind=SiteKind.AGENCY,
        name="ANSM",
        departement="93",
        town="Saint-Denis",
        opened_on=places.OPENING,
    )
    return demo.Sites(agency=agency, **found)


def _accredit(programme: Programme, members: list[Member]) -> None:
    """Accreditations for all; a proof of training for those whom the demonstration says trained."""
    on = max(programme.opens_on, places.OPENING)
    Accreditation.objects.bulk_create(
        Accreditation(member=member, programme=programme, started_on=places.OPENING)
        for member in members
    )
    trained = {m.user_id: m for m in members if demo.LOGINS[m.user.email].is_trained}
    for member in trained.values():
        if member.user.profession in {Profession.DOCTOR, Profession.PHARMACIST}:
            courses = Training.objects.completed_on(on).filter(programme=programme)
            course = courses.get(profession=member.user.profession)
            Completion.objects.create(
                user=member.user,
                course=course,
                completed_on=on,
                # An attestation on one's honour has words, a test has a number.
                reference=f"DEMO-{member.user_id}" if course.asks_test else "",
                statement="" if course.asks_test else course.statement,
                statement_version="" if course.asks_test else course.statement_version,
                recorded_at=datetime.combine(on, time(9), tzinfo=UTC),
                recorded_by=member,
            )


def _list(programme: Programme, sites: list[Site]) -> None:
    Listing.objects.bulk_create(
        Listing(
            site=site,
            indication=indication,
            listed_on=programme.opens_on,
            decision="Décision fictive",
        )
        for site in sites
        for indication in Indication.objects.filter(programme=programme)
    )


def _posts(members: list[Member]) -> list[tuple[str, Post]]:
    """Role and post of those who may act; whoever prepares acts for another."""
    return [
        (m.role, Post(m.pk, m.user_id, m.site_id, "75", places.OPENING))
        for m in members
        if demo.LOGINS[m.user.email].is_trained
        and m.site.kind != SiteKind.AGENCY
        and m.role != Role.PREPARER
    ]


def _courses(today: date) -> list[Course]:
    """One patient a stage; some have left since."""
    found = []
    for rank, days in enumerate(reversed(STAGES)):
        on = today - timedelta(days=days)
        course = Course(GROUPS[rank % len(GROUPS)], on, on)
        if rank % LEFT_EVERY == LEFT_EVERY - 1 and days > 90:
            course.ended_on, course.reason = on + timedelta(days=days // 2), "INEFFICACY"
        if rank % 3 == 0 and days > 20:
            course.event_on = on + timedelta(days=10)
        found.append(course)
    return found
