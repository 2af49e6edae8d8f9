"""The programmes of the real files, the people of the demonstration, and where they practise."""

from dataclasses import dataclass
from datetime import date

from django.core.management import call_command

from accounts import demo
from accounts.enums import Profession
from accounts.models import Member
from programmes.models import Accreditation, Indication, Listing, Programme
from tests.accounts.factories import SiteFactory
from tests.training.factories import CompletionFactory
from training.models import Course


OPENING = date(2021, 3, 26)
TRAINED_ON = date(2025, 1, 6)


@dataclass(frozen=True)
class World:
    """`member("camille.vidal")` is the first role of a person, `member("sophie.garnier", 1)` the
    second."""

    programme: Programme
    members: dict[str, list[Member]]

    def member(self, login: str, place: int = 0) -> Member:
        return self.members[login][place]

    def indication(self, code: str) -> Indication:
        return self.programme.indications.get(code=code)


def a_world(code: str = "demonstration") -> World:
    """One programme of the files with everybody accredited to it, and two structures listed.

    Everybody is trained but Camille Vidal.
    """
    call_command("load_programmes", verbosity=0)
    programme = Programme.objects.get(code=code)
    sites = _sites()
    members = demo.create_accounts(sites, on=OPENING)
    for member in (one for some in members.values() for one in some):
        Accreditation.objects.create(
            member=member, programme=programme, started_on=programme.opens_on
        )
        _train(member, programme)
    for site in (sites.centre, sites.other_centre):
        for indication in programme.indications.all():
            Listing.objects.create(
                site=site, indication=indication, listed_on=programme.opens_on, decision="Essai"
            )
    return World(programme, members)


def _sites() -> demo.Sites:
    return demo.Sites(
        centre=SiteFactory(name="CHU de l’Essai"),
        other_centre=SiteFactory(name="CH de la Marche"),
        practice=SiteFactory(practice=True, name="Cabinet des Tilleuls"),
        hospital_pharmacy=SiteFactory(hospital_pharmacy=True, name="PUI de l’Essai"),
        community_pharmacy=SiteFactory(pharmacy=True, name="Pharmacie de la Place"),
        agency=SiteFactory(agency=True, name="ANSM"),
    )


def _train(member: Member, programme: Programme) -> None:
    """Once a person, in the version that their profession followed that day."""
    profession = member.user.profession
    is_carer = profession in {Profession.DOCTOR, Profession.PHARMACIST}
    if not is_carer or not demo.LOGINS[member.user.email].is_trained:
        return
    on = max(TRAINED_ON, programme.opens_on) if programme.code == "demonstration" else OPENING
    courses = Course.objects.completed_on(on).filter(programme=programme, profession=profession)
    if not member.user.completions.filter(course__programme=programme).exists():
        CompletionFactory(
            user=member.user, course=courses.get(), completed_on=on, recorded_by=member
        )
