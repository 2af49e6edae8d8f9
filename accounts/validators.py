"""The rules of passwords, as Django asks for them in `AUTH_PASSWORD_VALIDATORS`."""

from functools import cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts import rules
from accounts.models import Member, User
from core.text import fold


# What people type here: Django's list knows little French.
_FRENCH = (
    "azerty azertyuiop motdepasse motdepass mdp bonjour bonsoir soleil doudou loulou chouchou "
    "chocolat marseille nicolas camille jetaime coucou bienvenue amour vacances france paris "
    "lyon toulouse nantes bordeaux lille strasbourg hopital pharmacie medecin docteur "
    "secretaire ordonnance pharmacien sante chirurgie urgence clinique cabinet officine "
    "patient patients medicament infirmiere monmotdepasse nouveaumotdepasse changezmoi "
    "provisoire temporaire administrateur utilisateur identifiant connexion lundi mardi "
    "mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril juin juillet aout "
    "septembre octobre novembre decembre printemps automne hiver"
)


@cache
def common_passwords() -> frozenset[str]:
    """What everybody tries, twenty thousand of them: Django's list, and French ones."""
    return frozenset(CommonPasswordValidator().passwords) | frozenset(_FRENCH.split())


class NotGuessable:
    """Refuse what `accounts.rules.is_guessable` says is easy to guess."""

    def validate(self, password: str, user: User | None = None) -> None:
        names = _names(user)
        if rules.is_guessable(fold(password), common=common_passwords(), context=names):
            raise ValidationError(
                "Ce mot de passe se devine\u202f: il reprend un mot de passe courant, une suite de "
                "touches, ou des mots liés au registre ou à votre lieu d’exercice.",
                code="guessable",
            )

    def get_help_text(self) -> str:
        return "Pas de mot de passe courant, ni les seuls mots du registre ou de votre lieu."


def _names(user: User | None) -> list[str]:
    """Names of the person and of their places, folded."""
    if user is None or user.pk is None:
        return []
    sites = Member.objects.filter(user=user).values_list("site__name", "site__town")
    names = [name for pair in sites for name in pair]
    return [fold(name) for name in [user.first_name, user.last_name, *names]]
