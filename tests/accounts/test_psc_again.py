"""Signing by a fresh proof of Pro Santé Connect, and signing out on both sides."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import factors, pro_sante_connect
from accounts.models import OpenSession
from core import audit
from core.models import JournalLine
from tests.accounts.factories import PASSWORD, MemberFactory
from tests.accounts.provider import practice, professional
from tests.accounts.test_psc import back, enter, refusal
from tests.sessions import one_time_code, open_session


AGAIN = reverse("accounts:psc_again")
CODES = reverse("accounts:new_backup_codes")
LOGOUT = reverse("accounts:psc_logout")
ME = reverse("accounts:me")


@pytest.fixture
def doctor(gate):
    """Somebody who has Pro Santé Connect alone: neither password nor code."""
    member = MemberFactory()
    member.user.set_unusable_password()
    member.user.save()
    claims = professional(member.user.rpps, practice(numeroFinessSite="750000018"), sid="S1")
    gate.known("f:1:2", **claims)
    return member


@pytest.fixture
def inside(client, gate, doctor):
    """The doctor's browser, signed in."""
    client.get(enter(client, gate).url, follow=True)
    return client


def prove_again(client, gate, subject="f:1:2", **claims):
    """Go there again and come back; the answer."""
    gate.id_claims = {"auth_time": int(time.time()), **claims}
    address = client.get(AGAIN, {"next": ME}).url
    return client.get(back(gate.authorize(address, subject)))


def test_a_signature_asks_for_a_fresh_proof(inside, gate):
    refused = inside.post(CODES).content.decode()
    key = inside.session.session_key

    answer = prove_again(inside, gate)
    page = inside.get(ME).content.decode()
    signed = inside.post(CODES)

    assert "Confirmez d’abord votre identité" in refused
    assert "Confirmer avec Pro Santé Connect" in refused
    assert 'name="secret"' not in refused
    assert answer.url == ME
    assert inside.session.session_key != key
    assert "Identité confirmée avec Pro Santé Connect" in page
    assert signed.url == reverse("accounts:backup_codes")
    line = JournalLine.objects.get(action="signature.proved")
    assert line.detail == {
        "path": "psc", "situation": "10/SM26/SA07/750000018", "kind": "psc"
    }  # fmt: skip


def test_the_provider_is_told_to_ask_again(inside, gate):
    asked = parse_qs(urlsplit(inside.get(AGAIN).url).query)

    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])


def test_a_proof_signs_once(inside, gate):
    prove_again(inside, gate)
    inside.post(CODES)

    assert inside.post(CODES).status_code == 200
    assert JournalLine.objects.filter(action="signature.proved").count() == 1


def test_a_proof_signs_for_five_minutes(inside, gate):
    prove_again(inside, gate)
    session = inside.session
    session["fresh_proof"] |= {"at": int(time.time()) - 301}
    session.save()

    assert inside.post(CODES).status_code == 200
    assert not JournalLine.objects.filter(action="signature.proved").exists()


@pytest.mark.parametrize(
    "claims",
    [{"auth_time": None}, {"auth_time": 1_700_000_000}, {"acr": "eidas2"}, {"auth_time": "now"}],
    ids=["no time", "an old proof", "weak", "odd"],
)
def test_an_old_or_weak_proof_does_not_sign(inside, gate, claims):
    answer = prove_again(inside, gate, **claims)

    assert answer.status_code in {400, 403}
    assert "fresh_proof" not in inside.session
    assert inside.get(ME).status_code == 200  # the session itself goes on


def test_somebody_else_does_not_sign(inside, gate):
    gate.known("f:3:4", **professional(MemberFactory().user.rpps))

    assert prove_again(inside, gate, "f:3:4").status_code == 400
    assert refusal() == "invalid"
    assert "fresh_proof" not in inside.session


def test_a_fresh_proof_of_another_browser_does_not_sign(inside, gate, doctor):
    gate.id_claims = {"auth_time": int(time.time())}
    address = back(gate.authorize(inside.get(AGAIN).url, "f:1:2"))
    other = open_session(Client(), doctor)

    assert other.get(address).status_code == 400
    assert "fresh_proof" not in other.session


def test_a_provider_that_is_down_leaves_the_session_open(inside, gate):
    pro_sante_connect._app_of.cache_clear()
    gate.broken = "/.well-known/openid-configuration"

    answer = inside.get(AGAIN)

    assert answer.status_code == 503
    assert "Revenir au registre" in answer.content.decode()
    assert inside.get(ME).status_code == 200


def test_whoever_also_has_a_code_may_type_it(inside, doctor):
    code = one_time_code(doctor.user)

    assert 'name="secret"' in inside.get(ME).content.decode()
    assert inside.post(CODES, {"secret": code}).status_code == 302
    assert JournalLine.objects.get(action="signature.proved").detail["kind"] == "code"


def test_a_local_session_is_not_sent_there(client, gate, doctor):
    open_session(client, doctor)

    assert client.get(AGAIN).status_code == 404


