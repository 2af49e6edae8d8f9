"""The pages of sign-in and of the account, as a browser shows them."""

import datetime
import time

import pytest
from django_otp.oath import hotp

from accounts import demo
from accounts.enums import Role, SiteKind
from accounts.models import User
from tests.accounts.factories import PASSWORD, MemberFactory, SiteFactory, UserFactory


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]

PASSWORD_FIELD = "input[name=password]"
SHOW = "label[for=id_password-show]"


def test_a_first_sign_in_enrols_an_application_and_keeps_the_codes(page):
    user = UserFactory()
    MemberFactory(user=user)
    MemberFactory(user=user, role=Role.RELAY_DOCTOR)

    page.goto("/compte/")
    page.fill("input[name=identifier]", user.rpps)
    page.fill(PASSWORD_FIELD, PASSWORD)
    page.click(SHOW)
    assert page.get_attribute(PASSWORD_FIELD, "type") == "text"
    page.click("text=Se connecter")
    page.wait_for_url("**/connexion/enrolement/")
    letters = page.inner_text("p.rc-code").replace(" ", "")
    page.fill("input[name=code]", code_of(letters))
    page.click("text=Enregistrer cette application")
    page.wait_for_url("**/connexion/role/")
    page.click("text=Agir sous ce rôle >> nth=0")
    page.wait_for_url("**/connexion/codes/")
    assert len(page.query_selector_all(".rc-codes li")) == 10
    page.click("text=J’ai gardé mes codes")
    page.wait_for_url("**/compte/")
    page.click("text=Changer de rôle")
    page.click("text=Agir sous ce rôle")
    page.wait_for_url("**/patients/")


def code_of(letters):
    from base64 import b32decode

    return f"{hotp(b32decode(letters), int(time.time()) // 30):06d}"


def test_a_newcomer_of_the_demonstration_is_inside_in_three_clicks(page, settings):
    settings.DEMO = True
    centre = SiteFactory()
    demo.create_accounts(
        demo.Sites(
            centre=centre,
            other_centre=SiteFactory(),
            practice=SiteFactory(practice=True),
            hospital_pharmacy=SiteFactory(hospital_pharmacy=True),
            community_pharmacy=SiteFactory(pharmacy=True),
            agency=SiteFactory(kind=SiteKind.AGENCY),
        ),
        on=datetime.date(2021, 3, 1),
    )
    assert User.objects.filter(email__in=demo.LOGINS).count() == len(demo.PEOPLE)

    page.goto("/connexion/")
    page.click("text=Remplir >> nth=0")
    page.click("text=Se connecter")
    page.click("text=Vérifier >> nth=0")
    page.wait_for_url("**/patients/")

    assert centre.name in page.inner_text("header")
