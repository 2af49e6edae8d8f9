"""What a visit gives out: its data, then each piece to open, to sign or to set aside.

Reads the acts and writes none: the state of a piece is that of the row it leads to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import uuid4

from django.db.models import Q
from django.urls import reverse

from accounts import closures
from accounts.models import Member
from core.closed_days import nearest_open
from followup import items
from followup.enums import Decision, DismissalReason, VisitStatus
from followup.enums import Piece as Kind
from followup.models import Dismissal, Visit
from patients.models import Enrolment
from prescriptions import running
from prescriptions.enums import PrescriptionStatus
from prescriptions.models import Prescription
from record import letters
from record.overview import Action
from vigilance.models import AdverseEvent


_STATES = {"done": "Fait.", "due": "À faire.", "future": "Ensuite.", "missed": "Écarté."}


@dataclass(frozen=True)
class Piece:
    """One thing that the visit gives out: how it stands, in words, and what may be done."""

    title: str
    # See components/timeline.html.
    state: str
    words: str
    actions: Sequence[Action] = ()
    # Empty for what cannot be set aside.
    kind: str = ""
    # Asked before the pharmacy is told: the agreement of the patient.
    needs_agreement: bool = False

    @property
    def state_words(self) -> str:
        return _STATES[self.state]

    @property
    def may_dismiss(self) -> bool:
        return bool(self.kind) and self.state == "due"


@dataclass(frozen=True)
class _Found:
    """What the acts hold since the visit: seven queries at most."""

    visit: Visit
    enrolment: Enrolment
    reader: Member
    had_event: bool
    event: AdverseEvent | None
    written: Prescription | None
    last: Prescription | None
    letter: letters.Row | None
    next_visit: Visit | None
    # A visit held since gives out the treatment and the next appointment in its place.
    is_last: bool
    dismissed: dict[str, Dismissal] = field(default_factory=dict)


def pieces(visit: Visit, *, reader: Member, today: date) -> list[Piece]:
    """The pieces of a held visit, what is to be done first in the order it is done."""
    found = _find(visit, reader, today)
    made = [_event(found), _letter(found)]
    if found.is_last:
        made = [_event(found), _treatment(found), _pharmacy(found), _letter(found), _next(found)]
    return [_set_aside(found, piece) for piece in made if piece]


def left(found: Sequence[Piece]) -> int:
    """How many pieces wait for the doctor."""
    return sum(piece.state == "due" for piece in found)


def _find(visit: Visit, reader: Member, today: date) -> _Found:
    enrolment = visit.enrolment
    written = Prescription.objects.filter(
        ~Q(status=PrescriptionStatus.VOIDED),
        enrolment=enrolment,
        created_at__gte=visit.recorded_at,
    )
    signed = Prescription.objects.signed().filter(enrolment=enrolment)
    since = Visit.objects.filter(enrolment=enrolment, recorded_at__gt=visit.recorded_at)
    planned = Visit.objects.filter(
        enrolment=enrolment, status=VisitStatus.PLANNED, closes_on__gte=today
    )
    return _Found(
        visit=visit,
        enrolment=enrolment,
        reader=reader,
        had_event=any(row.data.get(items.ADVERSE_EVENT) is True for row in visit.answers.all()),
        event=visit.adverse_events.order_by("-pk").first(),
        written=written.select_related("notice__pharmacy").order_by("-created_at", "-pk").first(),
        last=running.to_renew(signed, today),
        letter=letters.last_of(visit, reader),
        next_visit=planned.order_by("due_on", "pk").first(),
        is_last=not since.filter(held_on__gte=visit.held_on).exists(),
        dismissed={one.piece: one for one in visit.dismissals.all()},
    )


def _set_aside(found: _Found, piece: Piece) -> Piece:
    """A piece that was set aside says why, and may still be opened."""
    told = found.dismissed.get(piece.kind)
    if told is None or piece.state != "due":
        return piece
    reason = DismissalReason(told.reason).label
    return Piece(piece.title, "missed", f"{reason}.", piece.actions, piece.kind)


def _event(found: _Found) -> Piece | None:
    """Only when the answers tell of one, or one was reported from this visit."""
    if found.event:
        address = reverse("vigilance:event", args=[found.event.public_id])
        words = "Effet signalé\u202f: la déclaration est préparée, à transmettre au portail."
        return Piece(Kind.EVENT.label, "done", words, [Action("Ouvrir la déclaration", address)])
    if not found.had_event:
        return None
    report = reverse("vigilance:report", args=[found.enrolment.public_id])
    action = Action("Préparer la déclaration", f"{report}?consultation={found.visit.public_id}")
    words = "Un effet indésirable est apparu\u202f: ce qui est connu est déjà rempli."
    return Piece(Kind.EVENT.label, "due", words, [action], Kind.EVENT)


def _treatment(found: _Found) -> Piece | None:
    if found.visit.decision == Decision.STOP:
        return _exit(found)
    if found.written:
        return _written(found, found.written)
    if not found.enrolment.is_live:
        return None
    return Piece(
        Kind.PRESCRIPTION.label, "due", "Rien n’est encore prescrit depuis la consultation.",
        _to_prescribe(found), Kind.PRESCRIPTION,
    )  # fmt: skip


def _exit(found: _Found) -> Piece:
    """Treatment is stopped: weaned, then the exit is recorded."""
    if not found.enrolment.is_live:
        return Piece("Sortie du programme", "done", "La sortie est enregistrée.")
    key = found.enrolment.public_id
    actions = [
        Action("Enregistrer la sortie", reverse("patients:end", args=[key])),
        Action("Planifier le sevrage", reverse("prescriptions:create_plan", args=[key])),
    ]
    words = "Le traitement ne s’arrête pas brutalement."
    return Piece("Sortie du programme", "due", words, actions)


def _written(found: _Found, prescription: Prescription) -> Piece:
    address = reverse(
        "prescriptions:detail", args=[found.enrolment.public_id, prescription.public_id]
    )
    title = Kind.PRESCRIPTION.label
    if prescription.status == PrescriptionStatus.DRAFT:
        action = [Action("Relire et signer", address)]
        return Piece(title, "due", "Préparée, à signer.", action, Kind.PRESCRIPTION)
    words = f"Signée, du {prescription.starts_on:%d/%m/%Y} au {prescription.ends_on:%d/%m/%Y}."
    return Piece(title, "done", words, [Action("Ouvrir", address)])


def _to_prescribe(found: _Found) -> list[Action]:
    """As before in one press, another dosage in one press, or something else."""
    key = found.enrolment.public_id
    create = Action("Prescrire autrement", reverse("prescriptions:create", args=[key]))
    if found.last is None:
        return [Action("Prescrire", create.url)]
    same = Action(
        "Préparer le renouvellement",
        reverse("prescriptions:renew", args=[key, found.last.public_id]),
        once=str(uuid4()),
    )
    other = Action(
        "Adapter la posologie",
        reverse("prescriptions:adapt", args=[key, found.last.public_id]),
        once=str(uuid4()),
    )
    adapts = found.visit.decision == Decision.ADAPT
    return [other, create] if adapts else [same, other]


def _pharmacy(found: _Found) -> Piece | None:
    pharmacy, title = found.enrolment.pharmacy, Kind.PHARMACY.label
    if pharmacy is None or not found.enrolment.is_live or found.visit.decision == Decision.STOP:
        return None
    signed = found.written
    if signed is None or signed.status == PrescriptionStatus.DRAFT:
        return Piece(title, "future", f"{pharmacy.name} peut être prévenue après la signature.")
    notice = getattr(signed, "notice", None)
    if notice:
        words = f"{notice.pharmacy.name}, prévenue le {_day(found, notice.sent_at):%d/%m/%Y}."
        return Piece(title, "done", words)
    if signed.first_dispensed_at:
        return Piece(title, "done", "Le médicament est déjà délivré.")
    address = reverse("pharmacies:announce", args=[signed.public_id])
    action = [Action(f"Prévenir {pharmacy.name}", address, once=str(uuid4()))]
    return Piece(title, "due", "Elle peut commander à temps.", action, Kind.PHARMACY, True)


def _day(found: _Found, at: datetime) -> date:
    """The day it was where the reader is."""
    return found.reader.site.local_day(at)


def _letter(found: _Found) -> Piece | None:
    title, relay = Kind.LETTER.label, found.enrolment.relay_doctor
    visit, letter = found.visit, found.letter
    address = reverse("record:write_letter", args=[visit.public_id])
    write = Action("Écrire et signer la lettre", address, str(uuid4()))
    if letter:
        read = Action("Ouvrir la lettre (PDF)", letter.url, str(uuid4()) if letter.marks else "")
        words = f"{letter.written(found.reader.site)} {letter.read(found.reader.site)}"
        if visit.corrected_at and visit.corrected_at > letter.letter.written_at:
            words = f"{words} La consultation a été corrigée depuis."
            return Piece(title, "due", words, [write, read], Kind.LETTER)
        return Piece(title, "done", words, [read])
    reader = found.reader
    if relay is None or relay.pk == reader.stands_for_id or relay.user_id == reader.user_id:
        return None
    words = f"À {relay.user.full_name}, avec ce qui a été constaté et décidé. Votre nom la signe."
    return Piece(title, "due", words, [write], Kind.LETTER)


def _next(found: _Found) -> Piece | None:
    if not found.enrolment.is_live or found.visit.decision == Decision.STOP:
        return None
    title = Kind.APPOINTMENT.label
    calendar = Action("Voir le calendrier", _calendar(found))
    if found.next_visit is None:
        words = "Aucune date n’est prévue."
        return Piece(title, "due", words, [calendar], Kind.APPOINTMENT)
    words = f"{found.next_visit.title}, vers le {found.next_visit.due_on:%d/%m/%Y}."
    return Piece(title, "done", f"{words}{_closed(found.next_visit, found.enrolment)}", [calendar])


def _closed(visit: Visit, enrolment: Enrolment) -> str:
    """Said of a date on which the structure receives nobody (ADR 0056); it refuses nothing."""
    closed = closures.of_site(enrolment.site, since=visit.opens_on)
    if not closed.holds(visit.due_on):
        return ""
    day = nearest_open(visit.due_on, closed, first=visit.opens_on, last=visit.closes_on)
    proposed = f"\u202f: proposez le {day:%d/%m/%Y}" if day else " et pendant toute la fenêtre"
    return f" Votre structure est fermée ce jour-là{proposed}."


def _calendar(found: _Found) -> str:
    return reverse("followup:list", args=[found.enrolment.public_id])
