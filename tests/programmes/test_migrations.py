"""What a programme said becomes openings in force, once; visits, held by those of their kind."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

from django.db import connection
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader

from programmes.enums import VisitKind
from programmes.models import Opening
from programmes.rules import HOLDERS
from tests.programmes.factories import OPENING, ProgrammeFactory, VisitDefinitionFactory


migration = import_module("programmes.migrations.0004_openings_of_programmes")


def as_it_was(cursor, ceilings, closed):
    """The columns again, filled."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(
        "ALTER TABLE programmes_programme ADD COLUMN active_ceiling int,"
        " ADD COLUMN inclusions_closed_from date,"
        " ADD COLUMN closing_reason varchar(200) NOT NULL DEFAULT ''"
    )
    cursor.execute(
        "UPDATE programmes_programme SET active_ceiling = 3000 WHERE id = ANY(%s)",
        [[one.pk for one in ceilings]],
    )
    cursor.execute(
        "UPDATE programmes_programme SET inclusions_closed_from = '2024-03-27',"
        " closing_reason = 'Fin des inclusions' WHERE id = %s",
        [closed.pk],
    )


def test_what_a_programme_said_becomes_openings(as_owner):
    both, ceiling, neither = ProgrammeFactory(), ProgrammeFactory(), ProgrammeFactory()
    loader = MigrationLoader(connection)
    then = loader.project_state(("programmes", "0003_openings")).apps

    with as_owner() as cursor:
        as_it_was(cursor, [both, ceiling], both)
        migration.copy(then, SimpleNamespace(connection=connection))

    rows = Opening.objects.order_by("pk")
    told = rows.values_list("programme", "kind", "places", "valid_from", "reason", "state")
    assert set(told) == {
        (both.pk, "CEILING", 3000, OPENING, "", "PUBLISHED"),
        (both.pk, "CLOSURE", None, date(2024, 3, 27), "Fin des inclusions", "PUBLISHED"),
        (ceiling.pk, "CEILING", 3000, OPENING, "", "PUBLISHED"),
    }
    assert not rows.filter(programme=neither).exists()


def test_a_visit_is_held_by_those_of_its_kind(as_owner):
    """The triggers of what is published are away while the migration runs."""
    complex_, simple = VisitDefinitionFactory(), VisitDefinitionFactory(kind="SIMPLE")
    operations = import_module("programmes.migrations.0011_who_holds_a_visit").Migration.operations
    (statement,) = [one.sql for one in operations if isinstance(one, RunSQL)]

    with as_owner() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE programmes_visitdefinition DISABLE TRIGGER USER")
        cursor.execute("UPDATE programmes_visitdefinition SET holders = '{REFERENCE_DOCTOR}'")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE programmes_visitdefinition ENABLE TRIGGER USER")

    for one, kind in ((complex_, VisitKind.COMPLEX), (simple, VisitKind.SIMPLE)):
        one.refresh_from_db()
        assert one.holders == list(HOLDERS[kind])
