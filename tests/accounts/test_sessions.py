import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from core.models import JournalLine
from tests.accounts.factories import PASSWORD, MemberFactory
from tests.sessions import one_time_code, open_session


ME = reverse("accounts:me")
SIGN_IN = reverse("accounts:sign_in")
SECOND = reverse("accounts:second_factor")
SESSION = reverse("accounts:session")


@pytest.fixture
def clock(monkeypatch):
    """`clock(hours=12)`: from then on it is that much later, for sessions too."""
    real = timezone.now

    def later(**delta):
        monkeypatch.setattr(timezone, "now", lambda: real() + datetime.timedelta(**delta))

    return later


def test_the_key_changes_with_each_factor(client):
    user = MemberFactory().user
    code = one_time_code(user)
    planted = client.session
    planted["x"] = 1
    planted.save()
    keys = [planted.session_key]
    client.post(SIGN_IN, {"identifier": user.rpps, "password": PASSWORD})
    keys.append(client.session.session_key)
    client.post(SECOND, {"code": code})
    keys.append(client.session.session_key)

    assert len(set(keys)) == 3
    client.cookies["session"] = keys[1]
    assert client.get(ME).url.startswith(SIGN_IN)


def test_a_cookie_of_a_closed_session_opens_nothing(client):
    open_session(client, MemberFactory())
    key = client.session.session_key

    client.post(reverse("accounts:sign_out"))
    client.cookies["session"] = key

    assert client.get(ME).url.startswith(SIGN_IN)
    assert JournalLine.objects.get().action == "signed_out"


def test_signing_out_is_a_post(client):
    open_session(client, MemberFactory())

    assert client.get(reverse("accounts:sign_out")).status_code == 405
    assert client.get(ME).status_code == 200


def test_half_an_hour_without_a_request_ends_a_session(client, clock):
    open_session(client, MemberFactory())
    clock(minutes=29)
    assert client.get(ME).status_code == 200
    clock(minutes=58)
    assert client.get(ME).status_code == 200
    clock(minutes=89)

    assert client.get(ME).url.startswith(SIGN_IN)


def test_twelve_hours_end_a_session_whatever_the_activity(client, clock):
    open_session(client, MemberFactory())
    for minutes in range(25, 12 * 60, 25):
        clock(minutes=minutes)
        assert client.get(ME).status_code == 200
    clock(hours=12, seconds=1)

    assert client.get(ME).url.startswith(SIGN_IN)
    assert JournalLine.objects.get(action="session.expired").user_id


def test_a_page_asks_how_long_is_left_and_keeps_the_session(client, clock):
    assert client.get(SESSION).status_code == 401
    open_session(client, MemberFactory())

    clock(minutes=20)
    assert client.get(SESSION).json() == {"seconds": 1800}
    clock(minutes=45)
    assert client.get(ME).status_code == 200


def test_near_the_end_less_than_half_an_hour_is_left(client, clock):
    open_session(client, MemberFactory())
    session = client.session
    session["started_at"] -= 12 * 3600 - 300
    session.save()

    assert client.get(SESSION).json()["seconds"] in range(295, 301)


def test_the_second_factor_must_come_within_ten_minutes(client, clock):
    user = MemberFactory().user
    client.post(SIGN_IN, {"identifier": user.rpps, "password": PASSWORD})
    clock(minutes=11)

    assert client.get(SECOND).url.startswith(SIGN_IN)


def test_a_session_that_never_started_through_our_pages_opens_nothing(client):
    open_session(client, MemberFactory())
    session = client.session
    del session["started_at"]
    session.save()

    assert client.get(ME).url == SECOND


def test_closing_an_account_ends_its_sessions(client):
    member = MemberFactory()
    open_session(client, member)

    actions.close_account(member.user, by=MemberFactory())

    assert client.get(ME).url.startswith(SIGN_IN)


def test_another_password_takes_a_signature_and_ends_other_sessions(client):
    member = MemberFactory()
    other = open_session(Client(), member)
    open_session(client, member, proved=True)
    new = {"new": "un autre mot de passe, plus long", "again": "un autre mot de passe, plus long"}
    address = reverse("accounts:password")

    wrong = client.post(address, {**new, "secret": "faux"})
    member.user.refresh_from_db()
    assert member.user.check_password(PASSWORD)
    right = client.post(address, {**new, "secret": PASSWORD})

    member.user.refresh_from_db()
    assert (wrong.status_code, right.url) == (200, ME)
    assert member.user.check_password(new["new"])
    assert client.get(ME).status_code == 200
    assert other.get(ME).url.startswith(SIGN_IN)


@pytest.mark.parametrize("typed", ["court", "motdepassemotdepasse"[:14], "x" * 14])
def test_a_short_password_is_refused_in_french(client, typed):
    member = MemberFactory()
    open_session(client, member, proved=True)

    response = client.post(
        reverse("accounts:password"), {"new": typed, "again": typed, "secret": PASSWORD}
    )

    assert "trop court" in response.content.decode()
    member.user.refresh_from_db()
    assert member.user.check_password(PASSWORD)
