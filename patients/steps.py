"""The five steps of an inclusion over one draft: which form, which comes next, what they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from accounts.models import Member
from patients import duplicates
from patients.draft import STEPS, InclusionDraft, Typed
from patients.duplicates import Candidate
from patients.forms import (
    ConfirmForm,
    DesignationForm,
    EligibilityForm,
    IdentityForm,
    InformationForm,
)
from patients.forms.information import EARLIER, TODAY
from patients.inclusion import Inclusion, Information
from patients.models import IdentityIndex
from programmes.models import Programme


AnyForm = InformationForm | EligibilityForm | IdentityForm | DesignationForm | ConfirmForm
ORDER = list(STEPS)
# Hidden in the draft: the day on which «Aujourd’hui» was answered.
TYPED_ON = "typed_on"


def stamped(step: str, typed: Typed, today: date) -> Typed:
    """What is kept of a step: «today» must stay the day it was typed."""
    return {**typed, TYPED_ON: today.isoformat()} if step == "information" else typed


def resumed(typed: Typed, today: date) -> Typed:
    """A step taken up again on another day: its «today» has become an earlier day."""
    typed_on = typed.get(TYPED_ON)
    if typed.get("day") != TODAY or typed_on in {None, today.isoformat()}:
        return typed
    day = date.fromisoformat(str(typed_on))
    return {**typed, "day": EARLIER, "included_on": f"{day:%d/%m/%Y}"}


@dataclass
class Steps:
    """`draft` belongs to `member`; `today` is the day of their site."""

    draft: InclusionDraft
    programme: Programme
    member: Member
    today: date

    def form(self, step: str, data: Mapping[str, Any] | None = None, near: str = "") -> AnyForm:
        """The form of a step, with what was sent, or else with what was typed before."""
        typed = self._typed(step)
        initial = None
        if data is None and typed:
            # What was left empty stays empty, whatever the default.
            names = self._make(step, None, None, near).fields
            initial = {name: typed.get(name, "") for name in names}
        return self._make(step, data, initial, near)

    def _typed(self, step: str) -> Typed:
        typed = self.draft.typed(step)
        return resumed(typed, self.today) if step == "information" else typed

    def _make(
        self, step: str, data: Mapping[str, Any] | None, initial: Typed | None, near: str
    ) -> AnyForm:
        common: dict[str, Any] = {"initial": initial}
        match step:
            case "information":
                common |= {"member": self.member, "today": self.today}
                return InformationForm(data, programme=self.programme, **common)
            case "eligibilite":
                common |= {"member": self.member, "today": self.today}
                common |= {"included_on": self._told.included_on}
                return EligibilityForm(data, programme=self.programme, **common)
            case "identite":
                told = self._told
                common |= {"included_on": told.included_on, "person_kind": told.person_kind}
                return IdentityForm(data, **common)
            case "relais":
                common |= {"today": self.today, "departement": near}
                return DesignationForm(data, programme=self.programme, **common)
            case _:
                common |= {"alike": self.alike, "has_namesake": self.namesake is not None}
                return ConfirmForm(data, **common)

    @cached_property
    def information(self) -> InformationForm:
        return InformationForm(
            self._typed("information"),
            programme=self.programme,
            member=self.member,
            today=self.today,
        )

    @property
    def _told(self) -> Information:
        """Of a valid first step: pages ask `blocking` first."""
        if not self.information.is_valid():
            raise LookupError("The first step is asked first.")
        told: Information = self.information.cleaned_data["told"]
        return told

    @cached_property
    def alike(self) -> list[Candidate]:
        """Who looks like this person without being so to the last trait."""
        exact = {self.namesake.patient_id} if self.namesake else set()
        return duplicates.candidates(self.inclusion().person, by=self.member, besides=exact)

    @cached_property
    def namesake(self) -> IdentityIndex | None:
        """Who has the same five traits: the same person, unless it is said otherwise."""
        return duplicates.exact(self.inclusion().person)

    @cached_property
    def _checked(self) -> dict[str, AnyForm]:
        """The steps before the last, bound to what was typed, up to the first that is wrong."""
        checked: dict[str, AnyForm] = {}
        for step in ORDER[:-1]:
            form = self.information if step == "information" else None
            checked[step] = form or self._make(step, self._typed(step), None, "")
            if not checked[step].is_valid() or step not in self.draft.steps:
                break
        return checked

    def blocking(self, step: str) -> str | None:
        """The earlier step to put right before this one; None when all are right."""
        wrong = list(self._checked)[-1]
        complete = wrong == "relais" and self._checked[wrong].is_valid()
        if (complete and wrong in self.draft.steps) or ORDER.index(wrong) >= ORDER.index(step):
            return None
        return wrong

    def inclusion(self) -> Inclusion:
        """All steps together; ask `blocking("confirmation")` first."""
        cleaned = {step: form.cleaned_data for step, form in self._checked.items()}
        return Inclusion(
            programme=self.programme,
            information=cleaned["information"]["told"],
            eligibility=cleaned["eligibilite"]["found"],
            person=cleaned["identite"]["person"],
            relay_doctor=cleaned["relais"]["relay_doctor"],
            pharmacy=cleaned["relais"]["pharmacy"],
        )


def next_step(step: str) -> str:
    return ORDER[ORDER.index(step) + 1]
