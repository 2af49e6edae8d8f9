"""What a password may be, and how it is kept."""

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.models import User
from accounts.validators import NotGuessable, common_passwords
from tests.accounts.factories import PASSWORD, MemberFactory, SiteFactory, UserFactory


HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]


def test_the_list_of_common_passwords_is_long_enough():
    # ASVS 6.2.4: at least 3,000.
    assert len(common_passwords()) > 19_000
    assert {"azerty", "motdepasse", "password"} <= common_passwords()


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("quatorze signe", False),
        ("quinze signes !", True),
        ("phrase " * 2 + "é" * 50, True),
        ("Hôpital Lariboisière 75", False),
        ("cannabis-ansm-2026", False),
        ("Claire-Moreau-2026", False),
    ],
)
def test_which_passwords_are_accepted(password, accepted):
    user = UserFactory(first_name="Claire", last_name="Moreau", email="c.m@exemple.test")
    MemberFactory(user=user, site=SiteFactory(name="Hôpital Lariboisière"))
    refused = []
    try:
        validate_password(password, user)
    except ValidationError as error:
        refused = error.messages

    assert (refused == []) == accepted


def test_a_long_password_is_kept_whole():
    user, long = UserFactory(), "phrase de passe " + "x" * 150
    actions.change_password(user, long, at=timezone.now())

    assert user.check_password(long)
    assert not user.check_password(long[:-1])


def test_nobody_yet_has_no_places():
    NotGuessable().validate("une phrase de passe bien longue")
    NotGuessable().validate("une phrase de passe bien longue", User())
    assert "courant" in NotGuessable().get_help_text()


def test_passwords_are_kept_by_argon2id(settings):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]  # the tests put a fast one first

    assert settings.PASSWORD_HASHERS == HASHERS
    assert make_password(PASSWORD).startswith("argon2$argon2id$")


def test_an_older_hash_is_replaced_at_sign_in(client, settings):
    settings.PASSWORD_HASHERS = HASHERS
    user = UserFactory(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))

    client.post(reverse("accounts:sign_in"), {"identifier": user.rpps, "password": PASSWORD})

    user.refresh_from_db()
    assert identify_hasher(user.password).algorithm == "argon2"
    assert user.check_password(PASSWORD)
    assert client.get(reverse("accounts:second_factor")).status_code == 302