# --- Out -------------------------------------------------------------------------------------


def test_signing_out_leaves_on_both_sides(inside, gate):
    key = inside.session.session_key

    answer = inside.post(reverse("accounts:sign_out"))

    page = answer.content.decode()
    assert answer["Clear-Site-Data"] == '"cache"'
    assert f"{gate.issuer}/oauth2/end_session?id_token_hint=" in page.replace("&amp;", "&")
    assert 'http-equiv="refresh"' in page
    assert not OpenSession.objects.filter(session_key=key).exists()
    assert "_auth_user_id" not in inside.session
    assert inside.get(reverse("accounts:signed_out")).status_code == 200


def test_signing_out_works_while_the_provider_is_down(inside, gate, settings):
    pro_sante_connect._app_of.cache_clear()
    gate.broken = "/.well-known/openid-configuration"

    assert inside.post(reverse("accounts:sign_out")).url == reverse("accounts:sign_in")
    assert "_auth_user_id" not in inside.session


def test_the_id_token_is_not_kept_in_clear(inside):
    kept = OpenSession.objects.get().get_decoded()["psc"]["id_token"]

    assert "eyJ" not in kept
    assert bytes.fromhex(kept)[:1] == b"\x01"


@pytest.mark.parametrize("told", [{"sub": "f:1:2"}, {"sid": "S1"}, {"sub": "f:1:2", "sid": "S1"}])
def test_the_provider_signs_somebody_out(inside, gate, doctor, told):
    local = open_session(Client(), doctor)

    answer = Client().post(LOGOUT, {"logout_token": gate.logout_token(**told)})

    assert answer.status_code == 200
    assert inside.get(ME).status_code == 302
    assert local.get(ME).status_code == 200
    line = JournalLine.objects.get(action="session.ended_by_provider")
    assert line.user_id == doctor.user_id


def test_a_session_that_was_not_named_ends_with_its_subject(client, gate, doctor):
    gate.id_claims = {"sid": None}
    client.get(enter(client, gate).url, follow=True)

    Client().post(LOGOUT, {"logout_token": gate.logout_token(sid="S9")})
    assert client.get(ME).status_code == 200
    Client().post(LOGOUT, {"logout_token": gate.logout_token(sid="S9", sub="f:1:2")})

    assert client.get(ME).status_code == 302


def test_another_session_of_the_person_goes_on(inside, gate):
    told = {"sub": "f:1:2", "sid": "another"}

    Client().post(LOGOUT, {"logout_token": gate.logout_token(**told)})

    assert inside.get(ME).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "x"},
        {"aud": "another-client"},
        {"iss": "https://ailleurs.invalid"},
        {"iat": 1_700_000_000},
        {"exp": 1_700_000_000},
        {"events": {}},
        {"events": "odd"},
        {"events": None},
        {"typ": "ID"},
        {"sub": None},
        {"jti": None},
    ],
    ids=str,
)
def test_a_logout_token_that_is_none_is_ignored(inside, gate, changes):
    token = gate.logout_token(**({"sub": "f:1:2"} | changes))

    assert Client().post(LOGOUT, {"logout_token": token}).status_code == 400
    assert inside.get(ME).status_code == 200


def test_a_logout_token_of_another_kind_or_key_is_ignored(inside, gate):
    from joserfc.jwk import RSAKey

    of_kind = gate.logout_token({"typ": "at+jwt"}, sub="f:1:2")
    gate.key, ours = RSAKey.generate_key(2048), gate.key
    by_another = gate.logout_token(sub="f:1:2")
    gate.key = ours

    for token in (of_kind, by_another, "", "a.b.c"):
        assert Client().post(LOGOUT, {"logout_token": token}).status_code == 400
    assert inside.get(ME).status_code == 200


def test_a_logout_token_serves_once(inside, gate, doctor):
    token = gate.logout_token(sub="f:1:2")
    Client().post(LOGOUT, {"logout_token": token})
    enter(inside, gate)

    assert Client().post(LOGOUT, {"logout_token": token}).status_code == 400
    assert inside.get(ME).status_code == 200
    assert JournalLine.objects.filter(action="psc.logout_refused").count() == 1


def test_a_backup_code_is_something_to_type(inside, doctor):
    assert not factors.has_code(doctor.user)
    factors.make_backup_codes(doctor.user)
    assert factors.has_code(doctor.user)


def test_a_password_is_asked_from_the_second_signature_on(inside, gate, doctor):
    doctor.user.set_password(PASSWORD)
    doctor.user.save()
    update = inside.session
    update["_auth_user_hash"] = doctor.user.get_session_auth_hash()
    update.save()

    assert 'name="secret"' not in inside.get(ME).content.decode()
    prove_again(inside, gate)
    inside.post(CODES)
    assert 'name="secret"' in inside.get(ME).content.decode()


def test_circumstances_end_with_the_request(inside):
    inside.get(ME)

    assert audit.record("x", by=audit.SYSTEM).detail == {}
    assert timezone.now()
