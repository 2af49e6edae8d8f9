import datetime

import pytest
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts import actions
from accounts.enums import Role
from accounts.models import ApiToken
from core.models import JournalLine
from tests.accounts.factories import ApiTokenFactory, MemberFactory


NOON = datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)


class WhoAmI(APIView):
    def get(self, request):
        assert request.member is request._request.member
        return Response({"member": request.member.pk})


def ask(header=None):
    extra = {"HTTP_AUTHORIZATION": header} if header is not None else {}
    return WhoAmI.as_view()(APIRequestFactory().get("/", **extra))


def test_a_token_opens_the_api_as_its_membership():
    member = MemberFactory(role=Role.API_CLIENT)
    MemberFactory(role=Role.API_CLIENT)
    token = actions.issue_token(member, by=MemberFactory(), at=NOON)

    answer = ask(f"Bearer {token}")

    assert (answer.status_code, answer.data) == (200, {"member": member.pk})
    assert token.encode() not in bytes(ApiToken.objects.get().digest)
    assert not JournalLine.objects.filter(detail__icontains=token).exists()


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer inconnu", "Bearer jeton essai", "Basic YTpi", "Bearer \xe9"],
)
def test_without_a_valid_token_one_is_asked_for_it(header):
    ApiTokenFactory(token="jeton")

    answer = ask(header)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_opens_nothing():
    token = ApiTokenFactory(token="jeton")
    actions.revoke_token(token, by=MemberFactory(), at=NOON)
    actions.revoke_token(token, by=MemberFactory(), at=NOON + datetime.timedelta(days=1))

    assert ask("Bearer jeton").status_code == 401
    token.refresh_from_db()
    assert token.revoked_at == NOON
    assert JournalLine.objects.filter(action="api_token.revoked").count() == 1


def test_a_token_ends_with_its_membership():
    token = ApiTokenFactory(token="jeton")
    actions.end_role(token.member, by=MemberFactory(), on=datetime.date(2026, 1, 5))

    assert ask("Bearer jeton").status_code == 401


def test_a_token_ends_with_its_account():
    token = ApiTokenFactory(token="jeton")
    actions.close_account(token.member.user, by=MemberFactory())

    assert ask("Bearer jeton").status_code == 401


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.API_CLIENT, Role.ANALYST, Role.READER}))
def test_only_those_who_read_statistics_receive_a_token(role):
    with pytest.raises(actions.CannotIssueToken, match="ne lit pas les statistiques"):
        actions.issue_token(MemberFactory(role=role), by=MemberFactory(), at=NOON)

    assert not ApiToken.objects.exists()


def test_an_ended_membership_receives_no_token():
    ended = MemberFactory(role=Role.API_CLIENT, ended_on=datetime.date(2026, 1, 1))

    with pytest.raises(actions.CannotIssueToken, match="plus habilité"):
        actions.issue_token(ended, by=MemberFactory(), at=NOON)

    assert not ApiToken.objects.exists()


def test_a_token_whose_role_reads_no_statistics_is_refused():
    ApiTokenFactory(token="jeton", member=MemberFactory(role=Role.REFERENCE_DOCTOR))

    assert ask("Bearer jeton").status_code == 403
