import datetime

import factory
from django.contrib.auth.hashers import make_password

from accounts.actions import token_digest
from accounts.enums import FactorLoss, IdentityCheck, LinkKind, Profession, Role, SiteKind
from accounts.models import AccountLink, ApiToken, Closure, FactorReset, Member, Site, User
from core.identifiers import make_finess, make_rpps


PASSWORD = "une phrase de passe bien longue"


class UserFactory(factory.django.DjangoModelFactory):
    """A doctor with a valid RPPS, an open account and the password above."""

    class Meta:
        model = User

    rpps = factory.Sequence(lambda n: make_rpps(n))
    email = factory.Sequence(lambda n: f"personne-{n}@exemple.test")
    last_name = factory.Sequence(lambda n: f"Nom{n}")
    first_name = "Camille"
    profession = Profession.DOCTOR
    phone = "+33 1 00 00 00 00"
    password = factory.LazyFunction(lambda: make_password(PASSWORD))


class SiteFactory(factory.django.DjangoModelFactory):
    """A reference structure in Paris, taking part since the first day."""

    class Meta:
        model = Site

    class Params:
        pharmacy = factory.Trait(kind=SiteKind.COMMUNITY_PHARMACY)
        hospital_pharmacy = factory.Trait(kind=SiteKind.HOSPITAL_PHARMACY)
        practice = factory.Trait(kind=SiteKind.PRACTICE)
        agency = factory.Trait(kind=SiteKind.AGENCY)

    kind = SiteKind.REFERENCE_CENTRE
    name = factory.Sequence(lambda n: f"Structure {n}")
    finess = factory.Sequence(lambda n: make_finess("75", n))
    departement = "75"
    address = "1 rue de la Démonstration"
    postcode = "75001"
    town = "Paris"
    phone = "+33 1 00 00 00 01"
    email = factory.Sequence(lambda n: f"site-{n}@exemple.test")
    opened_on = datetime.date(2021, 3, 1)


class ClosureFactory(factory.django.DjangoModelFactory):
    """Three weeks of August 2026."""

    class Meta:
        model = Closure

    site = factory.SubFactory(SiteFactory)
    starts_on = datetime.date(2026, 8, 3)
    ends_on = datetime.date(2026, 8, 21)
    label = "Congés d’été"


class MemberFactory(factory.django.DjangoModelFactory):
    """A reference doctor at a structure of their own; `programme=` accredits them for it."""

    class Meta:
        model = Member
        skip_postgeneration_save = True

    user = factory.SubFactory(
        UserFactory,
        profession=factory.LazyAttribute(lambda user: profession_of(user.factory_parent.role)),
    )
    site = factory.SubFactory(
        SiteFactory, kind=factory.LazyAttribute(lambda site: kind_of(site.factory_parent.role))
    )
    role = Role.REFERENCE_DOCTOR
    started_on = datetime.date(2021, 3, 1)

    @factory.post_generation
    def programme(self, create, extracted, **kwargs):
        if create and extracted is not None:
            from tests.programmes.factories import AccreditationFactory

            AccreditationFactory(member=self, programme=extracted)


def profession_of(role: str) -> Profession:
    return {
        Role.REFERENCE_DOCTOR: Profession.DOCTOR,
        Role.RELAY_DOCTOR: Profession.DOCTOR,
        Role.PREPARER: Profession.NURSE,
        Role.PHARMACIST: Profession.PHARMACIST,
        Role.API_CLIENT: Profession.PROGRAM,
    }.get(role, Profession.AGENT)


def kind_of(role: str) -> SiteKind:
    return {
        Role.REFERENCE_DOCTOR: SiteKind.REFERENCE_CENTRE,
        Role.PREPARER: SiteKind.REFERENCE_CENTRE,
        Role.RELAY_DOCTOR: SiteKind.PRACTICE,
        Role.PHARMACIST: SiteKind.COMMUNITY_PHARMACY,
    }.get(role, SiteKind.AGENCY)


class AccountLinkFactory(factory.django.DjangoModelFactory):
    """An invitation that waits for its mail."""

    class Meta:
        model = AccountLink

    class Params:
        mailed = factory.Trait(
            digest=factory.Sequence(lambda n: token_digest(f"jeton {n}")),
            sent_to=factory.SelfAttribute("user.email"),
            mailed_at=datetime.datetime(2026, 1, 5, 10, tzinfo=datetime.UTC),
            expires_at=datetime.datetime(2026, 1, 8, 10, tzinfo=datetime.UTC),
        )

    kind = LinkKind.INVITATION
    user = factory.SubFactory(UserFactory)
    created_at = datetime.datetime(2026, 1, 5, 10, tzinfo=datetime.UTC)


class FactorResetFactory(factory.django.DjangoModelFactory):
    """The factors of somebody, taken away by a manager who saw them."""

    class Meta:
        model = FactorReset

    user = factory.SubFactory(UserFactory)
    by = factory.SubFactory(MemberFactory, role=Role.MANAGER)
    reason = FactorLoss.LOST
    identity_check = IdentityCheck.IN_PERSON
    made_at = datetime.datetime(2026, 1, 5, 10, tzinfo=datetime.UTC)


class ApiTokenFactory(factory.django.DjangoModelFactory):
    """The digest of a token: `token=` gives the token itself."""

    class Meta:
        model = ApiToken

    class Params:
        token = "jeton d’essai"

    member = factory.SubFactory(MemberFactory, role=Role.API_CLIENT)
    digest = factory.LazyAttribute(lambda row: token_digest(row.token))
    created_at = datetime.datetime(2026, 1, 5, 10, tzinfo=datetime.UTC)
