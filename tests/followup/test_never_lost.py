"""Killed between two keys, the session, the network, the server, the tab: nothing is lost."""

import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import Client
from django.test.testcases import LiveServerThread
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.enums import Role
from accounts.models import OpenSession
from core.models import Draft
from followup.enums import VisitStatus
from followup.models import Answers, Visit
from tests.accessible import expect_accessible
from tests.accounts.factories import MemberFactory
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.sessions import one_time_code, open_session


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]

SAVED = "text=Brouillon enregistré à"
COMMENT = "textarea[name=comment]"


@pytest.fixture
def visit():
    """A visit due today, of a patient who was seen once."""
    first = AnswersFactory(data={"pain": 8})
    return VisitFactory(enrolment=first.visit.enrolment, code="M3", due_on=timezone.localdate())


class Reopened(ThreadedWSGIServer):
    """Takes an address that was closed a moment before."""

    def server_bind(self):
        self.allow_reuse_address = True
        super().server_bind()


@pytest.fixture
def server(monkeypatch):
    """A server of this test alone, that may be killed: no thread of it outlives its request."""
    monkeypatch.setattr(WSGIRequestHandler, "protocol_version", "HTTP/1.0")
    monkeypatch.setattr(LiveServerThread, "server_class", Reopened)
    started = LiveServer("localhost")
    yield started
    started.stop()


def page_of(visit):
    return reverse("followup:visit", args=[visit.public_id])


def pain_of(visit):
    code = Answers.objects.get().version.questionnaire.code
    return f"input[name='{code}-pain']"


def key_in(page, text):
    """Key after key, where the cursor stands."""
    page.locator(COMMENT).press_sequentially(text)


def reopened(open_page, page, doctor, address):
    """The tab is killed, and another one opened."""
    page.close(run_before_unload=False)
    again = open_page(member=doctor)
    again.goto(address)
    return again


def test_whatever_is_killed_between_two_keys(open_page, visit, errors):
    """One page, one field, one person: the session, the network, then the tab."""
    doctor = visit.enrolment.included_by
    page = open_page(member=doctor)
    page.goto(page_of(visit))
    page.fill(pain_of(visit), "1")
    key_in(page, "La nu")
    page.wait_for_selector(SAVED)

    lose_the_session(page, doctor.user)
    assert page.locator(COMMENT).input_value() == "La nuit, sur"
    lose_the_network(page)
    errors.clear()  # the refused savings, and the pages of the window that closed

    again = reopened(open_page, page, doctor, page_of(visit))
    assert again.input_value(COMMENT) == "La nuit, surtout"
    assert again.input_value(pain_of(visit)) == "1"
    expect_accessible(again)
    again.click("text=Abandonner ce brouillon")
    expect(again.locator("textarea[name=comment]")).to_have_value("")


def lose_the_session(page, user):
    """Typing goes on, then the person signs in again without leaving the page."""
    password = "un mot de passe de test"
    user.set_password(password)
    user.save()
    OpenSession.objects.all().delete()
    key_in(page, "it, sur")
    page.wait_for_selector("text=Session expirée")
    with page.expect_popup() as opened:
        page.click("text=Se reconnecter")
    sign_in(opened.value, user, password)
    page.wait_for_selector(SAVED, timeout=15_000)


def lose_the_network(page):
    page.context.set_offline(True)
    page.locator(COMMENT).focus()
    key_in(page, "tout")
    page.wait_for_selector("text=Connexion interrompue")
    page.context.set_offline(False)
    page.wait_for_selector(SAVED, timeout=15_000)


def sign_in(window, user, password):
    """In the small window, by the ordinary pages; it closes by itself."""
    window.fill("input[name=identifier]", user.email)
    window.fill("input[name=password]", password)
    with window.expect_navigation():
        window.click("main button[type=submit] >> nth=0")
    window.fill("input[name=code]", one_time_code(user))
    with window.expect_event("close", timeout=15_000):
        window.click("main button[type=submit] >> nth=0")


def test_a_server_that_dies_loses_nothing(new_context, server, visit):
    """Killed, and started again at the same address."""
    session = open_session(Client(), visit.enrolment.included_by)
    value = session.cookies[settings.SESSION_COOKIE_NAME].value
    context = new_context(base_url=server.url)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(page_of(visit))
    key_in(page, "Avant, ")
    page.wait_for_selector(SAVED)

    server.stop()
    key_in(page, "après")
    page.wait_for_selector("text=Connexion interrompue")
    restarted = LiveServer(server.url.removeprefix("http://"))
    try:
        page.wait_for_selector(SAVED, timeout=20_000)
        page.close(run_before_unload=False)
        again = context.new_page()
        again.goto(page_of(visit))
        assert again.input_value(COMMENT) == "Avant, après"
    finally:
        restarted.stop()


def test_the_last_keys_before_the_button_wait_for_the_session(open_page, visit, errors):
    """Sent within a second and a half of the last key, to a session that is over."""
    page = open_page(member=visit.enrolment.included_by)
    page.goto(page_of(visit))
    page.fill(pain_of(visit), "1")
    page.check("input[name=decision][value=CONTINUE]", force=True)
    OpenSession.objects.all().delete()
    key_in(page, "Tout à la fin")

    page.click("text=Valider la consultation")
    page.wait_for_selector("text=Session expirée")

    assert page.input_value(COMMENT) == "Tout à la fin"
    assert Visit.objects.get(pk=visit.pk).status == VisitStatus.PLANNED
    errors.clear()  # the refused saving


