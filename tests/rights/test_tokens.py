"""Tokens end, and are revoked by whoever owns them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.actions import CannotIssueToken
from accounts.enums import Profession, Role
from accounts.models import ApiToken
from core.models import JournalLine
from rights.actions import tokens
from tests.accounts.factories import ApiTokenFactory, MemberFactory
from tests.sessions import one_time_code


NOW = timezone.now()


def a_program():
    return MemberFactory(role=Role.API_CLIENT, user__profession=Profession.PROGRAM)


def opens(client, token):
    page = client.get(
        reverse("evaluation:api_releases"), headers={"Authorization": f"Bearer {token}"}
    )
    return page.status_code == 200


def test_a_reader_makes_a_token_that_opens_the_statistics_until_its_end(client):
    reader = MemberFactory(role=Role.READER)

    token = tokens.issue(reader, label="Suivi", days=30, by=reader, at=NOW)

    assert opens(client, token)
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not opens(client, token)


def test_the_owner_sees_makes_and_revokes_their_own_on_a_page(client, sign_in):
    reader = MemberFactory(role=Role.READER)
    other = ApiTokenFactory(member=MemberFactory(role=Role.READER), label="D’un autre")
    sign_in(reader)
    page = reverse("rights:tokens")
    sent = {"label": "Suivi mensuel", "days": "30", "secret": one_time_code(reader.user)}

    made = client.post(page, sent)

    assertContains(made, "recann_")
    # Sent once more, it would make another.
    assertNotContains(made, 'value="Suivi mensuel"')
    own = ApiToken.objects.get(member=reader)
    assert (own.label, own.expires_at - own.created_at) == ("Suivi mensuel", timedelta(days=30))
    shown = client.get(page)
    assertContains(shown, "Suivi mensuel")
    assert "D’un autre" not in shown.content.decode()
    assert "recann_" not in shown.content.decode()
    stranger = reverse("rights:revoke", args=[other.public_id])
    assert client.post(stranger).status_code == 404
    client.post(reverse("rights:revoke", args=[own.public_id]))
    own.refresh_from_db()
    other.refresh_from_db()
    assert own.revoked_at is not None
    assert other.revoked_at is None
    assert JournalLine.objects.filter(action="api_token.revoked").count() == 1


def test_the_manager_chooses_among_programs(client, sign_in):
    manager, program = MemberFactory(role=Role.MANAGER), a_program()
    own = ApiTokenFactory(member=MemberFactory(role=Role.READER), label="D’une personne")
    sign_in(manager)
    sent = {
        "owner_id": str(program.public_id),
        "label": "Portail",
        "days": "365",
        "secret": one_time_code(manager.user),
    }
    a_program()

    page = client.post(reverse("rights:tokens"), sent)

    assertContains(page, "recann_")
    assert ApiToken.objects.get(label="Portail").member == program
    assert own.label not in page.content.decode()


def test_without_a_signature_no_token_is_made(client, sign_in):
    reader = MemberFactory(role=Role.READER)
    sign_in(reader)

    client.post(reverse("rights:tokens"), {"label": "Suivi", "days": "30", "secret": "000000"})

    assert not ApiToken.objects.exists()


def test_a_role_ended_meanwhile_is_told_on_the_page(client, sign_in):
    manager, program = MemberFactory(role=Role.MANAGER), a_program()
    sign_in(manager)
    sent = {"label": "Portail", "days": "30", "secret": one_time_code(manager.user)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accounts.actions.tokens.TOKEN_ROLES", frozenset())
        page = client.post(reverse("rights:tokens"), {**sent, "owner_id": program.public_id})

    assertContains(page, "n’a pas de jeton")


def test_nobody_makes_the_token_of_another():
    reader, program = MemberFactory(role=Role.READER), a_program()

    for owner, by in ((program, reader), (reader, MemberFactory(role=Role.MANAGER))):
        with pytest.raises(CannotIssueToken, match="d’un autre"):
            tokens.issue(owner, label="Suivi", days=30, by=by, at=NOW)
    doctor = MemberFactory()
    with pytest.raises(CannotIssueToken, match="ne lit pas"):
        tokens.issue(doctor, label="Suivi", days=30, by=doctor, at=NOW)

    assert not ApiToken.objects.exists()
