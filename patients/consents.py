"""What is signed after the inclusion: at majority, on a new text, or because a mind changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from patients.inclusion import Signature
from patients.representatives import Representative
from programmes.models import ConsentText, ProgrammeLink


@dataclass(frozen=True)
class Given:
    """One answer, given or refused."""

    kind: str
    is_given: bool
    person_kind: str
    signed_on: date
    form: ProgrammeLink
    document: ProgrammeLink
    representative_document: ProgrammeLink | None = None
    representatives: tuple[Representative, ...] = ()
    texts: Mapping[str, ConsentText] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()

    @property
    def handed(self) -> list[ProgrammeLink]:
        papers = (self.document, self.representative_document)
        return list(dict.fromkeys(paper for paper in papers if paper))


@dataclass(frozen=True)
class Withdrawal:
    """`reason` only if the person wished to say one; `weaning` is read for the participation."""

    kind: str
    on: date
    reason: str = ""
    weaning: bool = True
