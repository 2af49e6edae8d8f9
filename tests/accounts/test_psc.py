"""Signing in by Pro Santé Connect, against a real provider, and all that it refuses."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts import pro_sante_connect
from accounts.enums import Profession
from accounts.models import OpenSession, ProviderIdentity
from core.models import JournalLine, OutgoingMail
from tests.accounts.factories import MemberFactory, SiteFactory, UserFactory
from tests.accounts.provider import practice, professional
from tests.sessions import open_session


START = reverse("accounts:psc_start")
RETURN = reverse("accounts:psc_return")
ME = reverse("accounts:me")
CHOOSE = reverse("accounts:choose")
DISCOVERY = "/.well-known/openid-configuration"


def leave(client, **params):
    """Go to the provider; gives its address."""
    answer = client.get(START, params)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def back(location):
    """The address of ours where the browser is sent back."""
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}"


def enter(client, gate, subject="f:1:2", **params):
    """The whole way; gives the last answer."""
    return client.get(back(gate.authorize(leave(client, **params), subject)))


def refusal():
    return JournalLine.objects.filter(action="psc.refused").latest("pk").detail["cause"]


def refused(client, answer, cause):
    """Nobody is in, nothing is linked, and the journal says why."""
    return (
        answer.status_code >= 400
        and refusal() == cause
        and "_auth_user_id" not in client.session
        and not OpenSession.objects.exclude(user=None).exists()
        and client.get(ME).status_code == 302
    )


def test_a_professional_enters_and_is_linked_once(client, gate):
    member = MemberFactory()
    gate.known("f:1:2", **professional(member.user.rpps))

    answer = enter(client, gate, next="/compte/")

    assert answer.url == reverse("accounts:situation")
    assert client.get(answer.url, follow=True).redirect_chain[-1][0] == "/compte/"
    linked = ProviderIdentity.objects.get()
    assert (linked.user, linked.issuer, linked.subject) == (member.user, gate.issuer, "f:1:2")
    assert OutgoingMail.objects.get().to == member.user.email
    assert OpenSession.objects.get().path == "psc"
    actions = list(JournalLine.objects.order_by("pk").values_list("action", flat=True))
    assert actions[:3] == ["identity.linked", "sign_in.psc_ok", "situation.chosen"]
    enter(Client(), gate)
    assert ProviderIdentity.objects.count() == 1


def test_what_is_asked_of_the_provider(client, gate):
    asked = {name: value[0] for name, value in parse_qs(urlsplit(leave(client)).query).items()}

    assert asked["response_type"] == "code"
    assert asked["acr_values"] == "eidas1"
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["redirect_uri"].endswith(RETURN)


def test_the_verifier_of_pkce_goes_with_the_code(client, gate):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    enter(client, gate)

    (body,) = [body for path, body in gate.asked if path == "/oauth2/token"]
    assert "code_verifier=" in body


def test_the_key_of_the_session_changes(client, gate):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    address = leave(client)
    planted = client.session.session_key

    client.get(back(gate.authorize(address, "f:1:2")))

    assert client.session.session_key != planted
    assert not OpenSession.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"acr": "eidas2"}, "weak"),
        ({"acr": None}, "weak"),
        ({"aud": "another-client"}, "invalid"),
        ({"aud": "another-client", "azp": "recann"}, "invalid"),
        ({"iss": "https://ailleurs.invalid"}, "invalid"),
        ({"nonce": "another"}, "invalid"),
        ({"nonce": None}, "invalid"),
        ({"exp": 1_700_000_000}, "invalid"),
        ({"sub": "f:9:9"}, "invalid"),
    ],
    ids=lambda value: str(value),
)
def test_an_id_token_that_proves_nothing_is_refused(client, gate, changes, cause):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    gate.id_claims = changes

    assert refused(client, enter(client, gate), cause)
    assert not ProviderIdentity.objects.exists()


def test_a_wrong_signature_is_refused(client, gate):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    gate.forges = True

    # Their keys are published, ours signs.
    assert refused(client, enter(client, gate), "invalid")


def test_keys_that_turned_are_fetched_again(client, gate):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    gate.forges = True
    enter(client, gate)  # the wrong keys are kept from now on
    gate.forges = False

    assert enter(client, gate).status_code == 302


def test_a_signed_userinfo_is_verified(client, gate):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    gate.signs_userinfo = True

    assert enter(client, gate).status_code == 302


def test_the_userinfo_of_somebody_else_is_refused(client, gate):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    gate.user_claims = {"sub": "f:9:9"}

    assert refused(client, enter(client, gate), "invalid")


def test_another_issuer_is_refused(client, gate):
    gate.other_issuer = "https://ailleurs.invalid"

    assert refused(client, client.get(START), "invalid")


def test_a_callback_serves_once(client, gate):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    address = back(gate.authorize(leave(client), "f:1:2"))
    client.get(address)
    client.post(reverse("accounts:sign_out"))

    assert refused(client, client.get(address), "invalid")


def test_the_callback_of_another_browser_is_refused(client, gate):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    address = back(gate.authorize(leave(client), "f:1:2"))
    victim = Client()

    assert refused(victim, victim.get(address), "invalid")
    leave(victim)
    assert refused(victim, victim.get(address), "invalid")


def test_a_return_after_ten_minutes_is_refused(client, gate):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    address = back(gate.authorize(leave(client), "f:1:2"))
    session = client.session
    session["psc_pending"] |= {"at": int(time.time()) - 601}
    session.save()

    assert refused(client, client.get(address), "invalid")


def test_whoever_gives_up_is_told_so(client, gate):
    leave(client)

    assert refused(client, client.get(RETURN, {"error": "access_denied"}), "abandoned")


@pytest.mark.parametrize("fault", ["broken", "slow"])
@pytest.mark.parametrize("path", [DISCOVERY, "/oauth2/token", "/userinfo"])
def test_a_provider_that_fails_offers_the_local_path(client, gate, monkeypatch, fault, path):
    monkeypatch.setattr(pro_sante_connect, "PATIENCE", 0.5)
    gate.known("f:1:2", **professional(MemberFactory().user.rpps))
    at_start = path == DISCOVERY
    address = "" if at_start else back(gate.authorize(leave(client), "f:1:2"))
    setattr(gate, fault, path)
    begun = time.monotonic()

    answer = client.get(START if at_start else address)
    took = time.monotonic() - begun
    gate.released.set()

    assert took < 5
    assert refused(client, answer, "unavailable")
    assert answer.status_code == 503
    assert "Se connecter avec un mot de passe" in answer.content.decode()


def test_the_patience_is_at_most_five_seconds():
    assert pro_sante_connect.PATIENCE <= 5


def test_a_provider_that_is_down_offers_the_local_path(client, gate, settings):
    settings.PSC_ISSUER = "http://127.0.0.1:9"

    assert refused(client, client.get(START), "unavailable")


def test_without_issuer_it_is_not_offered(client):
    assert "Pro Santé Connect" not in client.get(reverse("accounts:sign_in")).content.decode()
    assert {client.get(url).status_code for url in (START, RETURN)} == {404}


def test_the_button_names_the_card_and_the_application(client, gate):
    page = client.get(reverse("accounts:sign_in"), {"next": "/compte/"}).content.decode()

    assert "Carte CPS ou application e-CPS" in page
    assert f"{START}?next=%2Fcompte%2F" in page


# --- Whose account it is ---------------------------------------------------------------------


def test_an_unknown_person_is_refused(client, gate):
    gate.known("f:1:2", **professional("10101010101"))

    answer = enter(client, gate)

    assert refused(client, answer, "unknown")
    assert "avant la première connexion" in answer.content.decode()


@pytest.mark.parametrize(
    ("claims", "cause"),
    [
        ({"otherIds": [], "SubjectNameID": "EDIT-1"}, "unknown"),
        ({"SubjectRefPro": None, "SubjectRole": []}, "profession"),
        ({"SubjectRefPro": {"exercices": [practice("21")]}, "SubjectRole": []}, "profession"),
    ],
    ids=["no RPPS", "no profession", "a pharmacist"],
)
def test_who_cannot_be_linked(client, gate, claims, cause):
    gate.known("f:1:2", **professional(MemberFactory().user.rpps) | claims)

    assert refused(client, enter(client, gate), cause)
    assert not ProviderIdentity.objects.exists()


def test_two_numbers_are_no_number(client, gate):
    one, other = MemberFactory().user.rpps, MemberFactory().user.rpps
    both = [{"identifiant": f"8{rpps}", "origine": "RPPS"} for rpps in (one, other)]
    gate.known("f:1:2", **professional(one) | {"otherIds": both})

    assert refused(client, enter(client, gate), "unknown")


def test_an_account_has_one_identity(client, gate):
    rpps = MemberFactory().user.rpps
    gate.known("f:1:2", **professional(rpps))
    gate.known("f:3:4", **professional(rpps))
    enter(Client(), gate)
    OpenSession.objects.all().delete()

    assert refused(client, enter(client, gate, "f:3:4"), "linked")
    assert ProviderIdentity.objects.get().subject == "f:1:2"


def test_another_number_under_a_known_identity_is_refused(client, gate):
    first, second = MemberFactory().user, MemberFactory().user
    gate.known("f:1:2", **professional(first.rpps))
    enter(Client(), gate)
    OpenSession.objects.all().delete()
    gate.known("f:1:2", **professional(second.rpps))

    assert refused(client, enter(client, gate), "rpps_changed")


def test_a_closed_account_is_refused_before_and_after_linking(client, gate):
    user = MemberFactory().user
    gate.known("f:1:2", **professional(user.rpps))
    user.is_active = False
    user.save()
    assert refused(client, enter(client, gate), "unknown")
    type(user).objects.update(is_active=True)
    enter(Client(), gate)
    OpenSession.objects.all().delete()
    type(user).objects.update(is_active=False)

    assert refused(client, enter(client, gate), "closed")


def test_the_rpps_number_alone_never_recognises_a_linked_account(client, gate):
    first = MemberFactory().user
    gate.known("f:1:2", **professional(first.rpps))
    enter(Client(), gate)
    ProviderIdentity.objects.update(rpps="10000000001")
    # The account changed hands: the identity decides, not the number typed in it.
    type(first).objects.filter(pk=first.pk).update(rpps="")
    gate.known("f:1:2", **professional("10000000001"))

    assert enter(client, gate).status_code == 302
    assert client.session["_auth_user_id"] == str(first.pk)


def test_an_agent_is_not_let_in_by_a_number(client, gate):
    agent = UserFactory(profession=Profession.AGENT)
    gate.known("f:1:2", **professional(agent.rpps))

    assert refused(client, enter(client, gate), "profession")


# --- The situation ---------------------------------------------------------------------------


def test_one_situation_is_chosen_silently_and_stands_in_each_line(client, gate):
    member = MemberFactory()
    gate.known("f:1:2", **professional(member.user.rpps, practice(numeroFinessSite="750000018")))
    client.get(enter(client, gate).url, follow=True)

    client.post(reverse("accounts:sign_out"))

    line = JournalLine.objects.get(action="signed_out")
    assert line.actor_id == member.pk
    assert line.detail == {"path": "psc", "situation": "10/SM26/SA07/750000018"}


def test_several_situations_are_chosen_from_and_changed_openly(client, gate):
    member = MemberFactory()
    practices = [
        practice(numeroFinessSite="750000018", raisonSocialeSite="CHU de Paris"),
        practice(identifiantTechniqueDeLaStructure="R1", raisonSocialeSite="Cabinet"),
        practice("21", numeroFinessSite="750000026", raisonSocialeSite="Officine"),
    ]
    gate.known("f:1:2", **professional(member.user.rpps, *practices))
    situation = enter(client, gate).url

    page = client.get(situation).content.decode()
    assert "CHU de Paris" in page
    assert "Cabinet" in page
    assert "Officine" not in page  # an account of doctor acts as a doctor
    assert (
        "Dans quelle situation" in client.post(situation, {"situation": "9/9/9/9"}).content.decode()
    )
    assert "situation" not in client.session
    assert client.post(situation, {"situation": "10/SM26/SA07/R1"}).url == CHOOSE
    assert client.session["situation"] == "10/SM26/SA07/R1"
    assert "Situation actuelle" in client.get(situation).content.decode()
    client.post(situation, {"situation": "10/SM26/SA07/750000018"})
    assert client.session["situation"] == "10/SM26/SA07/750000018"


def test_another_place_than_the_role_s_is_told_and_journaled(client, gate):
    member = MemberFactory(site=SiteFactory(finess="750000018"))
    gate.known("f:1:2", **professional(member.user.rpps, practice(numeroFinessSite="750000026")))

    page = client.get(enter(client, gate, next=ME).url, follow=True).content.decode()

    assert "n’est pas dans ce lieu" in page
    assert JournalLine.objects.filter(action="situation.other_place").count() == 1


def test_a_person_without_situation_enters_all_the_same(client, gate):
    member = MemberFactory()
    gate.known("f:1:2", **professional(member.user.rpps) | {"SubjectRefPro": {}})

    page = client.get(enter(client, gate, next=ME).url, follow=True)

    assert page.status_code == 200
    assert "situation" not in client.session


def test_a_local_session_has_no_situation(client):
    open_session(client, MemberFactory())

    assert client.get(reverse("accounts:situation")).url == reverse("accounts:choose")
    client.post(reverse("accounts:sign_out"))
    assert JournalLine.objects.get(action="signed_out").detail == {}
