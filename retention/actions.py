"""Erasing, one patient at a time: key first, then rows, then their history. Never undone.

Run as the purge role only (`using`), which alone may change history and delete what stays. Each
step may be repeated: what is gone already is skipped.
"""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.db.models import CharField, Exists, F, Func, Model, OuterRef, Q, QuerySet, Value

from core import audit, keys, seals
from core.models import Document, Draft, JournalLine, VerificationCode
from patients.models import Enrolment, Nir, Patient
from prescriptions.models import Prescription
from programmes.models import Programme
from retention import classes, holds, ledger
from retention.classes import CLINICAL, IDENTITY
from retention.enums import PurgeState
from retention.models import PurgeRun


Ids = Collection[int]


class CannotPurge(Exception):
    """The message is in French and says what is still held."""


# Models whose parent may be deleted in the ordinary way, while a draft is written.
_HELD_BY_VERSIONS = {"prescriptions.DoseStep", "prescriptions.LinePack"}


def start(
    programme: Programme, data_class: str, *, due_on: date, at: datetime, using: str
) -> PurgeRun:
    """The run of a class of a programme: begun now, or gone on with.

    :raises CannotPurge: a pharmacy was not handed over what it must still keep
    """
    held = holds.of_programme(programme, at.date(), using=using)
    if held:
        raise CannotPurge(holds.summary(held))
    run, is_new = PurgeRun.objects.using(using).get_or_create(
        programme=programme,
        data_class=data_class,
        defaults={"due_on": due_on, "started_at": at, "state": PurgeState.RUNNING},
    )
    if is_new:
        audit.record("purge.started", run, by=audit.SYSTEM, programme=programme.code)
    return run


def finish(run: PurgeRun, *, at: datetime, using: str) -> None:
    """Nothing is left to erase. A run that is done already stays as it was."""
    running = PurgeRun.objects.using(using).filter(pk=run.pk, state=PurgeState.RUNNING)
    if running.update(state=PurgeState.DONE, finished_at=at):
        audit.record("purge.finished", run, by=audit.SYSTEM)


def erase_identity(patient: Patient, *, run: PurgeRun, at: datetime, using: str) -> None:
    """Destroy who the patient is: keys, identity, documents, free text and what leads to them."""
    enrolments = list(Enrolment.objects.using(using).filter(patient=patient.pk))
    about = ledger.subject(patient.public_id)
    ledger.write(ledger.INTENT, about=about, run=run.public_id, at=at, data_class=run.data_class)
    numbers = Nir.objects.using(using).filter(patient=patient.pk)
    keys.destroy_keys(
        [
            patient.key_id,
            *(one.key_id for one in enrolments),
            *numbers.values_list("key_id", flat=True),
        ]
    )
    with transaction.atomic(using=using):
        _sign("identity.erased", using)
        counts = _erase_files(enrolments, using=using)
        for label, path in IDENTITY:
            rows = classes.rows(label, using=using)
            counts[label] += rows.filter(**{path: patient.pk}).delete()[0]
        Patient.objects.using(using).filter(pk=patient.pk).update(identity_erased_at=at)
        _count(run, counts, using)
    _done(about, run, counts, at)


def erase_clinical(enrolment: Enrolment, *, run: PurgeRun, at: datetime, using: str) -> None:
    """Destroy a participation whole, with its history; the pseudonym goes with the last one."""
    about = ledger.subject(enrolment.public_id)
    ledger.write(ledger.INTENT, about=about, run=run.public_id, at=at, data_class=run.data_class)
    keys.destroy_keys([enrolment.key_id])
    with transaction.atomic(using=using):
        _sign("participation.erased", using)
        counts = _erase_files([enrolment], using=using)
        Enrolment.objects.using(using).filter(previous=enrolment.pk).update(previous=None)
        # An alias goes in its turn.
        Enrolment.objects.using(using).filter(merged_into=enrolment.pk).update(merged_into=None)
        for label, path in CLINICAL:
            counts[label] += _erase_rows(label, path, enrolment, using)
        if not Enrolment.objects.using(using).filter(patient=enrolment.patient_id).exists():
            aliases = Patient.objects.using(using).filter(merged_into=enrolment.patient_id)
            aliases.update(merged_into=None)
            counts[classes.LAST] += _delete(classes.LAST, [enrolment.patient_id], using)
        lines = JournalLine.objects.using(using).filter(subject=str(enrolment.public_id))
        counts["core.JournalLine"] += seals.erase(lines)
        _count(run, counts, using)
    _done(about, run, counts, at)


def sweep(*, using: str) -> int:
    """Erase the versions of rows that were deleted before their participation was erased.

    Lines of a draft, for instance: what they belonged to is gone. One pass over each table.
    """
    swept = 0
    for label, path in reversed(CLINICAL):
        versions = classes.versions(label, using=using)
        if versions is None or not path:
            continue
        parent = path.split("__")[0]
        above = classes.parent_of(label, parent)
        standing = classes.rows(above, using=using).filter(pk=OuterRef(parent))
        if label in _HELD_BY_VERSIONS:
            # Parts of a deleted line: the line's own versions are swept before.
            held = classes.versions_of(above, using=using).filter(pgh_obj_id=OuterRef(parent))
            versions = versions.filter(~Exists(held))
        swept += versions.filter(~Exists(standing)).delete()[0]
    return swept


