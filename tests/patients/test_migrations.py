"""What was typed of treatments is sealed where it stands, in the rows and in their versions."""

from importlib import import_module
from types import SimpleNamespace

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from core import keys
from patients import texts
from patients.models import PriorTreatment
from tests.patients.factories import EnrolmentFactory, PriorTreatmentFactory


migration = import_module("patients.migrations.0007_seal_what_was_typed_of_treatments")


def then():
    """The models as they were before the migration."""
    loader = MigrationLoader(connection)
    return loader.project_state(("patients", "0006_seal_prior_treatments")).apps


def as_it_was(cursor):
    """The clear column again, filled, and nothing sealed."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("patients_priortreatment", "patients_priortreatmentevent"):
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN drug varchar(120) NOT NULL DEFAULT ''")
        cursor.execute(f"UPDATE {table} SET drug = 'Gabapentine', drug_sealed = NULL")
        cursor.execute(f"SELECT count(*) FROM {table} WHERE drug = 'Gabapentine'")
        assert cursor.fetchone()[0]


def sealed(cursor, table, enrolment):
    cursor.execute(
        f"SELECT drug_sealed FROM {table} WHERE enrolment_id = %s",
        [enrolment.pk],
    )
    return [blob for (blob,) in cursor.fetchall()]


def test_each_text_is_sealed_under_the_key_of_its_patient(as_owner):
    kept, gone = EnrolmentFactory(), EnrolmentFactory()
    for enrolment in (kept, gone):
        PriorTreatmentFactory(enrolment=enrolment)
    keys.destroy_keys([gone.key_id])
    editor = SimpleNamespace(connection=connection)

    with as_owner() as cursor:
        as_it_was(cursor)
        migration.seal(then(), editor)
        once = sealed(cursor, "patients_priortreatment", kept)
        # Run again, or back and forth: what is sealed stays as it is.
        migration.seal(then(), editor)

        assert once == sealed(cursor, "patients_priortreatment", kept)
        versions = sealed(cursor, "patients_priortreatmentevent", kept)
        assert texts.read_many(kept, texts.DRUG, versions) == ["Gabapentine"] * len(versions)
        assert sealed(cursor, "patients_priortreatment", gone) == [None]
    assert texts.drugs(kept, PriorTreatment.objects.filter(enrolment=kept)) == ["Gabapentine"]
