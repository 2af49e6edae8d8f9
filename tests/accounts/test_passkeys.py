"""Passkeys without a browser: what is refused, and what the journal says of it."""

import json

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from accounts import passkeys
from accounts.models import User
from core.models import JournalLine
from tests.accounts.factories import PASSWORD, MemberFactory, UserFactory
from tests.sessions import one_time_code, open_session


BEGIN, SIGN_IN = reverse("accounts:passkey_begin"), reverse("accounts:passkey_sign_in")
REGISTER, REGISTERED = reverse("accounts:passkey_register"), reverse("accounts:passkey_registered")
PROVE = reverse("accounts:passkey_prove")


def a_passkey(user, number=0):
    return WebAuthnCredential.objects.create(
        user=user,
        name="Chrome sous Linux",
        aaguid="00000000-0000-0000-0000-000000000000",
        credential_id=f"{user.pk} {number}".encode(),
        public_key=b"x",
        sign_count=0,
        backup_eligible=False,
        backup_state=False,
    )


def send(client, address, answer):
    return client.post(address, json.dumps({"answer": answer}), content_type="application/json")


def an_answer(user, number=0):
    """Shaped like a browser's, signed by nobody."""
    from base64 import urlsafe_b64encode

    name = urlsafe_b64encode(f"{user.pk} {number}".encode()).decode().rstrip("=")
    return {
        "id": name,
        "rawId": name,
        "type": "public-key",
        "response": {"clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA"},
    }


@pytest.mark.parametrize(
    ("host", "secure", "expected"),
    [
        ("localhost:8000", False, True),
        ("127.0.0.1:8000", False, False),
        ("anything", True, True),
    ],
)
def test_a_bare_number_has_no_passkey(settings, host, secure, expected):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE, settings.PUBLIC_URL = secure, "https://registre.exemple.fr:8443"
    request = RequestFactory().get("/", HTTP_HOST=host)

    assert passkeys.usable(request) == expected
    if secure:
        assert passkeys.host(request) == "registre.exemple.fr"
        assert passkeys.origin(request) == settings.PUBLIC_URL


def test_a_challenge_asks_that_the_person_be_verified(client):
    options = client.post(BEGIN).json()

    assert options["userVerification"] == "required"
    assert len(options["challenge"]) > 40
    assert client.post(BEGIN).json()["challenge"] != options["challenge"]


@pytest.mark.parametrize("answer", [{}, {"id": "x"}, [], "odd", None])
def test_an_odd_answer_opens_nothing(client, answer):
    client.post(BEGIN)

    refused = send(client, SIGN_IN, answer)

    assert refused.status_code == 403
    assert "pas acceptée" in refused.json()["erreur"]
    assert JournalLine.objects.get().action == "passkey.refused"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("body", ["", "{", "[]", "x" * 30_000])
def test_what_is_no_answer_opens_nothing(client, body):
    client.post(BEGIN)

    assert client.post(SIGN_IN, body, content_type="application/json").status_code == 403


def test_a_challenge_serves_once_whatever_the_answer(client):
    user = MemberFactory().user
    a_passkey(user)
    client.post(BEGIN)
    send(client, SIGN_IN, an_answer(user))

    assert send(client, SIGN_IN, an_answer(user)).status_code == 403
    assert JournalLine.objects.filter(action="passkey.refused").count() == 1


def test_a_signature_of_nobody_opens_nothing(client):
    user = MemberFactory().user
    a_passkey(user)
    client.post(BEGIN)

    assert send(client, SIGN_IN, an_answer(user)).status_code == 403
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "change",
    [
        lambda: WebAuthnCredential.objects.update(confirmed=False),
        lambda: User.objects.update(is_active=False),
    ],
    ids=["disabled", "account closed"],
)
def test_a_passkey_that_is_right_opens_no_closed_account(client, monkeypatch, change):
    a_passkey(MemberFactory().user)
    change()
    found = WebAuthnCredential.objects.get()
    monkeypatch.setattr(passkeys.Helper, "authenticate_complete", lambda *a, **k: found)
    client.post(BEGIN)

    assert send(client, SIGN_IN, {}).status_code == 403
    assert "_auth_user_id" not in client.session


