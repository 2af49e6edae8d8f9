from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from accounts.models import Member
from core.fields import FrenchDateField
from patients import gates, rules
from patients.enums import Answer, TreatmentOutcome, TreatmentPlan
from patients.inclusion import Answered, Eligibility, Treatment
from patients.interactions import Known, known_on
from programmes.enums import CriterionKind
from programmes.models import (
    CriteriaSet,
    Criterion,
    Indication,
    IndicationSubtype,
    Programme,
)


BLANK = [("", "–")]
ROWS = range(1, rules.MAX_TREATMENTS + 1)


@dataclass(frozen=True)
class Asked:
    """A criterion as the page shows it: its fields, and what each answer says at once."""

    criterion: Criterion
    answer: forms.BoundField
    dated_on: forms.BoundField | None
    derogation: forms.BoundField | None
    alert_if: str
    kind: str
    message: str


class EligibilityForm(forms.Form):
    """Step 2: the indication, what was tried before, and each criterion in force that day."""

    indication = forms.TypedChoiceField(
        label="Indication",
        coerce=int,
        widget=forms.RadioSelect,
        help_text="Celles pour lesquelles la structure est inscrite à la date d’inclusion.",
        error_messages={
            "invalid_choice": "Votre structure n’est pas inscrite pour cette indication à la date "
            "d’inclusion\u202f: l’inclusion revient à une structure inscrite."
        },
    )

    def __init__(
        self,
        *args: Any,
        programme: Programme,
        member: Member,
        included_on: date,
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.included_on, self.today = member, included_on, today
        self.show_if: dict[str, str] = {}
        self.optional_if_shown: set[str] = set()
        self.indications = {one.pk: one for one in _indications(programme, member, included_on)}
        indication: Any = self.fields["indication"]
        indication.choices = [(one.pk, one.label) for one in self.indications.values()]
        self.subtypes = _subtypes(list(self.indications))
        self.criteria = _criteria(programme, included_on)
        self._add_subtypes()
        self._add_treatments()
        for criterion in self.criteria:
            self._add_criterion(criterion)

    def _add_subtypes(self) -> None:
        for pk in self.indications:
            choices = [(one.pk, one.label) for one in self.subtypes if one.indication_id == pk]
            if choices:
                self.fields[f"subtype_{pk}"] = forms.TypedChoiceField(
                    label="Forme",
                    choices=choices,
                    coerce=int,
                    widget=forms.RadioSelect,
                    required=False,
                )
                self.show_if[f"subtype_{pk}"] = f"indication={pk}"

    def _add_treatments(self) -> None:
        """Rows that open one after the other: the next when the one before is told."""
        for row in ROWS:
            label = f"Traitement {row}"
            fields = {
                "drug": forms.CharField(label=label, max_length=120, required=row == 1),
                "outcome": forms.ChoiceField(
                    label="Résultat",
                    choices=BLANK + TreatmentOutcome.choices,
                    required=row == 1,
                ),
                "plan": forms.ChoiceField(
                    label="Devenir", choices=BLANK + TreatmentPlan.choices, required=row == 1
                ),
            }
            for name, field in fields.items():
                self.fields[f"{name}_{row}"] = field
                if row > 1:
                    self.show_if[f"{name}_{row}"] = f"outcome_{row - 1}={_any(TreatmentOutcome)}"
                    self.optional_if_shown.add(f"{name}_{row}")

    def _add_criterion(self, criterion: Criterion) -> None:
        name = f"criterion_{criterion.pk}"
        self.fields[name] = forms.ChoiceField(
            label=criterion.text,
            help_text=criterion.help_text,
            choices=Answer.choices,
            widget=forms.RadioSelect,
            required=not criterion.indications.all(),
        )
        if criterion.indications.all():
            concerned = "|".join(str(pk) for pk in self._concerned(criterion))
            self.show_if[name] = f"indication={concerned}"
        if criterion.needs_date:
            self.fields[f"{name}_on"] = FrenchDateField(
                label="Date de l’accord", required=False, latest=self.included_on
            )
            self.show_if[f"{name}_on"] = f"{name}={Answer.YES}"
        if criterion.is_derogable:
            self.fields[f"{name}_derogation"] = forms.CharField(
                label="Dérogation\u202f: motif",
                help_text="Avec un motif, l’inclusion reste possible\u202f; l’agence le lira.",
                max_length=300,
                required=False,
            )
            self.show_if[f"{name}_derogation"] = f"{name}={_against(criterion)}"
            self.optional_if_shown.add(f"{name}_derogation")

    def _concerned(self, criterion: Criterion) -> list[int]:
        """Indications of this page the criterion is asked for: all when it names none."""
        named = {one.pk for one in criterion.indications.all()}
        return [pk for pk in self.indications if not named or pk in named]

    # --- What the page shows -----------------------------------------------------------------

    def asked(self) -> Iterator[Asked]:
        """Every criterion, with the sentence that its answer calls for at once."""
        for criterion in self.criteria:
            name = f"criterion_{criterion.pk}"
            against = _against(criterion)
            shown = rules.Reply(criterion.text, criterion.kind, against)
            refusal = rules.reply_refusal(shown, included_on=self.included_on)
            yield Asked(
                criterion=criterion,
                answer=self[name],
                dated_on=self[f"{name}_on"] if criterion.needs_date else None,
                derogation=self[f"{name}_derogation"] if criterion.is_derogable else None,
                alert_if=f"{name}={against}",
                kind="refusal" if refusal else "warning",
                message=refusal or f"Précaution\u202f: {criterion.text}",
            )

    def rows(self) -> Iterator[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        for row in ROWS:
            yield self[f"drug_{row}"], self[f"outcome_{row}"], self[f"plan_{row}"]

    def interactions(self) -> list[Known]:
        """What the page's script looks for in the medicines that go on."""
        return known_on(self.included_on)

    @property
    def is_refused(self) -> bool:
        """Well formed, but something forbids the inclusion."""
        return self.is_bound and bool(self.non_field_errors())

    def forms_of_indications(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("subtype_")]

    # --- What was typed ----------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        indication = self.indications.get(cleaned.get("indication", 0))
        if indication is None:
            return cleaned
        subtype = self._subtype(cleaned, indication)
        treatments = tuple(self._treatments(cleaned))
        answers = tuple(self._answers(cleaned, indication))
        if not self.errors:
            found = Eligibility(indication, subtype, answers, treatments)
            cleaned["found"] = found
            told = gates.eligibility(found, self.included_on, self.member, today=self.today)
            for message in told:
                if message:
                    self.add_error(None, message)
        return cleaned

    def _subtype(self, cleaned: dict[str, Any], indication: Indication) -> IndicationSubtype | None:
        name = f"subtype_{indication.pk}"
        if name not in self.fields:
            return None
        chosen = cleaned.get(name)
        if not chosen:
            self.add_error(name, "Choisissez une réponse.")
        return next((one for one in self.subtypes if one.pk == chosen), None)

    def _treatments(self, cleaned: dict[str, Any]) -> Iterator[Treatment]:
        for row in ROWS:
            names = (f"drug_{row}", f"outcome_{row}", f"plan_{row}")
            told = [cleaned.get(name, "") for name in names]
            if all(told):
                yield Treatment(*told)
            elif any(told):
                for name, value in zip(names, told, strict=True):
                    if not value and name not in self.errors:
                        self.add_error(name, "Complétez ce traitement, ou videz sa ligne.")

    def _answers(self, cleaned: dict[str, Any], indication: Indication) -> Iterator[Answered]:
        for criterion in self.criteria:
            if indication.pk not in self._concerned(criterion):
                continue
            name = f"criterion_{criterion.pk}"
            answer, dated_on = cleaned.get(name, ""), cleaned.get(f"{name}_on")
            if not answer and name not in self.errors:
                self.add_error(name, "Choisissez une réponse.")
            dated = not criterion.needs_date or answer != Answer.YES or dated_on
            if not dated and f"{name}_on" not in self.errors:
                self.add_error(f"{name}_on", "Indiquez la date de cet accord.")
            derogation = cleaned.get(f"{name}_derogation", "").strip()
            on = dated_on if answer == Answer.YES else None
            yield Answered(criterion, answer, on, derogation)


def _against(criterion: Criterion) -> Answer:
    """The answer that speaks against the inclusion, or calls for a precaution."""
    return Answer.NO if criterion.kind == CriterionKind.INCLUSION else Answer.YES


def _any(choices: type[TreatmentOutcome]) -> str:
    return "|".join(choices.values)


def _indications(programme: Programme, member: Member, on: date) -> list[Indication]:
    """Open that day, and for which the member's structure is listed that day."""
    in_force = Q(listings__delisted_on=None) | Q(listings__delisted_on__gt=on)
    still = Q(valid_to=None) | Q(valid_to__gte=on)
    listed = programme.indications.filter(
        in_force,
        still,
        valid_from__lte=on,
        listings__site=member.site_id,
        listings__listed_on__lte=on,
    )
    return list(listed.distinct().order_by("pk"))


def _subtypes(indication_pks: list[int]) -> list[IndicationSubtype]:
    return list(IndicationSubtype.objects.filter(indication__in=indication_pks).order_by("pk"))


def _criteria(programme: Programme, on: date) -> list[Criterion]:
    """Of the set in force that day, in its order."""
    sets = CriteriaSet.objects.in_force(on).filter(programme=programme)
    criteria = Criterion.objects.filter(criteria_set__in=sets).prefetch_related("indications")
    return list(criteria.order_by("position", "pk"))
