"""What two requests at the same instant may not do."""

import pytest
from django.utils import timezone
from django_otp.oath import totp
from django_otp_webauthn.models import WebAuthnCredential

from accounts import actions, factors, passkeys
from accounts.actions import passwords
from accounts.claims import identity
from accounts.models import AccountLink, ProviderIdentity, User
from tests.accounts.factories import MemberFactory, UserFactory
from tests.accounts.links import ANOTHER, invited, mailed, reset
from tests.accounts.provider import professional
from tests.accounts.test_passkeys import a_passkey
from tests.sessions import one_time_code
from tests.together import together


pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)


@pytest.mark.parametrize("kind", ["one_time_code", "backup_code"])
def test_of_parallel_posts_of_one_code_one_is_accepted(kind):
    user = UserFactory()
    code = one_time_code(user) if kind == "one_time_code" else factors.make_backup_codes(user)[0]

    devices = together([lambda: factors.prove(user, code, at=timezone.now())] * 4)

    assert [device is not None for device in devices].count(True) == 1


def test_parallel_attempts_do_not_slip_through_the_throttle():
    user = UserFactory()

    def guess():
        return passwords._may_try(user.rpps, f"{user.rpps} ici", "ici", timezone.now())

    assert together([guess] * 12).count(True) == passwords.TRIES_BY_ACCOUNT_AND_SOURCE


def test_of_parallel_uses_of_a_link_one_is_accepted():
    invited()
    link = actions.link_of(mailed().split("/")[2], at=timezone.now())

    def accept(number):
        return actions.accept_invitation(link, f"{ANOTHER} {number}", at=timezone.now())

    answers = together([lambda number=number: accept(number) for number in range(4)])

    users = [answer for answer in answers if isinstance(answer, User)]
    assert len(users) == 1
    assert [type(one) for one in answers].count(actions.LinkIsDead) == 3
    assert User.objects.get(pk=users[0].pk).password == users[0].password


def test_links_asked_together_leave_one_open():
    user = UserFactory()

    together([lambda: actions.ask_new_password(user.email, source="x", at=timezone.now())] * 4)

    # Three requests an hour are served; the fourth is written in the name of nobody.
    assert AccountLink.objects.open().filter(user=user).count() == 1
    assert AccountLink.objects.count() == 4


def test_an_identity_that_comes_twice_together_is_linked_once():
    user = MemberFactory().user
    who = identity("https://fournisseur.invalid", {"sub": "f:1:2"} | professional(user.rpps))

    assert together([lambda: actions.enter(who, at=timezone.now())] * 3) == [user] * 3
    assert ProviderIdentity.objects.count() == 1


def test_two_passkeys_removed_together_leave_one():
    user = UserFactory()
    both = [a_passkey(user, number).pk for number in range(2)]

    def remove(pk):
        passkeys.remove(User.objects.get(pk=user.pk), pk, at=timezone.now())

    answers = together([lambda pk=pk: remove(pk) for pk in both])

    assert WebAuthnCredential.objects.filter(user=user).count() == 1
    assert [type(one) for one in answers].count(type(None)) == 1


def test_a_factor_enrolled_by_a_session_that_was_ended_is_refused():
    user = UserFactory()
    one_time_code(user)
    secret, before = factors.new_secret(), User.objects.get(pk=user.pk)
    reset(user)

    with pytest.raises(actions.SessionEnded, match="fermée entre-temps"):
        factors.enrol_totp(before, secret, now_of(secret), at=timezone.now())

    assert not factors.has_factor(user)
    assert actions.must_use_link(user)


def now_of(secret):
    return f"{totp(bytes.fromhex(secret)):06d}"
