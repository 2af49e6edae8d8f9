"""Where Pro Santé Connect is required: of whoever is linked, while it answers."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import pro_sante_connect, required
from accounts.enums import Role
from accounts.models import AccountLink, ProviderIdentity
from core.models import JournalLine
from tests.accounts.factories import PASSWORD, MemberFactory, SiteFactory
from tests.accounts.links import ANOTHER, invited, mailed, reset, use
from tests.accounts.test_passkeys import SIGN_IN as BY_PASSKEY
from tests.accounts.test_passkeys import a_passkey, send
from tests.accounts.test_sign_in import SECOND, give_password


def linked(gate, member=None):
    member = member or MemberFactory()
    ProviderIdentity.objects.create(
        user=member.user,
        issuer=gate.issuer,
        subject=f"f:{member.pk}",
        rpps=member.user.rpps,
        linked_at=timezone.now(),
    )
    return member


@pytest.fixture
def everywhere(gate, settings):
    settings.PSC_REQUIRED = ["1"]
    return gate


def is_refused(client, member):
    answer = give_password(client, member.user.rpps)
    told = "demande de se connecter avec Pro Santé Connect" in answer.content.decode()
    assert told == (answer.status_code == 200)
    return told


def test_whoever_is_linked_enters_by_pro_sante_connect(client, everywhere):
    member = linked(everywhere)

    assert is_refused(client, member)
    assert "_auth_user_id" not in client.session
    assert JournalLine.objects.filter(action="sign_in.psc_required").count() == 1


def test_a_wrong_password_tells_nothing_of_it(client, everywhere):
    member = linked(everywhere)

    answer = give_password(client, member.user.rpps, "faux")

    assert "demande de se connecter" not in answer.content.decode()


def test_whoever_is_not_linked_keeps_their_password(client, everywhere):
    assert give_password(client, MemberFactory().user.rpps).url == SECOND


def test_it_is_required_of_nobody_unless_asked(client, gate):
    assert give_password(client, linked(gate).user.rpps).url == SECOND


@pytest.mark.parametrize(("named", "refused"), [(True, True), (False, False)])
def test_it_is_required_structure_by_structure(client, gate, settings, named, refused):
    member = linked(gate)
    other = SiteFactory()
    settings.PSC_REQUIRED = [(member.site if named else other).finess]

    assert is_refused(client, member) == refused


@pytest.mark.parametrize("fault", ["broken", "slow"])
def test_a_provider_that_is_down_shuts_nobody_out(client, everywhere, monkeypatch, fault):
    monkeypatch.setattr(pro_sante_connect, "PATIENCE", 0.2)
    setattr(everywhere, fault, "/.well-known/openid-configuration")

    assert give_password(client, linked(everywhere).user.rpps).url == SECOND


def test_what_the_provider_said_before_does_not_count(everywhere):
    assert pro_sante_connect.answers()
    everywhere.broken = "/.well-known/openid-configuration"

    assert not pro_sante_connect.answers()


def test_a_passkey_is_no_way_round(client, everywhere, monkeypatch):
    member = linked(everywhere)
    passkey = a_passkey(member.user)
    monkeypatch.setattr("accounts.views.passkeys.passkeys.complete_proof", lambda *_, **__: passkey)

    answer = send(client, BY_PASSKEY, {})

    assert answer.status_code == 403
    assert answer.json() == {"erreur": required.REFUSED}
    assert "_auth_user_id" not in client.session


def test_a_link_for_a_lost_factor_is_no_way_round(client, everywhere):
    member = linked(everywhere)
    reset(member.user)

    page = use(client, mailed(), {"password": PASSWORD}).content.decode()

    assert "demande de se connecter avec Pro Santé Connect" in page
    assert "_auth_user_id" not in client.session
    assert AccountLink.objects.get().used_at is None


def test_an_invitation_sets_a_password_and_leads_there(client, everywhere):
    linked(everywhere, invited())

    answer = use(client, mailed(), {"new": ANOTHER, "again": ANOTHER})

    assert answer.url == reverse("accounts:sign_in")
    assert "demande de se connecter" in client.get(answer.url).content.decode()
    assert "_auth_user_id" not in client.session


def test_asking_whether_it_answers_takes_nothing_from_who_is_entering(everywhere):
    assert pro_sante_connect.answers()
    entering = pro_sante_connect._app()
    with pro_sante_connect._exchange():
        kept = entering.load_server_metadata()
    everywhere.broken = "/.well-known/openid-configuration"

    assert not pro_sante_connect.answers()

    assert kept["issuer"] == everywhere.issuer
    assert entering.load_server_metadata() is kept


@pytest.mark.parametrize(
    ("broken", "told"),
    [("", "il a répondu"), ("/.well-known/openid-configuration", "n’a pas répondu")],
)
def test_the_manager_sees_whether_it_answers(gate, sign_in, broken, told):
    gate.broken = broken

    page = sign_in(MemberFactory(role=Role.MANAGER)).get(reverse("record:integrity"))

    assert told in page.content.decode()
