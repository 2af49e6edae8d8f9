"""No clinical row is written without its history, whatever the code path; nobody rewrites it."""

import re
from pathlib import Path

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection, transaction

from core import roles
from core.frozen import FrozenWhen
from followup.models import Visit
from retention.classes import history_of
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.test_repository import MODULES, relative


ROOT = Path(__file__).resolve().parent.parent
OURS = [config for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
MODELS = {model._meta.label: model for config in OURS for model in config.get_models()}

# Every other model has its history. Why these have none:
WITHOUT_HISTORY = {
    "accounts.AccountLink": "a queue; invitations and requests are lines of the journal",
    "accounts.FactorReset": "inserted once, stamped once; a line of the journal",
    "accounts.OpenSession": "what Django keeps while somebody is signed in",
    "accounts.TotpDevice": "a sealed secret; enrolment and removal are lines of the journal",
    "accounts.DirectoryPlace": "a copy of the national directory, public",
    "accounts.DirectoryProfessional": "a copy of the national directory, public",
    "accounts.ImportedFile": "its fingerprint never changes; what it did is in history",
    "accounts.ApiToken": "only its digest; issue and revocation are lines of the journal",
    "core.KeyRecord": "a key that is destroyed must leave nothing",
    "core.JournalLine": "is itself the trail: inserted only, sealed",
    "core.Seal": "is itself the trail: inserted only, chained",
    "core.Draft": "what is being typed is no record",
    "core.OutgoingMail": "a queue",
    "core.DoneOnce": "a guard against sending twice",
    "core.VerificationCode": "digests; what they lead to has its history",
    "core.Throttle": "counters",
    "patients.Identity": "history would outlive its key: the journal keeps its changes, sealed",
    "patients.Merge": "asked, approved, undone: each time a line of the journal",
    "patients.NotIncluded": "nobody: no day, no author, no text",
    "patients.PossibleDuplicate": "erased with either; each decision is a line of the journal",
    "followup.PatientLink": "no record: each act of it is a line of the journal",
    "followup.Preparation": "typed for a doctor to complete: no record before the visit is held",
    "record.SavedFilter": "a list of one's own, in codes; saved and removed in the journal",
    "followup.Feed": "only its digest; opened, read and revoked in the journal",
    "followup.Reminder": "a queue; its state says what became of it",
    "rights.SuspensionNotice": "told and closed: each time a line of the journal",
    "pharmacies.Bulletin": "written once; the stamp of its escalation is a line of the journal",
    "pharmacies.SupplyEnd": "computed again at each dispensation, which has its history",
    "pharmacies.RegisterHead": "the last number of a register, moved by its lines",
    "pharmacies.RegisterLine": "is itself a trail: append-only, numbered without a gap",
    "patients.TakenOver": "written once; its index alone moves, with the key",
    "patients.TakeoverFile": "its fingerprint never changes; each act is a line of the journal",
    "patients.Nir": "sealed under a key of its own; each act is a line of the journal",
    "patients.IdentityIndex": "digests of the identity, as above",
    "training.ChapterDone": "where somebody stands in a course",
    "programmes.IndicationSubtype": "two columns of a file with its source, never edited",
    "prescriptions.Presentation": "inserted only; each one is a line of the journal",
    "prescriptions.CertificateOpening": "inserted only; each one is a line of the journal",
    "evaluation.StatisticsRelease": "a closed quarter, written once",
    "evaluation.CountRun": "computed again each night",
    "evaluation.MonthCount": "computed again each night",
    "retention.PurgeRun": "the ledger outside the database tells it",
}


def is_written_once(model):
    """No column ever changes and no row goes: there is only one version to tell."""
    whole = [
        trigger
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, FrozenWhen)
        and trigger.frozen_when == "true"
        and not trigger.may_change
    ]
    return bool(whole) and getattr(model, "never_deleted", False)


def without_history():
    events = {history_of(model) for model in MODELS.values()} - {None}
    return {
        label
        for label, model in MODELS.items()
        if model not in events and history_of(model) is None and not is_written_once(model)
    }


def test_every_model_has_its_history_or_a_reason():
    assert without_history() - WITHOUT_HISTORY.keys() == set()
    assert WITHOUT_HISTORY.keys() <= MODELS.keys()


