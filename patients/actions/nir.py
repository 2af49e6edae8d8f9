"""The NIR: recorded, shown and erased, only while the second consent stands."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Member
from core import audit, blind, keys
from core.db import violated_constraint
from core.identifiers import compact
from patients import nir as shape
from patients.actions.locks import lock_enrolment
from patients.enums import ConsentKind
from patients.models import Enrolment, Nir


_OTHER = (
    "Ce numéro est déjà enregistré pour une autre personne du registre. Vérifiez la saisie ; s’il "
    "est juste, les deux dossiers sont peut-être ceux d’une même personne : ouvrez les doublons."
)


class CannotRecordNir(Exception):
    """The message is in French and may be shown; it never repeats the number."""


def record_nir(enrolment: Enrolment, typed: str, *, by: Member, at: datetime) -> Nir:
    """Keep the number, in place of the one before.

    :raises CannotRecordNir: nothing is written
    """
    if refusal := shape.refusal(typed):
        raise CannotRecordNir(refusal)
    key_id = keys.create_key("nir")
    try:
        with keys.destroyed_if_refused([key_id]), audit.acting("nir.recorded", by=by):
            locked = _authorised(enrolment)
            (kept,) = _record([(locked, compact(typed), key_id)], by, at)
            return kept
    except IntegrityError as error:
        if violated_constraint(error) != "patients_nir_of_one_person":
            raise
        audit.record("nir.refused", enrolment, by=by, subject=str(enrolment.public_id))
        raise CannotRecordNir(_OTHER) from error


def take_over(
    numbers: Sequence[tuple[Enrolment, str, UUID]], *, by: Member, at: datetime
) -> set[UUID]:
    """Keep the numbers of an older register, each under the key made for it; return those used.

    Inside the act that wrote the participations and their consents. The number of who left is kept
    too: their consent stands; it takes the place of no other.
    """
    patients = [enrolment.patient_id for enrolment, _, _ in numbers]
    known = set(Nir.objects.filter(patient__in=patients).values_list("patient", flat=True))
    kept = [one for one in numbers if one[0].is_live or one[0].patient_id not in known]
    with audit.context("nir.recorded", by=by):
        _record(kept, by, at)
    return {key_id for _, _, key_id in kept}


def _authorised(enrolment: Enrolment) -> Enrolment:
    """The participation, locked.

    :raises CannotRecordNir: the second consent does not stand
    """
    locked = lock_enrolment(enrolment)
    consents = locked.consents.in_hand().filter(kind=ConsentKind.NIR)
    if not locked.is_live or not consents.exists():
        raise CannotRecordNir(
            "Le patient n’autorise pas, ou n’autorise plus, la transmission de ce numéro : il "
            "ne peut pas être enregistré."
        )
    return locked


def _record(numbers: Sequence[tuple[Enrolment, str, UUID]], by: Member, at: datetime) -> list[Nir]:
    _erase(Nir.objects.filter(patient__in=[one.patient_id for one, _, _ in numbers]))
    opened = keys.open_keys(key_id for _, _, key_id in numbers)
    kept = Nir.objects.bulk_create(
        Nir(
            enrolment=enrolment,
            patient=enrolment.patient,
            kind=shape.kind_of(number),
            sealed=opened[key_id].seal(number.encode(), _aad(enrolment)),
            key_id=key_id,
            index=blind.index("patients.nir", number, key=settings.NIR_INDEX_KEY),
            recorded_at=at,
            recorded_by=by,
        )
        for enrolment, number, key_id in numbers
    )
    lines = [
        audit.Line(one.enrolment, str(one.enrolment.public_id), {"kind": one.kind}) for one in kept
    ]
    audit.record_each("nir.recorded", lines, by=by)
    return kept


def _aad(enrolment: Enrolment) -> str:
    return f"patients.Nir {enrolment.public_id}"


def reveal_nir(enrolment: Enrolment, *, by: Member) -> str:
    """The number itself; each look is journaled. "" when there is none, or its key is gone."""
    kept = Nir.objects.filter(enrolment=enrolment).first()
    key = keys.open_keys([kept.key_id]).get(kept.key_id) if kept else None
    if kept is None or key is None:
        return ""
    audit.record("nir.revealed", enrolment, by=by, subject=str(enrolment.public_id))
    return key.unseal(bytes(kept.sealed), _aad(enrolment)).decode()


def erase_nir(enrolment: Enrolment, *, by: Member) -> bool:
    """Erase the number, its index and its key, inside the act that asks for it."""
    if not _erase(Nir.objects.filter(enrolment=enrolment)):
        return False
    audit.record("nir.erased", enrolment, by=by, subject=str(enrolment.public_id))
    return True


def _erase(rows: QuerySet[Nir]) -> int:
    """The keys go last: if the act is rolled back, the number must still open."""
    key_ids = list(rows.values_list("key_id", flat=True))
    transaction.on_commit(partial(keys.destroy_keys, key_ids))
    return rows.delete()[0]
