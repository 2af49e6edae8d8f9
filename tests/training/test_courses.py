"""A course followed here: chapters, questionnaire, attestation, certificate."""

import datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from accounts.enums import Profession, Role
from core import codes, documents
from core.models import JournalLine
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.training.factories import (
    RIGHT,
    WRONG,
    AssessmentFactory,
    ChapterFactory,
    CompletionFactory,
    CourseFactory,
)
from training import actions, progress
from training.actions import CannotComplete
from training.entitlement import is_entitled
from training.enums import ProofKind, Way
from training.models import Attempt, ChapterDone, Completion


NOON = datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 1, 5)
WORDS = "J’atteste sur l’honneur avoir suivi la formation."


@pytest.fixture
def tested():
    """A course that ends with a test; its only compulsory chapter, and another."""
    test = AssessmentFactory()
    ChapterFactory(course=test.course, code="obligatoire")
    ChapterFactory(course=test.course, code="facultatif", is_mandatory=False)
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


def follow(course, by):
    for chapter in course.chapters.filter(is_mandatory=True):
        actions.finish_chapter(chapter, by=by, at=NOON)


def submit(test, answers, by, key="1"):
    return actions.submit(test, answers, by=by, at=NOON, key=key)


def test_a_chapter_is_followed_once(tested):
    by, stranger = MemberFactory(), MemberFactory()
    follow(tested.course, stranger)

    follow(tested.course, by)
    follow(tested.course, by)

    assert ChapterDone.objects.filter(user=by.user).count() == 1
    assert JournalLine.objects.filter(action="training.chapter_done").count() == 2


def test_one_goes_on_where_one_stopped(tested, django_assert_num_queries):
    by = MemberFactory()
    first, other = tested.course.chapters.order_by("position")

    assert progress.of(tested.course, by.user).following == first
    actions.finish_chapter(first, by=by, at=NOON)
    with django_assert_num_queries(5):
        where = progress.of(tested.course, by.user)
    assert (where.following, where.is_read, where.has_begun) == (other, True, True)
    actions.finish_chapter(other, by=by, at=NOON)
    assert progress.of(tested.course, by.user).following is None
    assert progress.of_many([tested.course], by.user) == {tested.course.pk: (1, 1)}


def test_the_test_fails_then_passes(tested):
    by = MemberFactory()
    follow(tested.course, by)

    failed = submit(tested, WRONG, by)
    assert (failed.number, failed.right, failed.is_passed) == (1, 1, False)
    assert not Completion.objects.exists()
    passed = submit(tested, RIGHT, by, key="2")

    done = Completion.objects.get()
    assert (passed.number, passed.right, passed.is_passed) == (2, 2, True)
    assert (done.user, done.way, done.attempt) == (by.user, Way.PASSED, passed)
    assert done.completed_on == TODAY
    assert failed.answers == {"duree": ["b"], "voies": ["a", "b"]}
    assert is_entitled(by.user, tested.course.programme, TODAY)
    journaled = JournalLine.objects.filter(action="training.attempted").order_by("pk")
    assert [line.detail["passed"] for line in journaled] == [False, True]


def test_the_same_answers_sent_twice_are_one_attempt(tested):
    by = MemberFactory()
    follow(tested.course, by)

    first = submit(tested, WRONG, by)

    assert submit(tested, WRONG, by) == first
    assert Attempt.objects.count() == 1


def test_passing_again_keeps_the_first_proof(tested):
    by = MemberFactory()
    follow(tested.course, by)
    submit(tested, RIGHT, by)

    submit(tested, RIGHT, by, key="2")

    assert Attempt.objects.count() == 2
    assert Completion.objects.get().attempt.number == 1


def test_chapters_come_before_the_test(tested):
    with pytest.raises(CannotComplete, match="chapitres obligatoires"):
        submit(tested, RIGHT, MemberFactory())

    assert not Attempt.objects.exists()


def test_a_version_that_is_over_is_completed_no_more(tested):
    by = MemberFactory()
    follow(tested.course, by)
    tested.course.valid_to = TODAY - datetime.timedelta(days=1)
    tested.course.save()

    with pytest.raises(CannotComplete, match="ne peut plus"):
        submit(tested, RIGHT, by)

    assert not Attempt.objects.exists()


