"""Passkeys in a browser, with a virtual authenticator that holds and uses them."""

import pytest
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from accounts import factors
from accounts.models import OpenSession
from core.models import JournalLine
from tests.accessible import expect_accessible
from tests.accounts.factories import PASSWORD, MemberFactory
from tests.sessions import one_time_code


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]


@pytest.fixture
def authenticator(page):
    """The browser has a device that knows its owner, and answers at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, added["authenticatorId"]


def sign_in(page, user):
    page.goto("/connexion/")
    page.fill("input[name=identifier]", user.rpps)
    page.fill("input[name=password]", PASSWORD)
    page.click("button:text('Se connecter')")


def test_a_passkey_is_made_used_signs_and_is_removed(page, authenticator):
    member = MemberFactory()
    code = one_time_code(member.user)
    sign_in(page, member.user)
    page.fill("input[name=code]", code)
    page.click("button:text('Vérifier')")
    page.wait_for_url("**/patients/")
    page.goto("/compte/")
    page.click("text=Ajouter une clé d’accès")
    expect_accessible(page)
    codes = factors.make_backup_codes(member.user)
    page.fill("input[name=secret]", codes[0])
    page.click("text=Enregistrer une clé d’accès")
    page.wait_for_url("**/compte/")
    page.wait_for_selector("text=Clé d’accès enregistrée")
    expect_accessible(page)
    page.click("text=Se déconnecter")
    use_sign_and_remove(page)


def use_sign_and_remove(page):
    page.click("text=Utiliser une clé d’accès")
    page.wait_for_url("**/patients/")
    assert JournalLine.objects.filter(action="sign_in.passkey_ok").count() == 1

    page.goto("/compte/mot-de-passe/")
    page.fill("input[name=new]", "une phrase toute nouvelle ici")
    page.fill("input[name=again]", "une phrase toute nouvelle ici")
    page.click("text=Signer avec ma clé d’accès")
    page.wait_for_selector("text=Mot de passe changé")
    line = JournalLine.objects.filter(action="signature.proved").latest("pk")
    assert line.detail["kind"] == "passkey"

    page.click("a:text('Retirer')")
    expect_accessible(page)
    page.click("text=Signer avec ma clé d’accès")
    page.wait_for_selector("text=Clé d’accès retirée")
    assert not WebAuthnCredential.objects.exists()
    page.goto("/compte/")
    assert "Aucune clé d’accès enregistrée" in page.inner_text("main")


def test_a_passkey_is_a_first_factor_too(page, authenticator):
    member = MemberFactory()
    sign_in(page, member.user)
    page.wait_for_url("**/connexion/enrolement/")
    expect_accessible(page)
    page.click("text=Enregistrer une clé d’accès")
    page.wait_for_url("**/connexion/codes/")
    page.click("text=J’ai gardé mes codes")
    page.click("text=Se déconnecter")

    sign_in(page, member.user)
    page.wait_for_url("**/connexion/verification/")
    expect_accessible(page)
    page.click("text=Utiliser ma clé d’accès")
    page.wait_for_url("**/patients/")

    assert OpenSession.objects.of(member.user, timezone.now()).count() == 1


def test_a_passkey_of_a_device_that_does_not_know_its_owner_is_refused(page, authenticator, errors):
    session, device = authenticator
    member = MemberFactory()
    sign_in(page, member.user)
    page.wait_for_url("**/connexion/enrolement/")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})

    page.click("text=Enregistrer une clé d’accès")

    page.wait_for_selector("text=La demande a été annulée")
    assert not WebAuthnCredential.objects.exists()


def test_an_unknown_passkey_is_told_in_french(page, authenticator, errors):
    member = MemberFactory()
    sign_in(page, member.user)
    page.wait_for_url("**/connexion/enrolement/")
    page.click("text=Enregistrer une clé d’accès")
    page.wait_for_url("**/connexion/codes/")
    page.click("text=J’ai gardé mes codes")
    page.click("text=Se déconnecter")
    WebAuthnCredential.objects.all().delete()

    page.click("text=Utiliser une clé d’accès")

    page.wait_for_selector("text=Cette clé d’accès n’est pas acceptée")
    assert JournalLine.objects.filter(action="passkey.refused").count() == 1
    # The browser says on its console that the answer was a refusal.
    assert all("403" in error for error in errors)
    errors.clear()
