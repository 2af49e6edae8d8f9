"""What was signed on screen, as a document: the words, the answers, the signatures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Member
from core import documents as store
from core import pdf
from core.documents import Document
from patients import signature
from patients.enums import ConsentKind
from patients.identity import Person
from patients.inclusion import Signature
from patients.models import Consent, Enrolment
from programmes.models import ProgrammeLink


KIND = "consent"
PAPER_KIND = "consent_paper"
LABEL = "Consentement"

_ANSWERS = {
    ConsentKind.PARTICIPATION: ("Accepte", ""),
    ConsentKind.NIR: ("Autorise", "N’autorise pas"),
    ConsentKind.RESEARCH: ("Informé, ne s’oppose pas", "S’oppose"),
}


@dataclass(frozen=True)
class Sheet:
    """`consents` each have the text that was shown."""

    enrolment: Enrolment
    person: Person
    consents: list[Consent]
    signatures: Iterable[Signature]
    handed: list[ProgrammeLink]


def answer(consent: Consent) -> str:
    """What was answered, in the words of the question."""
    given, refused = _ANSWERS[ConsentKind(consent.kind)]
    return given if consent.is_given else refused


def make(sheet: Sheet, *, by: Member, at: datetime) -> Document:
    """Render, seal and keep it under the enrolment's key.

    :raises core.pdf.PdfUnavailable: a library of the system is missing
    """
    signers = [(one.signer or sheet.person.name, one.strokes) for one in sheet.signatures]
    context = {
        "sheet": sheet,
        "answers": [(one, answer(one)) for one in sheet.consents],
        "signatures": [
            (name, signature.drawing(strokes, alt=f"Signature de {name}"))
            for name, strokes in signers
        ],
        "versions": ", ".join(
            dict.fromkeys(one.text.version for one in sheet.consents if one.text)
        ),
        "doctor": by,
        "signed_at": at,
        "made_on": by.site.local_day(at),
        "code": "",
    }
    content = pdf.render("pdf/consent.html", context, title=LABEL)
    content = pdf.sealed(content, reason="Consentement signé à l’écran, archivé par le registre")
    return store.store(
        kind=KIND,
        key_id=sheet.enrolment.key_id,
        content=content,
        enrolment_id=sheet.enrolment.pk,
        at=at,
    )
