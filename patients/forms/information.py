from datetime import date
from typing import Any

from django import forms

from accounts.models import Member
from core.fields import FrenchDateField
from patients import gates
from patients.enums import LateReason
from patients.inclusion import Information
from programmes import openings
from programmes.enums import LinkKind, PersonKind
from programmes.models import Programme, ProgrammeLink


YES_NO = [("YES", "Oui"), ("NO", "Non")]
TODAY, EARLIER = "TODAY", "EARLIER"


class InformationForm(forms.Form):
    """Step 1: what was told and handed over, when, and what the patient signed."""

    day = forms.ChoiceField(
        label="Jour de l’inclusion",
        choices=[(TODAY, "Aujourd’hui"), (EARLIER, "Un autre jour (saisie après coup)")],
        widget=forms.RadioSelect,
        initial=TODAY,
    )
    included_on = FrenchDateField(label="Date de l’inclusion", required=False)
    late_reason = forms.ChoiceField(
        label="Pourquoi après coup\u202f?", choices=[("", "–"), *LateReason.choices], required=False
    )
    person_kind = forms.ChoiceField(
        label="Personne", choices=PersonKind, widget=forms.RadioSelect, initial=PersonKind.ADULT
    )
    representative = forms.CharField(
        label="Représentant qui a signé",
        help_text="Nom, prénom et qualité (titulaire de l’autorité parentale, tuteur…)",
        max_length=120,
        required=False,
    )
    booklet = forms.BooleanField(label="Le carnet de suivi a été remis", required=False)
    participation = forms.ChoiceField(
        label="Participation et inscription au registre",
        help_text="Les deux vont ensemble. En cas de refus, cette saisie est effacée aussitôt.",
        choices=[("YES", "Consentement signé"), ("NO", "Refus")],
        widget=forms.RadioSelect,
    )
    signed_on = FrenchDateField(
        label="Consentement signé le",
        required=False,
        help_text="Laissez vide s’il a été signé le jour de l’inclusion. Format\u202f: JJ/MM/AAAA",
    )
    nir = forms.ChoiceField(
        label="Transmission du numéro de sécurité sociale pour la recherche",
        help_text="Facultative pour le patient\u202f: un refus n’empêche rien.",
        choices=YES_NO,
        widget=forms.RadioSelect,
    )

    show_if = {
        "included_on": f"day={EARLIER}",
        "late_reason": f"day={EARLIER}",
        "representative": f"person_kind={PersonKind.MINOR}|{PersonKind.PROTECTED_ADULT}",
        "signed_on": "participation=YES",
        "nir": "participation=YES",
    }
    optional_if_shown = {"signed_on"}

    def __init__(
        self, *args: Any, programme: Programme, member: Member, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.programme, self.member, self.today = programme, member, today
        fields: dict[str, Any] = self.fields
        for name in ("included_on", "signed_on"):
            fields[name].limit(latest=today)
        if openings.closure(programme, today) is not None:
            fields["day"].initial = EARLIER
        # Asked of those who say yes only.
        self.fields["nir"].required = self.data.get("participation") == "YES"
        links = list(ProgrammeLink.objects.filter(programme=programme).order_by("-valid_from"))
        self.links = [link for link in links if link.kind != LinkKind.LEGAL_TEXT]
        self.show_if = {**InformationForm.show_if}
        for kind in PersonKind:
            self._add_document(kind)

    def _add_document(self, kind: PersonKind) -> None:
        """One list a kind of person: only documents written for them can be chosen."""
        name = f"document_{kind}"
        documents = [link for link in self.links if self._is_document(link, kind)]
        standing = (link.pk for link in documents if _in_force(link, self.today))
        self.fields[name] = forms.TypedChoiceField(
            label="Document d’information remis",
            choices=[(link.pk, str(link)) for link in documents],
            coerce=int,
            required=False,
            initial=next(standing, None),
        )
        self.show_if[name] = f"person_kind={kind}"

    def _is_document(self, link: ProgrammeLink, kind: PersonKind) -> bool:
        return link.kind == LinkKind.INFORMATION_DOCUMENT and link.person_kind in {"", kind}

    def documents(self) -> list[forms.BoundField]:
        return [self[f"document_{kind}"] for kind in PersonKind]

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
        document = self._link(pk=cleaned[f"document_{kind}"])
        if document is None or not _in_force(document, on):
            field = f"document_{kind}"
            return self.add_error(field, "Ce document n’était pas en vigueur ce jour-là.")
        signed_on = cleaned["signed_on"] or on
        form = self._standing(LinkKind.CONSENT_FORM, kind, signed_on)
        if form is None:
            message = "Aucun formulaire de consentement n’était en vigueur ce jour-là."
            return self.add_error("signed_on", message)
        booklet = self._standing(LinkKind.BOOKLET, kind, on) if cleaned["booklet"] else None
        told = Information(
            person_kind=kind,
            included_on=on,
            signed_on=signed_on,
            document=document,
            form=form,
            nir_given=cleaned["nir"] == "YES",
            booklet=booklet,
            representative="" if kind == PersonKind.ADULT else cleaned["representative"].strip(),
            late_reason=cleaned["late_reason"] if on < self.today else "",
        )
        cleaned["told"] = told
        self._ask_gates(told)

    def _ask_gates(self, told: Information) -> None:
        for field, message in gates.information(self.programme, told, self.member, self.today):
            if message:
                self.add_error(field if field in self.fields else None, message)

    def _link(self, *, pk: int | str) -> ProgrammeLink | None:
        return next((link for link in self.links if link.pk == pk), None)

    def _standing(self, link_kind: str, person_kind: str, on: date) -> ProgrammeLink | None:
        """The document in force that day, the one written for this kind of person first."""
        fitting = [
            link
            for link in self.links
            if link.kind == link_kind
            and link.person_kind in {"", person_kind}
            and _in_force(link, on)
        ]
        return max(fitting, key=lambda link: bool(link.person_kind), default=None)


def _in_force(link: ProgrammeLink, on: date) -> bool:
    return link.valid_from <= on and (link.valid_to is None or on <= link.valid_to)
