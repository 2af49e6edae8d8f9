import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts import demo
from accounts.enums import Role, SiteKind
from accounts.models import Member, User
from tests.accounts.factories import MemberFactory, SiteFactory


@pytest.fixture
def accounts(settings):
    settings.DEMO = True
    sites = demo.Sites(
        centre=SiteFactory(),
        other_centre=SiteFactory(),
        practice=SiteFactory(practice=True),
        hospital_pharmacy=SiteFactory(hospital_pharmacy=True),
        community_pharmacy=SiteFactory(pharmacy=True),
        agency=SiteFactory(kind=SiteKind.AGENCY),
    )
    return demo.create_accounts(sites, on=datetime.date(2021, 3, 1))


def test_every_role_has_somebody(accounts):
    roles = set(Member.objects.values_list("role", flat=True))

    assert roles == set(Role.values)
    assert len(accounts) == len(demo.PEOPLE)


def test_a_newcomer_is_inside_in_two_clicks(client, accounts):
    member = accounts["claire.moreau"][0]
    sign_in = reverse("accounts:sign_in")

    page = client.get(sign_in).content.decode()
    assert demo.PASSWORD in page
    assert f"compte={member.user.public_id}" in page
    filled = client.get(sign_in, {"compte": member.user.public_id}).content.decode()
    assert f'value="{member.user.rpps}"' in filled
    assert f'value="{demo.PASSWORD}"' in filled
    client.post(sign_in, {"identifier": member.user.rpps, "password": demo.PASSWORD})
    second = client.get(reverse("accounts:second_factor"))
    code = second.context["form"].initial["code"]
    assert code in second.content.decode()
    client.post(reverse("accounts:second_factor"), {"code": code})
    assert client.get(reverse("accounts:choose")).url == "/"
    # The code is used up: the page of a signature shows the next one, and it is accepted.
    account = client.get(reverse("accounts:me"))
    following = account.context["signature"].demo_code
    assert following != code
    answer = client.post(reverse("accounts:new_backup_codes"), {"secret": following})
    assert answer.status_code == 302


def test_outside_demonstration_nothing_is_shown(client, accounts, settings):
    settings.DEMO = False
    public_id = accounts["claire.moreau"][0].user.public_id

    page = client.get(reverse("accounts:sign_in"), {"compte": public_id}).content.decode()

    assert demo.PASSWORD not in page
    assert "Moreau" not in page
    assert demo.current_code(User.objects.get(email="claire.moreau@demonstration.test")) == ""


def test_accounts_are_made_nowhere_else(settings):
    settings.DEMO = settings.TESTING = False

    with pytest.raises(demo.NotADemonstration):
        demo.create_accounts(None, on=datetime.date(2021, 3, 1))

    assert not User.objects.exists()


def test_the_code_of_anybody_else_is_never_shown(accounts):
    assert demo.current_code(MemberFactory().user) == ""


def run(name, *args):
    out = StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue()


def test_the_table_is_printed(accounts):
    table = run("demo_accounts")

    assert "Dr Claire Moreau" in table
    assert demo.PASSWORD in table


def test_the_table_may_be_empty():
    assert "Aucun compte" in run("demo_accounts")


@pytest.mark.parametrize("asked", ["claire.moreau", "claire.moreau@demonstration.test"])
def test_a_minted_session_is_open(client, accounts, settings, asked):
    cookie = run("mint_session", asked).strip()

    client.cookies[settings.SESSION_COOKIE_NAME] = cookie

    assert client.get(reverse("training:mine")).status_code == 200


def test_no_session_is_minted_elsewhere(accounts, settings):
    settings.DEMO = settings.TESTING = False

    with pytest.raises(CommandError, match="pas une démonstration"):
        run("mint_session", "claire.moreau")


@pytest.mark.parametrize("asked", ["inconnue", "client-api"])
def test_no_session_is_minted_for_nobody(accounts, asked):
    with pytest.raises(CommandError):
        run("mint_session", asked)


def test_a_token_is_printed_once(accounts):
    member = accounts["client-api"][0]

    first = run("issue_token", str(member.public_id)).strip()
    second = run("issue_token", member.user.email).strip()

    assert first.startswith("recann_")
    assert first != second
    assert member.api_tokens.count() == 2


@pytest.mark.parametrize("asked", ["inconnu", "claire.moreau@demonstration.test"])
def test_no_token_is_printed_for_anybody_else(accounts, asked):
    with pytest.raises(CommandError):
        run("issue_token", asked)
