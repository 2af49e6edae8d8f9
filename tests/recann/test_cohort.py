"""The cohort: exact where figures were published, and loaded without leaving a trace of how."""

import re
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.enums import SiteKind
from accounts.geography import DEPARTEMENTS
from accounts.models import Site, User
from core.identifiers import finess_ok, rpps_ok
from patients.models import Enrolment
from pharmacies.models import DispensedItem
from prescriptions.models import Line, Prescription
from programmes.models import Listing
from recann.cohort import figures, history, scale
from recann.cohort.bare import bare
from recann.cohort.figures import CHECKPOINTS, GROUPS
from recann.cohort.plan import apportion, plan
from tests.recann import loading


PLAN = plan()
PATIENTS = 40


# --- The plan --------------------------------------------------------------------------------


def _active(on):
    return [one for one in PLAN if one.treated_on <= on and (not one.ended_on or one.ended_on > on)]


@pytest.mark.parametrize("point", CHECKPOINTS, ids=lambda one: one.on.isoformat())
def test_the_plan_is_exact_at_each_checkpoint(point):
    included = [one for one in PLAN if one.included_on <= point.on]
    exits = Counter(one.reason for one in PLAN if one.ended_on and one.ended_on <= point.on)
    active = _active(point.on)
    by_group = Counter(one.group for one in active)

    assert len(included) == point.included
    assert len(active) == point.active
    assert len(included) - len(active) - exits.total() == point.entering
    assert all(exits[reason] == count for reason, count in point.exits.items())
    if point.groups:
        assert tuple(by_group[group] for group in GROUPS) == tuple(
            apportion(point.active, point.groups)
        )


def test_nobody_leaves_before_being_treated_nor_is_treated_before_being_included():
    assert all(one.included_on <= one.treated_on for one in PLAN)
    assert all(one.treated_on <= one.ended_on for one in PLAN if one.ended_on)
    assert all(one.treated_on <= one.event_on for one in PLAN if one.event_on)


def test_who_left_says_why():
    assert all(bool(one.ended_on) == bool(one.reason) for one in PLAN)


def test_as_many_patients_have_an_event_as_published():
    with_event = [one for one in PLAN if one.event_on and one.event_on <= figures.WITH_EVENT_ON]

    assert len(with_event) == figures.WITH_EVENT


def test_the_plan_is_the_same_twice():
    assert plan() == PLAN


@pytest.mark.parametrize("patients", [1, 40, 3_164, 10_000])
def test_any_number_of_patients_keeps_the_shape(patients):
    courses = scale.courses(patients)
    often = Counter(map(id, courses))

    assert len(courses) == patients
    assert [one.included_on for one in courses] == sorted(one.included_on for one in courses)
    assert max(often.values()) - min(often.values()) <= 1


# --- Loaded ----------------------------------------------------------------------------------


_CATALOGUE = """
select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
 from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
union all
select 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid),
 indisvalid from pg_index join pg_class on oid = indrelid
 where relnamespace = 'public'::regnamespace
union all
select 'trigger', tgrelid::regclass::text, tgname, tgenabled::text, true
 from pg_trigger where not tgisinternal
"""


def _catalogue():
    with connection.cursor() as cursor:
        cursor.execute(_CATALOGUE)
        return {tuple(map(_plain, row)) for row in cursor.fetchall()}


def _plain(value):
    """Without types and parentheses: PostgreSQL writes a list of texts in two ways."""
    return re.sub(r"::[a-z ]+(\[\])?|[()]", "", value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """A few patients; the catalogue before and after, and the rows by table."""
    with django_db_blocker.unblock(), loading.rolled_back():
        programme, where = loading.make_places()
        before = _catalogue()
        rows = loading.add(programme, where, PATIENTS)
        yield before, _catalogue(), rows


def test_constraints_indexes_and_triggers_are_back_as_they_were(loaded):
    before, after, _ = loaded

    assert before == after


def test_tables_of_history_are_whole_again_too(loaded):
    before = _catalogue()
    with loading.as_owner(), bare([DispensedItem, history.event_of(Prescription)]):
        inside = _catalogue()

    # Triggers stay, disabled.
    assert {one for one in inside if one[0] != "trigger"} < before
    assert _catalogue() == before


def test_each_clinical_row_has_one_row_of_history(loaded):
    _, _, rows = loaded
    clinical = {table for table in rows if f"{table}event" in rows}

    assert {table: rows[table] for table in clinical} == {
        table: rows[f"{table}event"] for table in clinical
    }
    # Neither the identity nor its indexes have a history.
    assert {table for table in rows if not table.endswith("event")} - clinical == {
        "patients_identity",
        "patients_identityindex",
    }


def test_what_is_signed_is_frozen_again(loaded):
    prescription = Prescription.objects.signed()[0]

    with pytest.raises(DatabaseError), transaction.atomic():
        Prescription.objects.filter(pk=prescription.pk).update(duration_days=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Line.objects.filter(prescription=prescription).delete()


def test_new_rows_come_after_those_of_the_cohort(loaded):
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('patients_enrolment', 'id'))")
        (following,) = cursor.fetchone()

    assert following == Enrolment.objects.latest("pk").pk + 1


def test_nobody_is_included_where_nothing_is_listed(loaded):
    for enrolment in Enrolment.objects.all():
        listed = Listing.objects.in_force(enrolment.included_on)

        assert listed.filter(site=enrolment.site_id, indication=enrolment.indication_id).exists()


def test_there_is_somewhere_to_be_served_in_every_departement(loaded):
    kinds = [SiteKind.HOSPITAL_PHARMACY, SiteKind.COMMUNITY_PHARMACY]
    served = set(Site.objects.filter(kind__in=kinds).values_list("departement", flat=True))
    hospitals = Site.objects.filter(kind=SiteKind.HOSPITAL_PHARMACY)

    assert served == set(DEPARTEMENTS)
    assert set(hospitals.values_list("departement", flat=True)) < served


def test_as_many_places_as_published(loaded):
    count = Counter(Site.objects.values_list("kind", flat=True))

    assert count[SiteKind.REFERENCE_CENTRE] == 275
    assert count[SiteKind.HOSPITAL_PHARMACY] == 171
    assert count[SiteKind.COMMUNITY_PHARMACY] == 610


def test_numbers_have_valid_keys(loaded):
    sites = Site.objects.exclude(finess="").values_list("finess", flat=True)
    people = User.objects.exclude(rpps="").values_list("rpps", flat=True)

    assert all(map(finess_ok, sites))
    assert all(map(rpps_ok, people))


def test_a_base_that_holds_patients_is_left_alone(loaded):
    before = Enrolment.objects.count()

    with pytest.raises(CommandError, match="déjà des participations"):
        call_command("generate", patients=10)

    assert Enrolment.objects.count() == before


@pytest.mark.parametrize("patients", [0, -1])
def test_no_patient_is_no_order(patients):
    before = Enrolment.objects.count()

    with pytest.raises(CommandError, match="un au moins"):
        call_command("generate", patients=patients)

    assert Enrolment.objects.count() == before
