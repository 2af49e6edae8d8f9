"""The form of a visit, as a browser shows it: nothing typed is lost."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from followup.models import Answers, Visit
from tests.accessible import expect_accessible
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.prescriptions.factories import entitled
from tests.programmes.factories import QuestionnaireVersionFactory
from tests.vigilance.factories import AdverseEventFactory, SuspectFactory


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]

SAVED = "text=Brouillon enregistré à"


@pytest.fixture
def visit():
    """A visit due today, of a patient who was seen once."""
    first = AnswersFactory(data={"pain": 8})
    return VisitFactory(enrolment=first.visit.enrolment, code="M3", due_on=timezone.localdate())


def page_of(visit):
    return reverse("followup:visit", args=[visit.public_id])


def pain(visit):
    code = Answers.objects.get().version.questionnaire.code
    return f"input[name='{code}-pain']"


def test_what_is_half_typed_is_there_after_the_tab_is_closed(open_page, visit):
    doctor = visit.enrolment.included_by
    page = open_page(member=doctor)
    page.goto(page_of(visit))
    page.fill(pain(visit), "1")
    page.fill("textarea[name=comment]", "La nuit, surt")
    page.wait_for_selector(SAVED)
    page.close(run_before_unload=False)

    again = open_page(member=doctor)
    again.goto(page_of(visit))

    assert again.input_value("textarea[name=comment]") == "La nuit, surt"
    assert again.input_value(pain(visit)) == "1"
    again.fill(pain(visit), "3")
    again.check("input[name=decision][value=CONTINUE]", force=True)
    again.click("text=Valider la consultation")
    again.wait_for_selector("text=La consultation est enregistrée.")
    visit.refresh_from_db()
    assert visit.answers.get().data == {"pain": 3}


def test_two_tabs_do_not_overwrite_each_other(open_page, visit, errors):
    doctor = visit.enrolment.included_by
    first, second = open_page(member=doctor), open_page(member=doctor)
    for page in (first, second):
        page.goto(page_of(visit))
    first.fill("textarea[name=comment]", "Premier")
    first.wait_for_selector(SAVED)

    second.fill("textarea[name=comment]", "Second")
    second.wait_for_selector("text=Cette saisie a été continuée ailleurs")

    assert second.input_value("textarea[name=comment]") == "Second"
    assert second.inner_text(".rc-both tbody").split("\n")[0].split()[-2:] == [
        "Second", "Premier",
    ]  # fmt: skip
    expect_accessible(second)
    errors.clear()  # the refused saving
    first.reload()
    assert first.input_value("textarea[name=comment]") == "Premier"
    second.click("text=Garder cette page")
    second.wait_for_selector(SAVED)
    first.reload()
    assert first.input_value("textarea[name=comment]") == "Second"


TWELVE = [
    *({"code": f"n{i}", "label": f"Échelle {i}", "kind": "number", "min": "0", "max": "10",
       "required": True, "missing": ["REFUSED"]} for i in range(8)),
    *({"code": f"y{i}", "label": f"Signe {i}", "kind": "yes_no", "required": True}
      for i in range(4)),
]  # fmt: skip
COUNT_CLICKS = "window.clicks = Number(sessionStorage.clicks || 0); addEventListener('click',"
COUNT_CLICKS += (
    " (e) => { if (e.isTrusted && e.detail) sessionStorage.clicks = ++window.clicks; }, true)"
)


@pytest.fixture
def twelve():
    """A visit due today that asks twelve answers, of a patient who gave them once."""
    return asked_again(TWELVE, {f"n{i}": 4 for i in range(8)} | {f"y{i}": False for i in range(4)})


def asked_again(definition, answers):
    """A visit due today, and the code of the questionnaire that the patient answered before."""
    version = QuestionnaireVersionFactory(definition=definition)
    first = AnswersFactory(
        version=version,
        data=answers,
        visit__enrolment__indication__programme=version.questionnaire.programme,
        visit__enrolment__patient__person=True,
    )
    due = VisitFactory(enrolment=first.visit.enrolment, code="M3", due_on=timezone.localdate())
    return due, version.questionnaire.code


def test_twelve_answers_are_recorded_with_two_clicks_and_the_keyboard(open_page, twelve):
    visit, code = twelve
    page = open_page(member=visit.enrolment.included_by)
    page.add_init_script(COUNT_CLICKS)
    page.goto(reverse("record:patients"))

    with page.expect_navigation():
        page.click("a.rc-state-link")
    page.focus(f"[name={code}-n0]")
    for one in range(8):
        # The last answer in one key, or why there is none, or a value.
        page.keyboard.type({0: "=", 1: "ref"}.get(one, "3"))
        page.keyboard.press("Tab")
    for _ in range(4):
        page.keyboard.press("=")
        page.keyboard.press("Tab")
    page.keyboard.press("Space")  # «Poursuivre le traitement»
    expect_accessible(page)
    with page.expect_navigation():
        page.click("text=Valider la consultation")

    page.wait_for_selector("text=Suites de la consultation M3")
    expect_accessible(page)
    assert page.evaluate("Number(sessionStorage.clicks)") == 2
    said = visit.answers.get().data
    assert (said["n0"], said["n1"], said["n2"]) == (4, {"missing": "REFUSED"}, 3)
    assert [said[f"y{i}"] for i in range(4)] == [False] * 4


class Keys:
    """A keyboard, and how many of its keys were pressed."""

    def __init__(self, page):
        self.page, self.pressed = page, 0

    def press(self, *names):
        for name in names:
            self.pressed += 1
            self.page.keyboard.press(name)


def test_a_visit_of_twelve_answers_takes_thirty_keys_from_the_worklist(open_page, twelve):
    visit, code = twelve
    page = open_page(member=visit.enrolment.included_by)
    page.goto(reverse("record:patients"))
    keys = Keys(page)
    page.locator("a.rc-state-link").focus()

    with page.expect_navigation():
        keys.press("Enter")
    expect(page.locator("#formulaire")).to_be_focused()
    keys.press("Tab")
    expect(page.locator("[name=held_on]")).to_be_focused()
    keys.press("Tab")  # the mode is ticked already
    for _ in range(8):
        keys.press("Tab", "3")
    expect(page.locator(f"[name={code}-n7]")).to_have_value("3")
    for _ in range(4):
        keys.press("Tab", "Space")
    keys.press("Tab", "Space")  # «Poursuivre le traitement»
    with page.expect_navigation():
        keys.press("Enter")

    expect(page.get_by_text("Suites de la consultation M3")).to_be_visible()
    assert "#" not in page.url
    assert keys.pressed == 30
    assert visit.answers.get().data == {f"n{i}": 3 for i in range(8)} | {
        f"y{i}": True for i in range(4)
    }


@pytest.mark.parametrize(
    ("address", "words", "first"),
    [
        ("followup:visit", "Aller au formulaire", "[name=held_on]"),
        ("prescriptions:create", "Aller au formulaire", "[name=line-0-product]"),
        ("vigilance:report", "Aller au formulaire", "[name=terms] >> nth=0"),
        ("record:patients", "Aller à la liste", "#resultats summary"),
    ],
)
def test_the_first_quick_link_leads_to_what_the_page_is_for(
    open_page, visit, address, words, first
):
    enrolment = visit.enrolment
    page = open_page(member=entitled(enrolment.included_by, enrolment))
    at = {"followup:visit": [visit.public_id], "record:patients": []}
    page.goto(reverse(address, args=at.get(address, [enrolment.public_id])))

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=words)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator(first)).to_be_focused()


def test_an_unusual_answer_asks_why_at_once(open_page):
    rule = {"rule": "change", "than": "4", "source": "à nous"}
    visit, code = asked_again([TWELVE[0] | {"soft": [rule]}], {"n0": 4})
    page = open_page(width=390, member=visit.enrolment.included_by)
    page.goto(page_of(visit))
    why = f"select[name='{code}-n0-why']"
    assert page.is_hidden(why)

    page.fill(f"[name={code}-n0]", "9")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=Plus de 4 points d’écart")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    expect_accessible(page)
    page.select_option(why, "CHECKED")
    page.check("input[name=decision][value=CONTINUE]", force=True)
    with page.expect_navigation():
        page.click("text=Valider la consultation")

    visit.refresh_from_db()
    assert visit.answers.get().reasons == {"n0": "CHECKED"}


def test_pages_are_accessible_and_fit(open_page, visit, look):
    enrolment = visit.enrolment
    event = SuspectFactory(event=AdverseEventFactory(enrolment=enrolment, serious=True)).event
    done = Visit.objects.exclude(pk=visit.pk).get()
    page = open_page(**look, member=enrolment.included_by)
    for address in (
        reverse("followup:list", args=[enrolment.public_id]),
        page_of(visit),
        page_of(done),
        reverse("followup:unscheduled", args=[enrolment.public_id]),
        reverse("vigilance:of_patient", args=[enrolment.public_id]),
        reverse("vigilance:report", args=[enrolment.public_id]),
        reverse("vigilance:event", args=[event.public_id]),
    ):
        page.goto(address)
        expect_accessible(page)