def test_the_words_attested_are_kept(attested):
    by = MemberFactory()

    done = actions.attest(attested, by=by, at=NOON)

    attested.statement = "Autres mots"
    attested.save()
    done.refresh_from_db()
    assert (done.way, done.statement, done.statement_version) == (Way.ATTESTED, WORDS, "2023-03")
    assert is_entitled(by.user, attested.programme, TODAY)


def test_a_questionnaire_for_oneself_proves_nothing(attested):
    by, test = MemberFactory(), AssessmentFactory(course=attested)

    assert submit(test, RIGHT, by).is_passed
    assert not Completion.objects.exists()


@pytest.mark.parametrize("case", ["test asked", "chapter left", "twice"])
def test_an_attestation_is_refused(tested, attested, case):
    by = MemberFactory()
    course, message = attested, "existe déjà"
    if case == "test asked":
        course, message = tested.course, "questionnaire"
    elif case == "chapter left":
        ChapterFactory(course=attested)
        message = "chapitres obligatoires"
    else:
        actions.attest(attested, by=by, at=NOON)
    before = Completion.objects.count()

    with pytest.raises(CannotComplete, match=message):
        actions.attest(course, by=by, at=NOON)

    assert Completion.objects.count() == before


def test_two_attestations_at_once_are_one(attested, monkeypatch):
    """The second passes its check before the first commits: the database keeps one."""
    by = MemberFactory()
    CompletionFactory(user=by.user, course=attested, completed_on=TODAY, recorded_by=by)
    monkeypatch.setattr(
        "training.actions.courses.Completion.objects.filter",
        lambda **_: Completion.objects.none(),
    )

    with pytest.raises(CannotComplete, match="existe déjà"):
        actions.attest(attested, by=by, at=NOON)


# --- One pharmacist an officine, until November 2021 --------------------------------------------


def pharmacist(site):
    return MemberFactory(role=Role.PHARMACIST, site=site)


@pytest.mark.parametrize(("limit", "is_let"), [(1, False), (2, True), (None, True)])
def test_a_version_may_leave_room_for_one_pharmacist_an_officine(limit, is_let):
    course = CourseFactory(
        profession=Profession.PHARMACIST,
        proof_kind=ProofKind.SELF_ATTESTATION,
        valid_from=datetime.date(2023, 3, 27),
        statement=WORDS,
        people_a_pharmacy=limit,
    )
    officine = SiteFactory(pharmacy=True)
    actions.attest(course, by=pharmacist(officine), at=NOON)
    actions.attest(course, by=pharmacist(SiteFactory(pharmacy=True)), at=NOON)
    second = pharmacist(officine)

    if is_let:
        actions.attest(course, by=second, at=NOON)
    else:
        with pytest.raises(CannotComplete, match="un seul pharmacien par officine"):
            actions.attest(course, by=second, at=NOON)

    assert Completion.objects.filter(user=second.user).exists() is is_let


# --- The certificate ----------------------------------------------------------------------------


def text_of(document):
    reader = PdfReader(BytesIO(documents.read(document)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_certificate_names_the_person_their_category_and_number(attested):
    by = MemberFactory(user__last_name="Moreau", user__first_name="Claire")
    done = actions.attest(attested, by=by, at=NOON)

    document = actions.issue_certificate(done, by=by, at=NOON)

    text = text_of(document)
    for words in ("Moreau Claire", "Médecin", by.user.rpps, WORDS, "Sans limite", "5 janvier 2026"):
        assert words in text
    assert JournalLine.objects.filter(action="training.certificate_issued").count() == 1


def test_the_certificate_is_made_once(attested):
    by = MemberFactory()
    done = actions.attest(attested, by=by, at=NOON)
    first = actions.issue_certificate(done, by=by, at=NOON)
    stale = Completion.objects.get(pk=done.pk)
    stale.document = None

    assert actions.issue_certificate(stale, by=by, at=NOON) == first
    done.refresh_from_db()
    assert actions.issue_certificate(done, by=by, at=NOON) == first


def test_the_code_of_the_certificate_tells_its_state(attested):
    attested.proof_lasts_months = 12
    attested.save()
    by = MemberFactory()
    done = actions.attest(attested, by=by, at=NOON)
    text = text_of(actions.issue_certificate(done, by=by, at=NOON))
    short = text.split("Code ")[1].split(",")[0]

    told = codes.answer(short)

    assert (told.kind, told.state) == (
        "Attestation de formation",
        "Valable jusqu’au 05/01/2027 inclus",
    )
    assert codes.STATES["training_certificate"](0) is None
