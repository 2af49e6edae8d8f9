from datetime import date

from django import forms

from core.fields import FrenchDateField
from core.identifiers import DOCUMENT, read_code


class CodeForm(forms.Form):
    """The short code printed on a document, as somebody types it."""

    code = forms.CharField(
        label="Code du document",
        help_text="Il commence par RV et se trouve sous le carré noir et blanc du document.",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """A wrong check character tells of a slip, and nothing of the document."""
        typed = self.cleaned_data["code"]
        code = read_code(typed, DOCUMENT)
        if code is None and typed.strip().upper().startswith("RC") and read_code(typed):
            raise forms.ValidationError(
                "C’est le numéro de la participation\u202f: le code du document commence par RV."
            )
        if code is None:
            raise forms.ValidationError(
                "Ce code comporte une faute de frappe\u202f: comparez-le avec le document."
            )
        return code


class BearerForm(forms.Form):
    """Who presents the paper, as written on the identity document that they show."""

    code = forms.CharField(max_length=200, widget=forms.HiddenInput)
    name = forms.CharField(
        label="Nom de naissance ou d’usage",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = FrenchDateField(label="Date de naissance")

    def __init__(self, *args: object, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["birth_date"].limit(latest=today)  # type: ignore[attr-defined]
