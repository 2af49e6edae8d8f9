"""A patient answers before the visit: the link, the code, the questions, what is taken over."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from core import drafts
from core.models import JournalLine
from followup import by_patient, rules, tasks
from followup.actions import patient_links as actions
from followup.enums import LinkEnd, VisitStatus
from followup.items import Item
from followup.models import PatientLink
from tests.accounts.factories import MemberFactory
from tests.followup.factories import AnswersFactory, PatientLinkFactory, VisitFactory


DEFINITION = [
    {
        "code": "pain", "label": "Intensité de la douleur", "kind": "number", "min": "0",
        "max": "10", "required": True, "score": True, "by_patient": True,
    },
    {"code": "words", "label": "Vos mots", "kind": "text", "by_patient": True},
    {"code": "weight", "label": "Poids", "kind": "number"},
]  # fmt: skip


@pytest.fixture
def visit():
    """M3, due today, of a patient who was seen once; pain may be answered by the patient."""
    first = AnswersFactory(data={"pain": 8}, version__definition=DEFINITION)
    return VisitFactory(enrolment=first.visit.enrolment, code="M3", due_on=timezone.localdate())


@pytest.fixture
def given(visit):
    return actions.invite(visit, by=visit.enrolment.included_by, at=timezone.now())


def pain(visit):
    (asked,) = by_patient.questions(visit, timezone.localdate())
    return asked.name


def opened(given, code=None):
    """The browser of a patient who opened the link and typed the code."""
    client = Client()
    assertRedirects(
        client.get(reverse("followup:patient_link", args=[given.token])),
        reverse("followup:patient_answers"),
    )
    client.post(reverse("followup:patient_answers"), {"code": code or given.code})
    return client


def answered(given, value="4"):
    data = {pain(given.link.visit): value}
    return opened(given).post(reverse("followup:patient_answers"), data)


# --- The link --------------------------------------------------------------------------------


def test_a_link_is_shown_once_and_kept_as_digests(client, sign_in, visit):
    answer = sign_in(visit.enrolment.included_by).post(
        reverse("followup:invite_patient", args=[visit.public_id])
    )

    link, given = PatientLink.objects.get(), answer.context["given"]
    assertContains(answer, given.code)
    assertContains(answer, given.token)
    assert link.expires_at - link.made_at == timedelta(days=rules.LINK_DAYS)
    assert given.code.encode() not in bytes(link.code_digest) + bytes(link.token_digest)
    page = client.get(reverse("followup:visit", args=[visit.public_id]))
    assertNotContains(page, given.token)
    assertContains(page, "n’a pas encore envoyé ses réponses")


def test_another_link_ends_the_first(visit, given):
    actions.invite(visit, by=visit.enrolment.included_by, at=timezone.now())

    assert actions.found(given.token, at=timezone.now()) is None
    assert PatientLink.objects.get(pk=given.link.pk).end == LinkEnd.REPLACED


def test_a_visit_that_is_over_has_no_link(client, sign_in, visit):
    visit.status = VisitStatus.NOT_DONE
    visit.save()

    with pytest.raises(actions.CannotInvite, match="plus à venir"):
        actions.invite(visit, by=visit.enrolment.included_by, at=timezone.now())
    url = reverse("followup:invite_patient", args=[visit.public_id])
    assert sign_in(visit.enrolment.included_by).post(url).status_code == 404
    assert not PatientLink.objects.exists()


def test_a_race_lost_is_told(client, sign_in, visit, monkeypatch):
    def refuse(*_, **__):
        raise actions.CannotInvite("Cette consultation n’est plus à venir.")

    monkeypatch.setattr(actions, "invite", refuse)
    url = reverse("followup:invite_patient", args=[visit.public_id])

    answer = sign_in(visit.enrolment.included_by).post(url, follow=True)

    assertContains(answer, "n’est plus à venir")


def test_strangers_make_and_end_nothing(client, sign_in, visit, given):
    stranger = sign_in(MemberFactory(programme=visit.enrolment.programme))

    for name in ("invite_patient", "revoke_patient"):
        url = reverse(f"followup:{name}", args=[visit.public_id])
        assert stranger.post(url).status_code == 404
    assert PatientLink.objects.get().ended_at is None


def test_a_link_is_withdrawn_with_what_was_typed(client, sign_in, visit, given):
    answered(given)
    url = reverse("followup:revoke_patient", args=[visit.public_id])

    for _ in range(2):
        sign_in(visit.enrolment.included_by).post(url)

    link = PatientLink.objects.get()
    assert (link.end, link.typed_sealed) == (LinkEnd.REVOKED, None)
    assert JournalLine.objects.filter(action="patient_link.ended").count() == 1


@pytest.mark.parametrize(
    ("days", "status", "stands"),
    [
        (29, VisitStatus.PLANNED, True),
        (30, VisitStatus.PLANNED, False),
        (1, VisitStatus.CLOSED, False),
        (1, VisitStatus.NOT_DONE, False),
    ],
)
def test_a_link_stands_for_a_while_and_for_a_visit_to_come(days, status, stands):
    link = PatientLinkFactory(visit__status=status, typed_sealed=b"typed")
    at = link.made_at + timedelta(days=days)

    assert PatientLink.objects.standing(at).exists() == stands
    assert actions.end_dead(at=at) == (not stands)
    link.refresh_from_db()
    assert (link.typed_sealed is None) == (not stands)


def test_the_task_runs_twice():
    PatientLinkFactory(made_at=datetime(2021, 4, 1, tzinfo=UTC))

    assert [tasks.end_patient_links(), tasks.end_patient_links()] == [1, 0]


# --- The patient -----------------------------------------------------------------------------


def test_the_address_of_a_link_tells_no_other_page(given):
    answer = Client().get(reverse("followup:patient_link", args=[given.token]))

    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert given.token not in answer.headers["Location"]


def test_an_unknown_link_and_an_ended_one_are_one_page(visit, given):
    unknown = Client().get(reverse("followup:patient_link", args=["unknown"]))
    actions.revoke(visit, by=visit.enrolment.included_by, at=timezone.now())
    ended = Client().get(reverse("followup:patient_link", args=[given.token]))

    assert unknown.status_code == ended.status_code == 404
    assertContains(ended, "plus valable", status_code=404)


def test_without_the_code_nothing_is_asked(given):
    client = opened(given, code="0" * 7)

    page = client.get(reverse("followup:patient_answers"))

    assertContains(page, "Saisissez d’abord le code")
    assertNotContains(page, "douleur")
    assert client.post(reverse("followup:patient_typed")).status_code == 404
    assert JournalLine.objects.filter(action="patient_link.refused").count() == 1


def test_the_code_is_not_guessed(given):
    client = opened(given, code="11111111")
    url = reverse("followup:patient_answers")
    for _ in range(4):
        client.post(url, {"code": "22222222"})

    answer = client.post(url, {"code": given.code})

    assertContains(answer, "Trop d’essais", status_code=429)
    assert JournalLine.objects.filter(action="patient_link.opened").count() == 0


def test_the_page_names_nobody(given):
    enrolment = given.link.visit.enrolment
    page = opened(given).get(reverse("followup:patient_answers")).content.decode()

    for word in (enrolment.number, enrolment.site.name, enrolment.indication.label, "M3"):
        assert word not in page


def test_only_the_flagged_questions_are_asked_and_free_words_never(visit):
    assert [one.item.code for one in by_patient.questions(visit, timezone.localdate())] == ["pain"]


def test_answers_are_sent_once(given):
    client = opened(given)
    url = reverse("followup:patient_answers")
    name = pain(given.link.visit)
    assertContains(client.post(url, {name: "12"}), "valeur maximale")
    assertContains(client.post(url, {}), "Répondez à une question")

    assertContains(client.post(url, {name: "4"}), "Vos réponses sont envoyées")

    assert client.get(url).status_code == 404
    link = PatientLink.objects.get()
    assert by_patient.typed_of(link) == {name: "4"}
    with pytest.raises(actions.LinkIsOver):
        actions.send(link, {name: "9"}, at=timezone.now())


def test_a_link_that_ends_while_it_is_answered(given, monkeypatch):
    client = opened(given)

    def late(*_, **__):
        raise actions.LinkIsOver

    monkeypatch.setattr(actions, "send", late)
    answer = client.post(reverse("followup:patient_answers"), {pain(given.link.visit): "4"})

    assert answer.status_code == 404


def post_typed(client, version, **data):
    body = json.dumps({"version": version, "data": data})
    url = reverse("followup:patient_typed")
    return client.post(url, body, content_type="application/json")


def test_what_a_patient_types_is_kept(given):
    client = opened(given)
    assert post_typed(client, 0, a="4,").json()["version"] == 1

    stale = post_typed(client, 0, a="5")

    assert (stale.status_code, stale.json()["autre"]["data"]) == (409, {"a": "4,"})
    actions.send(given.link, {"a": "4"}, at=timezone.now())
    with pytest.raises(drafts.DraftClosed):
        actions.keep(given.link, {"a": "9"}, 2, at=timezone.now())


# --- The doctor ------------------------------------------------------------------------------


def typed(visit, **changes):
    said = {
        "held_on": f"{timezone.localdate():%d/%m/%Y}", "mode": "ON_SITE", "decision": "CONTINUE",
        "once": "a-key",
    }  # fmt: skip
    return said | changes


def test_an_answer_counts_once_it_is_taken_over(client, sign_in, visit, given):
    answered(given)
    url = reverse("followup:visit", args=[visit.public_id])
    client = sign_in(visit.enrolment.included_by)
    page = client.get(url)
    assertContains(page, "Réponses du patient, à relire")
    assert page.context["form"][pain(visit)].value() is None

    refused = client.post(url, typed(visit, accepted=[pain(visit)], decision=""))
    assert [one.accepted for one in refused.context["answers"]] == [True]
    assert [one.accepted for one in client.get(url).context["answers"]] == [True]
    client.post(url, typed(visit, accepted=[pain(visit)]))

    assert visit.answers.get().data == {"pain": 4}
    link = PatientLink.objects.get()
    assert (link.end, link.accepted, link.typed_sealed) == (LinkEnd.HELD, [pain(visit)], None)


def test_what_the_doctor_writes_stands_and_the_rest_is_erased(client, sign_in, visit, given):
    answered(given)
    url = reverse("followup:visit", args=[visit.public_id])

    sign_in(visit.enrolment.included_by).post(url, typed(visit, **{pain(visit): "7"}))

    assert visit.answers.get().data == {"pain": 7}
    link = PatientLink.objects.get()
    assert (link.accepted, link.typed_sealed) == ([], None)
    assert actions.found(given.token, at=timezone.now()) is None


def test_what_is_not_sent_yet_is_not_shown(client, sign_in, visit, given):
    actions.keep(given.link, {pain(visit): "4"}, 0, at=timezone.now())

    page = sign_in(visit.enrolment.included_by).get(
        reverse("followup:visit", args=[visit.public_id])
    )

    assert page.context["answers"] == []


def test_nothing_is_read_once_the_key_is_destroyed(visit, given):
    answered(given)
    by_patient.keys.destroy_keys([visit.enrolment.key_id])

    assert by_patient.typed_of(PatientLink.objects.get()) == {}


def test_a_visit_that_is_not_planned_has_no_link():
    assert by_patient.of_visit(None) is None
    assert str(PatientLinkFactory()).startswith("Lien ")


@pytest.mark.parametrize(
    ("kind", "choices", "said", "words"),
    [
        ("yes_no", (), "NO", "Non"),
        ("choice", (("LOW", "Faible"),), "LOW", "Faible"),
        ("multiple", (("L", "Gauche"), ("R", "Droite")), ["L", "R"], "Gauche, Droite"),
        ("number", (), "7", "7 mg"),
    ],
)
def test_an_answer_in_words(kind, choices, said, words):
    item = Item("code", "Question", kind, unit="mg", choices=choices)

    assert by_patient._in_words(item, said) == words


@pytest.mark.parametrize("kind", ["number", "date", "multiple", "choice", "yes_no"])
def test_every_kind_of_question_has_its_field(kind):
    from followup.before.forms import PatientForm

    asked = [by_patient.Asked("a", Item("a", "Question", kind, choices=(("L", "Gauche"),)), "")]

    assert "Question" in PatientForm(asked=asked).as_p()
