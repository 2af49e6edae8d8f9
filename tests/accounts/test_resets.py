"""Factors that are lost: who takes them away, and how another is enrolled."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions, factors
from accounts.enums import LinkKind, Profession, Role
from accounts.models import AccountLink, FactorReset, Member, OpenSession
from core.models import JournalLine
from tests.accounts.factories import PASSWORD, MemberFactory, UserFactory
from tests.accounts.links import code_of, invited, mailed, ready, reset, use
from tests.sessions import one_time_code, open_session


TODAY = datetime.date(2026, 6, 15)


def test_lost_factors_are_taken_away_and_enrolled_again_by_a_link(client):
    member = MemberFactory()
    codes = factors.make_backup_codes(member.user)
    one_time_code(member.user)
    elsewhere = open_session(Client(), member)
    by = MemberFactory(role=Role.MANAGER)

    made = reset(member.user, by)

    assert (made.by, made.reason, made.identity_check) == (by, "LOST", "IN_PERSON")
    assert elsewhere.get("/compte/").status_code == 302
    assert not OpenSession.objects.filter(user=member.user).exists()
    assert not factors.has_factor(member.user)
    assert factors.prove(member.user, codes[0], at=timezone.now()) is None
    address = mailed()
    first = client.get(use(client, address, {"password": PASSWORD}).url)
    secret = re.search(r'rc-code">([A-Z2-7 ]+)<', first.content.decode())[1]
    client.post(reverse("accounts:enrol_totp"), {"code": code_of(secret)})
    assert "new_codes" in client.session
    assert not FactorReset.objects.pending().exists()


def test_a_password_alone_enrols_nothing_after_a_reset(client):
    member = MemberFactory()
    one_time_code(member.user)
    reset(member.user)
    client.post(
        reverse("accounts:sign_in"), {"identifier": member.user.email, "password": PASSWORD}
    )

    page = client.get(reverse("accounts:enrol_totp"))
    posted = client.post(reverse("accounts:enrol_totp"), {"code": "123456"})

    assert (page.status_code, posted.status_code) == (403, 403)
    assert "Ouvrez le lien reçu" in page.content.decode()
    assert not factors.has_factor(member.user)


def test_a_link_alone_enrols_nothing(client):
    address, _ = ready(LinkKind.FACTOR)

    page = use(client, address, {"password": "une phrase bien fausse"})

    assert "incorrect" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert AccountLink.objects.get().used_at is None


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"is_active": False}, "fermé"),
        ({"profession": Profession.PROGRAM}, "fermé"),
        ({"password": "!"}, "invitez-la"),
    ],
)
def test_whose_factors_are_not_taken_away(user, words):
    by = MemberFactory(role=Role.MANAGER)

    with pytest.raises(actions.CannotResetFactors, match=words):
        reset(UserFactory(**user), by)

    assert not FactorReset.objects.exists()
    assert not JournalLine.objects.exists()


def test_nobody_takes_their_own_factors_away():
    by = MemberFactory(role=Role.MANAGER)
    one_time_code(by.user)

    with pytest.raises(actions.CannotResetFactors, match="vos propres"):
        reset(by.user, by)

    assert factors.has_factor(by.user)


def test_the_link_of_somebody_else_enrols_nothing():
    ready(LinkKind.FACTOR)

    with pytest.raises(actions.LinkIsDead):
        actions.use_factor_link(AccountLink.objects.get().pk, UserFactory(), at=timezone.now())

    assert AccountLink.objects.get().used_at is None


# --- The page of whoever takes them away -------------------------------------------------------


def page_of(member):
    return reverse("accounts:reset_factors", args=[member.public_id])


def test_the_manager_takes_factors_away_on_a_page(client):
    manager, member = MemberFactory(role=Role.MANAGER), MemberFactory()
    one_time_code(member.user)
    open_session(client, manager, proved=True)
    form = {"reason": "STOLEN", "identity_check": "CALL_BACK", "secret": PASSWORD}

    assert member.user.full_name in client.get(page_of(member)).content.decode()
    page = client.post(page_of(member), form, follow=True).content.decode()

    assert "sessions fermées" in page
    made = FactorReset.objects.get()
    assert (made.user, made.by, made.reason) == (member.user, manager, "STOLEN")
    line = JournalLine.objects.get(action="factors.reset")
    assert line.detail == {"reason": "STOLEN", "identity_check": "CALL_BACK"}


@pytest.mark.parametrize("missing", ["reason", "identity_check", "secret"])
def test_factors_stay_without_a_reason_a_check_and_a_signature(client, missing):
    member = MemberFactory()
    one_time_code(member.user)
    open_session(client, MemberFactory(role=Role.MANAGER), proved=True)
    form = {"reason": "STOLEN", "identity_check": "CALL_BACK", "secret": PASSWORD}

    client.post(page_of(member), form | {missing: ""})

    assert factors.has_factor(member.user)
    assert not FactorReset.objects.exists()


def test_a_refusal_is_told_on_the_page(client):
    manager = MemberFactory(role=Role.MANAGER)
    open_session(client, manager, proved=True)
    form = {"reason": "STOLEN", "identity_check": "CALL_BACK", "secret": PASSWORD}

    assert "vos propres facteurs" in client.post(page_of(manager), form).content.decode()


def test_whoever_manages_nobody_takes_nothing_away(client):
    member = MemberFactory()
    open_session(client, MemberFactory(site=member.site))

    assert client.get(page_of(member)).status_code == 403
    assert not Member.objects.managed_by(member).exists()


# --- Another invitation ------------------------------------------------------------------------


def again(client, member):
    address = reverse("accounts:invite_again", args=[member.public_id])
    return client.post(address, {"next": "/compte/"}, follow=True).content.decode()


def test_whoever_did_not_open_their_account_is_invited_again(client):
    member = invited()
    first = mailed()
    open_session(client, MemberFactory(role=Role.MANAGER))

    assert "Invitation envoyée" in again(client, member)
    assert Client().get(first).status_code == 404
    assert Client().get(mailed()).status_code == 302


def test_whoever_opened_their_account_is_not(client):
    member = MemberFactory()
    open_session(client, MemberFactory(role=Role.MANAGER))

    assert "déjà choisi son mot de passe" in again(client, member)
    assert not AccountLink.objects.exists()


def test_a_referent_manages_their_own_site(client):
    referent = MemberFactory(is_referent=True)
    colleague, stranger = MemberFactory(site=referent.site), MemberFactory()
    open_session(client, referent)

    assert client.get(page_of(colleague)).status_code == 200
    assert client.get(page_of(stranger)).status_code == 404


def test_whoever_left_the_site_is_no_longer_managed_there(client):
    referent = MemberFactory(is_referent=True)
    gone = MemberFactory(site=referent.site, ended_on=TODAY)
    open_session(client, referent)

    assert client.get(page_of(gone)).status_code == 404
    assert client.post(reverse("accounts:invite_again", args=[gone.public_id])).status_code == 404