# --- Steps -----------------------------------------------------------------------------------


@dataclass
class _Found:
    """Rows of a model that belong to the enrolments."""

    label: str
    pks: list[int]
    public_ids: list[UUID]


def _erase_files(enrolments: Collection[Enrolment], *, using: str) -> Counter[str]:
    """Documents, their public codes, drafts, and every sealed column with its versions."""
    counts: Counter[str] = Counter()
    ids = [one.pk for one in enrolments]
    found = [
        _find(label, path, ids, using)
        for label, path in CLINICAL
        if _has_public_id(label) or classes.sealed_columns(classes.model_of(label))
    ]
    for one in found:
        counts[f"{one.label} (texte libre)"] += _empty(one, using)
    counts["core.VerificationCode"] += _delete_codes(found, using)
    documents = Document.objects.using(using).filter(enrolment_id__in=ids)
    Prescription.objects.using(using).filter(document__in=documents).update(document=None)
    counts["core.Document"] += documents.delete()[0]
    counts["core.Draft"] += _erase_drafts([pid for one in found for pid in one.public_ids], using)
    return counts


def _rows(label: str, path: str, enrolment_ids: Ids, using: str) -> QuerySet[Model]:
    where = Q(**{f"{path}__in" if path else "pk__in": enrolment_ids})
    return classes.rows(label, using=using).filter(where)


def _has_public_id(label: str) -> bool:
    fields = classes.model_of(label)._meta.local_fields
    return any(field.name == "public_id" for field in fields)


def _find(label: str, path: str, enrolment_ids: Ids, using: str) -> _Found:
    rows = _rows(label, path, enrolment_ids, using)
    if not _has_public_id(label):
        return _Found(label, list(rows.values_list("pk", flat=True)), [])
    both = list(rows.values_list("pk", "public_id"))
    return _Found(label, [pk for pk, _ in both], [public_id for _, public_id in both])


def _delete_codes(found: Collection[_Found], using: str) -> int:
    """What the QR codes of these rows led to: an unknown code and an erased one answer alike."""
    targets = Q(pk=None)
    for one in found:
        targets |= Q(target_label=one.label, target_id__in=one.pks)
    return VerificationCode.objects.using(using).filter(targets).delete()[0]


def _empty(found: _Found, using: str) -> int:
    """Empty the sealed columns of these rows and of all their versions."""
    names = classes.sealed_columns(classes.model_of(found.label))
    if not names or not found.pks:
        return 0
    written = Q(pk=None)
    for name in names:
        written |= Q(**{f"{name}__isnull": False})
    kept = {name: b"" for name in names if (found.label, name) in classes.NOT_NULL}
    rows = classes.rows(found.label, using=using).filter(written, pk__in=found.pks)
    emptied = rows.update(**dict.fromkeys(names) | kept)
    versions = classes.versions_of(found.label, using=using)
    versions.filter(written, pgh_obj_id__in=found.pks).update(**dict.fromkeys(names))
    return emptied


def _erase_drafts(public_ids: Collection[UUID], using: str) -> int:
    """Forms begun about the patient: the second word of their key is a public id."""
    about = Func(F("key"), Value(":"), Value(2), function="split_part", output_field=CharField())
    drafts = Draft.objects.using(using).annotate(about=about)
    drafts = drafts.filter(about__in=[str(one) for one in public_ids])
    keys.destroy_keys(key for key in drafts.values_list("key_id", flat=True) if key)
    return drafts.delete()[0]


def _erase_rows(label: str, path: str, enrolment: Enrolment, using: str) -> int:
    pks = list(_rows(label, path, [enrolment.pk], using).values_list("pk", flat=True))
    return _delete(label, pks, using) if pks else 0


def _delete(label: str, pks: Ids, using: str) -> int:
    """Rows, then their versions, the one that tells of this deletion included."""
    deleted = classes.rows(label, using=using).filter(pk__in=pks).delete()[0]
    versions = classes.versions(label, using=using)
    if versions is not None:
        versions.filter(pgh_obj_id__in=pks).delete()
    return deleted


def _count(run: PurgeRun, counts: Counter[str], using: str) -> None:
    """Add what one patient's erasure destroyed to the run."""
    locked = PurgeRun.objects.using(using).select_for_update().get(pk=run.pk)
    total = Counter(locked.counts) + counts
    PurgeRun.objects.using(using).filter(pk=run.pk).update(counts=dict(sorted(total.items())))


def _sign(action: str, using: str) -> None:
    """Say in the history rows of this transaction that the retention rules acted."""
    said = {"action": action, "role": audit.SYSTEM.role, "version": settings.SOFTWARE_VERSION}
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_metadata', %s, true)", [json.dumps(said)]
        )


def _done(about: str, run: PurgeRun, counts: Counter[str], at: datetime) -> None:
    rows = dict(+counts)
    ledger.write(ledger.DONE, about=about, run=run.public_id, at=at, counts=rows)
    audit.record("purge.erased", by=audit.SYSTEM, run=str(run.public_id), counts=rows)
