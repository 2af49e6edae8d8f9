from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from accounts.enums import FactorLoss, IdentityCheck
from accounts.models import User


# Longer passwords exist only to make the server hash them.
LONGEST_PASSWORD = 200
LONGEST_CODE = 20


class SignInForm(forms.Form):
    """RPPS number or e-mail address, and password: it checks nothing but that both are there."""

    identifier = forms.CharField(
        label="Numéro RPPS ou adresse électronique",
        help_text="RPPS\u202f: 11 chiffres. Adresse\u202f: nom@domaine.fr",
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class FilledSignInForm(SignInForm):
    """The same, filled with a demonstration account: shown in demonstration only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget = forms.PasswordInput(
            attrs={"autocomplete": "current-password"}, render_value=True
        )


def code_field(*, focused: bool = False, **kwargs: Any) -> forms.CharField:
    attrs: dict[str, str | bool] = {
        "autocomplete": "one-time-code",
        "autocapitalize": "none",
        "spellcheck": "false",
        "autofocus": focused,
    }
    return forms.CharField(max_length=LONGEST_CODE, widget=forms.TextInput(attrs=attrs), **kwargs)


class CodeForm(forms.Form):
    """A one-time code, or a backup code."""

    code = code_field(
        focused=True,
        label="Code de vérification",
        help_text="Code à 6 chiffres de votre application, ou l’un de vos codes de secours.",
    )


class EnrolForm(forms.Form):
    """The first code of an application that has just been given the secret."""

    code = code_field(label="Code affiché par l’application", help_text="6 chiffres, sans espace.")


class PasswordForm(forms.Form):
    """Another password, typed twice. Pasting is allowed: managers of passwords do it."""

    new = forms.CharField(
        label="Nouveau mot de passe",
        help_text=(
            "15 caractères au moins, par exemple une phrase. Évitez les mots du registre, de "
            "votre nom et de votre lieu d’exercice."
        ),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Nouveau mot de passe, une seconde fois",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("new") and typed.get("again") and typed["new"] != typed["again"]:
            self.add_error("again", "Les deux saisies sont différentes.")
        return typed


class FirstPasswordForm(PasswordForm):
    """The first password of an invited person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].label = "Mot de passe"
        self.fields["again"].label = "Mot de passe, une seconde fois"


class ForgottenForm(forms.Form):
    """Who asks for a link: nothing is said of whether they are known."""

    identifier = forms.CharField(
        label="Numéro RPPS ou adresse électronique",
        help_text="RPPS\u202f: 11 chiffres. Adresse\u202f: nom@domaine.fr",
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "spellcheck": "false", "autofocus": True}
        ),
    )


class KnownPasswordForm(forms.Form):
    """The password of somebody whose link names the account already."""

    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class FactorResetForm(forms.Form):
    """Why the factors are taken away, and how the identity was checked."""

    reason = forms.ChoiceField(label="Motif", choices=FactorLoss.choices, widget=forms.RadioSelect)
    identity_check = forms.ChoiceField(
        label="Comment avez-vous vérifié l’identité de la personne\u202f?",
        help_text="Un courriel ou un appel reçu ne suffit pas.",
        choices=IdentityCheck.choices,
        widget=forms.RadioSelect,
    )


@dataclass(frozen=True)
class Means:
    """By what a person signs, beside a password or a code."""

    # What they proved with a moment ago, and when; "" and None when they did not.
    proved_by: str = ""
    proved_at: datetime | None = None
    # Where Pro Santé Connect asks again; "" when it did not open the session.
    psc_url: str = ""
    passkey: bool = False
    # They have a password or a code.
    typed: bool = True


@dataclass(frozen=True)
class Asked:
    """What a signature is asked for. `code_only`: at the first one a password is not enough."""

    code_only: bool = True
    demo_code: str = ""
    means: Means = Means()


class SignatureForm(forms.Form):
    """What a person signs with: never valid by itself, `accounts.step_up.signature` makes it.

    :param prove: returns why the secret is refused, in French, or "" when it is accepted
    :param asked: what is asked for now; once a secret is accepted, what the next one is asked for:
        the act may still be refused, and the form shown again
    """

    secret = forms.CharField(
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        user: User,
        data: Mapping[str, Any] | None = None,
        *,
        prove: Callable[[str], str] | None = None,
        asked: Callable[[], Asked] = Asked,
    ) -> None:
        super().__init__(data)
        self.user, self.prove, self.asked = user, prove, asked
        self._ask()

    def _ask(self) -> None:
        asked, field = self.asked(), self.fields["secret"]
        self.demo_code, self.means = asked.demo_code, asked.means
        # Proved a moment ago: there is nothing to type.
        field.required = not asked.means.proved_by
        field.label = "Mot de passe ou code de vérification"
        field.help_text = ""
        if asked.code_only:
            field.label = "Code de vérification"
            field.help_text = (
                "Première signature de la session\u202f: code à 6 chiffres de votre application, "
                "ou code de secours."
            )
        # What the page shows was made of the field already when a secret is checked.
        self["secret"].label, self["secret"].help_text = field.label, field.help_text

    @property
    def why(self) -> str:
        """Why it is refused, for a page's script."""
        return " ".join(str(error) for error in self.errors.get("secret", []))

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        refusal = self.prove(secret) if self.prove else "La signature n’a pas pu être vérifiée."
        if refusal:
            raise forms.ValidationError(refusal)
        self._ask()
        return secret
