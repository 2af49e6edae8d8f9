"""The NIR: recorded, shown and erased, only while the second consent stands."""

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


def record_nir(
    enrolment: Enrolment, typed: str, *, by: Member, at: datetime, out_too: bool = False
) -> Nir:
    """Keep the number, in place of the one before.

    :param out_too: also of somebody who left, whose consent stands: an older register had it
    :raises CannotRecordNir: nothing is written
    """
    if refusal := shape.refusal(typed):
        raise CannotRecordNir(refusal)
    key_id = keys.create_key("nir")
    try:
        with keys.destroyed_if_refused([key_id]), audit.acting("nir.recorded", by=by):
            locked = _authorised(enrolment, out_too=out_too)
            return _record(locked, compact(typed), key_id, by, at)
    except IntegrityError as error:
        if violated_constraint(error) != "patients_nir_of_one_person":
            raise
        audit.record("nir.refused", enrolment, by=by, subject=str(enrolment.public_id))
        raise CannotRecordNir(_OTHER) from error


def _authorised(enrolment: Enrolment, *, out_too: bool) -> Enrolment:
    """The participation, locked.

    :raises CannotRecordNir: the second consent does not stand
    """
    locked = lock_enrolment(enrolment)
    consents = locked.consents.in_hand().filter(kind=ConsentKind.NIR)
    if not (locked.is_live or out_too) or not consents.exists():
        raise CannotRecordNir(
            "Le patient n’autorise pas, ou n’autorise plus, la transmission de ce numéro : il "
            "ne peut pas être enregistré."
        )
    return locked


def _record(locked: Enrolment, number: str, key_id: UUID, by: Member, at: datetime) -> Nir:
    _erase(Nir.objects.filter(patient=locked.patient))
    kept = Nir.objects.create(
        enrolment=locked,
        patient=locked.patient,
        kind=shape.kind_of(number),
        sealed=keys.seal(key_id, number.encode(), aad=_aad(locked)),
        key_id=key_id,
        index=blind.index("patients.nir", number, key=settings.NIR_INDEX_KEY),
        recorded_at=at,
        recorded_by=by,
    )
    subject = str(locked.public_id)
    audit.record("nir.recorded", locked, by=by, subject=subject, kind=kept.kind)
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
