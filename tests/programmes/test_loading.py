"""The programmes' files: they load twice to the same rows, and say what the sources say."""

import datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError

from accounts.models import NOBODY
from programmes import declared_rules, instruments, loading, openings
from programmes.enums import Missing, QuestionnaireStatus, Regime
from programmes.framing import frame_of
from programmes.models import (
    CriteriaSet,
    Product,
    ProductRegime,
    Programme,
    QuestionnaireVersion,
    VisitDefinition,
)
from training.models import Course


@pytest.fixture
def programmes(db):
    call_command("load_programmes", verbosity=0)
    return {programme.code: programme for programme in Programme.objects.all()}


def test_loading_twice_changes_nothing(programmes):
    loaded = (Product, VisitDefinition, Course, CriteriaSet, QuestionnaireVersion)
    counted = [model.objects.count() for model in loaded]

    call_command("load_programmes", verbosity=0)

    assert counted == [model.objects.count() for model in loaded]


def test_the_experimentation_closed_on_27_march_2024(programmes):
    recann = programmes["recann"]

    closure = openings.closure(recann, datetime.date(2026, 1, 1))
    assert closure.valid_from == datetime.date(2024, 3, 27)
    assert openings.closure(recann, datetime.date(2024, 3, 26)) is None
    assert recann.ends_on is None
    assert not programmes["demonstration"].openings.exists()


@pytest.mark.parametrize(
    ("on", "places"),
    [
        (datetime.date(2021, 3, 26), [3000, 750, 500, 500, 500, 750]),
        (datetime.date(2021, 11, 22), [3000, 750, 500, 500, 500, 750]),
        (datetime.date(2021, 11, 23), [3000]),
    ],
)
def test_quotas_by_indication_were_lifted_in_november_2021(programmes, on, places):
    limits = openings.limits(programmes["recann"], on)

    assert [limit.places for limit in limits] == places


def test_the_quota_by_doctor_waits_for_its_number(programmes):
    draft = programmes["recann"].openings.get(kind="DOCTOR")

    assert (draft.state, draft.places) == ("DRAFT", None)


def test_loading_again_undoes_nothing_that_the_manager_did(programmes):
    programmes["recann"].openings.filter(kind="CEILING").update(valid_to=datetime.date(2030, 1, 1))

    call_command("load_programmes", verbosity=0)

    assert programmes["recann"].openings.get(kind="CEILING").valid_to is not None
    assert programmes["recann"].openings.count() == 8


@pytest.mark.parametrize(
    ("on", "code", "regime"),
    [
        (datetime.date(2023, 3, 26), "CBD50", Regime.NARCOTIC),
        (datetime.date(2023, 3, 27), "CBD50", Regime.ORDINARY),
        (datetime.date(2023, 3, 27), "LGP-1-20", Regime.ORDINARY),
        (datetime.date(2023, 3, 26), "T25C25", Regime.NARCOTIC),
        (datetime.date(2023, 3, 27), "T25C25", Regime.NARCOTIC),
    ],
)
def test_the_regime_of_a_product_changes_by_date(programmes, on, code, regime):
    regimes = ProductRegime.objects.in_force(on).filter(
        product__code=code, product__programme=programmes["recann"]
    )

    assert [row.regime for row in regimes] == [regime]


def test_the_regime_set_by_hand_agrees_with_the_declared_thc(programmes):
    for row in ProductRegime.objects.in_force(datetime.date(2026, 1, 1)).select_related("product"):
        assert (row.regime == Regime.NARCOTIC) == (row.product.thc_percent > Decimal("0.30"))


def test_flowers_came_in_august_2021_and_left_in_march_2024(programmes):
    def forms(on):
        products = Product.objects.available(programmes["recann"], on)
        return set(products.values_list("form", flat=True))

    assert forms(datetime.date(2021, 7, 31)) == {"OIL"}
    assert forms(datetime.date(2021, 8, 1)) == {"OIL", "FLOWER"}
    assert forms(datetime.date(2024, 3, 27)) == {"OIL"}


def test_the_seven_complex_visits(programmes):
    visits = VisitDefinition.objects.filter(programme=programmes["recann"])

    assert sorted(visits.values_list("offset_months", flat=True)) == [1, 3, 6, 12, 18, 24, 30]


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (datetime.date(2021, 11, 22), "mars 2021"),
        (datetime.date(2021, 11, 23), "novembre 2021"),
        (datetime.date(2024, 3, 26), "novembre 2021"),
    ],
)
def test_one_set_of_criteria_a_day(programmes, on, version):
    sets = CriteriaSet.objects.in_force(on).filter(programme=programmes["recann"])

    assert [row.version for row in sets] == [version]


@pytest.mark.parametrize(
    ("on", "kept"),
    [
        (datetime.date(2023, 3, 26), {"trips", "ease", "favourable", "satisfaction", "appetite"}),
        (datetime.date(2023, 3, 27), {"satisfaction"}),
    ],
)
def test_the_registry_is_lighter_from_27_march_2023(programmes, on, kept):
    versions = QuestionnaireVersion.objects.in_force(on).filter(
        questionnaire__programme=programmes["recann"], questionnaire__code__in=["circuit", "commun"]
    )

    asked = {item["code"] for version in versions for item in version.definition}

    assert asked & {"trips", "ease", "favourable", "satisfaction", "appetite"} == kept
    assert {"days_to_obtain", "difficulties", "weight", "grossesse"} <= asked


