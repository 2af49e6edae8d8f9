"""Who signs, what they were handed, and how: on paper, or drawn on screen under the words."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms

from core.fields import FrenchDateField
from patients import signature
from patients.enums import ConsentKind, Quality
from patients.forms.papers import Papers
from patients.inclusion import Signature
from patients.representatives import Representative
from programmes.enums import PersonKind, Recipient
from programmes.models import ConsentText, Programme, ProgrammeLink


PAPER, SCREEN = "PAPER", "SCREEN"
SIGNING = [
    (PAPER, "Sur papier (à numériser ensuite)"),
    (SCREEN, "À l’écran, maintenant"),
]
REPRESENTED = f"{PersonKind.MINOR}|{PersonKind.PROTECTED_ADULT}"


class SignatureField(forms.CharField):
    """Strokes, as `static/signature.js` writes them. Empty: nobody signed here."""

    widget = forms.HiddenInput

    def clean(self, value: object) -> signature.Strokes:
        text = super().clean(value)
        if text in {"", "[]"}:
            return ()
        try:
            return signature.parse(text)
        except signature.BadSignature as error:
            raise forms.ValidationError(str(error)) from error


class Texts:
    """The words to sign of a programme that day, by kind of consent and of person."""

    def __init__(self, programme: Programme, on: date) -> None:
        texts = ConsentText.objects.in_force(on).filter(programme=programme)
        # The text written for a kind of person comes last, and stays; of two, the newest.
        self._all = sorted(
            texts.order_by("valid_from", "pk"), key=lambda one: bool(one.person_kind)
        )

    def of(self, person_kind: str) -> dict[str, ConsentText]:
        """One text a kind of consent; absent when nothing was written for such a person."""
        return {text.kind: text for text in self._all if text.person_kind in {"", person_kind}}

    def __bool__(self) -> bool:
        return bool(self._all)


class SignedForm(forms.Form):
    """What every signed consent says, whatever else is asked with it."""

    person_kind = forms.ChoiceField(
        label="Personne", choices=PersonKind, widget=forms.RadioSelect, initial=PersonKind.ADULT
    )
    representative = forms.CharField(
        label="Représentant qui a signé",
        help_text="Nom et prénom de la personne qui signe avec le patient ou pour lui",
        max_length=120,
        required=False,
    )
    quality = forms.ChoiceField(
        label="En qualité de", choices=[("", "–"), *Quality.choices], required=False
    )
    second_representative = forms.CharField(
        label="Second titulaire de l’autorité parentale",
        help_text="S’il signe aussi",
        max_length=120,
        required=False,
    )
    signing = forms.ChoiceField(
        label="Signature", choices=SIGNING, widget=forms.RadioSelect, initial=PAPER, required=False
    )
    signed_on = FrenchDateField(label="Signé le", required=False)
    signature_patient = SignatureField(label="Signature du patient", required=False)
    signature_representative = SignatureField(label="Signature du représentant", required=False)
    signature_second = SignatureField(label="Signature du second titulaire", required=False)

    show_if = {
        "representative": f"person_kind={REPRESENTED}",
        "quality": f"person_kind={REPRESENTED}",
        "second_representative": f"person_kind={PersonKind.MINOR}",
        "signed_on": f"signing={PAPER}",
        "signature_patient": f"person_kind={PersonKind.ADULT}|{PersonKind.PROTECTED_ADULT}",
        "signature_representative": f"person_kind={REPRESENTED}",
        "signature_second": f"person_kind={PersonKind.MINOR}",
    }
    optional_if_shown = {"signed_on", "second_representative"}

    def __init__(self, *args: Any, programme: Programme, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programme, self.today = programme, today
        self.papers, self.texts = Papers(programme), Texts(programme, today)
        fields: dict[str, Any] = self.fields
        fields["signed_on"].limit(latest=today)
        if not self.texts:
            fields["signing"].choices = SIGNING[:1]
        self.show_if = {**type(self).show_if}
        for recipient in Recipient:
            self._add_document(recipient)

    def _add_document(self, recipient: Recipient) -> None:
        """One list a recipient: only documents written for them can be chosen."""
        name = f"document_{recipient}"
        documents = self.papers.documents(recipient)
        standing = self.papers.first_in_force(documents, self.today)
        is_other = recipient == Recipient.REPRESENTATIVE
        self.fields[name] = forms.TypedChoiceField(
            label="Document remis au représentant" if is_other else "Document d’information remis",
            choices=[(link.pk, str(link)) for link in documents],
            coerce=int,
            empty_value=None,
            required=False,
            initial=standing.pk if standing else None,
        )
        self.show_if[name] = f"person_kind={REPRESENTED if is_other else recipient}"

    # --- For the page ------------------------------------------------------------------------

    def documents(self) -> list[forms.BoundField]:
        """The lists that have something to choose."""
        bound = [self[f"document_{recipient}"] for recipient in Recipient]
        return [bf for bf in bound if getattr(bf.field, "choices", None)]

    def papers_with_address(self) -> list[ProgrammeLink]:
        """The official documents of the day, shown at the act."""
        return self.papers.official(self.today)

    def signature_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("signature_")]

    def texts_by_person(self) -> list[tuple[str, list[ConsentText]]]:
        """What is signed on screen: kind of person, then the texts they sign."""
        return [
            (kind, [text for name, text in self.texts.of(kind).items() if self.signs(name)])
            for kind in PersonKind.values
        ]

    def signs(self, kind: str) -> bool:
        """Whether this form asks for that consent."""
        return kind in ConsentKind.values

    # --- What was typed ----------------------------------------------------------------------

    @property
    def is_drawn(self) -> bool:
        return self.cleaned_data.get("signing") == SCREEN

    def representatives(self) -> tuple[Representative, ...]:
        """Nobody for an adult, whatever stays typed in the fields that are not shown."""
        typed = self.cleaned_data
        names = [typed["representative"].strip()]
        if typed["person_kind"] == PersonKind.MINOR:
            names.append(typed["second_representative"].strip())
        if typed["person_kind"] == PersonKind.ADULT:
            return ()
        return tuple(Representative(name, typed["quality"]) for name in names if name)

    def signatures(self) -> tuple[Signature, ...]:
        """Who signed on screen; a signature that is missing is told beside its frame."""
        if not self.is_drawn:
            return ()
        drawn = []
        for field, signer, is_needed in self._signers():
            strokes = self.cleaned_data.get(field, ())
            if strokes:
                drawn.append(Signature(strokes, signer))
            elif is_needed:
                self.add_error(field, "Il manque cette signature.")
        return tuple(drawn)

    def _signers(self) -> Iterator[tuple[str, str, bool]]:
        """Field, name («» for the patient), whether the signature is needed."""
        kind = self.cleaned_data["person_kind"]
        if kind != PersonKind.MINOR:
            yield "signature_patient", "", kind == PersonKind.ADULT
        places = ("signature_representative", "signature_second")
        for place, one in zip(places, self.representatives(), strict=False):
            yield place, str(one), True
