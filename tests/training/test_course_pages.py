"""The pages of a course: chapters, questionnaire, attestation, certificate; nobody else's."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from core.models import JournalLine
from core.pdf import PdfUnavailable
from tests.accounts.factories import MemberFactory
from tests.training.factories import (
    RIGHT,
    WRONG,
    AssessmentFactory,
    AttemptFactory,
    ChapterFactory,
    CompletionFactory,
    CourseFactory,
)
from training import actions
from training.enums import ProofKind
from training.models import Attempt, ChapterDone, Completion


WORDS = "J’atteste sur l’honneur avoir suivi la formation."


@pytest.fixture
def tested():
    test = AssessmentFactory()
    ChapterFactory(course=test.course, code="premier", position=1, title="Le cadre")
    ChapterFactory(course=test.course, code="second", position=2, title="Les formes")
    ChapterFactory(course=test.course, code="autre", position=3, is_mandatory=False)
    return test


@pytest.fixture
def attested():
    return CourseFactory(
        version="2023-03",
        proof_kind=ProofKind.SELF_ATTESTATION,
        valid_from=datetime.date(2023, 3, 27),
        statement=WORDS,
        statement_version="2023-03",
    )


def learner(sign_in, course, **fields):
    member = MemberFactory(programme=course.programme, **fields)
    return member, sign_in(member)


def page_of(name, *args):
    return reverse(f"training:{name}", args=args)


def follow(course, by):
    for chapter in course.chapters.filter(is_mandatory=True):
        actions.finish_chapter(chapter, by=by, at=timezone.now())


def test_chapters_follow_one_another_then_the_test_is_offered(tested, sign_in):
    course = tested.course
    member, client = learner(sign_in, course)
    home = page_of("course", course.public_id)
    assert "Commencer" in client.get(home).content.decode()

    first = page_of("chapter", course.public_id, "premier")
    assert "Le cadre" in client.get(first).content.decode()
    assert not ChapterDone.objects.exists()
    second = client.post(first)
    assert second.url == page_of("chapter", course.public_id, "second")
    assert "Reprendre\u202f: Les formes" in client.get(home).content.decode()
    assert client.post(second.url).url == home

    assert "Passer le questionnaire" in client.get(home).content.decode()
    after = client.post(page_of("chapter", course.public_id, "autre"))
    assert after.url == home
    assert ChapterDone.objects.filter(user=member.user).count() == 3


def test_a_test_failed_then_passed_ends_on_the_certificate(tested, sign_in):
    member, client = learner(sign_in, tested.course)
    follow(tested.course, member)
    address = page_of("test", tested.course.public_id)
    once = client.get(address).context["form"]["once"].value()

    failed = client.post(address, {**WRONG, "once": once}, follow=True).content.decode()
    assert "Seuil non atteint" in failed
    assert "La voie fumée est exclue" not in failed
    assert "Refaire" in client.get(page_of("course", tested.course.public_id)).content.decode()
    passed = client.post(address, {**RIGHT, "once": "autre"}, follow=True).content.decode()

    assert "Questionnaire réussi" in passed
    assert "La voie fumée est exclue" in passed
    done = Completion.objects.get()
    pdf = client.get(page_of("certificate", done.public_id))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert JournalLine.objects.filter(action="training.certificate_read").count() == 1


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"duree": "a", "once": "1"}, "obligatoire"),
        ({"duree": "z", "voies": ["a"], "once": "1"}, "z"),
        ({**RIGHT, "once": "1"}, "chapitres obligatoires"),
    ],
)
def test_answers_refused_stay_on_the_page(tested, sign_in, answers, message):
    _, client = learner(sign_in, tested.course)

    page = client.post(page_of("test", tested.course.public_id), answers).content.decode()

    assert message in page
    assert not Attempt.objects.exists()


def test_other_answers_under_the_same_key_are_refused(tested, sign_in):
    member, client = learner(sign_in, tested.course)
    follow(tested.course, member)
    address = page_of("test", tested.course.public_id)
    client.post(address, {**WRONG, "once": "1"})

    page = client.post(address, {**RIGHT, "once": "1"}).content.decode()

    assert "autre contenu" in page
    assert Attempt.objects.count() == 1


def test_the_words_are_attested_by_a_box(attested, sign_in):
    member, client = learner(sign_in, attested)
    address = page_of("attest", attested.public_id)
    assert WORDS in client.get(page_of("course", attested.public_id)).content.decode()

    refused = client.post(address, {}).content.decode()
    assert "Cochez la case" in refused
    done = client.post(address, {"attested": "on"}, follow=True).content.decode()
    assert "Votre attestation est enregistrée" in done
    assert "Attestation (PDF)" in done
    again = client.post(address, {"attested": "on"}, follow=True).content.decode()
    assert "existe déjà" in again

    assert Completion.objects.get().user == member.user


def test_a_course_without_questionnaire_has_no_page_of_one(attested, sign_in):
    _, client = learner(sign_in, attested)

    assert client.get(page_of("test", attested.public_id)).status_code == 404


def test_without_libraries_the_proof_stands_and_a_button_waits(attested, sign_in, monkeypatch):
    _, client = learner(sign_in, attested)

    def unavailable(*args, **kwargs):
        raise PdfUnavailable

    with monkeypatch.context() as patched:
        patched.setattr("training.actions.certificates.make_certificate", unavailable)
        page = client.post(page_of("attest", attested.public_id), {"attested": "on"}, follow=True)
        assert "Établir l’attestation" in page.content.decode()
        done = Completion.objects.get()
        issue = page_of("issue_certificate", done.public_id)
        assert "bibliothèques" in client.post(issue, follow=True).content.decode()
        assert client.get(page_of("certificate", done.public_id)).status_code == 404

    assert client.post(issue).url == page_of("certificate", done.public_id)
    assert client.get(page_of("certificate", done.public_id)).status_code == 200


def test_a_version_that_is_over_is_read_and_not_completed(tested, sign_in):
    tested.course.valid_to = datetime.date(2021, 11, 22)
    tested.course.save()
    _, client = learner(sign_in, tested.course)

    page = client.get(page_of("course", tested.course.public_id)).content.decode()

    assert "ne peut plus être suivie" in page


@pytest.mark.parametrize("stranger", ["programme", "profession"])
def test_the_course_of_others_does_not_exist(tested, sign_in, stranger):
    mine = CourseFactory()
    fields = {"role": Role.PHARMACIST} if stranger == "profession" else {}
    _, client = learner(sign_in, mine if stranger == "programme" else tested.course, **fields)

    for name, args in (("course", ()), ("test", ()), ("chapter", ("premier",))):
        address = page_of(name, tested.course.public_id, *args)
        assert client.get(address).status_code == 404
    assert client.post(page_of("attest", tested.course.public_id)).status_code == 404


def test_attempts_and_certificates_are_ones_own(tested, sign_in):
    member, client = learner(sign_in, tested.course)
    mine = AttemptFactory(user=member.user, test=tested, submitted_by=member)
    other = AttemptFactory(test=tested)
    done = CompletionFactory(course=tested.course)

    assert client.get(page_of("attempt", mine.public_id)).status_code == 200
    assert client.get(page_of("attempt", other.public_id)).status_code == 404
    assert client.get(page_of("certificate", done.public_id)).status_code == 404
    assert client.post(page_of("issue_certificate", done.public_id)).status_code == 404


def test_a_chapter_that_does_not_exist_is_not_followed(tested, sign_in):
    _, client = learner(sign_in, tested.course)

    assert client.post(page_of("chapter", tested.course.public_id, "nul")).status_code == 404
    assert not ChapterDone.objects.exists()
