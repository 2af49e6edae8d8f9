"""Load a programme from its file: rows are found by their natural key, changed or made."""

import json
from pathlib import Path
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from core.db import violated_constraint
from programmes.models import (
    ConsentText,
    CriteriaSet,
    Criterion,
    Indication,
    IndicationSubtype,
    Opening,
    Pack,
    Product,
    ProductRegime,
    Programme,
    ProgrammeLink,
    Questionnaire,
    QuestionnaireVersion,
    RetentionRule,
    SupplyRule,
    VisitDefinition,
)
from programmes.rules import HOLDERS


DATA = Path(__file__).resolve().parent / "data"
Row = dict[str, Any]
M = TypeVar("M", bound=Model)


class AlreadyPublished(Exception):
    """A file says another thing of what was published; the message names the version."""


def read(name: str) -> Row:
    """Read `programmes/data/<name>`; `same_as` borrows every part of another file."""
    own: Row = json.loads((DATA / name).read_text())
    if "same_as" not in own:
        return own
    base = read(own.pop("same_as"))
    base["programme"] |= own.pop("programme")
    return base | own


@transaction.atomic
def load(file: Row) -> Programme:
    """Make or update one programme and all its parts; nothing is deleted."""
    programme, _ = Programme.objects.update_or_create(
        code=file["programme"]["code"], defaults=file["programme"]
    )
    indications = {row["code"]: _indication(programme, row) for row in file["indications"]}
    for row in file["openings"]:
        _opening(programme, row, indications)
    for row in file["criteria_sets"]:
        _criteria_set(programme, row, indications)
    for row in file["products"]:
        _product(programme, row, indications)
    for row in file["visits"]:
        _visit(programme, row)
    criteria = _criteria_by_code(file["criteria_sets"])
    for row in file["questionnaires"]:
        _questionnaire(programme, row, indications, criteria)
    for row in file["links"]:
        key = {"kind": row["kind"], "title": row["title"], "version": row["version"]}
        _put(ProgrammeLink, row, programme=programme, **key)
    _consent_texts(programme, file["consent_texts"])
    rules: dict[str, RetentionRule] = {}
    for row in file["retention_rules"]:
        values = row | {"after": rules.get(row["after"])}
        key = {"data_class": row["data_class"]}
        rules[row["data_class"]] = _put(RetentionRule, values, programme=programme, **key)
    return programme


def load_supply_rules() -> None:
    for row in json.loads((DATA / "supply_rules.json").read_text()):
        _put(SupplyRule, row, regime=row["regime"], valid_from=row["valid_from"])


def _consent_texts(programme: Programme, rows: list[Row]) -> None:
    for row in rows:
        text = row | {"body": "\n".join(row["body"])}
        key = {name: row[name] for name in ("kind", "person_kind", "version")}
        _put(ConsentText, text, programme=programme, **key)


def _put(model: type[M], values: Row, **key: Any) -> M:
    rows: QuerySet[M] = QuerySet(model)
    return rows.update_or_create(**key, defaults=values)[0]


def _indication(programme: Programme, values: Row) -> Indication:
    own = {name: value for name, value in values.items() if name != "subtypes"}
    indication = _put(Indication, own, programme=programme, code=values["code"])
    for subtype in values["subtypes"]:
        _put(IndicationSubtype, subtype, indication=indication, code=subtype["code"])
    return indication


def _opening(programme: Programme, values: Row, indications: dict[str, Indication]) -> None:
    """Made once: what the manager published or ended since is never undone by a file."""
    indication = indications[values["indication"]] if "indication" in values else None
    key = {"kind": values["kind"], "valid_from": values["valid_from"], "indication": indication}
    Opening.objects.get_or_create(programme=programme, **key, defaults=values | key)


def _visit(programme: Programme, values: Row) -> None:
    """Made once: what the manager published since is never undone by a file."""
    key = {"code": values["code"], "applies_from": values["applies_from"]}
    # Held by those of its kind, unless the file says who.
    own = {"holders": list(HOLDERS[values["kind"]])} | values
    VisitDefinition.objects.get_or_create(programme=programme, **key, defaults=own | key)


def _criteria_set(programme: Programme, values: Row, indications: dict[str, Indication]) -> None:
    own = {name: value for name, value in values.items() if name != "criteria"}
    criteria_set = _put(CriteriaSet, own, programme=programme, version=values["version"])
    for row in values["criteria"]:
        plain = {name: value for name, value in row.items() if name != "indications"}
        criterion = _put(Criterion, plain, criteria_set=criteria_set, code=row["code"])
        criterion.indications.set([indications[code] for code in row.get("indications", [])])


def _product(programme: Programme, values: Row, indications: dict[str, Indication]) -> None:
    parts = {"indications", "regimes", "packs"}
    own = {name: value for name, value in values.items() if name not in parts}
    product = _put(Product, own, programme=programme, code=values["code"])
    product.indications.set([indications[code] for code in values["indications"]])
    for row in values["regimes"]:
        _put(ProductRegime, row, product=product, valid_from=row["valid_from"])
    for row in values["packs"]:
        _put(Pack, row, product=product, label=row["label"])


def _criteria_by_code(sets: list[Row]) -> dict[str, Row]:
    """The words of each criterion, as the newest set puts them."""
    return {row["code"]: row for one in sets for row in one["criteria"]}


def _questionnaire(
    programme: Programme,
    values: Row,
    indications: dict[str, Indication],
    criteria: dict[str, Row],
) -> None:
    own = {name: value for name, value in values.items() if name not in {"versions", "indications"}}
    questionnaire = _put(Questionnaire, own, programme=programme, code=values["code"])
    questionnaire.indications.set([indications[code] for code in values["indications"]])
    for row in values["versions"]:
        _version(questionnaire, row, [_item(one, criteria) for one in row["definition"]])


def _version(questionnaire: Questionnaire, values: Row, definition: list[Row]) -> None:
    """Made once: patients answered these questions. A file may still end what nothing ended."""
    name = f"{questionnaire.programme.code}, {questionnaire.code} {values['version']}"
    found = questionnaire.versions.filter(version=values["version"]).first()
    if found is None:
        _first_time(questionnaire, values | {"definition": definition}, name)
    elif (
        found.definition != definition
        or found.source != values["source"]
        or found.valid_from.isoformat() != values["valid_from"]
    ):
        raise AlreadyPublished(
            f"{name} : cette version existe déjà et ne se récrit pas. "
            "Donnez un nouveau numéro à ce qui a changé."
        )
    elif found.valid_to is None and values["valid_to"]:
        questionnaire.versions.filter(pk=found.pk).update(valid_to=values["valid_to"])


def _first_time(questionnaire: Questionnaire, values: Row, name: str) -> None:
    try:
        with transaction.atomic():
            QuestionnaireVersion.objects.create(questionnaire=questionnaire, **values)
    except IntegrityError as error:
        if violated_constraint(error) != "programmes_questionnaire_one_version_a_day":
            raise
        raise AlreadyPublished(
            f"{name} : une autre version est publiée pour les mêmes jours. "
            "Donnez-lui d’autres dates."
        ) from error


def _item(entry: Row, criteria: dict[str, Row]) -> Row:
    """A criterion that is asked again takes its code and its words from the criteria."""
    if "criterion" not in entry:
        return entry
    criterion = criteria[entry["criterion"]]
    return {"code": criterion["code"], "label": criterion["text"], **entry}
