"""One line of the file, cell by cell: every fault is told, and what is only unusual warns."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from accounts.models import Member, Site
from core.identifiers import compact
from core.tables import Row, read_day
from patients import nir, rules
from patients.enums import Answer, DesignationKind, EndReason, LateReason
from patients.forms import IdentityForm
from patients.identity import Person
from patients.inclusion import Answered, Eligibility, Inclusion, Information, Left, Treatment
from patients.representatives import Representative
from patients.takeover import columns as c
from patients.takeover import rules as dates
from patients.takeover.forms import NEEDED, YES, YES_NO, FactsForm, cells, identity_cells
from patients.takeover.frame import Frame
from patients.takeover.plan import Plan, Running, Told
from programmes.enums import PersonKind
from programmes.models import Criterion, Indication, ProgrammeLink


class Line:
    """Reads one row against the frame; tells its faults to the plan."""

    def __init__(self, row: Row, frame: Frame, plan: Plan) -> None:
        self.row, self.frame, self.plan = row, frame, plan
        self.typed = cells(row)
        self.form = FactsForm(self.typed)

    def read(self) -> Told | None:
        """What the line says; None when a cell is wrong."""
        before, facts = self.plan.errors, self._facts()
        person = self._person(facts)
        if person is None or self.plan.errors > before:
            return None
        told = self._told(facts, person)
        return told if self.plan.errors == before else None

    def _fault(self, column: str, message: str) -> None:
        if message:
            self.plan.fault(self.row, column, message)

    # --- Cells well formed -------------------------------------------------------------------

    def _facts(self) -> dict[str, Any]:
        if not self.form.is_valid():
            self._told_of(self.form.errors.items())
        return self.form.cleaned_data

    def _person(self, facts: dict[str, Any]) -> Person | None:
        """Under the rules of a person who types it; the age is that of the inclusion."""
        form = IdentityForm(
            identity_cells(self.typed),
            included_on=facts.get(c.INCLUDED) or self.frame.today,
            person_kind=facts.get(c.KIND) or PersonKind.ADULT,
        )
        for name in ("birth_name", "first_names", "sex", "birth_date"):
            form.fields[name].error_messages["required"] = NEEDED
        form.fields["sex"].error_messages["invalid_choice"] = "Écrivez F, M ou I."
        if form.is_valid():
            person: Person = form.cleaned_data["person"]
            return person
        named = {trait: column for column, trait in c.IDENTITY.items()}
        self._told_of((named[trait], messages) for trait, messages in form.errors.items())
        return None

    def _told_of(self, errors: Any) -> None:  # noqa: ANN401  pairs of name, messages
        for column, messages in errors:
            for message in messages:
                self._fault(column, str(message))

    # --- What the cells say together ---------------------------------------------------------

    def _told(self, facts: dict[str, Any], person: Person) -> Told | None:
        self._dates(facts)
        information = self._information(facts)
        eligibility = self._eligibility(facts)
        relay, pharmacy = self._relay(facts), self._pharmacy(facts)
        left = self._left(facts)
        if information is None or eligibility is None:
            return None
        inclusion = Inclusion(
            programme=self.frame.programme,
            information=information,
            eligibility=eligibility,
            person=person,
            relay_doctor=relay,
            pharmacy=pharmacy,
            doctor=self._doctor(facts),
            left=left,
            homonym_reason=facts[c.NAMESAKE],
        )
        text = facts[c.RUNNING]
        return Told(
            row=self.row,
            number=facts[c.NUMBER],
            inclusion=inclusion,
            since=self._since(facts, relay, pharmacy),
            nir=self._nir(facts, person),
            treated_on=facts[c.TREATED],
            running=Running(text, facts[c.RUNS_FROM], facts[c.RUNS_TO]),
        )

    def _dates(self, facts: dict[str, Any]) -> None:
        on, today = facts[c.INCLUDED], self.frame.today
        late = LateReason.IMPORT
        self._fault(c.INCLUDED, rules.entry_refusal(included_on=on, today=today, late_reason=late))
        self._fault(c.INCLUDED, self.frame.window_refusal(on))
        signed = rules.consent_refusal(signed_on=facts[c.SIGNED], included_on=on)
        self._fault(c.SIGNED, signed)
        for column in (c.RELAY_SINCE, c.PHARMACY_SINCE, c.TREATED, c.RUNS_FROM):
            refusal = dates.fact_refusal(facts[column], included_on=on, today=today)
            after = dates.after_exit_refusal(facts[column], left_on=facts[c.LEFT])
            self._fault(column, refusal or after)
        self._fault(c.RUNS_TO, dates.runs_refusal(facts[c.RUNS_FROM], facts[c.RUNS_TO]))
        if facts[c.RUNS_FROM] and not facts[c.RUNNING]:
            self._fault(c.RUNNING, "Écrivez ce que cette ordonnance prescrit.")

    def _left(self, facts: dict[str, Any]) -> Left | None:
        """The exit, for whoever is out; a weaning that goes on is typed in the registry."""
        on, reason, today = facts[c.LEFT], facts[c.WHY_LEFT], self.frame.today
        undated, unsaid = dates.exit_refusal(on, reason)
        self._fault(c.LEFT, undated)
        self._fault(c.WHY_LEFT, unsaid)
        if not on or not reason:
            return None
        self._fault(c.LEFT, rules.exit_refusal(on=on, included_on=facts[c.INCLUDED], today=today))
        return Left(on, EndReason(reason))

    def _information(self, facts: dict[str, Any]) -> Information | None:
        kind, on = facts[c.KIND] or PersonKind.ADULT, facts[c.INCLUDED]
        signed_on, papers = facts[c.SIGNED], self.frame.papers
        document = papers.first_in_force(papers.documents(kind), on)
        form = papers.consent_form(kind, signed_on)
        if document is None:
            self._fault(c.INCLUDED, "Aucun document d’information n’était en vigueur ce jour-là.")
        if form is None:
            none = "Aucun formulaire de consentement n’était en vigueur ce jour-là."
            self._fault(c.SIGNED, none)
        signers = self._signers(facts, kind)
        if document is None or form is None:
            return None
        return self._informed(facts, document, form, signers)

    def _informed(
        self,
        facts: dict[str, Any],
        document: ProgrammeLink,
        form: ProgrammeLink,
        signers: tuple[Representative, ...],
    ) -> Information:
        signed_on = facts[c.SIGNED]
        return Information(
            person_kind=facts[c.KIND] or PersonKind.ADULT,
            included_on=facts[c.INCLUDED],
            signed_on=signed_on,
            document=document,
            form=form,
            nir_given=facts[c.NIR_GIVEN] == YES,
            research_allowed=facts[c.RESEARCH] == YES,
            nir_form=self.frame.papers.nir_form(signed_on),
            representatives=signers,
            late_reason=LateReason.IMPORT,
        )

    def _signers(self, facts: dict[str, Any], kind: str) -> tuple[Representative, ...]:
        name, quality = facts[c.REPRESENTATIVE], facts[c.QUALITY]
        missing = rules.representative_refusal(kind=kind, representative=name)
        self._fault(c.REPRESENTATIVE, missing)
        self._fault(c.QUALITY, rules.quality_refusal(kind=kind, quality=quality))
        is_named = name and kind != PersonKind.ADULT
        return (Representative(name, quality),) if is_named else ()

    def _doctor(self, facts: dict[str, Any]) -> Member | None:
        if not facts[c.DOCTOR]:
            return None
        doctor = self.frame.doctors.get(compact(facts[c.DOCTOR]))
        if doctor is None:
            unknown = "Aucun médecin de votre structure n’a ce numéro RPPS dans le registre."
            self._fault(c.DOCTOR, unknown)
        return doctor

    def _nir(self, facts: dict[str, Any], person: Person) -> str:
        number: str = compact(facts[c.NIR])
        if not number:
            return ""
        if facts[c.NIR_GIVEN] != YES:
            self._fault(c.NIR, "Le patient n’accepte pas sa transmission\u202f: videz la cellule.")
        elif facts[c.WHY_LEFT] == EndReason.CONSENT_WITHDRAWN:
            self._fault(c.NIR, "Le patient a retiré son consentement\u202f: videz la cellule.")
        elif refusal := nir.refusal(number):
            self._fault(c.NIR, refusal)
        else:
            for text in nir.warnings(number, born_on=person.birth_date, sex=person.sex):
                self.plan.warn(self.row, c.NIR, text)
        return number

    # --- Eligibility -------------------------------------------------------------------------

    def _eligibility(self, facts: dict[str, Any]) -> Eligibility | None:
        indication = self.frame.indications.get(facts[c.INDICATION].upper())
        if indication is None:
            self._fault(c.INDICATION, "Ce programme n’a pas cette indication.")
            return None
        on: date = facts[c.INCLUDED]
        if unlisted := self.frame.indication_refusal(indication, on):
            self.plan.warn(self.row, c.INDICATION, unlisted)
        subtype = self.frame.subtype(indication, facts[c.SUBTYPE])
        if facts[c.SUBTYPE] and subtype is None:
            self._fault(c.SUBTYPE, "Cette indication n’a pas cette sous-catégorie.")
        answers = tuple(self._answers(indication, on))
        return Eligibility(indication, subtype, answers, tuple(self._treatments(facts)))

    def _answers(self, indication: Indication, on: date) -> Iterator[Answered]:
        """Only what the older register says; an answer against is a fact, and is told."""
        asked = {f"{c.CRITERION}{one.code}": one for one in self.frame.criteria(indication, on)}
        for column in self.plan.columns:
            if not column.startswith(c.CRITERION) or not self.row.get(column):
                continue
            if (criterion := asked.get(column)) is None:
                not_asked = "Ce critère n’était pas demandé, à cette date, pour cette indication."
                self._fault(column, not_asked)
            elif answered := self._answer(column, criterion):
                unusual = rules.reply_refusal(answered.reply, included_on=on)
                if unusual:
                    self.plan.warn(self.row, column, f"{unusual} Repris tel quel.")
                yield answered

    def _answer(self, column: str, criterion: Criterion) -> Answered | None:
        typed = self.row.get(column)
        word = YES_NO.get(typed.casefold())
        if word is not None:
            return Answered(criterion, Answer(word))
        on = read_day(typed)
        if on is None or not criterion.needs_date:
            self._fault(column, "Écrivez oui ou non.")
            return None
        return Answered(criterion, Answer.YES, on)

    def _treatments(self, facts: dict[str, Any]) -> Iterator[Treatment]:
        for rank in range(1, c.TREATMENTS + 1):
            names = (f"traitement_{rank}", f"resultat_{rank}", f"devenir_{rank}")
            drug, outcome, plan = (facts[name] for name in names)
            if not (drug or outcome or plan):
                continue
            for name in names:
                self._fault(name, "" if facts[name] else "Complétez les trois cellules.")
            if drug and outcome and plan:
                yield Treatment(drug, outcome, plan)

    # --- Who follows the patient -------------------------------------------------------------

    def _relay(self, facts: dict[str, Any]) -> Member | None:
        if not facts[c.RELAY]:
            return None
        doctor, refusal = self.frame.relay(facts[c.RELAY])
        self._fault(c.RELAY, refusal)
        return doctor

    def _pharmacy(self, facts: dict[str, Any]) -> Site | None:
        if not facts[c.PHARMACY]:
            return None
        pharmacy = self.frame.pharmacies.get(compact(facts[c.PHARMACY]))
        if pharmacy is None:
            unknown = "Aucune pharmacie qui participe n’a ce numéro FINESS."
            self._fault(c.PHARMACY, unknown)
        return pharmacy

    def _since(
        self, facts: dict[str, Any], relay: Member | None, pharmacy: Site | None
    ) -> dict[DesignationKind, date]:
        on: date = facts[c.INCLUDED]
        chosen = {
            DesignationKind.DOCTOR: (relay, facts[c.RELAY_SINCE]),
            DesignationKind.PHARMACY: (pharmacy, facts[c.PHARMACY_SINCE]),
        }
        return {kind: since or on for kind, (who, since) in chosen.items() if who is not None}
