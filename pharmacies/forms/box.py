from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from pharmacies.boxes import read_box


# Characters, as the columns hold.
LONGEST_BATCH = 30


class BatchField(forms.CharField):
    """A batch, typed or read by a scanner with the whole code of its box.

    :param expires: name of the field that the page's script fills with the expiry of the box
    :param cip13: code of the pack, when it is known
    """

    def __init__(self, *, expires: str, cip13: str = "", **kwargs: Any) -> None:
        self.cip13 = cip13
        attrs = {"autocomplete": "off", "spellcheck": "false", "data-box": expires}
        if cip13:
            attrs["data-gtin"] = f"0{cip13}"
        super().__init__(
            help_text="Tapez-le, ou scannez le conditionnement",
            error_messages={"required": "Le numéro de lot est obligatoire."},
            validators=[MaxLengthValidator(LONGEST_BATCH)],
            widget=forms.TextInput(attrs=attrs),
            **kwargs,
        )

    def to_python(self, value: object) -> str:
        text = super().to_python(value) or ""
        box = read_box(text)
        if box is None:
            return text
        if not box.is_of(self.cip13):
            raise ValidationError("Le code scanné est celui d’un autre conditionnement.")
        if not box.batch:
            raise ValidationError(
                "Le code scanné n’a pas été lu en entier\u202f: tapez le lot et la péremption."
            )
        return box.batch
