"""What a person sees of their open sessions, and closes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions, sessions, tasks, words
from accounts.models import OpenSession
from core import audit
from core.models import JournalLine
from tests.accounts.factories import PASSWORD, AccountLinkFactory, MemberFactory, UserFactory
from tests.sessions import one_time_code, open_session


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0"
PAGE = reverse("accounts:sessions")


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (FIREFOX, "Firefox sous Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sous Linux"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Safari/537.36", "Chrome sous Android"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/18 Safari/604.1", "Safari sous iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) Safari/605.1", "Safari sous macOS"),
        ("curl/8.5 Linux", "Linux"),
        ("Opera OPR/9", "Opera"),
        ("", "Appareil inconnu"),
    ],
)
def test_a_device_is_named_in_words(user_agent, expected):
    assert words.device(user_agent) == expected


def row(client):
    return OpenSession.objects.get(session_key=client.session.session_key)


def test_a_session_says_whose_it_is_and_when(client):
    member = MemberFactory()
    code = one_time_code(member.user)
    headers = {"HTTP_USER_AGENT": FIREFOX}
    client.post(reverse("accounts:sign_in"), {"identifier": member.user.rpps, "password": PASSWORD})
    assert not OpenSession.objects.of(member.user, timezone.now())
    client.post(reverse("accounts:second_factor"), {"code": code}, **headers)
    client.get(reverse("accounts:choose"))

    opened = OpenSession.objects.of(member.user, timezone.now()).get()
    assert (opened.device, opened.path) == ("Firefox sous Windows", sessions.LOCAL)
    assert opened.member_id == member.pk
    assert opened.started_at == opened.used_at
    assert timezone.now() - opened.started_at < timedelta(minutes=1)


def test_a_person_sees_their_own_sessions_and_no_others(client, django_assert_num_queries):
    member, other = MemberFactory(), MemberFactory()
    open_session(client, member)
    elsewhere, stranger = open_session(Client(), member), open_session(Client(), other)

    with django_assert_num_queries(6):  # session, user, device, member, account, sessions
        page = client.get(PAGE).content.decode()

    assert page.count("Cette session") == 1
    assert reverse("accounts:close_session", args=[row(elsewhere).public_id]) in page
    assert str(row(stranger).public_id) not in page


def test_a_session_is_closed_at_once(client):
    member = MemberFactory()
    open_session(client, member)
    elsewhere = open_session(Client(), member)

    client.post(reverse("accounts:close_session", args=[row(elsewhere).public_id]))

    assert elsewhere.get("/compte/").status_code == 302
    assert client.get("/compte/").status_code == 200
    line = JournalLine.objects.get()
    assert (line.action, line.actor_id, line.detail) == (
        "session.closed",
        member.pk,
        {"sessions": 1},
    )


def test_the_session_of_somebody_else_is_not_closed(client):
    open_session(client, MemberFactory())
    stranger = open_session(Client(), MemberFactory())

    answer = client.post(reverse("accounts:close_session", args=[row(stranger).public_id]))

    assert answer.status_code == 302
    assert stranger.get("/compte/").status_code == 200
    assert not JournalLine.objects.exists()


def test_this_session_is_closed_by_signing_out_only(client):
    open_session(client, MemberFactory())

    client.post(reverse("accounts:close_session", args=[row(client).public_id]))

    assert client.get("/compte/").status_code == 200


def test_all_others_are_closed_together(client):
    member = MemberFactory()
    open_session(client, member)
    others = [open_session(Client(), member) for _ in range(2)]
    stranger = open_session(Client(), MemberFactory())

    client.post(reverse("accounts:close_other_sessions"))

    assert client.get("/compte/").status_code == 200
    assert {other.get("/compte/").status_code for other in others} == {302}
    assert stranger.get("/compte/").status_code == 200
    assert JournalLine.objects.get().detail == {"sessions": 2}


def test_a_role_that_ends_closes_the_sessions_that_act_under_it(client):
    user = UserFactory()
    ending, staying = MemberFactory(user=user), MemberFactory(user=user)
    open_session(client, ending)
    other = open_session(Client(), staying)

    actions.end_role(ending, by=audit.SYSTEM, on=timezone.localdate())

    assert client.get("/compte/").url.startswith(reverse("accounts:sign_in"))
    assert other.get("/compte/").status_code == 200


def test_old_sessions_and_links_are_erased(client):
    now = timezone.now()
    open_session(client, MemberFactory())
    OpenSession.objects.update(expire_date=now - timedelta(seconds=1))
    kept = open_session(Client(), MemberFactory())
    AccountLinkFactory(created_at=now - timedelta(days=31), ended_at=now)
    recent = AccountLinkFactory(created_at=now - timedelta(days=29), ended_at=now)

    assert (tasks.erase_old(), tasks.erase_old()) == (2, 0)
    assert row(kept)
    assert type(recent).objects.get() == recent