def test_the_database_itself_writes_the_history_of_each():
    """Three triggers a table, switched on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger"
            " WHERE tgname ~ '^pgtrigger_(insert_insert|update_update|delete_delete)_'"
            " AND tgenabled = 'O' GROUP BY 1"
        )
        found = dict(cursor.fetchall())
    tracked = [model for model in MODELS.values() if history_of(model) is not None]

    assert {model._meta.db_table: found.get(model._meta.db_table) for model in tracked} == {
        model._meta.db_table: 3 for model in tracked
    }


# --- Whatever the code path ------------------------------------------------------------------


def update(visit):
    Visit.objects.filter(pk=visit.pk).update(mode="REMOTE")


def bulk_update(visit):
    visit.mode = "REMOTE"
    Visit.objects.bulk_update([visit], ["mode"])


def raw_sql(visit):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE followup_visit SET mode = 'REMOTE' WHERE id = %s", [visit.pk])


def joined_sql(visit):
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH chosen AS (SELECT id FROM followup_visit WHERE id = %s)"
            " UPDATE followup_visit v SET mode = 'REMOTE' FROM chosen WHERE chosen.id = v.id",
            [visit.pk],
        )


def upsert(visit):
    visit.mode = "REMOTE"
    Visit.objects.bulk_create(
        [visit], update_conflicts=True, update_fields=["mode"], unique_fields=["id"]
    )


@pytest.mark.parametrize("write", [update, bulk_update, raw_sql, joined_sql, upsert])
def test_history_catches_every_way_to_change_a_row(write):
    visit = VisitFactory(done=True)

    write(visit)

    kept = visit.events.order_by("pgh_id").values_list("pgh_label", "mode")
    assert list(kept) == [("insert", "ON_SITE"), ("update", "REMOTE")]


def test_history_catches_rows_added_and_taken_away_at_once():
    visit = VisitFactory(done=True)
    copies = [Visit(**{**vars_of(visit), "public_id": None}) for _ in range(2)]
    for copy in copies:
        copy.public_id = Visit._meta.get_field("public_id").get_default()
    Visit.objects.bulk_create(copies)
    prescription = PrescriptionFactory()
    line = prescription.lines.get()
    line.steps.all().delete()
    line.packs.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM prescriptions_line WHERE id = %s", [line.pk])

    assert [copy.events.get().pgh_label for copy in copies] == ["insert", "insert"]
    labels = history_of(type(line)).objects.filter(pgh_obj=line.pk)
    assert set(labels.values_list("pgh_label", flat=True)) == {"insert", "delete"}


def vars_of(visit):
    names = [field.attname for field in Visit._meta.local_fields if field.name != "id"]
    return {name: getattr(visit, name) for name in names} | {"definition_id": None}


# --- Nobody rewrites it ----------------------------------------------------------------------


def tries(table):
    column = "at" if table in {"core_journalline", "core_seal"} else "pgh_created_at"
    yield f"UPDATE {table} SET {column} = now()"
    yield f"DELETE FROM {table}"
    yield f"TRUNCATE {table}"
    yield f"ALTER TABLE {table} ADD COLUMN more integer"
    yield f"DROP TABLE {table}"


def answer(sql):
    """What PostgreSQL answers to the runtime role; "" when it does as asked."""
    try:
        with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as error:
        return str(error)
    return ""


def test_the_runtime_role_rewrites_no_history_even_with_triggers_ignored():
    tables = sorted(roles.append_only())
    answers = {sql: answer(sql) for table in tables for sql in tries(table)}
    refused = re.compile("permission denied|must be owner")

    assert len(tables) > 30
    assert [sql for sql, text in answers.items() if not refused.search(text)] == []


@pytest.mark.parametrize(
    "sql",
    [
        "SET session_replication_role = replica",
        "SELECT set_config('session_replication_role', 'replica', true)",
        "ALTER TABLE followup_visit DISABLE TRIGGER ALL",
        "ALTER TABLE followup_visit DISABLE TRIGGER USER",
        "ALTER ROLE recann_app SUPERUSER",
        "CREATE OR REPLACE FUNCTION core_transaction() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_the_runtime_role_switches_no_trigger_off(sql):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.filterwarnings("ignore")
def test_the_runtime_role_gives_itself_no_right():
    with connection.cursor() as cursor:
        cursor.execute("GRANT UPDATE, DELETE ON core_journalline TO recann_app")
        cursor.execute("SELECT has_table_privilege('recann_app', 'core_journalline', 'UPDATE')")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT pg_has_role('recann_app', 'recann_purge', 'MEMBER')")
        assert cursor.fetchone() == (False,)


def test_no_code_of_ours_looks_away_from_the_triggers():
    asking = re.compile(r"pgtrigger\.ignore\(|session_replication_role|DISABLE TRIGGER")

    found = [relative(path) for path in MODULES if asking.search(path.read_text())]

    # The loader of large bases, as owner, copies the history itself; servers of tests; `bench`.
    own = ("recann/cohort/", "recann/bench/", "devstack/")
    assert [path for path in found if not path.startswith(own)] == []


def test_the_answers_of_a_visit_are_kept_as_they_were():
    answers = AnswersFactory()
    type(answers).objects.filter(pk=answers.pk).update(data={"pain": 2})

    kept = answers.events.order_by("pgh_id").values_list("data", flat=True)

    assert list(kept) == [{"pain": 6}, {"pain": 2}]
