"""The form of a visit that asks a version, as a doctor would get it, of nobody in particular."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from followup import questionnaires
from followup.enums import Mode
from followup.forms import VisitForm
from followup.items import Whom
from followup.questionnaires import Asking
from programmes.enums import VisitKind
from programmes.models import QuestionnaireVersion, VisitDefinition


@dataclass(frozen=True)
class Imagined:
    """A visit of the calendar, or a simple one; of a patient of this indication and sex."""

    kind: str
    code: str
    indication: int
    sex: str


class ChoiceForm(forms.Form):
    """Of whom, and at which visit."""

    is_filter = True

    indication = forms.ChoiceField(label="Indication", required=False)
    consultation = forms.ChoiceField(label="Consultation", required=False)
    sexe = forms.ChoiceField(
        label="Patient", choices=[("F", "Une femme"), ("M", "Un homme")], required=False
    )

    def __init__(self, *args: Any, version: QuestionnaireVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"use_required_attribute": False})
        questionnaire = version.questionnaire
        own = list(questionnaire.indications.all())
        indications = own or list(questionnaire.programme.indications.order_by("pk"))
        rows = VisitDefinition.objects.in_force(version.valid_from).filter(
            programme=questionnaire.programme_id
        )
        self.kinds = dict(rows.order_by("offset_months", "pk").values_list("code", "kind"))
        simple = [("", "Simple, hors calendrier")]
        self.fields["indication"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.label) for one in indications
        ]
        self.fields["consultation"].choices = [  # type: ignore[attr-defined]
            *((code, code) for code in self.kinds), *simple,
        ]  # fmt: skip
        self.full_clean()

    @property
    def visit(self) -> Imagined:
        """What was chosen; the first of each list where nothing was, or nothing that exists."""
        said = self.cleaned_data if self.is_valid() else {}
        first = [choice[0] for choice in self.fields["indication"].choices]  # type: ignore[attr-defined]
        code = said.get("consultation", next(iter(self.kinds), ""))
        return Imagined(
            kind=self.kinds.get(code, VisitKind.SIMPLE),
            code=code,
            indication=int(said.get("indication") or next(iter(first), 0)),
            sex=said.get("sexe") or "F",
        )


def form(
    data: QueryDict | None, version: QuestionnaireVersion, visit: Imagined, *, today: date
) -> VisitForm:
    """With the other questionnaires of its first day around it."""
    asking = Asking(
        version.questionnaire.programme_id,
        visit.indication,
        visit.kind,
        version.valid_from,
        Whom(visit.sex, visit.code),
    )
    return VisitForm(
        data,
        initial={"held_on": today, "mode": Mode.ON_SITE, "once": "essai"},
        parts=questionnaires.parts(asking, instead=version),
        earliest=version.questionnaire.programme.opens_on,
        today=today,
    )
