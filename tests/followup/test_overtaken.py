"""Two people on one visit: the second loses nothing and overwrites nothing."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import drafts
from followup import overtaken
from followup.drafting import resume
from followup.enums import VisitStatus
from followup.items import Item
from tests.accounts.factories import MemberFactory
from tests.followup.factories import AnswersFactory


@pytest.fixture
def held():
    """A visit that its doctor held with a pain of 6, while a colleague was typing."""
    return AnswersFactory(data={"pain": 6}).visit


@pytest.fixture
def colleague(held):
    enrolment = held.enrolment
    return MemberFactory(
        role=Role.REFERENCE_DOCTOR, site=enrolment.site, programme=enrolment.programme
    )


def page_of(visit):
    return reverse("followup:visit", args=[visit.public_id])


def typed(visit, **changes):
    code = visit.answers.get().version.questionnaire.code
    said = {
        "held_on": f"{visit.held_on:%d/%m/%Y}", "mode": visit.mode, "decision": visit.decision,
        f"{code}-pain": "8", "comment": "La nuit surtout", "once": "a-key",
    }  # fmt: skip
    return said | changes


def test_what_was_sent_too_late_is_shown_beside_what_is_recorded(client, sign_in, held, colleague):
    client = sign_in(colleague)

    answer = client.post(page_of(held), typed(held))

    assertRedirects(answer, page_of(held), fetch_redirect_response=False)
    page = client.get(page_of(held))
    assertContains(page, "Votre saisie n’a pas été enregistrée")
    rows = {row.label: (row.typed, row.recorded) for row in page.context["overtaken"]}
    assert rows.pop("Commentaire") == ("La nuit surtout", "–")
    assert [typed.split()[0] for typed, _ in rows.values()] == ["8"]
    assert held.answers.get().data == {"pain": 6}


def test_it_begins_a_correction_and_goes_with_it(client, sign_in, held, colleague):
    client = sign_in(colleague)
    client.post(page_of(held), typed(held))
    correction = reverse("followup:correct", args=[held.public_id])
    form = client.get(correction).context["form"]
    assert form["comment"].value() == "La nuit surtout"
    assert form["once"].value() != "a-key"

    sent = {name: form[name].value() or "" for name in form.fields}
    sent |= typed(held, once=sent["once"], correction_reason="SOURCE_CHECKED")
    assertRedirects(client.post(correction, sent), page_of(held))

    assertNotContains(client.get(page_of(held)), "Votre saisie n’a pas été enregistrée")
    assert held.answers.get().data == {"pain": 8}


def test_the_same_form_sent_twice_is_no_quarrel(client, sign_in, held, colleague):
    same = typed(held, comment="")
    same = {name: "6" if name.endswith("-pain") else value for name, value in same.items()}

    sign_in(colleague).post(page_of(held), same)

    assert resume(colleague.user_id, held.draft_key).data is None


def test_a_colleague_sees_nothing_of_it(client, sign_in, held, colleague):
    drafts.save(colleague.user_id, held.draft_key, typed(held), 0, at=timezone.now())

    assertNotContains(sign_in(held.held_by).get(page_of(held)), "La nuit surtout")


def test_a_visit_that_is_not_held_overtakes_nobody(held, colleague):
    drafts.save(colleague.user_id, held.draft_key, typed(held), 0, at=timezone.now())
    held.status = VisitStatus.PLANNED

    assert overtaken.typed_over(held, colleague.user_id) is None


@pytest.mark.parametrize(
    ("kind", "choices", "said", "words"),
    [
        ("yes_no", (), "YES", "Oui"),
        ("choice", (("LOW", "Faible"),), "LOW", "Faible"),
        ("choice", (("LOW", "Faible"),), "REFUSED", "Refus"),
        ("multiple", (("L", "Gauche"), ("R", "Droite")), ["L", "R"], "Gauche, Droite"),
        ("multiple", (("L", "Gauche"),), ["L", "x"], "L, x"),
        ("number", (), "7,0", "7 mg"),
        ("number", (), "ref", "Refus"),
        ("number", (), "7 ou 8", "7 ou 8"),
        ("date", (), "3/2/2026", "03/02/2026"),
        ("number", (), None, ""),
    ],
)
def test_answers_are_told_in_the_words_of_what_is_recorded(kind, choices, said, words):
    known = {"unit": "mg", "decimals": 1, "missing": ["REFUSED"]}
    item = Item("code", "Question", kind, choices=choices, **known)

    assert overtaken._as_typed(item, said) == words
