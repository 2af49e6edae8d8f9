"""What waits of identities and openings on the first day, done through the real acts: a likeness to
examine, a transfer to answer, non-inclusions, a quota in preparation."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Member
from patients import actions, identity
from patients.actions.identity import Correction
from patients.enums import AgeBand, CorrectionReason, ScreeningReason, TransferReason
from patients.models import Enrolment
from programmes.actions import draft_opening
from programmes.actions.openings import Wanted
from programmes.enums import OpeningKind
from programmes.models import Programme


PARIS = ZoneInfo("Europe/Paris")

# Months ago, age, reason.
SEEN = (
    (0, AgeBand.MIDDLE, ScreeningReason.REFUSED),
    (0, AgeBand.OLDER, ScreeningReason.NO_TREATMENT),
    (1, AgeBand.YOUNG, ScreeningReason.OTHER),
    (2, AgeBand.OLDER, ScreeningReason.REFUSED),
)


def add(doctor: Member, other: Member, manager: Member, *, today: date) -> None:
    """In the transaction that loaded the demonstration."""
    programme = Programme.objects.get(code="demonstration")
    at = datetime.combine(today - timedelta(days=1), time(16), tzinfo=PARIS)
    _look_alike(doctor, programme, at)
    _ask_for_a_place(other, doctor, programme, at)
    _turn_away(doctor, programme, at)
    wanted = Wanted(
        kind=OpeningKind.DOCTOR,
        places=60,
        valid_from=today + timedelta(days=30),
        source="Exemple : aucun texte",
    )
    draft_opening(programme, wanted, by=manager)


def _followed(doctor: Member, programme: Programme) -> list[Enrolment]:
    rows = Enrolment.objects.live().filter(programme=programme, site=doctor.site)
    return list(rows.select_related("patient__identity", "site", "programme").order_by("pk"))


def _look_alike(doctor: Member, programme: Programme, at: datetime) -> None:
    """Two of the doctor's patients, one letter apart."""
    for one, other in zip(*[iter(_followed(doctor, programme))] * 2, strict=False):
        mine, theirs = identity.open_one(one.patient), identity.open_one(other.patient)
        if mine is None or theirs is None:
            continue
        alike = replace(
            theirs,
            birth_name=f"{mine.birth_name}s",
            first_names=[mine.first_name, *theirs.first_names[1:]],
            birth_date=mine.birth_date,
            sex=mine.sex,
        )
        actions.correct_identity(other, Correction(alike, CorrectionReason.TYPO), by=doctor, at=at)
        return


def _ask_for_a_place(asker: Member, doctor: Member, programme: Programme, at: datetime) -> None:
    for enrolment in _followed(asker, programme)[:1]:
        actions.ask_transfer(enrolment, doctor.site, reason=TransferReason.CLOSER, by=asker, at=at)


def _turn_away(doctor: Member, programme: Programme, at: datetime) -> None:
    indication = programme.indications.order_by("pk").first()
    for months, age, reason in SEEN:
        seen = actions.Seen(programme, age, reason, indication)
        actions.record_not_included(seen, by=doctor, at=at - timedelta(days=30 * months))
