import csv
from datetime import UTC, date, datetime
from unittest import mock

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from core.models import JournalLine
from evaluation import counts
from tests.accounts.factories import MemberFactory
from tests.evaluation.situations import NIGHT, TODAY, include, some_patients
from tests.programmes.factories import IndicationFactory


NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)
BOARD = reverse("evaluation:dashboard")


@pytest.fixture(autouse=True)
def _at_noon():
    with mock.patch("evaluation.views.timezone.now", return_value=NOON):
        with mock.patch("evaluation.views.timezone.localdate", return_value=TODAY):
            yield


def rows_of(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(text.splitlines(), delimiter=";"))


def test_the_dashboard_shows_what_stands(sign_in, django_assert_num_queries):
    pain, _ = some_patients()
    include(IndicationFactory(), date(2026, 1, 15))
    counts.recount(pain.programme, at=NIGHT, today=TODAY)
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=pain.programme))

    # Session, user, second factor, member; programmes, indications, subtypes; run, counts, since.
    with django_assert_num_queries(10):
        response = client.get(BOARD)

    shown = [(kpi.number, kpi.detail) for kpi in response.context["kpis"]]
    assert shown == [
        (4, ""),
        (2, "50\u202f% des inclus"),
        (1, "25\u202f% des inclus"),
        (2, "dont 1 grave, chez 1 patient"),
    ]
    assertContains(response, "patients inclus")
    assertContains(response, "Spasticité", count=0)
    assertContains(response, "Calculé le 10/04/2026")
    assertContains(response, "Exporter les données")


def test_before_the_first_night_the_page_counts_live(sign_in):
    pain, _ = some_patients()
    client = sign_in(MemberFactory(role=Role.MANAGER, programme=pain.programme))

    response = client.get(BOARD)

    assert response.context["kpis"][0].number == 4
    assertContains(response, "Calculé à l’instant")
    assertNotContains(response, "Exporter les données")


@pytest.mark.parametrize(
    ("query", "included"),
    [
        ({}, 4),
        ({"periode": "12m"}, 4),
        ({"periode": "2025"}, 0),
        ({"periode": "2026", "indication": "DN"}, 3),
        ({"indication": "SPAS"}, 1),
        ({"region": "Auvergne-Rhône-Alpes"}, 1),
        # What does not exist filters nothing.
        ({"periode": "2019", "indication": "X", "region": "Y", "programme": "z"}, 4),
        ({"periode": "0000"}, 4),
    ],
)
def test_filters_stand_in_the_address(sign_in, query, included):
    pain, _ = some_patients()
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=pain.programme))

    response = client.get(BOARD, query)

    assert response.context["kpis"][0].number == included


def test_another_programme_is_not_offered(sign_in):
    pain, _ = some_patients()
    other = IndicationFactory().programme
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=other))

    response = client.get(BOARD, {"programme": pain.programme.code})

    assert response.context["kpis"][0].number == 0
    assertNotContains(response, pain.programme.short_name)


def test_somebody_without_programme_is_told_whom_to_ask(sign_in):
    response = sign_in(MemberFactory(role=Role.ANALYST)).get(BOARD)

    assertContains(response, "habilité à aucun programme")


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("sorties", [["Motif", "Patients"], ["Inefficacité", "1"]]),
        ("effets", [["Année", "Effets", "Dont graves"], ["2026", "2", "1"]]),
    ],
)  # fmt: skip
def test_the_data_of_a_chart_is_a_file(sign_in, name, rows):
    pain, _ = some_patients()
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=pain.programme))

    response = client.get(reverse("evaluation:chart_data", args=[name]))

    assert rows_of(response) == rows
    assert "attachment" in response["Content-Disposition"]


def test_inclusions_are_told_by_month_or_by_quarter(sign_in):
    pain, _ = some_patients()
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=pain.programme))
    address = reverse("evaluation:chart_data", args=["inclusions"])

    by_month = rows_of(client.get(address))
    include(pain, date(2024, 6, 3))
    by_quarter = rows_of(client.get(address))

    assert by_month[1:] == [["janv. 2026", "2"], ["févr. 2026", "0"], ["mars 2026", "2"]]
    assert by_quarter[:2] == [["Trimestre", "Inclusions"], ["T2 2024", "1"]]
    assert by_quarter[-1] == ["T1 2026", "4"]


def test_places_stand_beside_patients(sign_in):
    pain, _ = some_patients()
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=pain.programme))

    by_departement = rows_of(client.get(reverse("evaluation:chart_data", args=["departements"])))
    by_region = rows_of(client.get(reverse("evaluation:chart_data", args=["regions"])))

    assert len(by_departement) == 102
    assert by_departement[1] == ["Paris (75)", "3", "0", "0"]
    assert by_region[1] == ["Île-de-France", "3", "0", "0"]


def test_a_chart_that_does_not_exist_is_not_found(sign_in):
    pain, _ = some_patients()
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=pain.programme))

    assert client.get(reverse("evaluation:chart_data", args=["secrets"])).status_code == 404


def test_reading_the_dashboard_writes_nothing(sign_in):
    pain, _ = some_patients()
    client = sign_in(MemberFactory(role=Role.ANALYST, programme=pain.programme))
    before = JournalLine.objects.count()

    client.get(BOARD)

    assert JournalLine.objects.count() == before