def test_a_criterion_asked_again_has_its_code_and_its_words(programmes):
    version = QuestionnaireVersion.objects.get(
        questionnaire__code="antecedents", questionnaire__programme=programmes["recann"]
    )
    criteria = programmes["recann"].criteria_sets.get(version="novembre 2021").criteria

    words = dict(criteria.filter(code__in=["cardiaque", "suicide"]).values_list("code", "text"))

    assert {item["code"]: item["label"] for item in version.definition} == words


def test_only_free_instruments_are_asked(programmes):
    known = instruments.by_code()
    asked = {
        item["instrument"]
        for version in QuestionnaireVersion.objects.all()
        for item in version.definition
        if "instrument" in item
    }

    assert asked == {code for code, one in known.items() if one.is_free}
    assert {"BPI", "EQ5D5L", "HAD", "SF36"} <= known.keys() - asked


def test_every_rule_of_a_question_says_its_source(programmes):
    rules = [
        rule
        for version in QuestionnaireVersion.objects.all()
        for item in version.definition
        for rule in item.get("soft", [])
    ]

    assert {rule["rule"] for rule in rules} == {"change", "change_percent", "usual", "answer"}
    assert all(rule["source"] for rule in rules)


def test_every_definition_is_well_formed(programmes):
    kinds = {"number", "choice", "multiple", "text", "date", "yes_no"}
    for version in QuestionnaireVersion.objects.filter(status=QuestionnaireStatus.PUBLISHED):
        codes = [item["code"] for item in version.definition]
        assert len(codes) == len(set(codes))
        for item in version.definition:
            assert item["kind"] in kinds
            assert ("choices" in item) == (item["kind"] in {"choice", "multiple"})
            # A code of no answer is no answer.
            assert not {code for code, _ in item.get("choices", [])} & set(Missing.values)
            assert set(item.get("missing", [])) <= set(Missing.values)
            assert item["kind"] == "date" or item.get("help") or item.get("unit")


def test_every_definition_passes_the_rules_of_the_page(programmes):
    for version in QuestionnaireVersion.objects.select_related("questionnaire"):
        found = declared_rules.problems(version.definition, frame_of(version.questionnaire))
        assert found == [], version


def held(version):
    """The same version as the file of the programme."""
    return QuestionnaireVersion.objects.get(
        version=version, questionnaire__code="circuit", questionnaire__programme__code="recann"
    )


def a_file(change):
    """The file of the programme, its questionnaire of the circuit changed."""
    file = loading.read("recann.json")
    change(next(one for one in file["questionnaires"] if one["code"] == "circuit"))
    return file


@pytest.mark.parametrize(
    "changes",
    [{"definition": []}, {"source": "Autre"}, {"valid_from": "2021-03-27"}],
)
def test_a_published_version_is_not_rewritten_by_a_file(programmes, changes):
    before = held("2021-03").definition
    file = a_file(lambda one: one["versions"][0].update(changes))

    with pytest.raises(loading.AlreadyPublished, match=r"recann, circuit 2021-03.*nouveau numéro"):
        loading.load(file)

    assert held("2021-03").definition == before


def test_a_file_adds_a_version_and_ends_the_one_before(programmes):
    def add(circuit):
        last = circuit["versions"][-1]
        circuit["versions"].append(last | {"version": "new", "valid_from": "2027-01-01"})
        last["valid_to"] = "2026-12-31"

    loading.load(a_file(add))

    assert held("2023-03").valid_to == datetime.date(2026, 12, 31)
    assert held("new").valid_from == datetime.date(2027, 1, 1)


def test_a_file_does_not_undo_what_the_manager_published(programmes):
    held("2023-03").questionnaire.versions.filter(version="2023-03").update(
        valid_to=datetime.date(2026, 12, 31)
    )

    call_command("load_programmes", verbosity=0)

    assert held("2023-03").valid_to == datetime.date(2026, 12, 31)


def test_two_versions_of_one_day_are_named(programmes):
    def add(circuit):
        last = circuit["versions"][-1]
        circuit["versions"].append(last | {"version": "new", "valid_from": "2027-01-01"})

    with pytest.raises(loading.AlreadyPublished, match=r"circuit new.*mêmes jours"):
        loading.load(a_file(add))


def test_another_fault_of_a_file_is_not_hidden(programmes):
    with pytest.raises(IntegrityError):
        loading.load(a_file(lambda one: one["versions"][0].update(version="x", status="LOST")))


def test_the_command_says_which_version(programmes, monkeypatch):
    QuestionnaireVersion.objects.filter(status="DRAFT").delete()
    file = a_file(lambda one: one["versions"][0].update(definition=[]))
    monkeypatch.setattr(loading, "read", lambda _: file)

    with pytest.raises(CommandError, match="circuit 2021-03"):
        call_command("load_programmes", verbosity=0)


def test_nobody_sees_no_programme(programmes):
    assert not Programme.objects.visible_to(NOBODY).exists()
