"""The NIR: recorded, shown and erased, only while the second consent stands."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
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
        return _record(enrolment, compact(typed), key_id=key_id, by=by, at=at)
    except IntegrityError as error:
        keys.destroy_keys([key_id])
        if violated_constraint(error) != "patients_nir_of_one_person":
            raise
        audit.record("nir.refused", enrolment, by=by, subject=str(enrolment.public_id))
        raise CannotRecordNir(_OTHER) from error
    except Exception:
        keys.destroy_keys([key_id])
        raise


def _record(enrolment: Enrolment, number: str, *, key_id: UUID, by: Member, at: datetime) -> Nir:
    with audit.acting("nir.recorded", by=by):
        locked = lock_enrolment(enrolment)
        consents = locked.consents.filter(kind=ConsentKind.NIR, is_given=True, withdrawn_on=None)
        if not locked.is_live or not consents.exists():
            raise CannotRecordNir(
                "Le patient n’autorise pas, ou n’autorise plus, la transmission de ce numéro : il "
                "ne peut pas être enregistré."
            )
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
    key_ids = list(rows.values_list("key_id", flat=True))
    rows.delete()
    return keys.destroy_keys(key_ids)
