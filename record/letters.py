"""Letters about one's patients: who wrote them, and whether they were read."""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from accounts.enums import Permission
from accounts.models import Member, Site
from accounts.permissions import allows
from core import keyset
from followup.models import Letter, LetterReading, Visit
from followup.models.closing import LetterQuerySet
from patients import identity
from patients.identity import Person
from patients.models import Enrolment


PAGE_SIZE = 50

# Letters of the page of a patient.
SHORT_LIST = 5

_LOADED = ("visit", "addressee__user", "written_by__user", "reading__read_by__user")


@dataclass(frozen=True)
class Row:
    """A letter, who it is about (None once erased), and how it is opened by whoever looks."""

    letter: Letter
    person: Person | None
    receives: bool
    # Written to whom the patient had chosen before.
    to_another: bool = False

    @property
    def reading(self) -> LetterReading | None:
        found: LetterReading | None = getattr(self.letter, "reading", None)
        return found

    def written(self, place: Site) -> str:
        """To whom and when, on the calendar of that place."""
        on = place.local_day(self.letter.written_at)
        return f"Écrite à {self.letter.addressee.user.full_name} le {on:%d/%m/%Y}."

    def read(self, place: Site) -> str:
        """When it was read, and by whom when it was not by its addressee."""
        if self.reading is None:
            return "Non lue."
        on = f"Lue le {place.local_day(self.reading.read_at):%d/%m/%Y}"
        by = f" par {self.reading.read_by.user.full_name}" if self.by_another else ""
        return f"{on}{by}."

    @property
    def by_another(self) -> bool:
        """Read by somebody else than its addressee: a substitute, the next relay doctor."""
        reader = self.reading.read_by.user_id if self.reading else None
        return reader not in {None, self.letter.addressee.user_id}

    @property
    def state(self) -> str:
        """See components/state.html."""
        if self.reading is not None:
            return "done"
        return "due" if self.is_waiting else "missed"

    @property
    def is_waiting(self) -> bool:
        found: bool = self.letter.is_waiting  # type: ignore[attr-defined]  # `with_waiting`
        return found

    @property
    def marks(self) -> bool:
        """Whether opening it says that it was read."""
        return self.receives and self.reading is None

    @property
    def url(self) -> str:
        name = "record:open_letter" if self.marks else "record:letter"
        return reverse(name, args=[self.letter.public_id])


def page(member: Member, asked: QueryDict) -> keyset.Page[Row]:
    """`PAGE_SIZE` letters received, what waits first, then the newest: three queries."""
    rows = Letter.objects.received_by(member).with_waiting()
    loaded = rows.select_related(*_LOADED, "visit__enrolment__patient")
    order = ["-is_waiting", "-written_at", "-pk"]
    found = keyset.page(loaded, order, asked, size=PAGE_SIZE)
    people = identity.open_many(one.visit.enrolment.patient for one in found.rows)
    shown = [
        Row(
            one,
            people.get(one.visit.enrolment.patient_id),
            receives=True,
            to_another=one.addressee_id != member.stands_for_id,
        )
        for one in found.rows
    ]
    return keyset.Page(shown, found.previous, found.following)


def of(enrolment: Enrolment, member: Member) -> list[Row]:
    """The last letters about a patient, the newest first, for whoever opened the record."""
    return _newest(Letter.objects.filter(visit__enrolment=enrolment), enrolment, member)


def last_of(visit: Visit, member: Member) -> Row | None:
    """The letter that counts: the last one."""
    found = _newest(Letter.objects.filter(visit=visit), visit.enrolment, member)
    return found[0] if found else None


def _newest(written: LetterQuerySet, enrolment: Enrolment, member: Member) -> list[Row]:
    newest = written.with_waiting().select_related(*_LOADED).order_by("-written_at", "-pk")
    receives = allows(member, Permission.LETTER_RECEIVE) and enrolment.opened_until is None
    return [Row(one, None, receives=receives) for one in newest[:SHORT_LIST]]
