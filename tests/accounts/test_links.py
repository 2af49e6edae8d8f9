"""Invitation, forgotten password, factor to enrol again: what each link opens, once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions, tasks
from accounts.actions import links
from accounts.enums import LinkKind, Profession
from accounts.models import AccountLink, User
from core import audit
from core.models import JournalLine, OutgoingMail
from tests.accounts.factories import PASSWORD, MemberFactory, UserFactory
from tests.accounts.links import ANOTHER, OPENED, code_of, invited, mailed, ready, use
from tests.sessions import one_time_code, open_session


@pytest.fixture
def now():
    return timezone.now()


def lines():
    return list(JournalLine.objects.order_by("pk").values_list("action", flat=True))


# --- Invitation ------------------------------------------------------------------------------


def test_an_invited_person_sets_a_password_then_a_factor(client):
    member = invited()
    address = mailed()

    opened = client.get(address)
    page = client.get(opened.url)
    answer = use(client, address, {"new": ANOTHER, "again": ANOTHER})

    assert member.user.full_name in page.content.decode()
    assert opened.url == OPENED
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert answer.url == reverse("accounts:enrol_totp")
    assert client.get("/compte/").url == reverse("accounts:second_factor")
    assert client.get(reverse("accounts:second_factor")).url == reverse("accounts:enrol_totp")
    assert User.objects.get(pk=member.user.pk).check_password(ANOTHER)
    assert lines() == ["account.invited", "account.accepted"]


def test_an_invited_professional_is_told_of_pro_sante_connect(client, gate):
    invited()

    page = client.get(mailed(), follow=True).content.decode()

    assert "carte CPS ou l’application e-CPS" in page


@pytest.mark.parametrize("kind", LinkKind.values)
def test_a_link_serves_once(client, kind):
    address, form = ready(kind)
    first = use(client, address, form)

    assert first.status_code == 302
    if kind == LinkKind.FACTOR:  # used up by the enrolment
        secret = re.search(r'rc-code">([A-Z2-7 ]+)<', client.get(first.url).content.decode())[1]
        assert client.post(first.url, {"code": code_of(secret)}).status_code == 302
    assert Client().get(address).status_code == 404
    assert use(Client(), address, form).status_code == 404


@pytest.mark.parametrize(
    ("kind", "life"),
    [
        (LinkKind.INVITATION, timedelta(hours=72)),
        (LinkKind.PASSWORD, timedelta(minutes=30)),
        (LinkKind.FACTOR, timedelta(hours=24)),
    ],
)
def test_a_link_opens_until_its_hour(kind, life):
    address, _ = ready(kind)
    token, link = address.split("/")[2], AccountLink.objects.get()

    assert link.expires_at == link.mailed_at + life
    assert actions.link_of(token, at=link.expires_at - timedelta(seconds=1)) == link
    assert actions.link_of(token, at=link.expires_at) is None


def test_looking_at_a_link_does_not_use_it_up(client):
    address, _ = ready(LinkKind.INVITATION)

    assert [client.get(address).status_code for _ in range(3)] == [302, 302, 302]
    assert client.get(OPENED).status_code == 200


def test_a_link_opens_in_the_browser_that_followed_it_alone(client):
    address, form = ready(LinkKind.INVITATION)
    client.get(address)

    assert Client().get(OPENED).status_code == 404
    assert Client().post(OPENED, form).status_code == 404


def test_a_dead_link_tells_nobody_its_address(client):
    answer = client.get("/acces/inconnu/")

    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (404, "no-referrer")


@pytest.mark.parametrize(
    "change",
    [
        lambda user: User.objects.filter(pk=user.pk).update(email="ailleurs@exemple.test"),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    ],
    ids=["another address", "account closed"],
)
@pytest.mark.parametrize("kind", LinkKind.values)
def test_a_link_dies_with_what_it_was_sent_to(client, kind, change):
    address, form = ready(kind)
    change(AccountLink.objects.get().user)

    assert client.get(address).status_code == 404
    assert use(client, address, form).status_code == 404


def test_a_new_invitation_ends_the_earlier_one(client, now):
    member = invited()
    first = mailed()

    actions.invite(member.user, by=audit.SYSTEM, at=now)

    assert client.get(first).status_code == 404
    assert client.get(mailed()).url == OPENED


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"is_active": False, "password": "!"}, "fermé"),
        ({"profession": Profession.PROGRAM, "password": "!"}, "programme"),
        ({}, "déjà choisi"),
    ],
)
def test_who_is_not_invited(user, words, now):
    with pytest.raises(actions.CannotInvite, match=words):
        actions.invite(UserFactory(**user), by=audit.SYSTEM, at=now)

    assert not AccountLink.objects.exists()
    assert not JournalLine.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"new": "court", "again": "court"}, "trop court"),
        ({"new": ANOTHER, "again": ANOTHER + "."}, "différentes"),
    ],
)
@pytest.mark.parametrize("kind", [LinkKind.INVITATION, LinkKind.PASSWORD])
def test_a_refused_password_leaves_the_link_as_it_was(client, kind, typed, words):
    address, form = ready(kind)

    page = use(client, address, typed)

    assert words in page.content.decode()
    assert AccountLink.objects.get().used_at is None
    assert use(client, address, form).status_code == 302


def test_of_two_parallel_uses_one_is_refused(client, now):
    address, _ = ready(LinkKind.INVITATION)
    link = actions.link_of(address.split("/")[2], at=now)
    actions.accept_invitation(link, ANOTHER, at=now)

    with pytest.raises(actions.LinkIsDead):
        actions.accept_invitation(link, PASSWORD, at=now)

    assert User.objects.get(pk=link.user_id).check_password(ANOTHER)


# --- Password forgotten ----------------------------------------------------------------------


def ask(client, identifier):
    return client.post(reverse("accounts:forgotten"), {"identifier": identifier}, follow=True)


def test_known_and_unknown_people_get_one_answer_and_one_work(client, django_assert_num_queries):
    known, invited_only = UserFactory(), UserFactory(password="!")
    closed = UserFactory(is_active=False)
    answers = []
    for identifier in ("personne@ailleurs.test", known.rpps, closed.email, invited_only.email):
        # Two counts, the account, its transaction and who signs (4), its lock, the earlier link,
        # the link, the line of the journal.
        with django_assert_num_queries(11):
            actions.ask_new_password(identifier, source="là", at=timezone.now())
        answers.append(ask(Client(), identifier))

    assert len({answer.content for answer in answers}) == 1
    assert {answer.redirect_chain[0] for answer in answers} == {
        (reverse("accounts:link_sent"), 302)
    }


def test_only_a_known_person_is_written_to(client):
    known = UserFactory()
    for identifier in ("personne@ailleurs.test", known.email):
        ask(client, identifier)

    assert tasks.mail_links() == 1
    assert tasks.mail_links() == 0
    assert [mail.to for mail in OutgoingMail.objects.all()] == [known.email]
    assert AccountLink.objects.get().user == known


def test_of_two_workers_one_mails_a_link(now):
    link = links.open_link(UserFactory(), LinkKind.PASSWORD, at=now)

    assert links.mail_link(link.pk, at=now)
    assert not links.mail_link(link.pk, at=now)

    assert OutgoingMail.objects.count() == 1


def test_a_mailbox_is_not_flooded(client):
    known = UserFactory()
    for _ in range(5):
        ask(client, known.email)
        tasks.mail_links()

    assert OutgoingMail.objects.count() == 3


def test_a_new_password_signs_nobody_in_and_keeps_the_second_factor(client):
    member = MemberFactory()
    one_time_code(member.user)
    elsewhere = open_session(Client(), member)
    ask(client, member.user.email)

    answer = use(client, mailed(), {"new": ANOTHER, "again": ANOTHER})

    assert answer.url == reverse("accounts:sign_in")
    assert "_auth_user_id" not in client.session
    assert elsewhere.get("/compte/").status_code == 302
    client.post(reverse("accounts:sign_in"), {"identifier": member.user.email, "password": ANOTHER})
    assert client.get("/compte/").url == reverse("accounts:second_factor")
    assert client.get(reverse("accounts:second_factor")).status_code == 200
    assert OutgoingMail.objects.filter(subject__contains="mot de passe a été changé").exists()


def test_signing_in_ends_a_link_that_was_asked(client):
    member = MemberFactory()
    ask(client, member.user.email)
    address = mailed()

    client.post(
        reverse("accounts:sign_in"), {"identifier": member.user.email, "password": PASSWORD}
    )

    assert Client().get(address).status_code == 404


def test_a_mail_names_no_person_and_no_disease(client):
    for kind in LinkKind.values:
        ready(kind)

    for mail in OutgoingMail.objects.all():
        text = f"{mail.subject} {mail.body}".lower()
        assert "cannabis" not in text
        assert not [u for u in User.objects.all() if u.last_name.lower() in text]
