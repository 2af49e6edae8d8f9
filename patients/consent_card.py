"""The consents of a participation, as its page shows them."""

from dataclasses import dataclass

from patients import consent_sheet, representatives, texts
from patients.actions.consent import WITHDRAWAL_REASON
from patients.enums import ConsentKind
from patients.models import Consent, ConsentProof, ContactChoice, Enrolment, Handover
from patients.representatives import Representative


# The word of an address, for each kind.
SLUGS = {"participation": ConsentKind.PARTICIPATION, "nir": ConsentKind.NIR,
         "recherche": ConsentKind.RESEARCH}  # fmt: skip
SLUG_OF = {kind: slug for slug, kind in SLUGS.items()}


@dataclass(frozen=True)
class Line:
    """One kind: the answer that nothing replaced, or none yet."""

    kind: ConsentKind
    consent: Consent | None
    proofs: list[ConsentProof]

    @property
    def slug(self) -> str:
        return SLUG_OF[self.kind]

    @property
    def answer(self) -> str:
        return consent_sheet.answer(self.consent) if self.consent else ""

    @property
    def stands(self) -> bool:
        return bool(self.consent and self.consent.is_given and not self.consent.withdrawn_on)


@dataclass(frozen=True)
class Card:
    lines: list[Line]
    former: list[Consent]
    representatives: list[Representative]
    withdrawal_reason: str
    handovers: list[Handover]
    channel: str
    # Kinds whose signed paper is still to be scanned.
    waits_for_paper: bool

    def allows(self, kind: ConsentKind) -> bool:
        """Whether this consent stands."""
        return any(line.kind == kind and line.stands for line in self.lines)


def of(enrolment: Enrolment, *, may_write: bool) -> Card:
    """Four queries; the names of representatives and reasons are for the structure only."""
    linked = enrolment.consents.select_related("form", "information", "booklet", "text")
    consents = list(linked.prefetch_related("proofs").order_by("-signed_on", "-pk"))
    current = {one.kind: one for one in reversed(consents) if one.replaced_on is None}
    lines = [_line(kind, current.get(kind.value)) for kind in ConsentKind]
    withdrawn = next((one for one in consents if one.withdrawal_reason_sealed), None)
    sealed = withdrawn.withdrawal_reason_sealed if withdrawn and may_write else None
    # Whoever signed for the participation that stands: nobody any more once it was signed of age.
    signed = [one for one in consents if one is current.get(ConsentKind.PARTICIPATION)]
    choice = ContactChoice.objects.filter(enrolment=enrolment).order_by("-pk").first()
    return Card(
        lines=lines,
        former=[one for one in consents if one.replaced_on],
        representatives=representatives.read(enrolment, signed) if may_write else [],
        withdrawal_reason=texts.read(enrolment, WITHDRAWAL_REASON, sealed),
        handovers=list(enrolment.handovers.select_related("link").order_by("-handed_on", "pk")),
        channel=choice.get_channel_display() if choice else "",
        waits_for_paper=any(line.consent and not line.proofs for line in lines),
    )


def _line(kind: ConsentKind, consent: Consent | None) -> Line:
    return Line(kind, consent, list(consent.proofs.all()) if consent else [])
