"""The API serves stored releases to tokens, and nothing that can harm anybody."""

from datetime import UTC, date, datetime
from unittest import mock

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.enums import Role
from core.models import JournalLine
from evaluation import tasks
from evaluation.models import StatisticsRelease
from tests.accounts.factories import ApiTokenFactory, MemberFactory
from tests.evaluation.factories import StatisticsReleaseFactory
from tests.evaluation.situations import at
from tests.patients.factories import EnrolmentFactory, PatientFactory
from tests.programmes.factories import IndicationFactory, ProgrammeFactory


NOW = datetime(2024, 5, 2, 3, tzinfo=UTC)


@pytest.fixture
def ask(client):
    """`ask(name, programme, …)` with a token accredited for the programme."""

    def get(name, programme, *args, headers=None, **query):
        token = f"jeton-{programme.code}"
        if not programme.accreditations.exists():
            member = MemberFactory(role=Role.API_CLIENT, programme=programme)
            ApiTokenFactory(member=member, token=token)
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        return client.get(reverse(f"evaluation:{name}", args=args), query, headers=sent)

    return get


def include(indication, on, count, **fields):
    patient = PatientFactory()
    for _ in range(count):
        EnrolmentFactory(
            indication=indication,
            included_on=on,
            recorded_at=fields.get("recorded_at", at(on)),
            patient=patient,
            state="CANCELLED" if fields.get("cancelled") else "ENDED",
            **({} if fields.get("cancelled") else {"ended_on": on, "end_reason": "OTHER"}),
            consent=False,
        )


def run(now=NOW):
    with mock.patch("evaluation.tasks.timezone.now", return_value=now):
        return tasks.release_quarter()


def test_a_settled_quarter_is_published_once():
    programme = ProgrammeFactory(opens_on=date(2023, 10, 5))
    pain = IndicationFactory(programme=programme, code="DN")
    rare = IndicationFactory(programme=programme, code="EPI")
    include(pain, date(2023, 11, 2), 13)
    include(pain, date(2023, 11, 2), 2, cancelled=True)
    include(rare, date(2023, 11, 2), 10)
    include(pain, date(2024, 2, 1), 12)

    assert run() == 2
    assert run() == 0

    first, second = StatisticsRelease.objects.order_by("quarter")
    shown, masked = first.figures["indications"]
    assert (shown["code"], shown["libelle"]) == ("DN", pain.label)
    assert shown["trimestre"] == {"valeur": 15, "masque": False}
    assert shown["cumul"] == {"valeur": 15, "au_moins": False}
    assert (masked["code"], masked["libelle"]) == ("EPI", rare.label)
    assert masked["trimestre"] == {"valeur": None, "masque": True}
    assert masked["cumul"] == {"valeur": 0, "au_moins": True}
    assert first.figures["total"]["trimestre"] == {"valeur": 15, "au_moins": True}
    assert second.figures["indications"][0]["cumul"] == {"valeur": 25, "au_moins": False}
    assert second.figures["total"]["cumul"] == {"valeur": 25, "au_moins": True}
    assert JournalLine.objects.filter(action="statistics.released").count() == 2


def test_a_late_entry_counts_in_the_next_quarter():
    pain = IndicationFactory(programme=ProgrammeFactory(opens_on=date(2023, 10, 5)))
    include(pain, date(2023, 12, 1), 11)
    include(pain, date(2023, 12, 1), 20, recorded_at=datetime(2024, 1, 30, 9, tzinfo=UTC))

    run()

    first, second = StatisticsRelease.objects.order_by("quarter")
    assert first.figures["indications"][0]["trimestre"]["valeur"] == 10
    assert second.figures["indications"][0]["trimestre"]["valeur"] == 20


def test_releases_are_listed(ask):
    release = StatisticsReleaseFactory()
    StatisticsReleaseFactory()

    response = ask("api_releases", release.programme)

    (row,) = response.json()
    assert row["publication"] == str(release.public_id)
    assert row["trimestre"] == "2023Q4"
    assert row["url"].endswith("/inclusions/?quarter=2023Q4")
    again = ask("api_releases", release.programme, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_a_quarter_is_served_from_its_release(ask, django_assert_num_queries):
    release = StatisticsReleaseFactory()
    code = release.programme.code
    ask("api_inclusions", release.programme, code, quarter="2023Q4")

    with django_assert_num_queries(3):  # the fixture's own, token, release
        response = ask("api_inclusions", release.programme, code, quarter="2023Q4")

    assert response.json() == {
        "publication": str(release.public_id),
        "publie_le": release.released_at.isoformat(),
        **release.figures,
    }
    assert response["ETag"] == f'"{release.public_id}"'


def test_what_is_known_is_not_sent_again(ask):
    release = StatisticsReleaseFactory()
    known = {"If-None-Match": f'"{release.public_id}"'}

    response = ask(
        "api_inclusions", release.programme, release.programme.code, quarter="2023Q4", headers=known
    )

    assert response.status_code == 304
    assert response.content == b""


@pytest.mark.parametrize("quarter", ["2024Q1", "2023", "", "x"])
def test_a_quarter_that_is_not_published_is_not_found(ask, quarter):
    release = StatisticsReleaseFactory()

    response = ask("api_inclusions", release.programme, release.programme.code, quarter=quarter)

    assert response.status_code == 404
    assert response.json() == {"detail": "Ce programme ou ce trimestre n’est pas publié."}


def test_another_programme_is_not_found(ask):
    release, other = StatisticsReleaseFactory(), ProgrammeFactory()

    response = ask("api_inclusions", other, release.programme.code, quarter="2023Q4")

    assert response.status_code == 404


def test_no_token_no_figure(client):
    release = StatisticsReleaseFactory()
    address = reverse("evaluation:api_inclusions", args=[release.programme.code])

    assert client.get(address, {"quarter": "2023Q4"}).status_code == 401


def test_the_schema_tells_what_is_served(ask):
    text = ask("api_schema", ProgrammeFactory()).content.decode()

    assert "/api/v1/programmes/{code}/inclusions/" in text
    assert "quarter" in text
    assert "au_moins" in text


def test_people_read_how_to_ask(sign_in):
    release = StatisticsReleaseFactory()
    member = MemberFactory(role=Role.ANALYST, programme=release.programme)

    response = sign_in(member).get(reverse("evaluation:api"))

    assertContains(response, "2023Q4")
    assertContains(response, reverse("rights:tokens"))
    assertContains(response, release.public_id)
