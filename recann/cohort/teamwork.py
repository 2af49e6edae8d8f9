"""What a team leaves to its doctors on the first day: entries to sign, an access to acknowledge,
letters to relay doctors."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from accounts.demo import DOMAIN
from accounts.models import Member
from core.pdf import PdfUnavailable
from followup import by_patient, items, preparing
from followup.actions import closing, patient_links
from followup.enums import VisitStatus
from followup.models import Visit
from patients import exceptional
from patients.models import Enrolment
from patients.models.enrolment import LIVE, EnrolmentQuerySet
from prescriptions import actions, wanted
from prescriptions.models import Prescription


# Letters to the relay doctor.
LETTERS = 3

REASON = "Patient adressé aux urgences de notre hôpital\u202f: doses et interactions à vérifier."


def add(doctor: Member, nurse: Member, stranger: Member, *, evening: datetime) -> None:
    """In the transaction that loaded the demonstration."""
    followed = Enrolment.objects.filter(
        programme__code="demonstration", site=doctor.site, state__in=LIVE
    ).order_by("included_on", "pk")
    _prepare_visit(followed, nurse, evening)
    _answer_before(followed, doctor, evening)
    _prepare_prescription(followed, doctor, nurse, evening)
    _write_letters(evening)
    if enrolment := followed.last():
        exceptional.open_record(enrolment, reason=REASON, by=stranger, at=evening)
        exceptional.tell(doctor.site, at=evening + timedelta(hours=12))


def _prepare_visit(followed: EnrolmentQuerySet, nurse: Member, at: datetime) -> None:
    day = nurse.site.local_day(at)
    expected = Visit.objects.expected(day).filter(enrolment__in=followed)
    for visit in expected.select_related("enrolment").order_by("-due_on", "pk")[:1]:
        typed = {
            "held_on": f"{day:%d/%m/%Y}",
            "mode": "ON_SITE",
            "comment": "Carnet de suivi apporté, tolérance jugée bonne.",
        }
        preparing.hand_over(visit.enrolment, visit, typed, by=nurse, at=at)


def _answer_before(followed: EnrolmentQuerySet, doctor: Member, at: datetime) -> None:
    """A patient who answered at home what may be, before the next visit."""
    day = doctor.site.local_day(at)
    expected = Visit.objects.expected(day).filter(enrolment__in=followed)
    for visit in expected.select_related("enrolment").order_by("-due_on", "pk")[1:2]:
        link = patient_links.invite(visit, by=doctor, at=at - timedelta(days=3)).link
        asked = by_patient.questions(visit, day)
        scales = {one.name: "4" for one in asked if one.item.kind == items.NUMBER}
        patient_links.send(link, scales, at=at - timedelta(days=1))


def _write_letters(at: datetime) -> None:
    """By those who held visits, to the relay doctor whose account is shown; the first one was
    read in the evening."""
    held = Visit.objects.filter(
        status=VisitStatus.DONE,
        enrolment__state__in=LIVE,
        enrolment__relay_doctor__user__email=f"antoine.roussel@{DOMAIN}",
    )
    last = held.select_related("enrolment", "held_by__site", "held_by__user")
    written = []
    for visit in last.order_by("-held_on", "-pk")[:LETTERS]:
        doctor, key = visit.held_by, f"demo:letter:{visit.public_id}"
        with suppress(closing.CannotClose, PdfUnavailable):
            if doctor is not None:
                written.append(closing.write_letter(visit, by=doctor, at=at, key=key))
    for letter in written[:1]:
        closing.read_letter(letter, by=letter.addressee, at=at + timedelta(hours=2))


def _prepare_prescription(
    followed: EnrolmentQuerySet, doctor: Member, nurse: Member, at: datetime
) -> None:
    """The same again, for whoever has no draft waiting."""
    signed = Prescription.objects.signed().filter(enrolment__in=followed)
    for last in signed.select_related("enrolment").order_by("-ends_on", "-pk")[:1]:
        text = replace(wanted.of(last), starts_on=last.ends_on + timedelta(days=1))
        with suppress(actions.CannotDraft):
            actions.prepare(
                last.enrolment, text, doctor=doctor, by=nurse, at=at, key="demonstration-prepared"
            )
