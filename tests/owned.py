"""Somebody of a role, and one builder for each kind of thing that may be theirs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts.enums import Role
from accounts.models import Member
from core import documents
from core.models import Document
from patients import draft
from patients.models import Enrolment, PossibleDuplicate
from patients.steps import stamped
from programmes.models import Indication, Programme, ProgrammeLink
from tests.accounts.factories import MemberFactory
from tests.accounts.test_passkeys import a_passkey
from tests.patients.consent_factories import (
    ConsentProofFactory,
    DesignationFactory,
    InvitationFactory,
)
from tests.patients.factories import EnrolmentFactory, MergeFactory, PairFactory, TransferFactory
from tests.pharmacies.factories import (
    InventoryFactory,
    NoticeFactory,
    RegisterLineFactory,
    RegisterMonthFactory,
    trained_pharmacist,
)
from tests.prescriptions.factories import PlanFactory, PrescriptionFactory, PresentationFactory
from tests.programmes.factories import (
    IndicationFactory,
    ListingFactory,
    OpeningFactory,
    ProgrammeLinkFactory,
)
from tests.training.factories import AttemptFactory, CompletionFactory, CourseFactory
from training.actions import issue_certificate
from training.models import Completion


@dataclass
class Owner:
    """Somebody of a role, at a place of their own, and what is theirs there."""

    member: Member
    indication: Indication
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def programme(self) -> Programme:
        return self.indication.programme

    @property
    def role(self) -> Role:
        return Role(self.member.role)

    def enrolment(self, **fields: object) -> Enrolment:
        """A patient of theirs; of their programme, for those who have no patient."""
        if self.role == Role.RELAY_DOCTOR:
            fields["relay_doctor"] = self.member
        elif self.role == Role.REFERENCE_DOCTOR:
            fields["included_by"] = self.member
        elif self.role == Role.PREPARER:
            fields["site"] = self.member.site
        return EnrolmentFactory(indication=self.indication, patient__person=True, **fields)

    def prescription(self, **fields: object) -> Any:
        """Written by them, or prepared by them, or presented to them."""
        if self.role in {Role.REFERENCE_DOCTOR, Role.RELAY_DOCTOR}:
            return PrescriptionFactory(enrolment=self.enrolment(), author=self.member, **fields)
        if self.role == Role.PREPARER:
            prepared = {"prepared_by": self.member}
            return PrescriptionFactory(enrolment=self.enrolment(), **prepared, **fields)
        signed = PrescriptionFactory(enrolment=self.enrolment(), signed=True)
        PresentationFactory(member=self.member, prescription=signed, at=timezone.now())
        return signed


def an_owner(role: Role, indication: Indication | None = None) -> Owner:
    """A reference doctor is the referent of their structure too."""
    indication = indication or IndicationFactory()
    programme = indication.programme
    if role == Role.PHARMACIST:
        return Owner(trained_pharmacist(programme), indication)
    is_referent = role == Role.REFERENCE_DOCTOR
    return Owner(MemberFactory(role=role, programme=programme, is_referent=is_referent), indication)


Builder = Callable[[Owner], dict[str, Any]]


def a_paper(enrolment: Enrolment) -> Document:
    return documents.store(
        kind="consent",
        key_id=enrolment.key_id,
        content=b"%PDF-1.7",
        enrolment_id=enrolment.pk,
        at=timezone.now(),
    )


def may_include(owner: Owner) -> ProgrammeLink:
    """What an inclusion asks of a doctor and of a programme; gives the document to hand over."""
    programme, user = owner.programme, owner.member.user
    ProgrammeLinkFactory(programme=programme, consent_form=True)
    ListingFactory(site=owner.member.site, indication=owner.indication)
    course = programme.courses.first() or CourseFactory(programme=programme)
    CompletionFactory(user=user, course=course)
    return ProgrammeLinkFactory(programme=programme)


def at_the_identity(owner: Owner) -> dict[str, Any]:
    """A draft whose first two steps are done: the third one looks for who is alike."""
    programme, by, now = owner.programme, owner.member, timezone.now()
    signed = dict.fromkeys(("participation", "research"), "YES")
    handed = {"document_ADULT": may_include(owner).pk}
    tried = {"drug_1": "Gabapentine", "outcome_1": "INSUFFICIENT", "plan_1": "KEPT"}
    said = {
        "information": {"day": "TODAY", "person_kind": "ADULT", "nir": "NO", **signed, **handed},
        "eligibilite": {"indication": owner.indication.pk, **tried},
    }
    draft_id = draft.start(programme, by=by, at=now)
    for step, typed in said.items():
        found = draft.load(draft_id, by=by, at=now)
        kept = stamped(step, typed, by.site.local_day(now))
        draft.save(found, draft.Save(step, kept, found.version), by=by, at=now)
    return {"draft_id": draft_id}


def passkey(owner: Owner) -> dict[str, Any]:
    return {"pk": a_passkey(owner.member.user).pk}


def consent(kind: str) -> Builder:
    return lambda owner: {"enrolment_id": owner.enrolment().public_id, "kind": kind}


def proof(owner: Owner) -> dict[str, Any]:
    """With the scanned paper."""
    enrolment = owner.enrolment()
    document = a_paper(enrolment)
    ConsentProofFactory(consent=enrolment.consents.get(), document_id=document.public_id)
    return {"enrolment_id": enrolment.public_id, "document_id": document.public_id}


def invitation(owner: Owner) -> dict[str, Any]:
    invited = InvitationFactory(enrolment=owner.enrolment())
    return {"enrolment_id": invited.enrolment.public_id, "kind": invited.kind}


def designation(owner: Owner) -> dict[str, Any]:
    """Of the doctor themselves, or of the pharmacy where they work."""
    is_pharmacist = owner.role == Role.PHARMACIST
    whom = {"pharmacy": owner.member.site} if is_pharmacist else {"doctor": owner.member}
    made = DesignationFactory(enrolment=owner.enrolment(), **whom)
    return {"designation_id": made.public_id}


def pair(owner: Owner) -> PossibleDuplicate:
    patients = [owner.enrolment().patient for _ in range(2)]
    first, second = sorted(patients, key=lambda one: one.pk)
    return PairFactory(first=first, second=second)


def merge(owner: Owner) -> dict[str, Any]:
    """Asked by somebody else: nobody approves their own."""
    return {"merge_id": MergeFactory(pair=pair(owner)).public_id, "decision": "refuser"}


def transfer(owner: Owner) -> dict[str, Any]:
    asked = TransferFactory(enrolment=owner.enrolment())
    return {"transfer_id": asked.public_id, "answer": "annuler"}


def opening(owner: Owner) -> dict[str, Any]:
    return {"opening_id": OpeningFactory(programme=owner.programme, draft=True).public_id}


def plan(owner: Owner) -> dict[str, Any]:
    """With its paper."""
    enrolment = owner.enrolment()
    writes = owner.role in {Role.REFERENCE_DOCTOR, Role.RELAY_DOCTOR}
    author = owner.member if writes else enrolment.included_by
    made = PlanFactory(enrolment=enrolment, author=author, paper=a_paper(enrolment).public_id)
    return {"enrolment_id": enrolment.public_id, "public_id": made.public_id}


def travel(owner: Owner) -> dict[str, Any]:
    signed = owner.prescription(signed=True)
    return {"enrolment_id": signed.enrolment.public_id, "prescription_id": signed.public_id}


def announced(owner: Owner) -> dict[str, Any]:
    signed = PrescriptionFactory(enrolment=owner.enrolment(), signed=True)
    told = NoticeFactory(prescription=signed, pharmacy=owner.member.site)
    return {"notice_id": told.public_id}


def register_line(owner: Owner) -> dict[str, Any]:
    return {"line_id": RegisterLineFactory(recorded_by=owner.member).public_id}


def inventory(owner: Owner) -> dict[str, Any]:
    return {"inventory_id": InventoryFactory(recorded_by=owner.member).public_id}


def month(owner: Owner) -> dict[str, Any]:
    return {"month_id": RegisterMonthFactory(closed_by=owner.member).public_id}


def attempt(owner: Owner) -> dict[str, Any]:
    made = AttemptFactory(user=owner.member.user, submitted_by=owner.member)
    return {"attempt_id": made.public_id}


def a_completion(owner: Owner) -> Completion:
    user = owner.member.user
    return CompletionFactory(user=user, course__profession=user.profession)


def completion(owner: Owner) -> dict[str, Any]:
    return {"completion_id": a_completion(owner).public_id}


def certificate(owner: Owner) -> dict[str, Any]:
    """Delivered."""
    done = a_completion(owner)
    issue_certificate(done, by=owner.member, at=timezone.now())
    return {"completion_id": done.public_id}


def listing(owner: Owner) -> dict[str, Any]:
    return {"listing_id": ListingFactory(indication=owner.indication).public_id}
