"""The rows of one patient, act by act, in the order of the pathway."""

import random
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Model

from core import keys
from core.identifiers import draw_code
from core.months import add_months
from followup.models import Answers, Visit
from patients import identity, texts
from patients.identity import Person
from patients.models import (
    Consent,
    EligibilityAnswer,
    Enrolment,
    Identity,
    IdentityIndex,
    Patient,
    PriorTreatment,
)
from pharmacies.models import Dispensation, DispensedItem, Received
from prescriptions.models import DoseStep, Line, LinePack, Prescription
from programmes.enums import LinkKind
from programmes.models import VisitDefinition
from recann.cohort import answers
from recann.cohort.columns import COLUMNS
from recann.cohort.figures import SERIOUS_SHARE
from recann.cohort.places import FIRST_NAMES, LAST_NAMES, Map, Post
from recann.cohort.plan import Course
from recann.cohort.reference import Reference
from recann.cohort.sheets import NULL, Sheet, null, octets, uuid
from recann.cohort.story import Story, draw
from recann.cohort.treatment import Treatment, taste, treatments
from vigilance.models import AdverseEvent, Reaction, Suspect


DRUGS = ("Prégabaline", "Gabapentine", "Amitriptyline", "Duloxétine", "Tramadol", "Baclofène",
         "Lévétiracétam", "Morphine", "Clobazam", "Tizanidine")  # fmt: skip
TERMS = ("SOMNOLENCE", "DIZZINESS", "FATIGUE", "ATTENTION", "PALPITATIONS", "NAUSEA", "HEADACHE",
         "DRY_MOUTH", "DIARRHOEA", "ANXIETY")  # fmt: skip
INDEXED = ("person", "birth_name", "used_name", "birth_date")
# How long a visit may wait after its window closed.
LATENESS = timedelta(days=30)
# Days. One supply of an ordinary line.
SUPPLY_DAYS = 28


def typing_seconds(rank: int) -> int:
    """How long a form took: between one and four minutes."""
    return 70 + rank * 37 % 160


def at(on: date) -> str:
    """Ten o'clock in Paris in winter: the instant at which the day was recorded."""
    return f"{on}T09:00:00+00:00"


