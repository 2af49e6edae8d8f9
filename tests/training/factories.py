import datetime

import factory

from accounts.enums import Profession
from tests.accounts.factories import MemberFactory, UserFactory
from tests.programmes.factories import ProgrammeFactory
from training.enums import ProofKind
from training.models import Assessment, Attempt, Chapter, ChapterDone, Completion, Course


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


class ChapterFactory(factory.django.DjangoModelFactory):
    """A compulsory chapter of one paragraph."""

    class Meta:
        model = Chapter

    course = factory.SubFactory(CourseFactory)
    code = factory.Sequence(lambda n: f"chapitre-{n}")
    position = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Chapitre {n}")
    is_mandatory = True
    body = factory.LazyFunction(lambda: [{"heading": "Partie", "paragraphs": ["Texte."]}])
    source = "essai"


class AssessmentFactory(factory.django.DjangoModelFactory):
    """Two questions, the first with one right answer, the second with two; both are needed."""

    class Meta:
        model = Assessment

    course = factory.SubFactory(CourseFactory)
    threshold_percent = 75
    questions = factory.LazyFunction(lambda: [dict(one) for one in QUESTIONS])
    source = "essai"


QUESTIONS = (
    {
        "code": "duree",
        "text": "Quelle durée\u202f?",
        "choices": [{"code": "a", "text": "28 jours"}, {"code": "b", "text": "Un an"}],
        "right": ["a"],
        "explanation": "Vingt-huit jours.",
    },
    {
        "code": "voies",
        "text": "Quelles voies\u202f?",
        "choices": [
            {"code": "a", "text": "Orale"},
            {"code": "b", "text": "Vaporisée"},
            {"code": "c", "text": "Fumée"},
        ],
        "right": ["a", "b"],
        "explanation": "La voie fumée est exclue.",
    },
)
RIGHT = {"duree": ["a"], "voies": ["a", "b"]}
WRONG = {"duree": ["b"], "voies": ["a", "b"]}


class ChapterDoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChapterDone

    user = factory.SubFactory(UserFactory)
    chapter = factory.SubFactory(ChapterFactory)
    done_at = datetime.datetime(2026, 1, 5, 10, tzinfo=datetime.UTC)


class AttemptFactory(factory.django.DjangoModelFactory):
    """A first attempt that fails."""

    class Meta:
        model = Attempt

    user = factory.SubFactory(UserFactory)
    test = factory.SubFactory(AssessmentFactory)
    number = 1
    answers = factory.LazyFunction(lambda: dict(WRONG))
    right = 1
    asked = 2
    threshold_percent = 75
    questions = factory.SelfAttribute("test.questions")
    is_passed = False
    submitted_at = datetime.datetime(2026, 1, 5, 10, tzinfo=datetime.UTC)
    submitted_by = factory.SubFactory(MemberFactory, user=factory.SelfAttribute("..user"))


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
