"""Accounts: opened by somebody else, closed for good."""

from dataclasses import dataclass

from django.db import IntegrityError

from accounts.actions.refusal import Refused
from accounts.actions.sessions import end_sessions
from accounts.enums import Profession
from accounts.models import User
from core import audit, identifiers
from core.db import violated_constraint


class CannotOpenAccount(Refused):
    pass


@dataclass(frozen=True)
class Person:
    """What is known of somebody when their account is opened."""

    email: str
    last_name: str
    profession: Profession
    first_name: str = ""
    rpps: str = ""
    specialty: str = ""
    phone: str = ""


def open_account(person: Person, *, by: audit.Actor) -> User:
    """Open an account without password: nobody signs in before one is set.

    :raises CannotOpenAccount: the RPPS is wrong, or an account has it or the address already
    """
    if person.rpps and not identifiers.rpps_ok(person.rpps):
        raise CannotOpenAccount("Ce numéro RPPS n’est pas valide\u202f: vérifiez ses 11 chiffres.")
    user = User(
        email=person.email.strip().lower(),
        rpps=person.rpps,
        last_name=person.last_name,
        first_name=person.first_name,
        profession=person.profession,
        specialty=person.specialty,
        phone=person.phone,
    )
    user.set_unusable_password()
    try:
        with audit.acting("account.opened", by=by):
            user.save()
            audit.record("account.opened", user, by=by)
    except IntegrityError as error:
        if violated_constraint(error) == "accounts_user_rpps_unique":
            raise CannotOpenAccount("Un compte existe déjà avec ce numéro RPPS.") from error
        if "email" in violated_constraint(error):
            raise CannotOpenAccount("Un compte existe déjà avec cette adresse.") from error
        raise
    return user


def close_account(user: User, *, by: audit.Actor) -> None:
    """Nobody signs in with it any more; its open sessions end."""
    with audit.acting("account.closed", by=by):
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_sessions(user)
        audit.record("account.closed", user, by=by)
