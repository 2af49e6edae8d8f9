"""From a mail to a signed-in page, as a browser shows it: each step accessible."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import factors
from accounts.enums import LinkKind, Role
from core.models import JournalLine
from tests.accessible import expect_accessible
from tests.accounts.factories import PASSWORD, MemberFactory
from tests.accounts.links import ANOTHER, code_of, invited, mailed
from tests.sessions import one_time_code


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]


def enrol(page):
    page.wait_for_url("**/connexion/enrolement/")
    page.fill("input[name=code]", code_of(page.inner_text("p.rc-code")))
    page.click("text=Enregistrer cette application")
    page.wait_for_url("**/connexion/codes/")
    page.click("text=J’ai gardé mes codes")
    page.wait_for_url("**/patients/")


def choose_password(page, button):
    page.fill("input[name=new]", ANOTHER)
    page.fill("input[name=again]", ANOTHER)
    page.click(f"button:text('{button}')")


def test_an_invited_person_opens_their_account(page):
    member = invited()
    page.goto(mailed())
    assert member.site.name in page.inner_text("main")
    expect_accessible(page)

    choose_password(page, "Choisir ce mot de passe")
    enrol(page)

    assert JournalLine.objects.filter(action="account.accepted").count() == 1


def test_a_forgotten_password_is_changed_then_a_backup_code_lets_in(page):
    member = MemberFactory()
    one_time_code(member.user)
    codes = factors.make_backup_codes(member.user)
    page.goto("/connexion/")
    page.click("text=Mot de passe oublié")
    expect_accessible(page)
    page.fill("input[name=identifier]", member.user.email)
    page.click("text=Recevoir le lien")
    page.wait_for_selector("text=Consultez votre messagerie")
    expect_accessible(page)

    page.goto(mailed())
    expect_accessible(page)
    choose_password(page, "Changer le mot de passe")
    page.wait_for_selector("text=Connectez-vous avec le nouveau mot de passe")
    page.fill("input[name=identifier]", member.user.email)
    page.fill("input[name=password]", ANOTHER)
    page.click("button:text('Se connecter')")
    page.fill("input[name=code]", codes[0])
    page.click("button:text('Vérifier')")
    page.wait_for_url("**/patients/")

    assert factors.backup_codes_left(member.user) == 9


def test_a_dead_link_says_what_to_do(page, errors):
    page.goto("/acces/inconnu/")
    errors.clear()  # the console tells of the 404, as it must

    expect_accessible(page)
    page.click("main >> text=Mot de passe oublié >> nth=-1")
    page.wait_for_selector("text=Recevoir le lien")


def test_lost_factors_are_taken_away_by_the_manager_and_enrolled_again(open_page):
    member, manager = MemberFactory(), MemberFactory(role=Role.MANAGER)
    one_time_code(member.user), one_time_code(manager.user)
    office = open_page(member=manager)
    office.goto(f"/compte/facteurs/{member.public_id}/")
    expect_accessible(office)
    office.click("label:text('Téléphone ou clé volé')")
    office.click("label:text('En visioconférence')")
    office.fill("input[name=secret]", one_time_code(manager.user))
    office.click("text=Retirer ses seconds facteurs")
    office.wait_for_selector("text=Un lien valable 24 heures")

    page = open_page()
    page.goto(mailed())
    expect_accessible(page)
    page.fill("input[name=password]", PASSWORD)
    page.click("text=Continuer")
    enrol(page)

    assert factors.application_of(member.user).created_at <= timezone.now()
    assert member.user.links.get(kind=LinkKind.FACTOR).used_at
    expect_accessible(page)


def test_sessions_are_seen_and_closed(open_page):
    member = MemberFactory()
    here, there = open_page(member=member), open_page(member=member)
    there.goto("/compte/")
    here.goto("/compte/")
    here.click("text=Voir et fermer mes sessions")
    expect_accessible(here)

    here.click("button:text('Fermer toutes les autres')")
    here.wait_for_selector("text=Vos autres sessions sont fermées")
    there.reload()

    assert "/connexion/" in there.url


def test_the_end_of_a_session_is_told_in_every_tab_and_put_off_in_one(open_page, settings):
    # Two minutes, and the seconds that two pages take to load here.
    settings.SESSION_COOKIE_AGE = 120 + 8
    page = open_page(member=MemberFactory())
    page.goto("/compte/")
    other = page.context.new_page()
    other.goto("/compte/sessions/")
    for tab in (page, other):
        tab.wait_for_selector("text=Votre session va se terminer", state="visible")
        assert "Temps restant" in tab.inner_text("#session-fin")
    page.bring_to_front()
    # It fades in: half way, nothing has the contrast that it ends with.
    expect(page.locator("#session-fin")).to_have_css("opacity", "1")
    expect_accessible(page)

    settings.SESSION_COOKIE_AGE = 1800
    other.click("text=Rester connecté")

    for tab in (page, other):
        tab.wait_for_selector("#session-fin", state="hidden")
    page.goto("/compte/")
    assert "Mon compte" in page.inner_text("h1")
