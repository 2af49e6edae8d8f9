"""Erasing as the purge role: who is due, what is gone, what stays, and twice is once."""

import json
import secrets
from datetime import UTC, date, datetime
from itertools import product
from unittest import mock

import pytest
from django.db import ProgrammingError, transaction

from core import documents, drafts, keys
from core.codes import answer
from core.models import Document, Draft, JournalLine, KeyRecord, VerificationCode
from patients import identity
from patients.models import Enrolment, Identity, IdentityIndex, Patient
from pharmacies.enums import Kept, Medium
from pharmacies.models import Dispensation
from programmes.enums import DataClass
from retention import actions, classes, ledger, tasks
from retention.classes import CLINICAL
from retention.enums import PurgeState
from retention.models import PurgeRun
from tests.core.factories import JournalLineFactory, VerificationCodeFactory
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.patients.factories import (
    EligibilityAnswerFactory,
    EnrolmentFactory,
    PatientFactory,
    PersonFactory,
    PriorTreatmentFactory,
)
from tests.pharmacies.factories import DispensationFactory, RegisterCopyFactory
from tests.prescriptions.factories import (
    PassedAlertFactory,
    PrescriptionFactory,
    PresentationFactory,
)
from tests.programmes.factories import IndicationFactory
from tests.retention.factories import PurgeRunFactory, programme_with_rules
from tests.vigilance.factories import AdverseEventFactory, DeclarationFactory, SuspectFactory


END = date(2024, 2, 29)
IDENTITY_DUE = datetime(2026, 2, 28, 2, tzinfo=UTC)
AFTER_IDENTITY = datetime(2026, 3, 1, 2, tzinfo=UTC)
AFTER_CLINICAL = datetime(2036, 3, 1, 2, tzinfo=UTC)
CANARY = "Zyxwcanari"


@pytest.fixture(autouse=True)
def _ledger_apart(settings, tmp_path):
    settings.PURGE_LEDGER = tmp_path / "var" / "ledger.jsonl"


@pytest.fixture
def purge(as_purge):
    """Run the task at that instant, as the purge role."""

    def run(at, handed_over=True):
        if handed_over:
            hand_over_copies()
        with (
            as_purge(),
            mock.patch.object(tasks, "ALIAS", "default"),
            mock.patch("retention.tasks.timezone.now", return_value=at),
        ):
            return tasks.purge()

    return run


def hand_over_copies():
    """Every pharmacy downloaded all that it keeps, on both supports."""
    for member in {row.dispensed_by for row in Dispensation.objects.select_related("dispensed_by")}:
        for subject, medium in product(Kept, Medium):
            RegisterCopyFactory(made_by=member, subject=subject, medium=medium, last_number=10**6)


def patient_of(programme, **fields):
    """Somebody with something in every table, free text everywhere, and a canary for a name."""
    enrolment = EnrolmentFactory(
        indication=IndicationFactory(programme=programme),
        patient=fields.pop("patient", None)
        or PatientFactory(
            person=PersonFactory(birth_name=CANARY, first_names=[secrets.token_hex(4)])
        ),
        **fields,
    )
    words = keys.seal(enrolment.key_id, CANARY.encode(), aad="test")
    document = documents.store(
        kind="certificate",
        key_id=enrolment.key_id,
        content=CANARY.encode(),
        enrolment_id=enrolment.pk,
        at=enrolment.recorded_at,
    )
    EligibilityAnswerFactory(enrolment=enrolment, comment_sealed=words)
    PriorTreatmentFactory(enrolment=enrolment)
    fill_acts(enrolment, words, document)
    return enrolment


def fill_acts(enrolment, words, document):
    """What follows the inclusion, from the first prescription to a declaration."""
    prescription = PrescriptionFactory(enrolment=enrolment, note_sealed=words, document=document)
    PassedAlertFactory(prescription=prescription)
    signed = PrescriptionFactory(
        enrolment=enrolment, signed=True, starts_on=date(2026, 6, 1), note_sealed=words
    )
    PresentationFactory(prescription=signed)
    dispensation = DispensationFactory(
        received__prescription=signed, items=True, bearer="CARER", bearer_sealed=words
    )
    visit = VisitFactory(enrolment=enrolment, done=True, comment_sealed=words)
    AnswersFactory(visit=visit, texts_sealed=words)
    event = AdverseEventFactory(
        enrolment=enrolment, visit=visit, dispensation=dispensation, narrative_sealed=words
    )
    SuspectFactory(event=event)
    DeclarationFactory(event=event)
    drafts.save(7, f"event:{enrolment.public_id}", {"a": CANARY}, 0, at=enrolment.recorded_at)
    VerificationCodeFactory(target_label="patients.Enrolment", target_id=enrolment.pk)


