"""A paper without a code, as a pharmacist copies it: who wrote it, when, its scan, its lines."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from accounts.enums import Profession
from accounts.models import Member
from core import identifiers, scans
from core.fields import FrenchDateField
from patients.models import Enrolment
from prescriptions import prescribers
from prescriptions.actions import Paper
from prescriptions.alerts import Alert, Facts
from prescriptions.enums import AlertCode
from prescriptions.forms.whole import PrescriptionForm
from prescriptions.typed import Typed


class PaperFields(forms.Form):
    """What the paper says beside its lines."""

    written_on = FrenchDateField(label="Datée du")
    rpps = forms.CharField(
        label="Numéro RPPS du prescripteur",
        max_length=20,
        help_text="11 chiffres, imprimés sur l’ordonnance",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    prescriber_name = forms.CharField(
        label="Nom et prénom du prescripteur",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    paper = forms.FileField(
        label="Copie de l’ordonnance",
        help_text="PDF, JPEG ou PNG, 10 Mo au plus. Conservée chiffrée, sans métadonnées.",
        widget=forms.FileInput(
            attrs={"accept": scans.ACCEPT, "data-max-bytes": str(scans.MOST_BYTES)}
        ),
        max_length=300,
        error_messages={"empty": "Ce fichier est vide."},
    )
    is_another = forms.BooleanField(
        label="C’est une autre ordonnance du même prescripteur, du même jour", required=False
    )

    def __init__(self, *args: Any, enrolment: Enrolment, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written_on = cast("FrenchDateField", self.fields["written_on"])
        written_on.limit(earliest=enrolment.included_on, latest=today)

    def clean_rpps(self) -> str:
        number = identifiers.compact(self.cleaned_data["rpps"])
        if not identifiers.rpps_ok(number):
            raise forms.ValidationError(
                "Ce numéro RPPS n’existe pas\u202f: vérifiez ses 11 chiffres."
            )
        found = prescribers.bearer(number)
        if found and found.profession != Profession.DOCTOR:
            raise forms.ValidationError("Ce numéro RPPS n’est pas celui d’un médecin.")
        return number

    def clean(self) -> dict[str, Any]:
        """A number that belongs to somebody else is a figure mistyped, or a forged paper."""
        typed: dict[str, Any] = super().clean() or {}
        found = prescribers.bearer(typed["rpps"]) if "rpps" in typed else None
        name = typed.get("prescriber_name")
        if found and name and not found.is_called(name):
            self.add_error(
                "prescriber_name",
                f"Ce numéro RPPS est celui du Dr {found.last_name}\u202f: vérifiez le nom et le "
                "numéro. S’ils ne s’accordent pas sur le papier, son authenticité est à vérifier.",
            )
        return typed


class PaperForm(PrescriptionForm):
    """The whole page of a transcription. Its day is that of the paper."""

    def __init__(
        self,
        typed: Typed,
        *,
        enrolment: Enrolment,
        member: Member,
        today: date,
        data: Mapping[str, Any],
        files: MultiValueDict[str, UploadedFile] | None,
    ) -> None:
        """`files`: None while what was typed is not to be judged."""
        bound = files is not None
        first = {name: data.get(name, "") for name in PaperFields.base_fields if name != "paper"}
        self.paper = PaperFields(
            data if bound else None,
            files,
            initial=first,
            enrolment=enrolment,
            today=today,
        )
        written = _day(first["written_on"])
        super().__init__(
            typed, enrolment=enrolment, member=member, today=written or today, bound=bound
        )
        self._ask_as_of_a_paper(written)

    def _ask_as_of_a_paper(self, written: date | None) -> None:
        fields = self.main.fields
        if written is None:
            cast("FrenchDateField", fields["starts_on"]).unlimited()
        fields["has_mention"].help_text = "Si le prescripteur l’a écrite sur l’ordonnance."
        fields["note"].label = "Note du prescripteur"
        fields["note"].help_text = "Si l’ordonnance en porte une. N’écrivez pas le nom du patient."

    @property
    def forms(self) -> list[forms.Form]:
        return [self.paper, *super().forms]

    @property
    def prescriber_id(self) -> int | str:
        """Of whoever wrote the paper; once the fields are known to be valid."""
        number = self.paper.cleaned_data["rpps"]
        known = prescribers.account(number)
        return known.pk if known else str(number)

    def _refusals(self, facts: Facts) -> list[Alert]:
        """A missing mention is told beside the paper, which is already written."""
        return [one for one in super()._refusals(facts) if one.code != AlertCode.MENTION]

    @property
    def read_paper(self) -> Paper:
        typed = self.paper.cleaned_data
        return Paper(
            written_on=typed["written_on"],
            rpps=typed["rpps"],
            prescriber_name=typed["prescriber_name"],
            scan=typed["paper"].read(),
            is_another=typed["is_another"],
        )

    def refuse(self, message: str, field: str = "") -> None:
        """Tell what the act refused, beside the field it names."""
        self.paper.add_error(field or None, message)

    @property
    def non_field_errors(self) -> list[str]:
        told = self.paper.non_field_errors() if self.is_bound else []
        return [*super().non_field_errors, *map(str, told)]


def _day(text: object) -> date | None:
    try:
        return FrenchDateField(required=False).clean(text)  # type: ignore[no-any-return]
    except forms.ValidationError:
        return None