def test_attempts_are_counted_by_source(client):
    for _ in range(passkeys.TRIES + 2):
        client.post(BEGIN)
        send(client, SIGN_IN, {})

    actions = JournalLine.objects.values_list("action", flat=True)
    assert list(actions).count("passkey.refused") == passkeys.TRIES
    assert list(actions).count("passkey.throttled") == 2


def test_a_passkey_of_somebody_else_does_not_sign(client):
    other = UserFactory()
    a_passkey(other)
    open_session(client, MemberFactory())
    client.post(BEGIN)

    assert send(client, PROVE, an_answer(other)).status_code == 403
    assert "fresh_proof" not in client.session


def test_making_one_takes_a_signature(client):
    member = MemberFactory()
    open_session(client, member)

    unsigned = client.post(REGISTER, {"secret": "faux"})
    signed = client.post(REGISTER, {"secret": one_time_code(member.user)})

    assert unsigned.status_code == 403
    assert "code" in unsigned.json()["erreur"]
    assert signed.json()["authenticatorSelection"]["userVerification"] == "required"
    assert signed.json()["user"]["displayName"] == member.user.full_name


def test_a_password_alone_makes_none_for_whoever_has_a_factor(client):
    user = MemberFactory().user
    one_time_code(user)
    client.post(reverse("accounts:sign_in"), {"identifier": user.rpps, "password": PASSWORD})

    assert client.post(REGISTER).status_code == 404
    assert send(client, REGISTERED, {}).status_code == 403


@pytest.mark.parametrize("begun", [True, False])
def test_an_odd_answer_makes_none(client, begun):
    member = MemberFactory()
    open_session(client, member)
    if begun:
        client.post(REGISTER, {"secret": one_time_code(member.user)})

    refused = send(client, REGISTERED, {"id": "x"})

    assert refused.status_code == 403
    assert not WebAuthnCredential.objects.exists()
    assert not JournalLine.objects.filter(action="second_factor.enrolled").exists()


def test_a_person_has_ten_at_most(client):
    member = MemberFactory()
    for number in range(passkeys.MOST):
        a_passkey(member.user, number)
    open_session(client, member)

    refused = client.post(REGISTER, {"secret": one_time_code(member.user)})

    assert "retirez-en une" in refused.json()["erreur"]


def test_the_last_factor_is_not_removed(client):
    member = MemberFactory()
    passkey = a_passkey(member.user)
    open_session(client, member, proved=True)
    address = reverse("accounts:remove_passkey", args=[passkey.pk])

    assert client.get(address).status_code == 200
    page = client.post(address, {"secret": PASSWORD}, follow=True).content.decode()

    assert "votre seul second facteur" in page
    assert WebAuthnCredential.objects.count() == 1


def test_one_of_two_is_removed_and_the_session_goes_on(client):
    member = MemberFactory()
    passkey, other = a_passkey(member.user), a_passkey(member.user, 1)
    open_session(client, member, proved=True)

    client.post(reverse("accounts:remove_passkey", args=[passkey.pk]), {"secret": PASSWORD})

    assert WebAuthnCredential.objects.get() == other
    assert client.get("/compte/").status_code == 200
    assert JournalLine.objects.filter(action="second_factor.removed").count() == 1


def test_the_passkey_of_somebody_else_is_not_removed(client):
    passkey = a_passkey(UserFactory())
    member = MemberFactory()
    open_session(client, member, proved=True)

    address = reverse("accounts:remove_passkey", args=[passkey.pk])
    passkeys.remove(member.user, passkey.pk, at=timezone.now())

    assert client.post(address, {"secret": PASSWORD}).status_code == 404
    assert WebAuthnCredential.objects.exists()


def test_without_a_name_none_is_offered(client, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    open_session(client, MemberFactory())
    by_number = {"HTTP_HOST": "127.0.0.1"}

    assert client.post(BEGIN, **by_number).status_code == 404
    assert client.post(SIGN_IN, **by_number).status_code == 404
    assert client.post(REGISTER, **by_number).status_code == 404
    assert client.get(reverse("accounts:add_passkey"), **by_number).status_code == 404
    assert "est un numéro" in client.get("/compte/", **by_number).content.decode()
