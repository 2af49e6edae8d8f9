"""What PostgreSQL refuses to the runtime role, whatever the code says."""

import time
from io import StringIO

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from core import audit, frozen, roles
from core.db import same, violated_constraint
from core.models import Document, JournalLine
from tests.core.factories import DocumentFactory, SealFactory


def privilege(role, table, right):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, f'"{table}"', right])
        return cursor.fetchone()[0]


def test_tests_run_as_the_runtime_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (roles.APP,)


@pytest.mark.parametrize("table", ["core_journalline", "core_seal"])
@pytest.mark.parametrize(
    "sql", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"]
)
def test_journal_and_seals_are_only_added_to(table, sql):
    line = audit.record("patient.seen", by=audit.SYSTEM)
    SealFactory()

    with (
        pgtrigger.ignore(),
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table))

    assert JournalLine.objects.get() == line


def test_history_tables_are_only_added_to():
    for table in roles.append_only():
        rights = {
            right: privilege(roles.APP, table, right)
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
        }
        expected = {"SELECT": True, "INSERT": True}
        expected |= {"UPDATE": False, "DELETE": False, "TRUNCATE": False}
        assert rights == expected, table


def test_what_is_never_deleted_cannot_be():
    assert "core_document" in roles.never_deleted()
    for table in roles.never_deleted():
        assert privilege(roles.APP, table, "UPDATE"), table
        assert not privilege(roles.APP, table, "DELETE"), table


def test_partitions_are_not_reached_beside_their_parent():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")
        partitions = [name for (name,) in cursor.fetchall()]

    assert "core_journalline_rest" in partitions
    assert not any(
        privilege(roles.APP, name, right) for name in partitions for right in ("SELECT", "INSERT")
    )


def test_the_purge_role_may_do_everything(as_purge):
    audit.record("patient.seen", by=audit.SYSTEM)
    document = DocumentFactory()

    with as_purge() as cursor:
        cursor.execute("UPDATE core_journalline SET subject = ''")
        cursor.execute("DELETE FROM core_journalline")
        cursor.execute("UPDATE core_document SET enrolment_id = 3")
        cursor.execute("DELETE FROM core_document WHERE id = %s", [document.pk])

    assert not JournalLine.objects.exists()
    assert not Document.objects.exists()


def test_a_delivered_document_never_changes():
    document = DocumentFactory()

    with pytest.raises(IntegrityError, match="core_document_is_delivered_bytes"):
        with transaction.atomic():
            Document.objects.filter(pk=document.pk).update(kind="other")

    document.refresh_from_db()
    assert document.kind == "certificate"


def test_a_delivered_document_is_not_deleted_even_with_triggers_ignored():
    document = DocumentFactory()

    with pgtrigger.ignore(), pytest.raises(ProgrammingError, match="permission denied"):
        with transaction.atomic():
            document.delete()

    assert Document.objects.filter(pk=document.pk).exists()


def test_the_owner_is_stopped_by_the_trigger(as_owner):
    document = DocumentFactory()

    with as_owner() as cursor:
        with pytest.raises(IntegrityError, match="core_document_never_deleted"):
            with transaction.atomic():
                cursor.execute("DELETE FROM core_document WHERE id = %s", [document.pk])

    assert Document.objects.filter(pk=document.pk).exists()


def test_a_field_that_may_change_exists():
    trigger = frozen.FrozenWhen("fixed", may_change=["nothing"])

    with pytest.raises(ValueError, match="nothing"):
        trigger.get_condition(Document)


def test_a_frozen_row_names_its_columns_and_lets_the_purge_role_pass():
    trigger = frozen.FrozenWhen("fixed", "OLD.kind = 'x'", may_change=["kind"])

    condition = trigger.get_condition(Document).resolve(Document)

    assert condition.startswith("(current_user <> 'recann_purge' AND (OLD.kind = 'x') AND (")
    assert 'OLD."sha256" IS DISTINCT FROM NEW."sha256"' in condition
    assert 'NEW."kind"' not in condition


def test_a_refusal_names_itself_as_a_constraint_would():
    trigger = frozen.Refuse(name="no_more", operation=pgtrigger.Insert, sql="NEW.id = 1")

    assert trigger.get_condition(Document).resolve(Document) == "(current_user <> 'recann_purge')"
    assert "CONSTRAINT = 'no_more'" in trigger.get_func(Document)
    assert "IF NEW.id = 1 THEN" in trigger.get_func(Document)


def test_a_refused_row_tells_which_promise_refused_it():
    document = DocumentFactory()

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Document.objects.filter(pk=document.pk).update(kind="other")

    assert violated_constraint(refused.value) == "core_document_is_delivered_bytes"
    assert violated_constraint(IntegrityError()) == ""


def test_same_is_a_range_of_one_value():
    line = audit.record("patient.seen", by=audit.SYSTEM)

    (own,) = JournalLine.objects.values_list(same("id"), flat=True)

    assert (own.lower, own.upper) == (line.pk, line.pk + 1)


def test_grants_are_quick_and_can_be_given_again(as_owner):
    with as_owner():
        roles.grant()
        start = time.perf_counter()
        roles.grant()
        seconds = time.perf_counter() - start

    assert seconds < 0.5  # measured: 0.02 s
    assert not privilege(roles.APP, "core_journalline", "UPDATE")
    assert privilege(roles.APP, "core_draft", "DELETE")


def test_migrating_nothing_leaves_the_rights_as_they_are(as_owner):
    with as_owner() as cursor:
        cursor.execute(f"GRANT UPDATE ON core_journalline TO {roles.APP}")
        call_command("migrate", plan=True, stdout=StringIO())
        assert privilege(roles.APP, "core_journalline", "UPDATE")
        roles.grant()

    assert not privilege(roles.APP, "core_journalline", "UPDATE")
