"""Something on every page: a patient with all that the pathway leaves, in the real programme."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import Member
from core import codes
from core.months import add_months
from followup.models import Visit
from patients import documents as certificates
from patients import draft, exceptional, identity
from patients.models import BrokenGlass, Enrolment
from patients.steps import stamped
from pharmacies.models import Dispensation
from prescriptions.models import Prescription
from programmes.enums import CriterionKind
from programmes.models import Criterion, Product
from rights.models import Review
from tests.accounts.factories import ApiTokenFactory, MemberFactory
from tests.evaluation.factories import StatisticsReleaseFactory
from tests.followup.factories import (
    AnswersFactory,
    LetterFactory,
    PreparationFactory,
    VisitFactory,
)
from tests.patients.factories import (
    EligibilityAnswerFactory,
    EnrolmentFactory,
    PersonFactory,
    PriorTreatmentFactory,
)
from tests.pharmacies.factories import DispensationFactory, ReceivedFactory
from tests.prescriptions.factories import (
    CertificateOpeningFactory,
    LineFactory,
    PrescriptionFactory,
    PresentationFactory,
)
from tests.rights.factories import ReviewFactory, ReviewLineFactory
from tests.vigilance.factories import AdverseEventFactory, DeclarationFactory, SuspectFactory
from tests.walk.world import World, a_world
from vigilance.models import AdverseEvent


DAYS_AGO = 100


@dataclass
class Scene:
    """`running` was dispensed once; `waiting` is signed and may be dispensed today."""

    world: World
    enrolment: Enrolment
    ended: Enrolment
    running: Prescription
    waiting: Prescription
    drafts: dict[Member, Prescription]
    voided: Prescription
    dispensation: Dispensation
    held: Visit
    due: Visit
    event: AdverseEvent
    at_the_counter: AdverseEvent
    inclusion: str
    code: str
    glass: BrokenGlass
    reviewed: Review

    @property
    def doctor(self) -> Member:
        return self.world.member("claire.moreau")

    @property
    def nurse(self) -> Member:
        return self.world.member("lea.bernard")

    @property
    def pharmacist(self) -> Member:
        return self.world.member("marc.fontaine")

    @property
    def typing(self) -> Prescription:
        return self.drafts[self.doctor]

    def draft_of(self, member: Member) -> Prescription:
        return self.drafts[member]

    def event_for(self, member: Member) -> AdverseEvent:
        """A pharmacist sees what was told at the counter, the others every event."""
        return self.at_the_counter if member == self.pharmacist else self.event


def a_scene() -> Scene:
    world, today = a_world(), timezone.localdate()
    enrolment = _enrolment(world, today)
    running = signed(world, enrolment, today - timedelta(days=20))
    waiting = signed(world, enrolment, today, has_overlap_mention=True)
    # Its certificate is shown to the pharmacist too.
    CertificateOpeningFactory(
        member=world.member("marc.fontaine"), enrolment=enrolment, at=timezone.now()
    )
    received = ReceivedFactory(prescription=running, recorded_by=world.member("marc.fontaine"))
    dispensation = DispensationFactory(received=received, items=True)
    return Scene(
        world=world,
        enrolment=enrolment,
        ended=_ended(world, today),
        running=running,
        waiting=waiting,
        drafts=_drafts(world, enrolment, today),
        voided=_unsigned(world, enrolment, today, voided=True),
        dispensation=dispensation,
        held=_held(enrolment),
        due=_due(enrolment, today),
        event=_event(enrolment, today),
        at_the_counter=_told_at_the_counter(world, dispensation, today),
        inclusion=_inclusion(world, today),
        code=_release(world, waiting),
        glass=_glass(world, enrolment),
        reviewed=_reviewed(world),
    )


def _enrolment(world: World, today: date) -> Enrolment:
    enrolment = EnrolmentFactory(
        indication=world.indication("DN"),
        programme=world.programme,
        included_by=world.member("claire.moreau"),
        included_on=today - timedelta(days=DAYS_AGO),
        recorded_at=timezone.now() - timedelta(days=DAYS_AGO),
        relay_doctor=world.member("antoine.roussel"),
        pharmacy=world.member("marc.fontaine").site,
    )
    person = PersonFactory(birth_name="Lefebvre-Vandenbroucke")
    identity.write(enrolment.patient, person)
    PriorTreatmentFactory(enrolment=enrolment)
    criteria = world.programme.criteria_sets.get(valid_to=None).criteria
    EligibilityAnswerFactory(
        enrolment=enrolment, criterion=criteria.filter(kind="NON_INCLUSION").first()
    )
    certificates.make_certificate(enrolment, person, on=today, at=timezone.now())
    return enrolment


def _ended(world: World, today: date) -> Enrolment:
    left = EnrolmentFactory(
        ended=True,
        relay_doctor=world.member("antoine.roussel"),
        indication=world.indication("SPAS"),
        programme=world.programme,
        included_by=world.member("claire.moreau"),
        included_on=today - timedelta(days=DAYS_AGO),
        ended_on=today - timedelta(days=2),
        end_recorded_at=timezone.now() - timedelta(days=2),
        subtype=world.indication("SPAS").subtypes.first(),
    )
    identity.write(left.patient, PersonFactory())
    return left


# --- Prescriptions ---------------------------------------------------------------------------


def _drafts(world: World, enrolment: Enrolment, on: date) -> dict[Member, Prescription]:
    """One of each doctor: nobody changes that of another."""
    authors = [world.member("claire.moreau"), world.member("antoine.roussel")]
    drafts = {author: _unsigned(world, enrolment, on, author=author) for author in authors}
    nurse = world.member("lea.bernard")
    PreparationFactory(enrolment=enrolment, prepared_by=nurse)
    return drafts | {nurse: _unsigned(world, enrolment, on, prepared_by=nurse)}


# --- Rights ----------------------------------------------------------------------------------


def _glass(world: World, enrolment: Enrolment) -> BrokenGlass:
    """Opened by a doctor of another structure, a minute ago, with a reason."""
    reason = "Patient adressé en urgence\u202f: interactions à vérifier"
    by = world.member("sophie.garnier")
    return exceptional.open_record(enrolment, reason=reason, by=by, at=timezone.now())


def _reviewed(world: World) -> Review:
    """Of the structure; a substitute and a reader's token stand beside."""
    doctor = world.member("claire.moreau")
    review = ReviewFactory(signed_by=doctor, site=doctor.site)
    ReviewLineFactory(review=review, member=world.member("lea.bernard"), role="PREPARER")
    today = timezone.localdate()
    MemberFactory(
        user=world.member("sophie.garnier").user,
        site=doctor.site,
        replaces=doctor,
        started_on=today,
        until=today + timedelta(days=14),
    )
    ApiTokenFactory(member=world.member("francois.girard"), label="Suivi mensuel")
    return review


