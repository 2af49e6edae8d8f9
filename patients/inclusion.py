"""What a doctor asks to record when including a patient, once every step is well formed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from accounts.models import Member, Site
from patients import rules
from patients.duplicates import Candidate
from patients.enums import ConsentKind, EndReason, TreatmentOutcome, TreatmentPlan
from patients.identity import Person
from patients.representatives import Representative
from patients.signature import Strokes
from programmes.models import (
    ConsentText,
    Criterion,
    Indication,
    IndicationSubtype,
    Programme,
    ProgrammeLink,
)


@dataclass(frozen=True)
class Signature:
    """Drawn on screen. `signer` is empty for the patient, whose name comes later."""

    strokes: Strokes
    signer: str = ""


@dataclass(frozen=True)
class Information:
    """What was told and handed over, and what was signed."""

    person_kind: str
    included_on: date
    signed_on: date
    document: ProgrammeLink
    form: ProgrammeLink
    nir_given: bool
    # Told that data may serve other research, and does not oppose it.
    research_allowed: bool = True
    nir_form: ProgrammeLink | None = None
    booklet: ProgrammeLink | None = None
    # Handed to whoever signs for the patient.
    representative_document: ProgrammeLink | None = None
    representatives: tuple[Representative, ...] = ()
    late_reason: str = ""
    # Signed on screen: what was shown, by kind of consent, and who drew what.
    texts: Mapping[str, ConsentText] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()

    def answer(self, kind: str) -> bool:
        return {ConsentKind.NIR: self.nir_given, ConsentKind.RESEARCH: self.research_allowed}.get(
            ConsentKind(kind), True
        )

    @property
    def handed(self) -> list[ProgrammeLink]:
        """Everything that was handed over, each once."""
        papers = (self.document, self.representative_document, self.booklet)
        return list(dict.fromkeys(paper for paper in papers if paper))


@dataclass(frozen=True)
class Answered:
    criterion: Criterion
    answer: str
    dated_on: date | None = None
    derogation: str = ""

    @property
    def reply(self) -> rules.Reply:
        return rules.Reply(
            text=self.criterion.text,
            kind=self.criterion.kind,
            answer=self.answer,
            needs_date=self.criterion.needs_date,
            dated_on=self.dated_on,
            derogation=self.derogation if self.criterion.is_derogable else "",
        )


@dataclass(frozen=True)
class Treatment:
    drug: str
    outcome: str
    plan: str

    @property
    def outcome_label(self) -> str:
        return TreatmentOutcome(self.outcome).label.lower()

    @property
    def plan_label(self) -> str:
        return TreatmentPlan(self.plan).label.lower()


@dataclass(frozen=True)
class Eligibility:
    indication: Indication
    subtype: IndicationSubtype | None
    answers: tuple[Answered, ...]
    treatments: tuple[Treatment, ...]

    @property
    def continued(self) -> list[str]:
        """Medicines that go on beside the treatment."""
        plans = {TreatmentPlan.KEPT, TreatmentPlan.REDUCED}
        return [one.drug for one in self.treatments if one.plan in plans]

    def verdict(self, included_on: date) -> rules.Verdict:
        return rules.verdict((one.reply for one in self.answers), included_on=included_on)


@dataclass(frozen=True)
class Left:
    """An exit that an older register tells: over, tapering included."""

    on: date
    reason: EndReason


@dataclass(frozen=True)
class Inclusion:
    programme: Programme
    information: Information
    eligibility: Eligibility
    person: Person
    relay_doctor: Member | None = None
    pharmacy: Site | None = None
    # Who included, when somebody else takes the participation over from an older register.
    doctor: Member | None = None
    # Out already, in the older register.
    left: Left | None = None
    # Who looks alike, when it was searched already.
    alike: Sequence[Candidate] | None = None
    # Patients it was said not to be, and why an exact namesake is another person.
    different: frozenset[UUID] = frozenset()
    homonym_reason: str = ""

    @property
    def until(self) -> date | None:
        """The day of the exit; None while the participation goes on."""
        return self.left.on if self.left else None

    def shares_a_day(self, other: "Inclusion") -> bool:
        """Whether both run on a same day; the day of an exit is out of them."""
        one, another = self.information.included_on, other.information.included_on
        return one < (other.until or date.max) and another < (self.until or date.max)
