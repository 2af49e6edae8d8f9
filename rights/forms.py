from datetime import date
from typing import Any

from django import forms

from accounts.actions import Person
from accounts.enums import Profession, Role, SiteKind
from accounts.models import Member, Site
from core.fields import FrenchDateField
from rights import rules
from rights.enums import Decision
from rights.team import Row


IDENTIFIER_HINT = "RPPS\u202f: 11 chiffres. Adresse\u202f: nom@domaine.fr"


def _identifier(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=IDENTIFIER_HINT,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class SiteForm(forms.Form):
    """Which sites are listed: nothing typed lists them all."""

    is_filter = True

    q = forms.CharField(label="Nom ou commune", max_length=80, required=False)
    nature = forms.ChoiceField(
        label="Nature", choices=[("", "Toutes"), *SiteKind.choices], required=False
    )


class FindForm(forms.Form):
    """Whose account is looked for."""

    identifier = _identifier("Numéro RPPS ou adresse électronique de la personne")


def _roles(site: Site) -> list[tuple[str, str]]:
    return [(role.value, role.label) for role in rules.ROLES_AT[SiteKind(site.kind)]]


class RoleForm(forms.Form):
    """Which role somebody who has an account is given."""

    user = forms.UUIDField(widget=forms.HiddenInput)
    role = forms.ChoiceField(label="Rôle dans ce lieu", widget=forms.RadioSelect)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = _roles(site)
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["role"].initial = choices[0][0]

    @property
    def given(self) -> Role:
        return Role(self.cleaned_data["role"])


class NewcomerForm(forms.Form):
    """Who a new account is opened for, and their role."""

    last_name = forms.CharField(label="Nom", max_length=80)
    first_name = forms.CharField(label="Prénom", max_length=80)
    profession = forms.ChoiceField(label="Profession")
    rpps = forms.CharField(
        label="Numéro RPPS",
        help_text="11 chiffres. Demandé aux médecins et aux pharmaciens.",
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    email = forms.EmailField(label="Adresse électronique professionnelle")
    role = forms.ChoiceField(label="Rôle dans ce lieu", widget=forms.RadioSelect)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = rules.ROLES_AT[SiteKind(site.kind)]
        possible = frozenset[Profession]().union(*map(rules.professions_for, roles))
        self.fields["profession"].choices = [  # type: ignore[attr-defined]
            ("", "Choisir"),
            *((one.value, one.label) for one in Profession if one in possible),
        ]
        self.fields["role"].choices = _roles(site)  # type: ignore[attr-defined]
        if len(roles) == 1:
            self.fields["role"].initial = roles[0].value

    def clean_rpps(self) -> str:
        return "".join(str(self.cleaned_data["rpps"]).split())

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        carers = {Profession.DOCTOR, Profession.PHARMACIST}
        if typed.get("profession") in carers and "rpps" in typed and not typed["rpps"]:
            self.add_error("rpps", "Saisissez le numéro RPPS de ce professionnel.")
        return typed

    @property
    def given(self) -> Role:
        return Role(self.cleaned_data["role"])

    def person(self) -> Person:
        """Who was typed. Call it on a valid form."""
        said = self.cleaned_data
        return Person(
            email=said["email"],
            last_name=said["last_name"],
            first_name=said["first_name"],
            profession=Profession(said["profession"]),
            rpps=said["rpps"],
        )


class ConfirmForm(forms.Form):
    """Asked only when a site would stay without any referent."""

    confirmed = forms.BooleanField(
        label="Ce lieu peut rester sans référent\u202f: plus personne n’y gérera les membres",
        required=False,
    )


class SubstituteForm(forms.Form):
    """Who replaces me, between two days of my site, both included."""

    identifier = _identifier("Numéro RPPS ou adresse électronique du remplaçant")
    starts_on = FrenchDateField(label="Premier jour")
    until = FrenchDateField(label="Dernier jour, inclus")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "until"):
            self.fields[name].limit(earliest=today)  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """One decision a membership: nothing is confirmed in advance."""

    def __init__(self, *args: Any, rows: list[Row], by_user: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            own = row.member.user_id == by_user
            self.fields[str(row.member.public_id)] = forms.ChoiceField(
                label=f"{row.member.user.full_name}, {row.member.get_role_display()}",
                choices=[(Decision.KEEP, "Confirmer")] + [(Decision.END, "Retirer")] * (not own),
                widget=forms.RadioSelect,
                error_messages={"required": "Confirmez ou retirez ces droits."},
            )

    def lines(self) -> list[tuple[Row, forms.BoundField]]:
        return [(row, self[str(row.member.public_id)]) for row in self.rows]

    def decisions(self) -> dict[str, Decision]:
        """By public id of the membership. Call it on a valid form."""
        return {name: Decision(said) for name, said in self.cleaned_data.items()}


class TokenForm(forms.Form):
    """What a token is for, and how long it lasts."""

    owner_id = forms.ChoiceField(label="Programme informatique")
    label = forms.CharField(
        label="Usage", help_text="Par exemple\u202f: tableau de suivi mensuel.", max_length=80
    )
    days = forms.ChoiceField(
        label="Durée",
        choices=[(30, "30 jours"), (90, "90 jours"), (365, "un an")],
        initial=90,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, owners: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = {str(one.public_id): one for one in owners}
        choices = [(key, one.user.last_name) for key, one in self.owners.items()]
        self.fields["owner_id"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["owner_id"].required = False
            self.fields["owner_id"].widget = forms.HiddenInput()

    def owner(self) -> Member:
        """The only one when there is no choice. Call it on a valid form."""
        return self.owners.get(self.cleaned_data["owner_id"]) or next(iter(self.owners.values()))
