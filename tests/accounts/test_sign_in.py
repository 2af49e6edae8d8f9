import datetime
import time
from types import SimpleNamespace

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse
from django_otp.oath import hotp

from accounts import factors
from accounts.enums import Role
from accounts.models import Member, TotpDevice
from core import keys
from core.models import JournalLine
from tests.accounts.factories import PASSWORD, MemberFactory, SiteFactory, UserFactory
from tests.sessions import one_time_code, open_session


SIGN_IN = reverse("accounts:sign_in")
SECOND = reverse("accounts:second_factor")
CHOOSE = reverse("accounts:choose")


def actions_journaled():
    return list(JournalLine.objects.order_by("pk").values_list("action", flat=True))


def give_password(client, identifier, password=PASSWORD, **extra):
    return client.post(SIGN_IN, {"identifier": identifier, "password": password, **extra})


def give_both(client, user, **extra):
    code = one_time_code(user)
    give_password(client, user.rpps or user.email, **extra)
    return client.post(SECOND, {"code": code})


# --- Password --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        lambda user: user.rpps,
        lambda user: f" {user.rpps[:5]} {user.rpps[5:]} ",
        lambda user: user.email,
        lambda user: user.email.upper(),
    ],
)
def test_one_signs_in_with_rpps_or_address(client, typed):
    user = MemberFactory().user
    code = one_time_code(user)

    first = give_password(client, typed(user))
    second = client.post(SECOND, {"code": code})

    assert (first.url, second.url) == (SECOND, CHOOSE)
    assert client.get(CHOOSE).url == "/"
    assert actions_journaled() == ["sign_in.password_ok", "second_factor.ok", "role.chosen"]


def refusal(client, identifier, password):
    """The answer, without what changes at each page: the identifier typed, and the token."""
    response = give_password(client, identifier, password)
    text = response.content.decode().replace(identifier, "")
    return response.status_code, text.split("csrfmiddlewaretoken")[0], "Identifiant ou mot" in text


def test_unknown_wrong_closed_and_throttled_are_one_answer(client):
    known, closed = MemberFactory().user, MemberFactory(user__is_active=False).user
    throttled = MemberFactory().user
    for _ in range(5):
        give_password(client, throttled.rpps, "faux")

    answers = {
        refusal(client, "10000000000", "faux"),
        refusal(client, "personne@exemple.test", "faux"),
        refusal(client, known.rpps, "faux"),
        refusal(client, closed.rpps, PASSWORD),
        refusal(client, throttled.rpps, PASSWORD),
    }

    assert len(answers) == 1
    assert answers.pop()[2]
    assert "_auth_user_id" not in client.session


def test_as_much_work_is_done_for_unknown_people(client, monkeypatch):
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, *args: hashed.append(1) or encode(self, *args),
    )
    user = UserFactory()
    hashed.clear()

    give_password(client, user.rpps, "faux")
    known = len(hashed)
    give_password(client, "10000000000", "faux")

    assert known == len(hashed) - known == 1


def test_three_hundred_wrong_passwords_are_told_to_nobody_but_the_journal(client):
    user = MemberFactory().user

    answers = {refusal(client, user.rpps, f"faux {n}") for n in range(300)}

    assert len(answers) == 1
    journal = actions_journaled()
    assert journal.count("sign_in.password_refused") == 5
    assert journal.count("sign_in.throttled") == 295
    assert not JournalLine.objects.filter(detail__icontains=user.rpps).exists()


def test_the_right_password_is_refused_while_throttled_then_accepted(client, monkeypatch):
    user = MemberFactory().user
    for _ in range(5):
        give_password(client, user.rpps, "faux")
    assert give_password(client, user.rpps).status_code == 200

    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=16)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)

    assert give_password(client, user.rpps).url == SECOND


def test_a_stranger_elsewhere_does_not_shut_a_person_out(client):
    user = MemberFactory().user
    for _ in range(10):
        client.post(
            SIGN_IN, {"identifier": user.rpps, "password": "faux"}, REMOTE_ADDR="203.0.113.9"
        )

    assert give_password(client, user.rpps).url == SECOND


