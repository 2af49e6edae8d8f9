"""The cells of one line, under the rules of the forms that a person fills in."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms

from core.fields import FrenchDateField
from core.tables import Row
from core.text import fold
from patients.enums import Quality, TreatmentOutcome, TreatmentPlan
from patients.takeover import columns as c
from patients.takeover import tables
from patients.takeover.plan import Answer
from programmes.enums import PersonKind
from programmes.models import Programme
from programmes.models.programme import ProgrammeQuerySet


# Bytes. `tables.MOST_LINES` lines of sixty cells weigh less.
MOST_BYTES = 4 * 1024 * 1024
NEEDED = "Cette cellule est obligatoire."
_PAIR = re.compile(r"\d{1,6}:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)

YES, NO = "YES", "NO"
YES_NO = {"oui": YES, "o": YES, "non": NO, "n": NO}
_KINDS = {
    "majeur": PersonKind.ADULT,
    "mineur": PersonKind.MINOR,
    "protégé": PersonKind.PROTECTED_ADULT,
}
_QUALITIES = {
    "parent": Quality.PARENT,
    "tuteur": Quality.TUTOR,
    "curateur": Quality.CURATOR,
    "famille": Quality.FAMILY,
    "mandat": Quality.MANDATE,
}
_OUTCOMES = {
    "insuffisant": TreatmentOutcome.INSUFFICIENT,
    "mal toléré": TreatmentOutcome.NOT_TOLERATED,
}
_PLANS = {
    "poursuivi": TreatmentPlan.KEPT,
    "réduit": TreatmentPlan.REDUCED,
    "remplacé": TreatmentPlan.REPLACED,
    "arrêté": TreatmentPlan.STOPPED_BEFORE,
}


class WordField(forms.CharField):
    """One of a few words, whatever their accents and case; "" for nothing."""

    def __init__(self, words: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.told = [word for word in words if len(word) > 1]
        self.words = {fold(word): value for word, value in words.items()}

    def clean(self, value: object) -> str:
        typed = fold(str(super().clean(value)))
        if typed and typed not in self.words:
            raise forms.ValidationError(f"Écrivez {', '.join(self.told[:-1])} ou {self.told[-1]}.")
        return self.words.get(typed, "")


def text(most: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(max_length=most, required=required)


def day() -> FrenchDateField:
    return FrenchDateField(required=False)


class FactsForm(forms.Form):
    """Everything but the identity; the fields have the names of the columns."""

    ancien_numero = text(60, required=True)
    personne = WordField(_KINDS, required=False)
    representant = text(120)
    qualite_representant = WordField(_QUALITIES, required=False)
    homonyme_motif = text(300)
    inclus_le = FrenchDateField()
    rpps_medecin = text(20)
    consentement_le = FrenchDateField()
    nir_accepte = WordField(YES_NO)
    recherche = WordField(YES_NO)
    nir = text(30)
    indication = text(10, required=True)
    sous_categorie = text(10)
    rpps_relais = text(20)
    relais_depuis = day()
    finess_pharmacie = text(20)
    pharmacie_depuis = day()
    premiere_prescription_le = day()
    traitement_en_cours = text(500)
    ordonnance_du = day()
    ordonnance_au = day()
    sortie_le = day()
    motif_sortie = WordField(c.REASONS, required=False)

    def __init__(self, cells: Mapping[str, str]) -> None:
        super().__init__(cells)
        for rank in range(1, c.TREATMENTS + 1):
            self.fields[f"traitement_{rank}"] = text(120)
            self.fields[f"resultat_{rank}"] = WordField(_OUTCOMES, required=False)
            self.fields[f"devenir_{rank}"] = WordField(_PLANS, required=False)
        for one in self.fields.values():
            one.error_messages["required"] = NEEDED


def cells(row: Row) -> dict[str, str]:
    """As a form reads them: a date written 2021-04-15 is 15/04/2021."""
    return {name: french(cell) for name, cell in row.cells.items()}


def french(cell: str) -> str:
    found = _ISO.fullmatch(cell)
    return f"{found[3]}/{found[2]}/{found[1]}" if found else cell


def identity_cells(typed: Mapping[str, str]) -> dict[str, str]:
    """For `patients.forms.IdentityForm`."""
    traits = {trait: typed.get(column, "") for column, trait in c.IDENTITY.items()}
    return traits | {"sex": traits["sex"].upper()}


# --- The pages -------------------------------------------------------------------------------


class ProgrammeForm(forms.Form):
    """Whose columns are asked for."""

    programme = forms.ModelChoiceField(Programme.objects.none(), to_field_name="code")

    def __init__(self, *args: Any, programmes: ProgrammeQuerySet) -> None:
        super().__init__(*args)
        chosen: Any = self.fields["programme"]
        chosen.queryset = programmes


class SendForm(ProgrammeForm):
    """A file to look at: nothing is taken over yet."""

    file = forms.FileField(
        label="Fichier CSV",
        help_text="Séparé par des points-virgules ou des virgules, en UTF-8 ou tel que "
        f"l’enregistre un tableur. {tables.MOST_LINES} lignes au plus.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        error_messages={"empty": "Ce fichier est vide."},
    )

    field_order = ("programme", "file")

    def __init__(self, *args: Any, programmes: ProgrammeQuerySet) -> None:
        super().__init__(*args, programmes=programmes)
        chosen: Any = self.fields["programme"]
        chosen.label, chosen.empty_label = "Programme", None
        chosen.label_from_instance = lambda one: one.short_name

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            limit = MOST_BYTES // 1024 // 1024
            raise forms.ValidationError(f"Ce fichier dépasse {limit}\u202fMo.", code="too_big")
        content: bytes = file.read()
        return content


class PairsField(forms.MultipleChoiceField):
    """«line:patient», several; what the preview does not show changes nothing."""

    def valid_value(self, value: object) -> bool:
        return _PAIR.fullmatch(str(value)) is not None


class AnswerForm(forms.Form):
    """The preview that was read, and whom each line was said not to be."""

    seen = forms.CharField(max_length=64)
    different = PairsField(required=False)

    def answer(self) -> Answer:
        """An answer to no preview when the form is not whole: it is refused."""
        if not self.is_valid():
            return Answer("")
        said: dict[int, set[UUID]] = defaultdict(set)
        for pair in self.cleaned_data["different"]:
            line, _, patient = pair.partition(":")
            said[int(line)].add(UUID(patient))
        different = {line: frozenset(patients) for line, patients in said.items()}
        return Answer(self.cleaned_data["seen"], different)
