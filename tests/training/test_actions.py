import datetime

import pytest

from accounts.enums import Profession, Role
from core.models import JournalLine
from tests.accounts.factories import MemberFactory
from tests.programmes.factories import AccreditationFactory, ProgrammeFactory
from tests.training.factories import CompletionFactory, CourseFactory
from training import actions
from training.actions import CannotRecord, Claim
from training.entitlement import is_entitled, missing
from training.enums import ProofKind
from training.models import Completion


NOON = datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 1, 5)


@pytest.fixture
def programme():
    """A programme with its two versions for doctors, and one for pharmacists."""
    programme = ProgrammeFactory()
    CourseFactory(
        programme=programme,
        valid_from=datetime.date(2021, 3, 1),
        valid_to=datetime.date(2023, 3, 26),
    )
    CourseFactory(
        programme=programme,
        version="2023-03",
        proof_kind=ProofKind.SELF_ATTESTATION,
        valid_from=datetime.date(2023, 3, 27),
    )
    CourseFactory(
        programme=programme,
        profession=Profession.PHARMACIST,
        valid_from=datetime.date(2022, 1, 1),
    )
    return programme


def record(claim, by):
    return actions.record(claim, by=by, at=NOON, today=TODAY)


@pytest.mark.parametrize(
    ("day", "version", "kept"),
    [
        (datetime.date(2021, 3, 1), "2021-03", "ATT-1"),
        (datetime.date(2023, 3, 26), "2021-03", "ATT-1"),
        (datetime.date(2023, 3, 27), "2023-03", ""),
        (TODAY, "2023-03", ""),
    ],
)
def test_the_date_decides_the_version(programme, day, version, kept):
    by = MemberFactory()

    kind = programme.courses.get(version=version, profession=Profession.DOCTOR).proof_kind

    done = record(Claim(programme, day, ProofKind(kind), reference="ATT-1", attested=True), by)

    assert (done.course.version, done.reference) == (version, kept)
    assert (done.user, done.recorded_by, done.recorded_at) == (by.user, by, NOON)
    assert JournalLine.objects.get().action == "training.completed"
    assert is_entitled(by.user, programme, TODAY)


TEST, HONOUR = ProofKind.TEST, ProofKind.SELF_ATTESTATION


@pytest.mark.parametrize(
    ("role", "day", "proof", "field", "message"),
    [
        ("REFERENCE_DOCTOR", (2021, 2, 28), {"kind": TEST}, "completed_on", "avant le 01/03/2021"),
        ("PHARMACIST", (2021, 12, 31), {"kind": TEST}, "completed_on", "avant le 01/01/2022"),
        ("REFERENCE_DOCTOR", (2026, 1, 6), {"kind": HONOUR}, "completed_on", "à venir"),
        ("REFERENCE_DOCTOR", (2021, 4, 1), {"kind": TEST}, "reference", "numéro"),
        (
            "REFERENCE_DOCTOR", (2021, 4, 1), {"kind": HONOUR, "attested": True}, "kind",
            "par un test",
        ),
        ("REFERENCE_DOCTOR", (2024, 1, 1), {"kind": HONOUR}, "attested", "Cochez"),
        (
            "REFERENCE_DOCTOR", (2024, 1, 1), {"kind": TEST, "reference": "ATT-1"}, "kind",
            "sur l’honneur",
        ),
        (
            "ANALYST", (2024, 1, 1), {"kind": HONOUR, "attested": True}, "completed_on",
            "médecins et",
        ),
    ],
)  # fmt: skip
def test_what_proves_nothing_is_refused(programme, role, day, proof, field, message):
    by = MemberFactory(role=role)

    with pytest.raises(CannotRecord, match=message) as refusal:
        record(Claim(programme, datetime.date(*day), **proof), by)

    assert refusal.value.field == field
    assert not Completion.objects.exists()
    assert JournalLine.objects.get().action == "training.refused"
    assert not is_entitled(by.user, programme, TODAY)


def test_a_self_attestation_of_before_march_2023_is_refused():
    course = CourseFactory(proof_kind=ProofKind.SELF_ATTESTATION)

    with pytest.raises(CannotRecord, match="depuis le 27/03/2023"):
        record(
            Claim(course.programme, datetime.date(2023, 3, 26), HONOUR, attested=True),
            MemberFactory(),
        )

    assert not Completion.objects.exists()


def test_a_second_pharmacist_of_an_officine_is_refused_while_there_is_room_for_one():
    first = MemberFactory(role=Role.PHARMACIST)
    course = CourseFactory(
        profession=Profession.PHARMACIST,
        proof_kind=ProofKind.SELF_ATTESTATION,
        valid_from=datetime.date(2023, 3, 27),
        people_a_pharmacy=1,
    )
    claim = Claim(course.programme, TODAY, HONOUR, attested=True)
    record(claim, first)
    second = MemberFactory(role=Role.PHARMACIST, site=first.site)

    with pytest.raises(CannotRecord, match="un seul pharmacien par officine") as refused:
        record(claim, second)

    assert refused.value.field == "completed_on"
    assert Completion.objects.get().user == first.user


def test_a_programme_without_course_is_refused():
    with pytest.raises(CannotRecord, match="Aucune formation"):
        record(Claim(ProgrammeFactory(), TODAY, HONOUR, attested=True), MemberFactory())


def test_the_same_version_is_recorded_once(programme):
    by = MemberFactory()
    claim = Claim(programme, TODAY, HONOUR, attested=True)
    record(claim, by)

    with pytest.raises(CannotRecord, match="existe déjà"):
        record(claim, by)

    assert Completion.objects.count() == 1


def test_a_proof_counts_for_its_person_its_programme_and_its_profession(programme):
    trained, stranger = MemberFactory().user, MemberFactory().user
    doctors = programme.courses.get(version="2023-03")
    done = CompletionFactory(user=trained, course=doctors, completed_on=TODAY)
    another = ProgrammeFactory()
    retrained = CompletionFactory(
        course=doctors,
        completed_on=TODAY,
        recorded_by__role=Role.PHARMACIST,
        user__profession=Profession.PHARMACIST,
    ).user

    assert is_entitled(trained, programme, done.completed_on)
    assert not is_entitled(trained, programme, TODAY - datetime.timedelta(days=1))
    assert not is_entitled(trained, another, TODAY)
    assert not is_entitled(stranger, programme, TODAY)
    assert not is_entitled(retrained, programme, TODAY)


def test_a_programme_may_ask_for_no_training():
    free = ProgrammeFactory(training_required=False)

    assert is_entitled(MemberFactory().user, free, TODAY)


def test_programmes_without_a_proof_are_told(programme, django_assert_num_queries):
    other = CourseFactory(programme=ProgrammeFactory(name="Autre")).programme
    member = MemberFactory(programme=programme)
    AccreditationFactory(member=member, programme=other)
    AccreditationFactory(member=member, programme=ProgrammeFactory(training_required=False))
    CompletionFactory(
        user=member.user, course=programme.courses.get(version="2023-03"), completed_on=TODAY
    )
    CompletionFactory(course=other.courses.get())

    with django_assert_num_queries(2):
        assert missing(member, TODAY) == [other]
