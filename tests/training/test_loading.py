"""The courses of the real files: what each version asks, and where its content comes from."""

import pytest
from django.core.management import call_command

from training.models import Assessment, Chapter, Course
from training.rules import Question


@pytest.fixture
def courses():
    call_command("load_programmes", verbosity=0)
    return Course.objects.filter(programme__code="recann")


def mandatory(courses, version, profession="DOCTOR"):
    course = courses.get(version=version, profession=profession)
    return set(course.chapters.filter(is_mandatory=True).values_list("code", flat=True))


@pytest.mark.parametrize("profession", ["DOCTOR", "PHARMACIST"])
def test_the_version_of_november_2021_is_shorter(courses, profession):
    first, short = (mandatory(courses, version, profession) for version in ("2021-03", "2021-11"))

    assert short < first
    course = courses.get(version="2021-11", profession=profession)
    optional = course.chapters.filter(is_mandatory=False).values_list("code", flat=True)
    assert first - short <= set(optional)


def test_the_version_of_march_2023_attests_and_asks_no_test(courses):
    course = courses.get(version="2023-03", profession="DOCTOR")

    assert not course.asks_test
    assert course.statement.startswith("J’atteste sur l’honneur")
    assert (course.statement_version, course.proof_lasts_months) == ("2023-03", None)
    assert [one.asks_test for one in courses.exclude(version="2023-03")] == [True] * 4


def test_one_pharmacist_an_officine_until_november_2021(courses):
    limits = dict(
        courses.filter(profession="PHARMACIST").values_list("version", "people_a_pharmacy")
    )

    assert limits == {"2021-03": 1, "2021-11": None, "2023-03": None}


def test_every_content_says_that_it_is_not_the_official_one(courses):
    assert all("démonstration" in course.content_notice for course in courses)
    assert all("démonstration" in one.source for one in Assessment.objects.all())
    assert all(chapter.source for chapter in Chapter.objects.all())


def test_every_question_can_be_answered_right(courses):
    for test in Assessment.objects.filter(course__in=courses):
        for one in map(Question.of, test.questions):
            codes = [code for code, _ in one.choices]
            assert one.right
            assert one.right <= set(codes)
            assert len(codes) == len(set(codes))


def test_loading_again_changes_nothing(courses):
    before = (Course.objects.count(), Chapter.objects.count(), Assessment.objects.count())

    call_command("load_programmes", verbosity=0)

    assert (Course.objects.count(), Chapter.objects.count(), Assessment.objects.count()) == before
