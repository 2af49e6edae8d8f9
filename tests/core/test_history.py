"""History and partitions, on a table made for the occasion as a migration would make it."""

import sys
from datetime import UTC, datetime, timedelta

import pghistory
import pgtrigger
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, models, transaction
from django.test.utils import isolate_apps

from core import audit, partitions, roles
from core.history import tracked
from core.models import JournalLine
from core.partitions import PartitionByMonth
from tests.core.factories import JournalLineFactory


DOCTOR = audit.Agent(pk=7, user_id=3, site_id=12, role="REFERENCE_DOCTOR")


def partition_of(line):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM core_journalline WHERE id = %s", [line]
        )
        return cursor.fetchone()[0]


def forget(model):
    """pghistory and pgtrigger keep what they track for the life of the process."""
    delattr(sys.modules["core.models"], f"{model.__name__}Event")
    for label in ("insert", "update", "delete"):
        pghistory.core._registered_trackers.pop((model, label))
    for uri in [uri for uri in pgtrigger.registry._registry if uri.startswith(model._meta.label)]:
        del pgtrigger.registry._registry[uri]


def make_model():
    class Note(models.Model):
        text = models.CharField(max_length=20)
        line = models.ForeignKey("core.Note", null=True, on_delete=models.PROTECT, related_name="+")
        twice = models.GeneratedField(
            expression=models.functions.Concat("text", "text"),
            output_field=models.CharField(max_length=40),
            db_persist=True,
        )

        class Meta:
            app_label = "core"

    return tracked(Note)


@pytest.fixture
def note(as_owner):
    """A tracked model `Note`, whose history is cut by month."""
    with isolate_apps("core"):
        model = make_model()
        event = sys.modules["core.models"].NoteEvent
        with as_owner() as cursor:
            with connection.schema_editor() as editor:
                editor.create_model(model)
                editor.create_model(event)
                partitions._partition(editor, "core_noteevent", "pgh_id", "pgh_created_at")
            for trigger in model._meta.triggers:
                trigger.install(model)
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON core_note TO {roles.APP}")
            cursor.execute(f"GRANT SELECT, INSERT ON core_noteevent TO {roles.APP}")
        yield model, event
        forget(model)


def test_every_version_of_a_row_is_kept_with_who_and_why(note):
    model, event = note
    token = audit.request_id.set("abc")

    with audit.acting("note.written", by=DOCTOR):
        row = model.objects.create(text="one")
    with audit.acting("note.changed", by=DOCTOR, reason="faute de frappe"):
        model.objects.filter(pk=row.pk).update(text="two")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_note WHERE id = %s", [row.pk])

    audit.request_id.reset(token)
    kept = event.objects.order_by("pgh_id")
    assert [(e.pgh_label, e.text, e.twice, e.pgh_obj_id) for e in kept] == [
        ("insert", "one", "oneone", row.pk),
        ("update", "two", "twotwo", row.pk),
        ("delete", "two", "twotwo", row.pk),
    ]
    assert kept[1].pgh_context == {
        "action": "note.changed",
        "actor": 7,
        "user": 3,
        "site": 12,
        "role": "REFERENCE_DOCTOR",
        "reason": "faute de frappe",
        "request_id": "abc",
        "version": "0.1.0",
    }
    assert kept[2].pgh_context is None


def test_a_save_that_changes_nothing_keeps_nothing(note):
    model, event = note
    row = model.objects.create(text="one")

    row.save()

    assert event.objects.count() == 1


def test_history_cannot_be_rewritten(note):
    model, event = note
    model.objects.create(text="one")

    with pgtrigger.ignore(), pytest.raises(ProgrammingError, match="permission denied"):
        with transaction.atomic():
            event.objects.update(text="other")

    assert event.objects.get().text == "one"


def test_a_history_table_is_cut_by_month_and_bound_to_nothing(note):
    model, event = note
    model.objects.create(text="one")

    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM core_noteevent")
        (place,) = cursor.fetchone()
        cursor.execute(
            "SELECT contype FROM pg_constraint WHERE conrelid = 'core_noteevent'::regclass"
            " AND contype IN ('f', 'p', 'u')"
        )
        kinds = cursor.fetchall()

    assert place.startswith("core_noteevent_2")
    assert kinds == [("p",)]
    assert {field.name for field in event._meta.fields if field.db_index} == {"pgh_obj"}


def test_columns_may_be_left_out():
    with isolate_apps("core"):

        @tracked(exclude=["secret"])
        class Other(models.Model):
            text = models.TextField()
            secret = models.BinaryField()

            class Meta:
                app_label = "core"

        event = sys.modules["core.models"].OtherEvent
        forget(Other)

    assert {"text", "pgh_context"} <= {field.name for field in event._meta.fields}
    assert "secret" not in {field.name for field in event._meta.fields}


# --- Partitions --------------------------------------------------------------------------------


def test_a_line_goes_to_its_month_and_an_old_one_to_the_rest():
    now, old = JournalLineFactory(), JournalLineFactory(at=datetime(2020, 5, 1, tzinfo=UTC))
    now.refresh_from_db()

    assert partition_of(now.pk) == f"core_journalline_{now.at:%Y%m}"
    assert partition_of(old.pk) == "core_journalline_rest"
    assert JournalLine.objects.count() == 2