def test_drafts_that_cannot_be_kept_stop_no_visit(open_page, visit, errors):
    """The server answers 500 to each draft: the visit is recorded all the same."""
    page = open_page(member=visit.enrolment.included_by)
    page.goto(page_of(visit))
    page.route("**/brouillons/**", lambda route: route.fulfill(status=500))
    page.fill(pain_of(visit), "3")
    page.check("input[name=decision][value=CONTINUE]", force=True)
    page.wait_for_selector("text=Brouillon non enregistré")
    key_in(page, "La nuit")
    page.click("text=Valider la consultation")
    page.wait_for_selector("text=La consultation est enregistrée.")

    assert Visit.objects.get(pk=visit.pk).status == VisitStatus.DONE
    errors.clear()  # the answers 500 that the console tells


def test_a_save_on_its_way_is_waited_for(open_page, visit):
    """Else it would come after the visit, and leave a draft of it for ever."""
    held = []
    page = open_page(member=visit.enrolment.included_by)
    page.goto(page_of(visit))
    page.route("**/brouillons/**", lambda route: held.append(route), times=1)
    with page.expect_request("**/brouillons/**"):
        page.fill(pain_of(visit), "3")
        page.check("input[name=decision][value=CONTINUE]", force=True)

    page.click("text=Valider la consultation")
    assert Visit.objects.get(pk=visit.pk).status == VisitStatus.PLANNED
    held[0].continue_()
    page.wait_for_selector("text=La consultation est enregistrée.")

    assert Draft.objects.get(key=visit.draft_key).closed_at is not None


def test_two_people_on_one_visit(open_page, visit, errors):
    first = visit.enrolment.included_by
    second = MemberFactory(
        role=Role.REFERENCE_DOCTOR, site=first.site, programme=visit.enrolment.programme
    )
    one, other = open_page(member=first), open_page(member=second, width=390)
    for page in (one, other):
        page.goto(page_of(visit))
        page.fill(pain_of(visit), "3")
        page.check("input[name=decision][value=CONTINUE]", force=True)
    other.fill(COMMENT, "Ce que j’ai entendu")
    one.click("text=Valider la consultation")
    one.wait_for_selector("text=La consultation est enregistrée.")

    other.click("text=Valider la consultation")
    other.wait_for_selector("text=Votre saisie n’a pas été enregistrée")

    assert "Ce que j’ai entendu" in other.inner_text(".rc-both__table")
    expect_accessible(other)
    other.click("text=Reprendre ma saisie en correction")
    other.wait_for_selector("text=Motif de la correction")
    assert other.input_value(COMMENT) == "Ce que j’ai entendu"


def test_another_person_in_the_same_browser_saves_nothing_of_mine(open_page, visit, errors):
    """Signed in meanwhile, in another tab: neither the draft nor the visit becomes theirs."""
    page = open_page(member=visit.enrolment.included_by)
    page.goto(page_of(visit))
    stranger = open_session(Client(), MemberFactory(role=Role.REFERENCE_DOCTOR))
    value = stranger.cookies[settings.SESSION_COOKIE_NAME].value
    base = page.url.split("/consultations")[0]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base}])
    key_in(page, "À moi")

    page.wait_for_selector("text=Une autre personne, ou un autre rôle")

    assert page.input_value(COMMENT) == "À moi"
    errors.clear()  # the refused saving


def test_a_form_that_had_no_draft_gives_back_what_was_typed(open_page, errors):
    """A long form of the manager: half-typed, closed, opened again, refused, recorded."""
    from programmes.models import Product
    from tests.programmes.factories import ProgrammeFactory

    programme = ProgrammeFactory()
    manager = MemberFactory(role=Role.MANAGER, programme=programme)
    page = open_page(member=manager)
    address = reverse("programmes:add_product", args=[programme.code])
    page.goto(address)
    page.fill("input[name=name]", "Médicament à moit")
    page.check("input[name=form] >> nth=1", force=True)
    page.fill("input[name=thc_mg]", "2,")
    page.wait_for_selector(SAVED)

    again = reopened(open_page, page, manager, address)

    assert again.input_value("input[name=name]") == "Médicament à moit"
    assert again.input_value("input[name=thc_mg]") == "2,"
    assert again.is_checked("input[name=form] >> nth=1")
    expect_accessible(again)
    assert not Product.objects.filter(programme=programme).exists()


def test_the_end_of_the_session_is_told_in_every_tab_and_put_off_in_one(open_page, visit, settings):
    settings.SESSION_COOKIE_AGE = 118
    page = open_page(member=visit.enrolment.included_by)
    other = page.context.new_page()
    for one in (page, other):
        one.goto(page_of(visit))
    for one in (page, other):
        one.wait_for_selector("text=Votre session va se terminer")
    expect_accessible(page)

    settings.SESSION_COOKIE_AGE = 1800
    page.click("text=Rester connecté")

    for one in (page, other):
        one.wait_for_selector("text=Votre session va se terminer", state="hidden")
