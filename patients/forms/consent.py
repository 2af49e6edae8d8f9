from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from core import scans
from core.fields import FrenchDateField
from patients import rules
from patients.consents import Given, Withdrawal
from patients.enums import Channel, ConsentKind
from patients.forms.signing import SignedForm
from patients.identity import Person
from patients.models import Consent, Enrolment
from patients.representatives import Representative
from programmes.enums import PersonKind, Recipient
from programmes.models import ProgrammeLink


_ANSWERS = {
    ConsentKind.NIR: [("YES", "Autorise"), ("NO", "N’autorise pas")],
    ConsentKind.RESEARCH: [("YES", "Informé, ne s’y oppose pas"), ("NO", "S’y oppose")],
}


class ConsentForm(SignedForm):
    """One consent signed after the inclusion; it takes the place of the one before."""

    answer = forms.ChoiceField(label="Réponse", widget=forms.RadioSelect)

    def __init__(
        self,
        *args: Any,
        enrolment: Enrolment,
        person: Person,
        kind: ConsentKind,
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, programme=enrolment.programme, today=today, **kwargs)
        self.kind = kind
        fields: dict[str, Any] = self.fields
        fields["signed_on"].initial = today
        fields["signed_on"].limit(earliest=enrolment.included_on, latest=today)
        if kind == ConsentKind.PARTICIPATION:
            del fields["answer"]
        else:
            fields["answer"].choices = _ANSWERS[kind]
        fields["person_kind"].initial = _kind_today(enrolment, person, today)

    def signs(self, kind: str) -> bool:
        return kind == self.kind

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            self._given(cleaned)
        return cleaned

    def _given(self, cleaned: dict[str, Any]) -> None:
        on = self.today if self.is_drawn else cleaned["signed_on"]
        if on is None:
            return self.add_error("signed_on", "Indiquez la date de la signature.")
        kind, signers = cleaned["person_kind"], self.representatives()
        for field, refusal in _refusals(kind, signers, cleaned["quality"]):
            if refusal:
                self.add_error(field, refusal)
        document = self.papers.find(cleaned[f"document_{kind}"], on)
        if document is None:
            field = f"document_{kind}"
            return self.add_error(field, "Ce document n’était pas en vigueur ce jour-là.")
        form = self.papers.form_of(self.kind, kind, on) or document
        texts = self.texts.of(kind) if self.is_drawn else {}
        if self.is_drawn and self.kind not in texts:
            self.add_error("signing", "Aucun texte à signer à l’écran n’est en vigueur.")
        other = cleaned[f"document_{Recipient.REPRESENTATIVE}"] if signers else None
        cleaned["given"] = Given(
            kind=self.kind,
            is_given=cleaned.get("answer", "YES") == "YES",
            person_kind=kind,
            signed_on=on,
            form=form,
            document=document,
            representative_document=self.papers.find(other, on),
            representatives=signers,
            texts=texts,
            signatures=self.signatures(),
        )


def _refusals(kind: str, signers: Sequence[Representative], quality: str) -> list[tuple[str, str]]:
    first = signers[0].name if signers else ""
    return [
        ("representative", rules.representative_refusal(kind=kind, representative=first)),
        ("quality", rules.quality_refusal(kind=kind, quality=quality)),
    ]


def _kind_today(enrolment: Enrolment, person: Person, today: date) -> str:
    """A minor stays one until majority; a protected adult until told otherwise."""
    least, _ = rules.ages_on(person.birth_date, person.birth_precision, today)
    if least < rules.MAJORITY:
        return PersonKind.MINOR
    last = enrolment.consents.order_by("-signed_on", "-pk").first()
    protected = last is not None and last.person_kind == PersonKind.PROTECTED_ADULT
    return PersonKind.PROTECTED_ADULT if protected else PersonKind.ADULT


class WithdrawalForm(forms.Form):
    """When a consent is withdrawn, once its effects were told."""

    on = FrenchDateField(label="Date du retrait")
    weaning = forms.ChoiceField(
        label="Un sevrage progressif est-il prévu ou en cours\u202f?",
        choices=[("YES", "Oui"), ("NO", "Non, le traitement est arrêté")],
        widget=forms.RadioSelect,
        initial="YES",
    )
    reason = forms.CharField(
        label="Ce que le patient a souhaité en dire",
        help_text="Il n’a pas à se justifier\u202f: laissez vide s’il n’a rien dit.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
    )
    told = forms.BooleanField(
        label="J’ai expliqué ces effets au patient",
        error_messages={"required": "Expliquez ces effets au patient avant d’enregistrer."},
    )

    def __init__(self, *args: Any, consent: Consent, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consent = consent
        fields: dict[str, Any] = self.fields
        fields["on"].initial = today
        fields["on"].limit(earliest=consent.signed_on, latest=today)
        if consent.kind != ConsentKind.PARTICIPATION:
            del fields["weaning"]

    def said(self) -> Withdrawal:
        typed = self.cleaned_data
        weaning = typed.get("weaning") == "YES"
        return Withdrawal(self.consent.kind, typed["on"], typed["reason"].strip(), weaning)


class InformForm(forms.Form):
    """A document given or sent to somebody, former patients included, and how they wish to be."""

    link = forms.TypedChoiceField(label="Document", coerce=int)
    channel = forms.ChoiceField(
        label="Moyen", choices=[one for one in Channel.choices if one[0] != Channel.NONE]
    )
    on = FrenchDateField(label="Remis ou envoyé le")

    def __init__(
        self, *args: Any, links: list[ProgrammeLink], channel: str, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["link"].choices = [(link.pk, str(link)) for link in links]
        fields["channel"].initial = channel or Channel.POST
        fields["on"].initial = today
        fields["on"].limit(latest=today)


class ChannelForm(forms.Form):
    """How the person wishes to be told of what is new."""

    wish = forms.ChoiceField(
        label="Moyen souhaité pour la suite", choices=Channel, widget=forms.RadioSelect
    )


class PaperForm(forms.Form):
    """A signed paper, scanned, and which consents it proves."""

    kinds = forms.MultipleChoiceField(label="Ce papier porte", widget=forms.CheckboxSelectMultiple)
    paper = forms.FileField(
        label="Papier signé",
        help_text="PDF, JPEG ou PNG, 10 Mo au plus. Les métadonnées du fichier sont retirées.",
        widget=forms.FileInput(
            attrs={"accept": scans.ACCEPT, "data-max-bytes": str(scans.MOST_BYTES)}
        ),
        max_length=300,
        error_messages={"empty": "Ce fichier est vide."},
    )

    def __init__(self, *args: Any, consents: list[Consent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kinds"]
        field.choices = [(one.kind, one.get_kind_display()) for one in consents]
        field.initial = [one.kind for one in consents]