class Writer:
    """Writes whole patients; `sheets` tells which tables and how many rows."""

    def __init__(self, known: Reference, places: Map, today: date, drawn: random.Random) -> None:
        self.known, self.places, self.today, self.drawn = known, places, today, drawn
        # Of the patient who is being written.
        self.sex: str
        self.story: Story
        self._sheets = {
            model: Sheet(model, varying.split(), constants)
            for model, (varying, constants) in COLUMNS.items()
        }

    @property
    def sheets(self) -> list[Sheet]:
        return list(self._sheets.values())

    def _add(self, model: type[Model], *values: object) -> int:
        return self._sheets[model].add(*values)

    # --- Inclusion ---------------------------------------------------------------------------

    def patient(self, course: Course, key: keys.DataKey, file_key: keys.DataKey) -> None:
        """Everything of one patient."""
        drawn = self.drawn
        person = self._person(course)
        self.sex = person.sex
        self.story = draw(course, sex=person.sex, today=self.today, drawn=drawn)
        public_id = uuid(drawn)
        patient = self._add(Patient, public_id, person.birth_date.year, person.sex, key.id.hex)
        dashed = f"{public_id[:8]}-{public_id[8:12]}-{public_id[12:16]}-{public_id[16:20]}"
        sealed = key.seal(identity.dump(person), f"{dashed}-{public_id[20:]}")
        self._sheets[Identity].put(patient, octets(sealed))
        index = identity.index_values(person)
        self._sheets[IdentityIndex].put(patient, *(octets(index[name]) for name in INDEXED))
        indication = course.group.split("-")[0]
        site = self.places.structure(indication, course.included_on, drawn)
        doctor = self.places.doctor(site, course.included_on, drawn)
        departement = self.places.departement[site]
        counter = self.places.pharmacist(departement, course.included_on, drawn)
        enrolment = self._enrolment(course, patient, doctor, counter, file_key.id.hex)
        self._consents(course, enrolment, doctor)
        self._eligibility(course, enrolment, indication, file_key)
        taken = taste(course, drawn)
        given = list(treatments(course, taken, self.known, self.today, drawn))
        for one in given:
            self._treatment(one, enrolment, patient, doctor, counter)
        self._calendar(course, enrolment, doctor, indication)
        for on in self.story.events:
            self._event(course, enrolment, on, doctor, given)

    def _person(self, course: Course) -> Person:
        drawn = self.drawn
        oldest = 45 if course.group == "EPI" else 85
        age = drawn.randint(18 if course.group == "EPI" else 28, oldest)
        born = course.included_on - timedelta(days=age * 365 + 20 + drawn.randrange(365))
        sex = drawn.choice("FM")
        first_names = drawn.sample(FIRST_NAMES[sex], 2)
        # Families of the cohort are fictive: the number keeps two namesakes apart.
        name = f"{drawn.choice(LAST_NAMES)}-{drawn.choice(LAST_NAMES)}"
        place = f"{drawn.randint(1, 95):02d}{drawn.randint(1, 400):03d}"
        return Person(
            birth_name=name,
            first_names=first_names,
            sex=sex,
            birth_date=born,
            birth_place=place,
        )

    def _enrolment(
        self, course: Course, patient: int, doctor: Post, counter: Post, file_key: str
    ) -> int:
        drawn = self.drawn
        relay = None
        if drawn.random() < 0.15:
            relay = self.places.relay(doctor.departement, course.included_on, drawn)
        indication, subtype = self.known.groups[course.group]
        ended = course.ended_on
        return self._add(
            Enrolment,
            uuid(drawn),
            draw_code(drawn.choice),
            self.known.programme.pk,
            patient,
            indication,
            null(subtype),
            doctor.site_id,
            relay.member_id if relay else NULL,
            counter.site_id,
            "ENDED" if ended else "ACTIVE",
            course.included_on,
            doctor.member_id,
            at(course.included_on),
            course.treated_on,
            null(ended),
            course.reason,
            at(ended) if ended else NULL,
            file_key,
        )

    def _consents(self, course: Course, enrolment: int, doctor: Post) -> None:
        on, link = course.included_on, self.known.link
        papers = (
            link(LinkKind.CONSENT_FORM, on),
            link(LinkKind.INFORMATION_DOCUMENT, on),
            link(LinkKind.BOOKLET, on),
        )
        signed = (*papers, at(on), doctor.member_id)
        self._add(Consent, enrolment, "PARTICIPATION", "t", on, *signed)
        given = "t" if self.drawn.random() < 0.6 else "f"
        self._add(Consent, enrolment, "NIR", given, on, *signed)

    def _eligibility(
        self, course: Course, enrolment: int, indication: str, file_key: keys.DataKey
    ) -> None:
        asked = next(
            by_indication[indication]
            for start, end, by_indication in self.known.criteria
            if start <= course.included_on and (end is None or course.included_on <= end)
        )
        for criterion, answer in asked:
            self._add(EligibilityAnswer, enrolment, criterion, answer)
        for drug in self.drawn.sample(DRUGS, 2):
            outcome = self.drawn.choice(("INSUFFICIENT", "NOT_TOLERATED"))
            kept = self.drawn.choice(("KEPT", "STOPPED_BEFORE"))
            sealed = octets(texts.seal_under(file_key, texts.DRUG, drug))
            self._add(PriorTreatment, enrolment, sealed, outcome, kept)

    # --- Treatment ---------------------------------------------------------------------------

    def _treatment(
        self, one: Treatment, enrolment: int, patient: int, doctor: Post, counter: Post
    ) -> None:
        """A prescription and its dispensations."""
        drawn, on, medicine = self.drawn, one.starts_on, one.medicine
        presented = min(on + timedelta(days=drawn.choice((0, 0, 0, 1, 2))), self.today)
        prescription = self._add(
            Prescription, uuid(drawn), enrolment, patient, doctor.user_id, doctor.member_id,
            "f", on, one.days, one.days if one.is_narcotic else NULL, on, at(on), at(on),
            at(presented),
        )  # fmt: skip
        product = medicine.row
        line = self._add(
            Line, prescription, product.pk, product.name, product.form, product.unit,
            "NARCOTIC" if one.is_narcotic else "ORDINARY", product.thc_mg_per_unit,
            product.cbd_mg_per_unit, product.thc_percent, one.days, one.quantity,
        )  # fmt: skip
        for position, dose in enumerate(one.doses, 1):
            self._add(DoseStep, line, position, dose.units, dose.days)
        pack, count, _ = medicine.pack_for(one.quantity)
        self._add(LinePack, line, pack, count)
        received = self._add(
            Received, prescription, counter.site_id, presented, at(presented), counter.member_id
        )
        parents = (prescription, enrolment, received, line)
        self._dispensations(one, parents, presented, counter)

    def _dispensations(
        self, one: Treatment, parents: tuple[int, int, int, int], presented: date, counter: Post
    ) -> None:
        """One at a time of a narcotic, every four weeks of another, until today."""
        length = one.days if one.is_narcotic else SUPPLY_DAYS
        for number in range(one.days // length):
            on = presented + timedelta(days=number * length)
            if on > self.today:
                break
            due = one.due(number * length, length)
            self._dispensation(one, parents, number + 1, on, length, due, counter)

    def _dispensation(  # noqa: PLR0913  one row, whole
        self, one: Treatment, parents: tuple[int, int, int, int], number: int, on: date,
        days: int, due: Decimal, counter: Post,
    ) -> None:  # fmt: skip
        prescription, enrolment, received, line = parents
        pack, count, held = one.medicine.pack_for(due)
        dispensation = self._add(
            Dispensation, uuid(self.drawn), prescription, enrolment, received, number,
            counter.site_id, counter.member_id, on, at(on),
        )  # fmt: skip
        batch = f"L{on:%y%m}{pack:02d}"
        expires = date(on.year + 1, on.month, 28)
        self._add(DispensedItem, dispensation, line, pack, batch, expires, count, days, due, held)

    # --- Follow-up ---------------------------------------------------------------------------

    def _calendar(self, course: Course, enrolment: int, doctor: Post, indication: str) -> None:
        """The first measures on the day of inclusion, then the visits of the programme."""
        first = course.included_on
        self._held(enrolment, None, (first, first), doctor, indication)
        due = [(v, add_months(first, v.offset_months)) for v in self.known.visits]
        earlier = [first, *(due_on for _, due_on in due)]
        later_done = False
        for (definition, due_on), since in reversed(list(zip(due, earlier, strict=False))):
            later_done |= self._visit(
                course, enrolment, definition, (since, due_on), doctor, indication, later_done
            )

    def _visit(  # noqa: PLR0913  one row, whole
        self, course: Course, enrolment: int, definition: VisitDefinition,
        dates: tuple[date, date], doctor: Post, indication: str, later_done: bool,
    ) -> bool:  # fmt: skip
        """Write one visit of the programme; True when it was held.

        :param dates: when the visit before was due, when this one is
        """
        since, due_on = dates
        before = timedelta(days=definition.window_before_days)
        after = timedelta(days=definition.window_after_days)
        bounds = (due_on - before, due_on + after)
        if course.ended_on and due_on >= course.ended_on:
            self._planned(enrolment, definition, due_on, bounds, "CLOSED", "")
            return False
        latest = self.today - timedelta(days=1)
        waits = bounds[1] >= latest - LATENESS and self.drawn.random() < 0.5
        if due_on > latest or (waits and not later_done):
            self._planned(enrolment, definition, due_on, bounds, "PLANNED", "")
            return False
        if self.drawn.random() < 0.12 and later_done:
            self._planned(enrolment, definition, due_on, bounds, "NOT_DONE", "SUPERSEDED")
            return False
        spread = self.drawn.randint(-before.days // 2, after.days // 2)
        last = min(bounds[1], latest, (course.ended_on or latest))
        held_on = min(max(due_on + timedelta(days=spread), bounds[0]), last)
        self._held(enrolment, (definition, due_on, bounds), (since, held_on), doctor, indication)
        return True

    def _planned(
        self, enrolment: int, definition: VisitDefinition, due_on: date,
        bounds: tuple[date, date], status: str, why: str,
    ) -> None:  # fmt: skip
        self._add(
            Visit, uuid(self.drawn), enrolment, definition.pk, definition.code, definition.kind,
            due_on, *bounds, "DEFINITION", status, "", NULL, NULL, "", NULL, "", why, NULL,
        )  # fmt: skip

    def _held(
        self, enrolment: int, planned: tuple[VisitDefinition, date, tuple[date, date]] | None,
        dates: tuple[date, date], doctor: Post, indication: str,
    ) -> None:  # fmt: skip
        """:param dates: the visit before, this one"""
        start: tuple[object, ...]
        since, held_on = dates
        if planned:
            definition, due_on, bounds = planned
            start = (definition.pk, definition.code, definition.kind, due_on, *bounds, "DEFINITION")
        else:
            start = (NULL, "", "SIMPLE", held_on, held_on, held_on, "UNSCHEDULED")
        visit = self._add(
            Visit, uuid(self.drawn), enrolment, *start, "DONE",
            "IN_WINDOW" if planned else "UNSCHEDULED", held_on, doctor.member_id, "ON_SITE",
            at(held_on), "CONTINUE", "", typing_seconds(enrolment),
        )  # fmt: skip
        asked = self.known.questionnaires(indication, held_on, is_complex=planned is not None)
        told = answers.day(self.story, held_on, since, self.sex, self.drawn)
        for version in asked:
            # Asked again one month after inclusion, then no more.
            if version.code == "antecedents" and start[1] != "M1":
                continue
            self._add(Answers, visit, version.pk, answers.typed(version, told, self.drawn))

    # --- Vigilance ---------------------------------------------------------------------------

    def _event(
        self, course: Course, enrolment: int, on: date, doctor: Post, given: list[Treatment]
    ) -> None:
        """What happened, and what was taken that day."""
        drawn = self.drawn
        is_serious = drawn.random() < SERIOUS_SHARE
        outcome = "FATAL" if is_serious and course.reason == "DEATH" else "RECOVERED"
        leaves = course.reason == "ADVERSE_EVENT" and on == course.event_on
        severities = ("MODERATE", "SEVERE") if leaves else ("MILD", "MILD", "MODERATE", "SEVERE")
        event = self._add(
            AdverseEvent, uuid(drawn), enrolment, doctor.member_id, on, on,
            "{HOSPITALISATION}" if is_serious else "{}", "t" if is_serious else "f",
            drawn.choice(severities), outcome, at(on),
        )  # fmt: skip
        for term in drawn.sample(TERMS, drawn.choice((1, 1, 2))):
            self._add(Reaction, event, term)
        begun = [one for one in given if one.starts_on <= on]
        product, daily = begun[-1].medicine.row, begun[-1].a_day(on)
        started_on = next(one.starts_on for one in begun if one.medicine.row == product)
        action = "STOPPED" if course.reason == "ADVERSE_EVENT" else "DOSE_REDUCED"
        self._add(
            Suspect, event, product.pk, daily * product.thc_mg_per_unit,
            daily * product.cbd_mg_per_unit, started_on, action,
        )  # fmt: skip
