"""What people are told of their rights: no patient, no code, no link that opens anything."""

from datetime import date, datetime

from django.conf import settings
from django.shortcuts import resolve_url

from accounts.models import Member, User
from core import mail


_END = (
    "\n\nVous pouvez lire vos droits à la page «\u202fMon compte\u202f», après connexion\u202f: "
    "{address}\n\nSi ce changement vous surprend, prévenez le référent de votre lieu ou la gestion "
    "du programme. Ce message ne contient ni nom de patient ni donnée de santé\u202f; "
    "n’y répondez pas.\n"
)


def _queue(key: str, to: User, subject: str, text: str, *, at: datetime) -> None:
    address = f"{settings.PUBLIC_URL}{resolve_url(settings.LOGIN_URL)}"
    body = f"Bonjour,\n\n{text}{_END.format(address=address)}"
    mail.queue(key, to.email, f"ReCann\u202f: {subject}", body, at=at)


def _what(member: Member) -> str:
    return f"{member.get_role_display()}, {member.site.name}"


def role_given(member: Member, *, at: datetime) -> None:
    charge = " Vous en êtes le référent\u202f: vous y gérez les membres." * member.is_referent
    text = f"Un rôle vous est ouvert dans le registre\u202f: {_what(member)}.{charge}"
    _queue(f"role-given:{member.pk}", member.user, "un rôle vous est ouvert", text, at=at)


def role_ended(member: Member, *, at: datetime) -> None:
    text = f"Ce rôle est retiré, avec effet immédiat\u202f: {_what(member)}."
    _queue(f"role-ended:{member.pk}", member.user, "un rôle vous est retiré", text, at=at)


def referent_changed(member: Member, *, at: datetime) -> None:
    """One mail a change: the charge may be given and taken back more than once."""
    said = "Vous êtes désormais" if member.is_referent else "Vous n’êtes plus"
    text = f"{said} référent de ce lieu\u202f: {member.site.name}."
    key = f"referent:{member.pk}:{at.isoformat()}"
    _queue(key, member.user, "référent d’un lieu", text, at=at)


def substitution_named(substitute: Member, replaced: Member, *, at: datetime) -> None:
    """Both are told, in their own words."""
    dates = _dates(substitute)
    theirs = (
        f"Vous remplacez {replaced.user.full_name} ({_what(replaced)}) {dates}. Vous agissez "
        "sous votre nom\u202f; choisissez ce rôle à la connexion ou par «\u202fChanger de "
        "rôle\u202f». Il se ferme de lui-même après le dernier jour."
    )
    mine = (
        f"{substitute.user.full_name} vous remplace ({_what(replaced)}) {dates}. "
        "Son accès se ferme de lui-même après le dernier jour\u202f; vous pouvez l’arrêter avant."
    )
    key = f"substitution:{substitute.pk}"
    _queue(f"{key}:substitute", substitute.user, "vous remplacez un confrère", theirs, at=at)
    _queue(f"{key}:replaced", replaced.user, "votre remplaçant est désigné", mine, at=at)


def substitution_stopped(substitute: Member, replaced: Member, *, at: datetime) -> None:
    text = (
        f"Le remplacement de {replaced.user.full_name} par {substitute.user.full_name} "
        f"({_what(replaced)}), prévu {_dates(substitute)}, est arrêté."
    )
    for who in (substitute.user, replaced.user):
        key = f"substitution:{substitute.pk}:stopped:{who.pk}"
        _queue(key, who, "remplacement arrêté", text, at=at)


def _dates(substitute: Member) -> str:
    return f"du {substitute.started_on:%d/%m/%Y} au {substitute.until:%d/%m/%Y} inclus"


def suspension_announced(
    user: User, *, notice: int, suspends_on: date, days: int, at: datetime
) -> None:
    text = (
        f"Votre compte n’a pas servi depuis longtemps. Sans connexion de votre part, il sera "
        f"suspendu le {suspends_on:%d/%m/%Y} (après {days} jours sans activité). Connectez-vous "
        "avant cette date pour l’éviter. Suspendu, vous pourrez le rouvrir vous-même, avec votre "
        "second facteur."
    )
    _queue(f"suspension-notice:{notice}", user, "votre compte va être suspendu", text, at=at)


def suspension_of_a_member_announced(
    referent: Member, sleeping: Member, *, notice: int, suspends_on: date, at: datetime
) -> None:
    """To whoever must see that the patients are followed."""
    text = (
        f"{sleeping.user.full_name} ({_what(sleeping)}) suit des patients et ne s’est pas "
        f"connecté depuis longtemps\u202f: son compte sera suspendu le {suspends_on:%d/%m/%Y}. "
        "Vérifiez que la suite est assurée."
    )
    key = f"suspension-notice:{notice}:{referent.pk}"
    _queue(key, referent.user, "un membre qui suit des patients est inactif", text, at=at)


def suspended(user: User, *, notice: int, at: datetime) -> None:
    text = (
        "Faute d’activité, votre compte est suspendu. Pour le rouvrir, connectez-vous avec votre "
        "second facteur et suivez la page proposée."
    )
    _queue(f"suspended:{notice}", user, "votre compte est suspendu", text, at=at)


def reopened(user: User, *, at: datetime) -> None:
    key = f"reopened:{user.pk}:{at.isoformat()}"
    _queue(key, user, "votre compte est rouvert", "Votre compte est rouvert.", at=at)
