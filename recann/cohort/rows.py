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
from recann.cohort.treatment import Taste, Treatment, taste, treatments
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
        self.sex = ""
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
        first = None
        for one in treatments(course, taken, self.known, self.today, drawn):
            self._treatment(one, enrolment, patient, doctor, counter)
            first = first or one
        if first is None:
            raise ValueError("A patient of the cohort has no treatment.")
        self._calendar(course, enrolment, doctor, indication, taken)
        self._events(course, enrolment, doctor, first)

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
        self._add(DoseStep, line, one.dose, one.days)
        pack, count, _ = medicine.pack_for(one.quantity)
        self._add(LinePack, line, pack, count)
        received = self._add(
            Received, prescription, counter.site_id, presented, at(presented), counter.member_id
        )
        length = one.days if one.is_narcotic else SUPPLY_DAYS
        for number in range(one.days // length):
            on = presented + timedelta(days=number * length)
            if on > self.today:
                break
            self._dispensation(one, (prescription, enrolment, received, line), number + 1, on,
                               length, counter)  # fmt: skip

    def _dispensation(
        self, one: Treatment, parents: tuple[int, int, int, int], number: int, on: date,
        days: int, counter: Post,
    ) -> None:  # fmt: skip
        prescription, enrolment, received, line = parents
        due = one.dose * 2 * days
        pack, count, held = one.medicine.pack_for(due)
        dispensation = self._add(
            Dispensation, uuid(self.drawn), prescription, enrolment, received, number,
            counter.site_id, counter.member_id, on, at(on),
        )  # fmt: skip
        batch = f"L{on:%y%m}{pack:02d}"
        expires = date(on.year + 1, on.month, 28)
        self._add(DispensedItem, dispensation, line, pack, batch, expires, count, days, due, held)

    # --- Follow-up ---------------------------------------------------------------------------

    def _calendar(
        self, course: Course, enrolment: int, doctor: Post, indication: str, taken: Taste
    ) -> None:
        """The first measures on the day of inclusion, then the visits of the programme."""
        self._held(course, enrolment, None, course.included_on, doctor, indication, taken)
        due = [(v, add_months(course.included_on, v.offset_months)) for v in self.known.visits]
        later_done = False
        for definition, due_on in reversed(due):
            later_done |= self._visit(
                course, enrolment, definition, due_on, doctor, indication, taken, later_done
            )

    def _visit(  # noqa: PLR0913  one row, whole
        self, course: Course, enrolment: int, definition: VisitDefinition, due_on: date,
        doctor: Post, indication: str, taken: Taste, later_done: bool,
    ) -> bool:  # fmt: skip
        """Write one visit of the programme; True when it was held."""
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
        self._held(
            course, enrolment, (definition, due_on, bounds), held_on, doctor, indication, taken
        )
        return True

    def _planned(
        self, enrolment: int, definition: VisitDefinition, due_on: date,
        bounds: tuple[date, date], status: str, why: str,
    ) -> None:  # fmt: skip
        self._add(
            Visit, uuid(self.drawn), enrolment, definition.pk, definition.code, definition.kind,
            due_on, *bounds, "DEFINITION", status, "", NULL, NULL, "", NULL, "", why, NULL,
        )  # fmt: skip

    def _held(  # noqa: PLR0913  one row, whole
        self, course: Course, enrolment: int,
        planned: tuple[VisitDefinition, date, tuple[date, date]] | None, held_on: date,
        doctor: Post, indication: str, taken: Taste,
    ) -> None:  # fmt: skip
        start: tuple[object, ...]
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
        months = (held_on - course.included_on).days / 30
        is_first = planned is None
        for version in asked:
            # Asked again one month after inclusion, then no more.
            if version.code == "antecedents" and start[1] != "M1":
                continue
            data = answers.typed(
                version, months, taken, self.drawn, is_first=is_first, sex=self.sex
            )
            self._add(Answers, visit, version.pk, data)

    # --- Vigilance ---------------------------------------------------------------------------

    def _events(self, course: Course, enrolment: int, doctor: Post, first: Treatment) -> None:
        if course.event_on is None:
            return
        self._event(course, enrolment, course.event_on, doctor, first)
        if self.drawn.random() < 0.35:
            later = course.event_on + timedelta(days=self.drawn.randint(20, 200))
            if later < min(course.ended_on or self.today, self.today):
                self._event(course, enrolment, later, doctor, first)

    def _event(
        self, course: Course, enrolment: int, on: date, doctor: Post, first: Treatment
    ) -> None:
        drawn = self.drawn
        is_serious = drawn.random() < SERIOUS_SHARE
        outcome = "FATAL" if is_serious and course.reason == "DEATH" else "RECOVERED"
        event = self._add(
            AdverseEvent, uuid(drawn), enrolment, doctor.member_id, on, on,
            "{HOSPITALISATION}" if is_serious else "{}", "t" if is_serious else "f",
            drawn.choice(("MILD", "MODERATE", "SEVERE")), outcome, at(on),
        )  # fmt: skip
        for term in drawn.sample(TERMS, drawn.choice((1, 1, 2))):
            self._add(Reaction, event, term)
        product, daily = first.medicine.row, first.dose * Decimal(2)
        action = "STOPPED" if course.reason == "ADVERSE_EVENT" else "DOSE_REDUCED"
        self._add(
            Suspect, event, product.pk, daily * product.thc_mg_per_unit,
            daily * product.cbd_mg_per_unit, course.treated_on, action,
        )  # fmt: skip