def sealed_left():
    """Sealed columns that still hold something, in rows and in versions."""
    left = []
    for label, _ in CLINICAL:
        for name in classes.sealed_columns(classes.model_of(label)):
            for rows in (classes.rows(label), classes.versions(label)):
                kept = (
                    rows.exclude(**{name: None}).exclude(**{name: b""}) if rows is not None else []
                )
                left += [(label, name) for _ in kept]
    return left


def versions_left(label):
    versions = classes.versions(label)
    return 0 if versions is None else versions.count()


def rows_left():
    """Rows of every clinical table and of its versions."""
    return {
        label: (classes.rows(label).count(), versions_left(label))
        for label, _ in (*CLINICAL, (classes.LAST, ""))
    }


def test_nothing_is_erased_without_an_end_date(purge):
    enrolment = patient_of(programme_with_rules(ends_on=None))

    assert purge(AFTER_CLINICAL) == 0

    assert identity.open_one(enrolment.patient).birth_name == CANARY
    assert not PurgeRun.objects.exists()
    assert list(ledger.lines()) == []


def test_nothing_is_erased_on_the_due_date_itself(purge):
    patient_of(programme_with_rules(ends_on=END))

    assert purge(IDENTITY_DUE) == 0

    assert Identity.objects.exists()
    assert not PurgeRun.objects.exists()


def test_identity_is_unreadable_and_absent_the_day_after(purge):
    enrolment = patient_of(programme_with_rules(ends_on=END))
    patient = enrolment.patient
    stolen = bytes(patient.identity.sealed)
    before = {label: classes.rows(label).count() for label, _ in CLINICAL}
    stranger = patient_of(programme_with_rules(ends_on=None))
    mine = len(sealed_left()) // 2

    assert purge(AFTER_IDENTITY) == 1

    with pytest.raises(keys.KeyMissing):
        keys.unseal(patient.key_id, stolen, aad=str(patient.public_id))
    assert not KeyRecord.objects.filter(pk__in=[patient.key_id, enrolment.key_id]).exists()
    assert not Identity.objects.filter(patient=patient).exists()
    assert not IdentityIndex.objects.filter(patient=patient).exists()
    assert not Document.objects.filter(enrolment_id=enrolment.pk).exists()
    assert not VerificationCode.objects.filter(target_id=enrolment.pk).exists()
    assert not Draft.objects.filter(key=f"event:{enrolment.public_id}").exists()
    # The stranger's are left, and the follow-up of both.
    assert len(sealed_left()) == mine
    assert identity.open_one(stranger.patient).birth_name == CANARY
    assert {label: classes.rows(label).count() for label, _ in CLINICAL} == {
        label: 2 * count for label, count in before.items()
    }
    assert Patient.objects.get(pk=patient.pk).identity_erased_at == AFTER_IDENTITY


def test_erasing_twice_is_erasing_once(purge):
    patient_of(programme_with_rules(ends_on=END))
    purge(AFTER_IDENTITY)
    run = PurgeRun.objects.get()
    lines = list(ledger.lines())

    assert purge(AFTER_IDENTITY) == 0

    assert PurgeRun.objects.get().counts == run.counts
    assert run.state == PurgeState.DONE
    assert list(ledger.lines()) == lines
    assert run.counts["patients.Identity"] == 1


def test_a_patient_of_two_programmes_is_kept_until_the_later(purge):
    first = patient_of(programme_with_rules(ends_on=END))
    second = patient_of(programme_with_rules(ends_on=date(2025, 6, 30)), patient=first.patient)

    assert purge(AFTER_IDENTITY) == 0
    assert identity.open_one(Patient.objects.get()).birth_name == CANARY
    assert purge(datetime(2027, 7, 1, 2, tzinfo=UTC)) == 1

    assert not Identity.objects.exists()
    assert Enrolment.objects.filter(pk__in=[first.pk, second.pk]).count() == 2


