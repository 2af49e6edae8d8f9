"""Designations by the patient: made, changed, declined; professionals invited; notes shared."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from accounts.models import Member, Site
from core import audit, keys
from core.audit import Actor
from patients import designations, mail, texts
from patients.actions.locks import lock_enrolment
from patients.designations import Professional
from patients.enums import DesignationKind, NoteKind
from patients.models import Designation, Enrolment, Invitation, SharedNote


NOTE = "patients.SharedNote.text"
_FIELDS = {DesignationKind.DOCTOR: "relay_doctor", DesignationKind.PHARMACY: "pharmacy"}


class CannotDesignate(Exception):
    """The message is in French and may be shown."""


def write_first(enrolment: Enrolment, *, by: Member, at: datetime) -> None:
    """What was chosen at the inclusion, inside its transaction: both are told."""
    on = by.site.local_day(at)
    for kind, field in _FIELDS.items():
        chosen = getattr(enrolment, field)
        if chosen is not None:
            _write(enrolment, kind, chosen, on, by, at)


def designate(
    enrolment: Enrolment,
    kind: DesignationKind,
    chosen: Member | Site | None,
    *,
    by: Member,
    at: datetime,
) -> None:
    """Change whom the patient chose, or take away without choosing; the history stays.

    :raises CannotDesignate: with the reason; nothing is written
    """
    with audit.acting("designation.changed", by=by):
        locked = lock_enrolment(enrolment)
        on = by.site.local_day(at)
        if refusal := _refusal(locked, kind, chosen, on):
            raise CannotDesignate(refusal)
        _close(locked, kind, on)
        locked.invitations.filter(kind=kind, closed_on=None).update(closed_on=on)
        _point(locked, kind, chosen)
        if chosen is not None:
            _write(locked, kind, chosen, on, by, at)
        subject = str(locked.public_id)
        audit.record("designation.changed", locked, by=by, subject=subject, kind=kind.value)


def become_relay(enrolment: Enrolment, *, by: Member, at: datetime) -> None:
    """The doctor becomes the relay of the patient who is there; the structure is told.

    :raises CannotDesignate: with the reason; nothing is written
    """
    with audit.acting("designation.accepted", by=by):
        designate(enrolment, DesignationKind.DOCTOR, by, by=by, at=at)
        words = (
            f"Le patient {enrolment.number} a désigné {by.user.full_name}, {by.site.town}, comme "
            "médecin relais, en sa présence."
        )
        key = f"relay:{enrolment.pk}:{by.pk}:{at:%Y%m%d%H%M%S}"
        mail.structure(enrolment, key, words, at=at)


def decline(designation: Designation, reason: str, *, by: Member, at: datetime) -> None:
    """Whoever was designated declines: nobody is, and the structure is told.

    :raises CannotDesignate: it is over already
    """
    with audit.acting("designation.declined", by=by):
        locked = lock_enrolment(designation.enrolment)
        mine = Designation.objects.made_to(by).open().select_for_update(of=("self",))
        found = mine.filter(pk=designation.pk).first()
        if found is None:
            raise CannotDesignate("Cette désignation n’est plus en cours.")
        found.ended_on = max(by.site.local_day(at), found.designated_on)
        found.declined_at, found.declined_by, found.decline_reason = at, by, reason
        found.save(update_fields=["ended_on", "declined_at", "declined_by", "decline_reason"])
        _point(locked, DesignationKind(found.kind), None)
        words = (
            f"{by.user.full_name}, {by.site.name}, a décliné sa désignation pour le patient "
            f"{locked.number}. La structure assure le suivi en attendant un autre choix."
        )
        mail.structure(locked, f"declined:{found.pk}", words, at=at)
        subject = str(locked.public_id)
        audit.record("designation.declined", found, by=by, subject=subject, reason=reason)


def _refusal(
    locked: Enrolment, kind: DesignationKind, chosen: Member | Site | None, on: date
) -> str:
    if not locked.is_live:
        return "La participation est terminée\u202f: rien n’y est plus désigné."
    if getattr(locked, _FIELDS[kind]) == chosen:
        return "Rien n’a changé\u202f: c’est déjà le choix enregistré."
    if isinstance(chosen, Member):
        return designations.doctor_refusal(chosen, locked.programme, on)
    if isinstance(chosen, Site):
        return designations.pharmacy_refusal(chosen, locked.programme, on)
    return ""


def _close(locked: Enrolment, kind: DesignationKind, on: date) -> None:
    """End the one before."""
    for one in locked.designations.open().filter(kind=kind):
        one.ended_on = max(on, one.designated_on)
        one.save(update_fields=["ended_on"])


def _point(locked: Enrolment, kind: DesignationKind, chosen: Member | Site | None) -> None:
    setattr(locked, _FIELDS[kind], chosen)
    locked.save(update_fields=[_FIELDS[kind]])


def _write(
    enrolment: Enrolment,
    kind: DesignationKind,
    chosen: Member | Site,
    on: date,
    by: Member,
    at: datetime,
) -> Designation:
    """Write it and tell whoever was chosen, unless they are the one who acts."""
    designation = _designation(enrolment, kind, chosen, on, by, at)
    designation.save(force_insert=True)
    if chosen != by:
        mail.told(designation, at=at)
    return designation


def _designation(
    enrolment: Enrolment,
    kind: DesignationKind,
    chosen: Member | Site,
    on: date,
    by: Member,
    at: datetime,
) -> Designation:
    return Designation(
        enrolment=enrolment,
        kind=kind,
        doctor=chosen if isinstance(chosen, Member) else None,
        pharmacy=chosen if isinstance(chosen, Site) else None,
        designated_on=on,
        designated_by=by,
        recorded_at=at,
    )


def take_over(
    since: Iterable[tuple[Enrolment, Mapping[DesignationKind, date]]], *, by: Member, at: datetime
) -> None:
    """Designations made in an older register, with their true dates: nobody is told again."""
    Designation.objects.bulk_create(
        _designation(enrolment, kind, getattr(enrolment, _FIELDS[kind]), on, by, at)
        for enrolment, dates in since
        for kind, on in dates.items()
    )


# --- Somebody whom the directory does not know -------------------------------------------------


def invite(
    enrolment: Enrolment,
    kind: DesignationKind,
    professional: Professional,
    *,
    by: Member,
    at: datetime,
) -> Invitation:
    """Invite them to train; the designation waits, and care stays with the structure.

    :raises CannotDesignate: the participation is over, or an invitation waits already
    """
    with audit.acting("designation.invited", by=by):
        locked = lock_enrolment(enrolment)
        if not locked.is_live:
            raise CannotDesignate("La participation est terminée\u202f: rien n’y est plus désigné.")
        if locked.invitations.filter(kind=kind, closed_on=None).exists():
            raise CannotDesignate("Une invitation attend déjà\u202f: renoncez-y d’abord.")
        invitation = Invitation.objects.create(
            enrolment=locked,
            kind=kind,
            professional_sealed=designations.seal(locked, professional),
            invited_on=by.site.local_day(at),
            invited_by=by,
            recorded_at=at,
        )
        mail.invited(invitation, professional.email, by, at=at)
        audit.record("designation.invited", locked, by=by, subject=str(locked.public_id), kind=kind)
    return invitation


def give_up_invitation(
    enrolment: Enrolment, kind: DesignationKind, *, by: Member, at: datetime
) -> None:
    with audit.acting("designation.given_up", by=by):
        locked = lock_enrolment(enrolment)
        waiting = locked.invitations.filter(kind=kind, closed_on=None)
        if waiting.update(closed_on=by.site.local_day(at)):
            subject = str(locked.public_id)
            audit.record("designation.given_up", locked, by=by, subject=subject, kind=kind)


def resolve_invitation(pk: int, *, by: Actor, at: datetime) -> bool:
    """Make the designation that an invitation waited for, once they are trained; False before."""
    with audit.acting("designation.changed", by=by):
        waiting = Invitation.objects.select_related(
            "enrolment__programme", "invited_by__site", "invited_by__user"
        ).filter(pk=pk, closed_on=None)
        if (found := waiting.first()) is None:
            return False
        locked = lock_enrolment(found.enrolment)
        # Closed meanwhile, by a choice or by another worker.
        if (invitation := waiting.select_for_update(of=("self",)).first()) is None:
            return False
        inviter, kind = invitation.invited_by, DesignationKind(invitation.kind)
        on = inviter.site.local_day(at)
        chosen = designations.invited_member(invitation, on)
        if chosen is None or _refusal(locked, kind, chosen, on):
            return False
        _close(locked, kind, on)
        _point(locked, kind, chosen)
        became = _write(locked, kind, chosen, on, inviter, at)
        Invitation.objects.filter(pk=pk).update(closed_on=on, designation=became)
        words = f"Le professionnel invité pour le patient {locked.number} est formé et désigné."
        mail.structure(locked, f"resolved:{invitation.pk}", words, at=at)
        subject = str(locked.public_id)
        audit.record("designation.changed", locked, by=by, subject=subject, kind=kind.value)
    return True


# --- Notes ------------------------------------------------------------------------------------


def write_note(
    enrolment: Enrolment, kind: NoteKind, text: str, *, by: Member, at: datetime
) -> SharedNote:
    """Share a note between the structure and the relay doctor; it is never changed."""
    return write_notes([(enrolment, text)], kind, by=by, at=at)[0]


def write_notes(
    written: Sequence[tuple[Enrolment, str]], kind: NoteKind, *, by: Member, at: datetime
) -> list[SharedNote]:
    """The same of several participations."""
    opened = keys.open_keys(enrolment.key_id for enrolment, _ in written)
    with audit.acting("note.written", by=by):
        notes = SharedNote.objects.bulk_create(
            SharedNote(
                enrolment=enrolment,
                kind=kind,
                text_sealed=texts.seal_under(opened[enrolment.key_id], NOTE, text),
                written_at=at,
                written_by=by,
            )
            for enrolment, text in written
        )
        lines = [
            audit.Line(note, str(note.enrolment.public_id), {"kind": kind.value}) for note in notes
        ]
        audit.record_each("note.written", lines, by=by)
    return notes
