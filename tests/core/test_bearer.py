"""Is the person who presents the paper the one it names? Yes or no, five times an hour."""

from datetime import date

import pytest
from django.urls import reverse

from core import codes
from core.models import JournalLine


BORN = date(1980, 5, 12)
ADDRESS = "core:verify_bearer"


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    for kind in ("certificate", "leaflet"):
        monkeypatch.setitem(codes.LABELS, kind, "Document")
        monkeypatch.setitem(codes.STATES, kind, lambda pk: "Valable" if pk == 7 else None)
    known = {7: ("MARTIN", BORN)}
    monkeypatch.setitem(
        codes.BEARERS, "certificate", lambda pk, name, born: known.get(pk) == (name, born)
    )


def issue(kind="certificate", target_id=7):
    return codes.issue(kind, "patients.Enrolment", target_id, date(2026, 3, 2), content="content")


def ask(client, code, name="MARTIN", birth_date="12/05/1980", **more):
    typed = {"code": code, "name": name, "birth_date": birth_date}
    return client.post(reverse(ADDRESS), typed, **more)


@pytest.mark.parametrize(
    ("name", "birth_date", "words"),
    [
        ("MARTIN", "12/05/1980", "Concorde"),
        ("MARTIN", "13/05/1980", "Ne concorde pas"),
        ("DURAND", "12/05/1980", "Ne concorde pas"),
    ],
)
def test_the_answer_is_yes_or_no_and_is_journaled(client, name, birth_date, words):
    code = issue()

    answer = ask(client, code.token, name, birth_date).content.decode()

    assert f">{words}<" in answer
    assert name not in answer
    line = JournalLine.objects.get(action="document.bearer_checked")
    assert line.detail == {"matches": words == "Concorde"}
    assert line.target_id == str(code.record.pk)


def test_a_document_that_names_nobody_is_not_asked_about(client):
    page = client.get(reverse("core:verify_code", args=[issue("leaflet").token]))

    assert "Le porteur" not in page.content.decode()
    assert "Le porteur" in client.get(f"/v/{issue().token}").content.decode()


@pytest.mark.parametrize("target_id", [8, None])
def test_an_unknown_or_ended_document_answers_nothing(client, target_id):
    code = issue(target_id=target_id).token if target_id else "A" * 32

    answer = ask(client, code)

    assert answer.status_code == 404
    assert "oncorde" not in answer.content.decode()
    assert "Aucun document" in answer.content.decode()


def test_what_is_mistyped_is_told_and_stays(client):
    answer = ask(client, issue().token, "MARTIN", "31/02/1980").content.decode()

    assert "n’existe pas dans le calendrier" in answer
    assert 'value="MARTIN"' in answer
    assert not JournalLine.objects.filter(action="document.bearer_checked").exists()


def test_a_document_is_asked_five_times_an_hour_by_any_of_its_codes(client):
    code = issue()

    answers = [
        ask(client, text, f"NOM{n}", REMOTE_ADDR=f"192.0.2.{n}")
        for n, text in enumerate([code.token, code.short] * 3)
    ]
    sixth = ask(client, code.token, REMOTE_ADDR="192.0.2.99")

    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert sixth.status_code == 429
    assert "oncorde" not in sixth.content.decode()
    assert ask(client, issue().token, REMOTE_ADDR="192.0.2.99").status_code == 200


def test_one_source_is_slowed_down_over_all_documents(client):
    statuses = [ask(client, f"guess{n}").status_code for n in range(11)]

    assert statuses == [404] * 10 + [429]
