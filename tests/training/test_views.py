import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from core.models import JournalLine
from tests.accounts.factories import MemberFactory
from tests.programmes.factories import AccreditationFactory, ProgrammeFactory
from tests.sessions import open_session
from tests.training.factories import CompletionFactory, CourseFactory
from training.enums import ProofKind
from training.models import Completion


MINE = reverse("training:mine")
HONOUR = {"kind": "SELF_ATTESTATION", "attested": "on"}


@pytest.fixture
def course():
    return CourseFactory(
        version="2023-03",
        proof_kind=ProofKind.SELF_ATTESTATION,
        valid_from=datetime.date(2023, 3, 27),
        title="Formation des médecins",
    )


def test_what_is_asked_and_what_i_proved(client, course, django_assert_num_queries):
    member = MemberFactory(programme=course.programme)
    CompletionFactory(user=member.user, course=course, completed_on=datetime.date(2024, 1, 31))
    CompletionFactory(course=course, reference="ATT-ÉTRANGÈRE")
    hidden = CourseFactory(title="Formation d’un autre programme")
    open_session(client, member)

    # Session, user, device, member; programmes; two for each; chapters asked, chapters done.
    with django_assert_num_queries(9):
        page = client.get(MINE).content.decode()

    assert "Formation à jour" in page
    assert "31/01/2024" in page
    assert "sans limite" in page
    assert "ATT-ÉTRANGÈRE" not in page
    assert hidden.title not in page


def test_a_proof_that_ends_shows_its_last_day(client, course):
    course.proof_lasts_months = 12
    course.save()
    member = MemberFactory(programme=course.programme)
    CompletionFactory(user=member.user, course=course, completed_on=datetime.date(2024, 1, 31))
    open_session(client, member)

    page = client.get(MINE).content.decode()

    assert "jusqu’au 31/01/2025 inclus" in page
    assert "Formation à enregistrer" in page


def test_a_completion_is_recorded(client, course):
    member = MemberFactory(programme=course.programme)
    open_session(client, member)
    assert "Formation à enregistrer" in client.get(MINE).content.decode()

    answer = client.post(
        MINE,
        {
            "programme": course.programme.code,
            "completed_on": "1/2/2024",
            **HONOUR,
        },
        follow=True,
    )

    done = Completion.objects.get()
    assert (done.user, done.completed_on) == (member.user, datetime.date(2024, 2, 1))
    assert "Formation à jour" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"completed_on": "01/02/2024", "kind": "SELF_ATTESTATION"}, "Cochez la case"),
        (
            {"completed_on": "01/02/2024", "kind": "TEST", "reference": "A"},
            "supprimé le 27/03/2023",
        ),
        ({"completed_on": "01/02/2024"}, "obligatoire"),
        (
            {"completed_on": "31/02/2024", **HONOUR},
            "n’existe pas",
        ),
        ({"completed_on": "", **HONOUR}, "obligatoire"),
        (
            {"completed_on": "01/02/2021", **HONOUR},
            "n’existait pas avant le 27/03/2023",
        ),
    ],
)
def test_a_refusal_stands_beside_the_field_and_keeps_what_was_typed(client, course, typed, message):
    open_session(client, MemberFactory(programme=course.programme))

    page = client.post(MINE, {"programme": course.programme.code, **typed}).content.decode()

    assert message in page
    assert f'value="{typed["completed_on"]}"' in page or not typed["completed_on"]
    assert not Completion.objects.exists()


def test_tomorrow_is_refused(client, course):
    open_session(client, MemberFactory(programme=course.programme))
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)

    client.post(
        MINE,
        {
            "programme": course.programme.code,
            "completed_on": f"{tomorrow:%d/%m/%Y}",
            **HONOUR,
        },
    )

    assert not Completion.objects.exists()


def test_one_does_not_train_for_a_programme_one_is_not_accredited_for(client, course):
    open_session(client, MemberFactory(programme=ProgrammeFactory()))

    answer = client.post(
        MINE,
        {
            "programme": course.programme.code,
            "completed_on": "01/02/2024",
            **HONOUR,
        },
    )

    assert answer.status_code == 200
    assert not Completion.objects.exists()


def test_whoever_has_several_programmes_chooses(client, course):
    member = MemberFactory(programme=course.programme)
    AccreditationFactory(member=member, programme=ProgrammeFactory(name="Second programme"))
    open_session(client, member)

    assert "<option" in client.get(MINE).content.decode()


def test_without_programme_there_is_nothing_to_follow(client):
    open_session(client, MemberFactory())

    page = client.get(MINE).content.decode()

    assert "habilité pour aucun programme" in page
    assert '<form method="post" data-validate' not in page


def test_an_agent_has_no_training(client):
    open_session(client, MemberFactory(role=Role.MANAGER))

    assert client.get(MINE).status_code == 403
    assert JournalLine.objects.get().action == "access.refused"


def test_the_list_of_patients_leads_to_the_training(client, course):
    member = MemberFactory(programme=course.programme)
    open_session(client, member)
    banner = "Enregistrer ma formation"

    assert banner in client.get(reverse("record:patients")).content.decode()
    CompletionFactory(user=member.user, course=course, completed_on=datetime.date(2024, 1, 31))
    assert banner not in client.get(reverse("record:patients")).content.decode()
