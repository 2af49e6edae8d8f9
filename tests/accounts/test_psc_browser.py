"""Pro Santé Connect in a browser: in, signing, and out on both sides."""

import re
import time

import pytest

from accounts.models import ProviderIdentity
from core.models import JournalLine
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.accounts.provider import practice, professional


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]


OF_THE_PROVIDER = {"cdn.jsdelivr.net", "favicon.ico", "resource:"}


@pytest.fixture
def there(gate, settings, live_server, errors):
    """The provider, which knows one doctor; what its own pages complain of is not ours."""
    settings.PUBLIC_URL = live_server.url
    yield gate
    # Its pages ask for a style sheet of elsewhere, which is not let through.
    errors[:] = [error for error in errors if not OF_THE_PROVIDER & set(re.split("[ /]", error))]


def authorize(page, subject):
    page.fill("input[name=sub]", subject)
    page.press("input[name=sub]", "Enter")


def test_a_doctor_enters_chooses_signs_and_leaves(page, there):
    member = MemberFactory()
    practices = [
        practice(numeroFinessSite=member.site.finess, raisonSocialeSite="CHU de Paris"),
        practice(identifiantTechniqueDeLaStructure="R1", raisonSocialeSite="Cabinet"),
    ]
    there.known("f:1:2", **professional(member.user.rpps, *practices))
    page.goto("/connexion/")
    expect_accessible(page)

    page.click("text=Se connecter avec Pro Santé Connect")
    authorize(page, "f:1:2")
    page.wait_for_url("**/connexion/situation/")
    expect_accessible(page)
    page.click("button:text('Choisir') >> nth=0")
    page.wait_for_url("**/patients/")

    sign_and_leave(page, there, member)
    assert ProviderIdentity.objects.count() == 1


def sign_and_leave(page, there, member):
    page.goto("/compte/")
    assert "CHU de Paris" in page.inner_text("main")
    there.id_claims = {"auth_time": int(time.time())}
    page.click("text=Confirmer avec Pro Santé Connect")
    authorize(page, "f:1:2")
    page.wait_for_selector("text=Identité confirmée avec Pro Santé Connect")
    expect_accessible(page)
    page.click("text=Obtenir dix nouveaux codes")
    page.wait_for_url("**/connexion/codes/")
    line = JournalLine.objects.get(action="signature.proved")
    assert line.detail["situation"] == f"10/SM26/SA07/{member.site.finess}"
    page.click("text=J’ai gardé mes codes")

    page.click("text=Se déconnecter")
    page.wait_for_url(f"{there.issuer}/oauth2/end_session**")
    page.click("button >> nth=0")
    page.wait_for_url("**/deconnexion/faite/**")
    expect_accessible(page)
    page.goto("/compte/")
    assert "/connexion/" in page.url


def test_an_unknown_person_is_told_what_to_do(page, there, errors):
    there.known("f:1:2", **professional("10101010101"))
    page.goto("/connexion/")
    page.click("text=Se connecter avec Pro Santé Connect")
    authorize(page, "f:1:2")

    page.wait_for_selector("text=Connexion impossible avec Pro Santé Connect")

    expect_accessible(page)
    assert "référent de votre structure" in page.inner_text("main")
    errors.clear()  # the console tells of the 403, as it must
