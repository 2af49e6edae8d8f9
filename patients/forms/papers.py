"""The documents of a programme, read once: what is handed over, what is signed."""

from collections.abc import Iterable
from datetime import date

from programmes.enums import ConsentKind, LinkKind, Recipient
from programmes.models import Programme, ProgrammeLink


class Papers:
    """The newest first. Nothing is chosen that was not in force on the day asked."""

    def __init__(self, programme: Programme) -> None:
        links = ProgrammeLink.objects.filter(programme=programme).exclude(kind=LinkKind.LEGAL_TEXT)
        self._links = list(links.order_by("-valid_from", "-pk"))

    def documents(self, recipient: str) -> list[ProgrammeLink]:
        """Those written for this recipient, or for anybody; a representative has their own."""
        readers = {recipient} if recipient == Recipient.REPRESENTATIVE else {"", recipient}
        return [
            link
            for link in self._links
            if link.kind == LinkKind.INFORMATION_DOCUMENT and link.person_kind in readers
        ]

    def first_in_force(self, links: Iterable[ProgrammeLink], on: date) -> ProgrammeLink | None:
        return next((link for link in links if in_force(link, on)), None)

    def official(self, on: date) -> list[ProgrammeLink]:
        """All that is in force, to be opened beside the act."""
        return [link for link in self._links if in_force(link, on) and link.kind != LinkKind.PORTAL]

    def find(self, pk: int | None, on: date) -> ProgrammeLink | None:
        """The one that was chosen, if it was in force."""
        return self.first_in_force((link for link in self._links if link.pk == pk), on)

    def consent_form(self, person_kind: str, on: date) -> ProgrammeLink | None:
        return self._standing(LinkKind.CONSENT_FORM, person_kind, on)

    def form_of(self, consent: str, person_kind: str, on: date) -> ProgrammeLink | None:
        """The form on which a consent is signed; what informs of research has none of its own."""
        match consent:
            case ConsentKind.PARTICIPATION:
                return self.consent_form(person_kind, on)
            case ConsentKind.NIR:
                return self.nir_form(on) or self.consent_form(person_kind, on)
            case _:
                return None

    def booklet(self, person_kind: str, on: date) -> ProgrammeLink | None:
        return self._standing(LinkKind.BOOKLET, person_kind, on)

    def nir_form(self, on: date) -> ProgrammeLink | None:
        return self._standing(LinkKind.NIR_FORM, "", on)

    def _standing(self, link_kind: str, person_kind: str, on: date) -> ProgrammeLink | None:
        """The document in force that day, the one written for this kind of person first."""
        fitting = [
            link
            for link in self._links
            if link.kind == link_kind
            and link.person_kind in {"", person_kind}
            and in_force(link, on)
        ]
        return max(fitting, key=lambda link: bool(link.person_kind), default=None)


def in_force(link: ProgrammeLink, on: date) -> bool:
    return link.valid_from <= on and (link.valid_to is None or on <= link.valid_to)