def test_many_machines_do_not_guess_for_ever(client):
    user = MemberFactory().user
    for n in range(20):
        client.post(
            SIGN_IN, {"identifier": user.rpps, "password": "faux"}, REMOTE_ADDR=f"203.0.113.{n}"
        )

    assert give_password(client, user.rpps).status_code == 200


def test_one_source_does_not_try_everybody(client):
    for n in range(50):
        give_password(client, f"1000000{n:04d}", "le même mot de passe")

    assert give_password(client, MemberFactory().user.rpps).status_code == 200


def test_a_whole_hospital_signs_in_behind_one_address(client):
    user = MemberFactory().user

    answers = [give_password(client, user.rpps).status_code for _ in range(60)]

    assert set(answers) == {302}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("/formation/?page=2", "/formation/?page=2"),
        ("https://ailleurs.example/", "/"),
        ("//ailleurs.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_one_goes_on_to_an_address_of_ours_only(client, asked, expected):
    give_both(client, MemberFactory().user, next=asked)

    assert client.get(CHOOSE).url == expected


# --- Second factor ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["accounts:me", "training:mine", "accounts:choose"])
def test_a_password_alone_opens_nothing(client, name):
    user = MemberFactory().user
    one_time_code(user)
    give_password(client, user.rpps)

    assert client.get(reverse(name)).url == SECOND


def test_a_password_alone_does_not_enrol_another_application(client):
    user = MemberFactory().user
    one_time_code(user)
    give_password(client, user.rpps)

    assert client.get(reverse("accounts:enrol_totp")).url == SECOND
    assert client.post(reverse("accounts:enrol_totp"), {"code": "123456"}).url == SECOND


def test_a_one_time_code_serves_once(client):
    user = MemberFactory().user
    code = one_time_code(user)
    give_password(client, user.rpps)
    client.post(SECOND, {"code": code})
    client.post(reverse("accounts:sign_out"))
    give_password(client, user.rpps)

    again = client.post(SECOND, {"code": code})

    assert "accepté" in again.content.decode()
    assert client.get(reverse("accounts:me")).url == SECOND
    assert actions_journaled()[-1] == "second_factor.refused"


@pytest.mark.parametrize("typed", ["", "abc", "\uff11" * 6, "12345", "0000000"])
def test_what_is_not_a_code_is_refused(client, typed):
    user = MemberFactory().user
    one_time_code(user)
    give_password(client, user.rpps)

    assert client.post(SECOND, {"code": typed}).status_code == 200
    assert client.get(reverse("accounts:me")).url == SECOND


@pytest.mark.parametrize(
    ("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_away(client, monkeypatch, steps, opens):
    user = MemberFactory().user
    one_time_code(user)
    device = TotpDevice.objects.get(user=user)
    give_password(client, user.rpps)
    now = int(time.time())
    monkeypatch.setattr("accounts.models.totp.time", SimpleNamespace(time=lambda: now))
    code = f"{hotp(device.bin_key, now // 30 + steps):06d}"

    response = client.post(SECOND, {"code": code})

    assert (response.status_code == 302) is opens


def test_wrong_codes_are_counted(client):
    user = MemberFactory().user
    code = one_time_code(user)
    give_password(client, user.rpps)
    wrong = [client.post(SECOND, {"code": "000000"}) for _ in range(6)]

    right = client.post(SECOND, {"code": code})

    assert right.status_code == 200
    assert {answer.status_code for answer in wrong} == {200}
    assert (
        actions_journaled()[1:] == ["second_factor.refused"] * 5 + ["second_factor.throttled"] * 2
    )


def test_a_backup_code_opens_once_and_is_not_kept_readable(client):
    user = MemberFactory().user
    one_time_code(user)
    codes = factors.make_backup_codes(user)
    give_password(client, user.rpps)
    first = client.post(SECOND, {"code": codes[0].upper()})
    client.post(reverse("accounts:sign_out"))
    give_password(client, user.rpps)
    again = client.post(SECOND, {"code": codes[0]})

    assert (first.status_code, again.status_code) == (302, 200)
    assert factors.backup_codes_left(user) == 9
    kept = user.staticdevice_set.get().token_set.values_list("token", flat=True)
    assert not set(kept) & {code.replace("-", "") for code in codes}


# --- Enrolment -------------------------------------------------------------------------------


def secret_of(client):
    return keys.unseal_passing(
        bytes.fromhex(client.session["totp_secret"]), aad="accounts.proposed"
    )


def test_the_first_time_one_enrols_an_application_and_receives_backup_codes(client):
    user = MemberFactory().user
    enrol = reverse("accounts:enrol_totp")
    give_password(client, user.rpps)

    assert client.get(SECOND).url == enrol
    page = client.get(enrol).content.decode()
    assert 'src="data:image/svg+xml' in page
    wrong = client.post(enrol, {"code": "000000"})
    assert "pas le bon" in wrong.content.decode()
    assert not TotpDevice.objects.exists()
    code = f"{hotp(secret_of(client), int(time.time()) // 30):06d}"
    assert client.post(enrol, {"code": code}).url == CHOOSE
    codes_page = client.get(CHOOSE, follow=True).content.decode()
    codes = client.session["new_codes"]
    assert all(shown in codes_page for shown in codes)
    assert client.post(reverse("accounts:backup_codes")).url == "/"
    assert client.get(reverse("accounts:backup_codes")).status_code == 302
    assert "new_codes" not in client.session


def test_another_application_takes_a_signature_and_ends_other_sessions(client, client2):
    member = MemberFactory()
    other = open_session(client2, member)
    give_both(client, member.user)
    client.get(CHOOSE)
    enrol = reverse("accounts:enrol_totp")
    client.get(enrol)
    code = f"{hotp(secret_of(client), int(time.time()) // 30):06d}"

    unsigned = client.post(enrol, {"code": code})
    signed = client.post(enrol, {"code": code, "secret": one_time_code(member.user)})

    assert unsigned.status_code == 200
    assert signed.url == CHOOSE
    assert client.get(reverse("accounts:me")).status_code == 200
    assert other.get(reverse("accounts:me")).url.startswith(SIGN_IN)


@pytest.fixture
def client2():
    return Client()


# --- Role ------------------------------------------------------------------------------------


def test_whoever_has_several_roles_chooses_and_switches_openly(client):
    user = UserFactory()
    centre = MemberFactory(user=user)
    practice = MemberFactory(user=user, role=Role.RELAY_DOCTOR, site=SiteFactory(practice=True))
    stranger = MemberFactory()
    give_both(client, user)

    page = client.get(CHOOSE).content.decode()
    assert centre.site.name in page
    assert stranger.site.name not in page
    client.post(CHOOSE, {"member": practice.public_id})
    assert client.session["member_id"] == practice.pk
    before = client.session.session_key
    client.post(CHOOSE, {"member": centre.public_id})
    assert client.session["member_id"] == centre.pk
    assert client.session.session_key != before
    assert "Changer de rôle" in client.get(reverse("accounts:me")).content.decode()
    assert actions_journaled()[-2:] == ["role.chosen", "role.chosen"]


def test_one_does_not_act_as_somebody_else(client):
    member, stranger = MemberFactory(), MemberFactory()
    give_both(client, member.user)

    response = client.post(CHOOSE, {"member": stranger.public_id})

    assert response.status_code == 403
    assert "member_id" not in client.session


def test_an_ended_role_is_refused_at_the_next_request(client):
    member = MemberFactory()
    open_session(client, member)
    assert client.get(reverse("training:mine")).status_code == 200

    Member.objects.filter(pk=member.pk).update(ended_on=datetime.date(2026, 1, 1))

    assert client.get(reverse("training:mine")).status_code == 403
    assert "Aucun rôle ouvert" in client.get(CHOOSE).content.decode()


def test_a_person_without_role_is_told_so(client):
    user = UserFactory()
    give_both(client, user)

    response = client.get(CHOOSE)

    assert "Aucun rôle ouvert à votre nom" in response.content.decode()
