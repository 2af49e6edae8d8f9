"""What waits on the first day of the demonstration, done through the real acts: prescriptions at
the counter, a draft of each kind, serious events to declare, the digests of the night."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts.demo import DOMAIN
from accounts.enums import Role
from accounts.models import Member
from core import codes
from followup import reminders
from followup.actions import Correction, Held, correct
from followup.actions import Once as OnceVisit
from followup.enums import CorrectionReason
from followup.models import Answers
from patients import documents as certificates
from patients import draft, identity
from patients.models import Enrolment
from patients.models.enrolment import LIVE
from pharmacies import samples
from prescriptions import actions, stairs, wanted
from prescriptions.models import Prescription
from programmes import actions as programme_actions
from programmes.enums import LinkKind, SupplyLevel, Unit
from programmes.models import Product, Programme, ProgrammeLink
from recann.cohort import identities, questions, teamwork, waiting
from vigilance.actions import Once, Report, Suspected, report
from vigilance.enums import Network
from vigilance.models import AdverseEvent, Declaration
from vigilance.rules import Dates


PARIS = ZoneInfo("Europe/Paris")
# Days. What is older was declared in its time.
UNDECLARED_DAYS = 20
# Prescriptions signed yesterday, that a pharmacist may try.
AT_COUNTER = 4

SERIOUS = (
    (("ATTENTION", "DIZZINESS"), "HOSPITALISATION", "Chute avec surveillance d’une nuit."),
    (("PALPITATIONS",), "OTHER", "Palpitations au repos, bilan demandé."),
)
IDENTITY = {
    "birth_name": "Delaunay",
    "first_names": "Marguerite",
    "sex": "F",
    "birth_date": "14/07/1958",
}


_AT_A_COUNTER = Q(role=Role.PHARMACIST, user__email__endswith=f"@{DOMAIN}")


def add(*, today: date) -> None:
    """In the transaction that loaded the demonstration."""
    doctor = _member("claire.moreau", Role.REFERENCE_DOCTOR)
    evening = datetime.combine(today - timedelta(days=1), time(17, 30), tzinfo=PARIS)
    _declare_old(_member("paul.mercier", Role.VIGILANCE_OFFICER), today)
    _report_serious(doctor, evening)
    _run_short(today)
    _prescribe(doctor, evening)
    _wean(doctor, evening)
    _start_inclusion(doctor, evening)
    _correct(doctor, evening)
    nurse = _member("lea.bernard", Role.PREPARER)
    stranger = _member("sophie.garnier", Role.REFERENCE_DOCTOR)
    teamwork.add(doctor, nurse, stranger, evening=evening)
    waiting.add(doctor, evening=evening)
    _remind(doctor, datetime.combine(today, time(6), tzinfo=PARIS))
    manager = _member("isabelle.renard", Role.MANAGER)
    questions.add(manager, evening=evening)
    identities.add(doctor, _member("sophie.garnier", Role.REFERENCE_DOCTOR), manager, today=today)


def _correct(doctor: Member, evening: datetime) -> None:
    """One answer of the newest visit of two patients, lowered: history has words to tell."""
    held = Answers.objects.filter(visit__enrolment__site=doctor.site_id, visit__status="DONE")
    newest = held.filter(visit__enrolment__state__in=LIVE, data__pain__gte=1).select_related(
        "visit__enrolment", "version__questionnaire"
    )
    reasons = (CorrectionReason.TYPING_ERROR, CorrectionReason.SOURCE_CHECKED)
    rows = newest.order_by("-visit__held_on", "pk")[: len(reasons)]
    for row, reason in zip(rows, reasons, strict=False):
        visit = row.visit
        if visit.held_on is None:
            continue
        answers = {
            one.version.questionnaire.code: dict(one.data)
            for one in visit.answers.select_related("version__questionnaire")
        }
        answers[row.version.questionnaire.code]["pain"] -= 1
        held_on = visit.held_on or evening.date()
        said = Held(held_on, visit.mode, visit.decision, answers=answers)
        why = Correction(reason, "", visit.stamp)
        once = OnceVisit(f"demo:{visit.public_id}", {})
        correct(visit, said, why, once_only=once, by=doctor, at=evening + timedelta(hours=1))


def _member(login: str, role: Role) -> Member:
    return Member.objects.select_related("user", "site").get(
        user__email=f"{login}@{DOMAIN}", role=role
    )


def _declare_old(officer: Member, today: date) -> None:
    """The regional centre was told of every event but the last ones."""
    old = AdverseEvent.objects.filter(known_on__lt=today - timedelta(days=UNDECLARED_DAYS))
    Declaration.objects.bulk_create(
        Declaration(
            event=event,
            network=Network.CRPV,
            declared_on=event.known_on + timedelta(days=1),
            recorded_by=officer,
            recorded_at=event.recorded_at + timedelta(days=1),
        )
        for event in old
    )


def _followed(doctor: Member) -> list[Enrolment]:
    return list(
        Enrolment.objects.filter(
            programme__code="demonstration", site=doctor.site, state__in=LIVE
        ).select_related("patient__identity", "site", "programme")
    )


def _last(enrolment: Enrolment) -> Prescription:
    return Prescription.objects.filter(enrolment=enrolment).latest("starts_on")


def _report_serious(doctor: Member, at: datetime) -> None:
    for enrolment, (terms, criterion, words) in zip(_followed(doctor), SERIOUS, strict=False):
        last, on = _last(enrolment), at.date() - timedelta(days=2)
        said = Report(
            terms=terms,
            dates=Dates(occurred_on=on, known_on=at.date()),
            severity="MODERATE",
            outcome="RECOVERING",
            action_taken="INTERRUPTED",
            suspects=[Suspected(line.product) for line in last.lines.all()],
            seriousness=(criterion,),
            narrative=words,
        )
        key = f"demonstration-{enrolment.public_id}"
        report(enrolment, said, once_only=Once(key=key, body={}), by=doctor, at=at)


def _run_short(today: date) -> None:
    """A medicine is missing since last week: prescriptions of it may be switched."""
    manager = Member.objects.select_related("user", "site").filter(role=Role.MANAGER).earliest("pk")
    for product in Product.objects.filter(code="LGP-1-20").select_related("programme"):
        others = Product.objects.filter(programme=product.programme, code__in=["CBD50", "T10C10"])
        text = programme_actions.NoticeText(
            level=SupplyLevel.SHORTAGE,
            valid_from=today - timedelta(days=7),
            message="Livraisons interrompues chez l’exploitant, reprise attendue dans un mois.",
            suspends_initiation=False,
            substitutes=list(others),
            source="Avis fictif de la démonstration",
        )
        programme_actions.publish_notice(product, text, by=manager)


def _wean(doctor: Member, at: datetime) -> None:
    """One patient follows a weaning."""
    for enrolment in _followed(doctor)[:1]:
        product = _last(enrolment).lines.earliest("position").product
        slow = stairs.templates()["sevrage-moyen"]
        steps = stairs.weaning(slow, dose=Decimal("0.5"), intakes=2, unit=Unit(product.unit))
        signed = (doctor, at + timedelta(minutes=5), f"demonstration-plan-{enrolment.public_id}")
        starts_on = at.date() + timedelta(days=1)
        actions.plan(enrolment, product, steps, kind=slow.kind, starts_on=starts_on, signed=signed)


def _prescribe(doctor: Member, at: datetime) -> None:
    """Renew what ends first: some are signed, one stays a draft, the others wait for a doctor."""
    ending = sorted(map(_last, _followed(doctor)), key=attrgetter("ends_on"))
    waiting, papers = iter(ending[1::2]), []
    for last in waiting:
        # What a dose or a date of that patient forbids today is another visitor's exercise.
        with suppress(actions.CannotDraft, actions.CannotSign), transaction.atomic():
            papers.append(_sign(_renewed(last, doctor, at), doctor, at))
        if len(papers) == AT_COUNTER:
            break
    for last in islice(waiting, 1):
        _renewed(last, doctor, at)
    shown = [_certified(last, at) for last in islice(waiting, 1)]
    users = {member.user for member in Member.objects.filter(_AT_A_COUNTER).select_related("user")}
    samples.keep(papers, shown, pharmacists=users, at=at)


def _certified(last: Prescription, at: datetime) -> samples.Certificate:
    """The code of a certificate, to transcribe a paper that has none."""
    enrolment, person = last.enrolment, identity.open_one(last.patient)
    assert person is not None  # noqa: S101 - of the demonstration, never erased
    content = certificates.canonical(enrolment, person)
    code = codes.issue(
        certificates.KIND, certificates.TARGET, enrolment.pk, at.date(), content=content
    )
    return samples.Certificate(code.short, person.birth_text)


def _renewed(last: Prescription, doctor: Member, at: datetime) -> Prescription:
    """A draft of the same, with the express mention when the running one still covers the day."""
    started = actions.renew(last, by=doctor, at=at, key=f"demonstration-{last.public_id}")
    if last.narcotic_ends_on and last.narcotic_ends_on >= at.date():
        actions.accept_mention(started, by=doctor)
        started.refresh_from_db()
    return started


def _sign(started: Prescription, doctor: Member, at: datetime) -> samples.Paper:
    shown, key = actions.fingerprint(wanted.of(started)), f"signed-{started.public_id}"
    signed = actions.sign(started, by=doctor, at=at, key=key, shown=shown, reason="Stable")
    person = identity.open_one(started.patient)
    assert person is not None  # noqa: S101 - of the demonstration, never erased
    return samples.Paper(str(signed.public_id), signed.printed_code, person.birth_text)


def _start_inclusion(doctor: Member, at: datetime) -> None:
    """Consents signed, identity typed, the rest to do."""
    programme = Programme.objects.get(code="demonstration")
    begun = draft.start(programme, by=doctor, at=at)
    paper = ProgrammeLink.objects.filter(
        programme=programme, kind=LinkKind.INFORMATION_DOCUMENT, person_kind="ADULT"
    ).latest("valid_from")
    typed = {"day": "EARLIER", "included_on": f"{at:%d/%m/%Y}", "late_reason": "NO_TIME",
             "person_kind": "ADULT", "document_ADULT": str(paper.pk), "participation": "YES",
             "nir": "NO", "research": "YES"}  # fmt: skip
    for step, answers in {"information": typed, "identite": IDENTITY}.items():
        found = draft.load(begun, by=doctor, at=at)
        assert found is not None  # noqa: S101 - started above
        change = draft.Save(step, answers, found.version, consented=True)
        draft.save(found, change, by=doctor, at=at)


def _remind(doctor: Member, at: datetime) -> None:
    today = doctor.site.local_day(at)
    reminders.remind_site(doctor.site, reminders.read(today, [doctor.site]), at=at)
    relays = list(reminders.relay_doctors().filter(user__email__endswith=f"@{DOMAIN}"))
    relayed = reminders.read_relayed(today, relays)
    for relay in relays:
        reminders.remind_relay_doctor(relay, relayed, at=at)