def test_follow_up_and_its_history_go_ten_years_later(purge):
    patient_of(programme_with_rules(ends_on=None))
    of_the_stranger = rows_left()
    enrolment = patient_of(programme_with_rules(ends_on=END))
    draft = enrolment.prescriptions.get(status="DRAFT").lines.get()
    draft.steps.all().delete()
    draft.packs.all().delete()
    line_id = draft.pk
    draft.delete()
    gone = classes.versions("prescriptions.Line").filter(pgh_obj_id=line_id)
    assert gone.exists()
    JournalLineFactory(subject=str(enrolment.public_id), detail={"page": "file"})

    assert purge(AFTER_CLINICAL) == 2  # the identity, then the participation

    assert rows_left() == of_the_stranger
    assert not gone.exists()
    line = JournalLine.objects.get(erased_sha256__isnull=False)
    assert line.detail == {}
    runs = {run.data_class: run for run in PurgeRun.objects.all()}
    assert runs[DataClass.CLINICAL].counts["patients.Enrolment"] == 1
    assert runs[DataClass.CLINICAL].counts["patients.Patient"] == 1
    assert purge(AFTER_CLINICAL) == 0


def test_the_pseudonym_stays_while_another_programme_needs_it(purge):
    first = patient_of(programme_with_rules(ends_on=END))
    second = EnrolmentFactory(
        patient=first.patient,
        previous=first,
        indication=IndicationFactory(programme=programme_with_rules(ends_on=None)),
    )

    assert purge(AFTER_CLINICAL) == 1

    assert Enrolment.objects.get() == second
    assert Enrolment.objects.get().previous is None
    assert identity.open_one(Patient.objects.get()).birth_name == CANARY
    assert not KeyRecord.objects.filter(pk=first.key_id).exists()


def test_two_records_of_one_person_are_erased_whichever_comes_first(purge):
    programme = programme_with_rules(ends_on=END)
    first, second = patient_of(programme), patient_of(programme)
    Patient.objects.filter(pk=second.patient_id).update(merged_into=first.patient)
    Enrolment.objects.filter(pk=second.pk).update(merged_into=first)

    assert purge(AFTER_CLINICAL) == 4

    assert not Enrolment.objects.exists()
    assert not Patient.objects.exists()


def test_a_run_killed_after_the_key_is_ended_by_the_next(purge):
    enrolment = patient_of(programme_with_rules(ends_on=END))
    with mock.patch.object(actions, "_erase_files", side_effect=OSError("killed")):
        with pytest.raises(OSError, match="killed"), transaction.atomic():
            purge(AFTER_IDENTITY)
    assert not KeyRecord.objects.filter(pk=enrolment.patient.key_id).exists()

    assert purge(AFTER_IDENTITY) == 1

    assert not Identity.objects.exists()
    steps = [line["step"] for line in ledger.lines()]
    assert steps == ["intent", "intent", "done"]


def test_a_run_stops_in_time_and_is_gone_on_with(purge):
    programme = programme_with_rules(ends_on=END)
    patient_of(programme)
    patient_of(programme)

    with mock.patch.object(tasks, "_LASTS", -tasks._LASTS):
        assert purge(AFTER_IDENTITY) == 0
    assert PurgeRun.objects.get().state == PurgeState.RUNNING
    assert purge(AFTER_IDENTITY) == 2
    assert PurgeRun.objects.get().state == PurgeState.DONE


def test_the_ledger_names_nobody_and_shows_any_change(purge, settings):
    enrolment = patient_of(programme_with_rules(ends_on=END))

    purge(AFTER_IDENTITY)

    text = settings.PURGE_LEDGER.read_text()
    intent, done = ledger.lines()
    assert (intent["step"], done["step"]) == ("intent", "done")
    assert intent["subject"] == ledger.subject(enrolment.patient.public_id)
    for secret in (CANARY, str(enrolment.patient.public_id), enrolment.number):
        assert secret not in text
    changed = json.loads(text.splitlines()[0]) | {"at": "2020-01-01"}
    settings.PURGE_LEDGER.write_text(json.dumps(changed) + "\n" + text.splitlines()[1] + "\n")
    with pytest.raises(ValueError, match="altered"):
        list(ledger.lines())


def test_the_runtime_role_cannot_erase():
    enrolment = patient_of(programme_with_rules(ends_on=END))
    run = PurgeRunFactory(programme=enrolment.programme)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        actions.erase_identity(enrolment.patient, run=run, at=AFTER_IDENTITY, using="default")

    assert Identity.objects.exists()
    assert Document.objects.exists()


def test_a_worker_without_the_purge_role_does_nothing(settings):
    patient_of(programme_with_rules(ends_on=END))

    with mock.patch("retention.tasks.timezone.now", return_value=AFTER_CLINICAL):
        assert tasks.purge() == 0

    assert Identity.objects.exists()
    assert "purge" not in settings.DATABASES
    assert answer("RV-0000-0000-0000-0") is None
