from datetime import date
from typing import Any

from django import forms

from accounts.models import Member
from core.fields import FrenchDateField
from patients import gates
from patients.enums import LateReason
from patients.forms.signing import SignedForm
from patients.inclusion import Information
from programmes import openings
from programmes.enums import Recipient
from programmes.models import Programme, ProgrammeLink


YES_NO = [("YES", "Oui"), ("NO", "Non")]
TODAY, EARLIER = "TODAY", "EARLIER"
LATE_REASONS = [choice for choice in LateReason.choices if choice[0] != LateReason.IMPORT]


class InformationForm(SignedForm):
    """Step 1: what was told and handed over, when, and what the patient signed."""

    day = forms.ChoiceField(
        label="Jour de l’inclusion",
        choices=[(TODAY, "Aujourd’hui"), (EARLIER, "Un autre jour (saisie après coup)")],
        widget=forms.RadioSelect,
        initial=TODAY,
    )
    included_on = FrenchDateField(label="Date de l’inclusion", required=False)
    late_reason = forms.ChoiceField(
        label="Pourquoi après coup\u202f?", choices=[("", "–"), *LATE_REASONS], required=False
    )
    booklet = forms.BooleanField(label="Le carnet de suivi a été remis", required=False)
    participation = forms.ChoiceField(
        label="Participation et inscription au registre",
        help_text="Les deux vont ensemble. En cas de refus, cette saisie est effacée aussitôt.",
        choices=[("YES", "Consentement signé"), ("NO", "Refus")],
        widget=forms.RadioSelect,
    )
    nir = forms.ChoiceField(
        label="Transmission du numéro de sécurité sociale pour la recherche",
        help_text="Facultative pour le patient\u202f: un refus n’empêche rien.",
        choices=YES_NO,
        widget=forms.RadioSelect,
    )
    research = forms.ChoiceField(
        label="Réutilisation des données pour d’autres recherches",
        help_text="Le patient en est informé\u202f; s’y opposer n’empêche rien.",
        choices=[("YES", "Informé, ne s’y oppose pas"), ("NO", "S’y oppose")],
        widget=forms.RadioSelect,
    )

    show_if = SignedForm.show_if | {
        "included_on": f"day={EARLIER}",
        "late_reason": f"day={EARLIER}",
        "nir": "participation=YES",
        "research": "participation=YES",
        "signing": "participation=YES",
    }

    def __init__(
        self, *args: Any, programme: Programme, member: Member, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, programme=programme, today=today, **kwargs)
        self.member = member
        fields: dict[str, Any] = self.fields
        fields["included_on"].limit(latest=today)
        fields["signed_on"].label = "Consentement signé le"
        fields[
            "signed_on"
        ].help_text = (
            "Laissez vide s’il a été signé le jour de l’inclusion. Format\u202f: JJ/MM/AAAA"
        )
        if openings.closure(programme, today) is not None:
            fields["day"].initial = EARLIER
        # Asked of those who say yes only.
        for name in ("nir", "research"):
            fields[name].required = self.data.get("participation") == "YES"

    @property
    def is_refused(self) -> bool:
        """The patient said no: nothing that was typed may stay."""
        return self.data.get("participation") == "NO"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            self._told(cleaned)
        return cleaned

    def _told(self, cleaned: dict[str, Any]) -> None:
        """Put the step together, then ask the gates: all that is wrong is told at once."""
        on = self.today if cleaned["day"] == TODAY else cleaned["included_on"]
        if on is None:
            return self.add_error("included_on", "Indiquez la date de l’inclusion.")
        kind = cleaned["person_kind"]
        document = self.papers.find(cleaned[f"document_{kind}"], on)
        if document is None:
            return self._no_document(f"document_{kind}", on)
        signed_on = on if self.is_drawn else cleaned["signed_on"] or on
        form = self.papers.consent_form(kind, signed_on)
        if form is None:
            message = "Aucun formulaire de consentement n’était en vigueur ce jour-là."
            return self.add_error("signed_on", message)
        told = self._information(cleaned, on, signed_on, document, form)
        if not self.errors:
            cleaned["told"] = told
            self._ask_gates(told)

    def _no_document(self, field: str, on: date) -> None:
        """Outside the programme's dates no document was in force: the day is what is wrong."""
        if outside := gates.window(self.programme, on):
            return self.add_error("day" if on == self.today else "included_on", outside)
        return self.add_error(field, "Ce document n’était pas en vigueur ce jour-là.")

    def _information(
        self,
        cleaned: dict[str, Any],
        on: date,
        signed_on: date,
        document: ProgrammeLink,
        form: ProgrammeLink,
    ) -> Information:
        kind, signers = cleaned["person_kind"], self.representatives()
        other = cleaned[f"document_{Recipient.REPRESENTATIVE}"] if signers else None
        return Information(
            person_kind=kind,
            included_on=on,
            signed_on=signed_on,
            document=document,
            form=form,
            nir_given=cleaned["nir"] == "YES",
            research_allowed=cleaned["research"] == "YES",
            nir_form=self.papers.nir_form(signed_on),
            booklet=self.papers.booklet(kind, on) if cleaned["booklet"] else None,
            representative_document=self.papers.find(other, on),
            representatives=signers,
            late_reason=cleaned["late_reason"] if on < self.today else "",
            texts=self.texts.of(kind) if self.is_drawn else {},
            signatures=self.signatures(),
        )

    def _ask_gates(self, told: Information) -> None:
        for field, message in gates.information(self.programme, told, self.member, self.today):
            if message:
                self.add_error(field if field in self.fields else None, message)