def _written(world: World, enrolment: Enrolment, on: date, **fields: object) -> dict[str, object]:
    return {
        "enrolment": enrolment,
        "author": world.member("claire.moreau"),
        "starts_on": on,
        "lines": False,
        **fields,
    }


def _with_line(world: World, prescription: Prescription) -> None:
    product = Product.objects.get(programme=world.programme, code="T10C10")
    LineFactory(prescription=prescription, product=product, days=prescription.duration_days)


def signed(world: World, enrolment: Enrolment, on: date, **fields: object) -> Prescription:
    prescription = PrescriptionFactory(**_written(world, enrolment, on, **fields))
    _with_line(world, prescription)
    prescription.status, prescription.is_initiation = "SIGNED", False
    prescription.signed_on = on
    prescription.signed_at = timezone.now() - (timezone.localdate() - on)
    prescription.save()
    return prescription


def _unsigned(
    world: World, enrolment: Enrolment, on: date, *, voided: bool = False, **fields: object
) -> Prescription:
    prescription = PrescriptionFactory(**_written(world, enrolment, on, **fields))
    _with_line(world, prescription)
    if voided:
        prescription.status, prescription.void_reason = "VOIDED", "TYPING_ERROR"
        prescription.voided_at = timezone.now()
        prescription.save()
    return prescription


