from typing import Any

from django import forms

from accounts.directories.actions import MOST_BYTES, Sent
from accounts.directories.enums import ImportKind


# National: whoever is absent from a whole extract has left them.
DIRECTORIES = (ImportKind.PROFESSIONALS, ImportKind.PLACES)
TOO_BIG = (
    f"Ce fichier dépasse {MOST_BYTES // 1024 // 1024}\u202fMo\u202f: un annuaire national entier "
    "se lit sur le serveur, par la commande import_directory."
)


class SendForm(forms.Form):
    """A file to look at: nothing is imported yet."""

    kind = forms.ChoiceField(
        label="Contenu du fichier", choices=ImportKind, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label="Fichier CSV",
        help_text="En UTF-8\u202f; séparé par des points-virgules, des virgules ou des barres.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        error_messages={"empty": "Ce fichier est vide."},
    )
    is_whole = forms.BooleanField(
        label="C’est une extraction complète de l’annuaire",
        help_text="Ceux qui y manquent sont notés absents de l’annuaire\u202f; leur compte ou leur "
        "inscription ne change pas.",
        required=False,
    )

    show_if = {"is_whole": f"kind={'|'.join(DIRECTORIES)}"}
    optional_if_shown = {"is_whole"}

    def clean_file(self) -> Any:  # noqa: ANN401  an UploadedFile
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_BIG, code="too_big")
        return file

    def sent(self) -> Sent:
        typed = self.cleaned_data
        file = typed["file"]
        is_whole = typed["is_whole"] and typed["kind"] in DIRECTORIES
        return Sent(typed["kind"], file.name, file.file, is_whole)


class ConfirmForm(forms.Form):
    """The digest of the preview that the person read."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