def test_months_ahead_are_made_once():
    already = partitions.make()

    assert already == 0
    assert partitions.make(ahead=5) % 2 == 0
    assert partitions.make(ahead=5) == 0


def test_a_month_whose_lines_already_stand_in_the_rest_stays_there():
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('month', now()) + interval '4 months'")
        (month,) = cursor.fetchone()
    line = JournalLineFactory(at=month)

    partitions.make(ahead=5)

    assert partition_of(line.pk) == "core_journalline_rest"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"core_journalline_{month:%Y%m}"])
        assert cursor.fetchone() == (None,)


def test_only_the_runtime_role_makes_partitions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_function_privilege(%s, 'core_make_partitions(integer)', 'EXECUTE')",
            [roles.APP],
        )
        assert cursor.fetchone() == (True,)
        cursor.execute(
            "SELECT count(*) FROM pg_proc, aclexplode(proacl)"
            " WHERE proname = 'core_make_partitions' AND grantee = 0"
        )
        assert cursor.fetchone() == (0,)


def test_a_table_that_is_not_empty_is_not_cut(as_owner):
    with as_owner() as cursor:
        cursor.execute("CREATE TABLE full_one (id bigint PRIMARY KEY, at timestamptz)")
        cursor.execute("INSERT INTO full_one VALUES (1, now())")
        with connection.schema_editor() as editor, pytest.raises(ValueError, match="not empty"):
            partitions._partition(editor, "full_one", "id", "at")
        with connection.schema_editor() as editor, pytest.raises(ValueError, match="too long"):
            partitions._partition(editor, "a" * 56, "id", "at")


def test_the_operation_says_what_it_does():
    operation = PartitionByMonth("NoteEvent", "pgh_created_at")

    assert operation.deconstruct() == (
        "PartitionByMonth",
        ("NoteEvent", "pgh_created_at"),
        {},
    )
    assert "by month" in operation.describe()
    operation.database_backwards("core", None, None, None)


@pytest.mark.parametrize(
    ("db", "model", "allowed"),
    [
        ("default", None, True),
        ("default", "journalline", True),
        ("default", "keyrecord", False),
        ("keys", "keyrecord", True),
        ("keys", "journalline", False),
        ("keys", None, False),
    ],
)
def test_each_table_is_made_in_one_cluster(db, model, allowed):
    from core.databases import KeysApart

    assert KeysApart().allow_migrate(db, "core", model) is allowed


def test_a_key_is_related_to_nothing():
    from core.databases import KeysApart
    from core.models import KeyRecord

    router, line = KeysApart(), JournalLine()
    assert router.allow_relation(KeyRecord(), line) is False
    assert router.allow_relation(line, JournalLine()) is None
    assert router.db_for_read(JournalLine) is None
    assert apps.get_model("core", "KeyRecord") is KeyRecord


# --- Months ----------------------------------------------------------------------------------


def made_on(day, ahead=partitions.AHEAD):
    """Months that the function would make on that day: its own text, with that day for now."""
    text = partitions.MAKE_FUNCTION.split("BEGIN", 1)[1]
    assert "now() AT TIME ZONE 'UTC'" in text
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_char(date_trunc('month', %s::timestamptz AT TIME ZONE 'UTC')::date"
            " + make_interval(months => n), 'YYYYMM') FROM generate_series(-1, %s) n",
            [day, ahead],
        )
        return [month for (month,) in cursor.fetchall()]


@pytest.mark.parametrize(
    ("day", "months"),
    [
        ("2026-10-31 12:00+00", ["202609", "202610", "202611", "202612", "202701"]),
        ("2026-11-30 23:59+00", ["202610", "202611", "202612", "202701", "202702"]),
        ("2026-12-31 23:59:59+00", ["202611", "202612", "202701", "202702", "202703"]),
        ("2027-01-01 00:30+01", ["202611", "202612", "202701", "202702", "202703"]),
        ("2027-01-01 00:00+00", ["202612", "202701", "202702", "202703", "202704"]),
        ("2028-01-31 00:00+00", ["202712", "202801", "202802", "202803", "202804"]),
    ],
)
def test_three_months_ahead_pass_the_end_of_a_year(day, months):
    assert made_on(day) == months


def test_a_line_of_the_first_and_last_instant_of_a_year_goes_to_its_own_month():
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_make_partitions(14)")
        cursor.execute("SELECT date_trunc('year', now() AT TIME ZONE 'UTC') + interval '1 year'")
        (new_year,) = cursor.fetchone()
    new_year = new_year.replace(tzinfo=UTC)
    last, first = (
        JournalLineFactory(at=new_year - timedelta(microseconds=1)),
        JournalLineFactory(at=new_year),
    )

    assert partition_of(last.pk) == f"core_journalline_{new_year.year - 1}12"
    assert partition_of(first.pk) == f"core_journalline_{new_year.year}01"


def test_every_large_table_of_history_is_cut_and_no_clinical_one_is():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'p' AND NOT relispartition")
        cut = {name for (name,) in cursor.fetchall()}

    assert {"core_journalline", "followup_visitevent", "followup_answersevent"} <= cut
    assert {"prescriptions_prescriptionevent", "pharmacies_dispensationevent"} <= cut
    assert all(name.endswith("event") or name == "core_journalline" for name in cut)