def _release(world: World, prescription: Prescription) -> str:
    """The code printed on the paper, already shown at the counter; and a quarter published."""
    StatisticsReleaseFactory(programme=world.programme)
    PresentationFactory(
        member=world.member("marc.fontaine"),
        prescription=prescription,
        at=timezone.now(),
    )
    issued = codes.issue(
        "prescription", "prescriptions.Prescription", prescription.pk,
        prescription.signed_on, content="essai",
    )  # fmt: skip
    return issued.token


# --- Follow-up -------------------------------------------------------------------------------


def _held(enrolment: Enrolment) -> Visit:
    due_on = add_months(enrolment.included_on, 1)
    visit = VisitFactory(enrolment=enrolment, due_on=due_on, done=True)
    questionnaire = enrolment.programme.questionnaires.get(code="douleur")
    AnswersFactory(
        visit=visit,
        version=questionnaire.versions.get(valid_to=None),
        data={"pain": 6, "pain_words": "mild"},
    )
    LetterFactory(visit=visit, addressee=enrolment.relay_doctor)
    return visit


def _due(enrolment: Enrolment, today: date) -> Visit:
    VisitFactory(enrolment=enrolment, code="M6", due_on=add_months(enrolment.included_on, 6))
    return VisitFactory(enrolment=enrolment, code="M3", due_on=add_months(enrolment.included_on, 3))


def _event(enrolment: Enrolment, today: date) -> AdverseEvent:
    days = {"occurred_on": today - timedelta(days=9), "known_on": today - timedelta(days=7)}
    event = AdverseEventFactory(enrolment=enrolment, serious=True, **days)
    SuspectFactory(event=event, product=Product.objects.filter(programme=enrolment.programme)[0])
    DeclarationFactory(event=event)
    return AdverseEventFactory(enrolment=enrolment, serious=True, **days)


def _inclusion(world: World, today: date) -> str:
    """An inclusion with every step typed but the last: each of its pages opens."""
    doctor, now = world.member("claire.moreau"), timezone.now()
    draft_id = draft.start(world.programme, by=doctor, at=now)
    for name, typed in _typed(world).items():
        found = draft.load(draft_id, by=doctor, at=now)
        change = draft.Save(name, stamped(name, typed, today), found.version, consented=True)
        draft.save(found, change, by=doctor, at=now)
    return draft_id


def _typed(world: World) -> dict[str, dict[str, object]]:
    criteria = world.programme.criteria_sets.get(valid_to=None).criteria.filter(indications=None)
    document = world.programme.links.get(
        kind="INFORMATION_DOCUMENT", person_kind="ADULT", valid_to=None
    )
    return {
        "information": {
            "day": "TODAY",
            "person_kind": "ADULT",
            "document_ADULT": str(document.pk),
            "participation": "YES",
            "nir": "NO",
            "research": "YES",
        },
        "eligibilite": {
            "indication": str(world.indication("DN").pk),
            "drug_1": "Gabapentine",
            "outcome_1": "INSUFFICIENT",
            "plan_1": "KEPT",
            **{f"criterion_{one.pk}": _fit(one) for one in criteria},
        },
        "identite": {
            "birth_name": "Martin",
            "first_names": "Jeanne",
            "sex": "F",
            "birth_date": "12/05/1980",
        },
        "relais": {"relay_doctor": "", "pharmacy": ""},
    }


def _fit(criterion: Criterion) -> str:
    """The answer that forbids nothing."""
    return "YES" if criterion.kind == CriterionKind.INCLUSION else "NO"


def _told_at_the_counter(world: World, dispensation: Dispensation, today: date) -> AdverseEvent:
    return AdverseEventFactory(
        enrolment=dispensation.enrolment,
        dispensation=dispensation,
        reported_by=world.member("marc.fontaine"),
        occurred_on=today,
        known_on=today,
    )
