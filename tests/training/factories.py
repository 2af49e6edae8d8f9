import datetime

import factory

from accounts.enums import Profession
from tests.accounts.factories import MemberFactory, UserFactory
from tests.programmes.factories import ProgrammeFactory
from training.enums import ProofKind
from training.models import Completion, Course


class CourseFactory(factory.django.DjangoModelFactory):
    """The course of March 2021 for doctors, proved by a test."""

    class Meta:
        model = Course

    programme = factory.SubFactory(ProgrammeFactory)
    version = "2021-03"
    profession = Profession.DOCTOR
    title = "Formation obligatoire"
    proof_kind = ProofKind.TEST
    valid_from = datetime.date(2021, 3, 1)
    source = "essai"


class CompletionFactory(factory.django.DjangoModelFactory):
    """A proof of April 2021."""

    class Meta:
        model = Completion

    user = factory.SubFactory(UserFactory)
    course = factory.SubFactory(CourseFactory)
    completed_on = datetime.date(2021, 4, 1)
    reference = "ATT-0001"
    recorded_at = datetime.datetime(2021, 4, 1, 10, tzinfo=datetime.UTC)
    recorded_by = factory.SubFactory(MemberFactory, user=factory.SelfAttribute("..user"))
