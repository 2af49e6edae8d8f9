"""The pages of a team: who opens them, what they show, what they change."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from accounts.enums import Profession, Role
from accounts.models import Member, User
from core.models import JournalLine
from tests.accounts.factories import MemberFactory, SiteFactory, UserFactory
from tests.patients.situations import trained
from tests.programmes.factories import ProgrammeFactory
from tests.sessions import one_time_code


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def referent(programme):
    return MemberFactory(is_referent=True, programme=programme)


@pytest.fixture
def manager(programme):
    return MemberFactory(role=Role.MANAGER, programme=programme)


def at(name, row):
    return reverse(f"rights:{name}", args=[row.public_id])


def signed(member, **fields):
    return {**fields, "secret": one_time_code(member.user)}


def test_a_referent_goes_to_their_own_team_and_to_no_other(client, sign_in, referent):
    sign_in(referent)
    nurse = MemberFactory(role=Role.PREPARER, site=referent.site, user__last_name="Petit")
    stranger = MemberFactory(is_referent=True)

    assertRedirects(client.get(reverse("rights:sites")), at("team", referent.site))
    page = client.get(at("team", referent.site))
    assertContains(page, nurse.user.full_name)
    assertContains(page, "Jamais connecté")
    assert stranger.user.full_name not in page.content.decode()
    for name in ("team", "add"):
        assert client.get(at(name, stranger.site)).status_code == 404
    for name in ("end", "reopen_member"):
        assert client.post(at(name, stranger)).status_code == 404
    assert client.get(at("member", stranger)).status_code == 404
    assert client.post(at("referent", nurse)).status_code == 403


def test_the_manager_lists_every_site_in_as_many_queries(
    client, sign_in, manager, referent, django_assert_num_queries
):
    sign_in(manager)
    for _ in range(3):
        MemberFactory(is_referent=True)
    SiteFactory(pharmacy=True, name="Pharmacie de l’Essai", town="Lyon")

    # session, person, factor, member, sites, referents
    with django_assert_num_queries(6):
        page = client.get(reverse("rights:sites"))

    assertContains(page, referent.user.full_name)
    assertContains(page, "Aucun référent")
    found = client.get(reverse("rights:sites"), {"q": "lyon", "nature": "COMMUNITY_PHARMACY"})
    assertContains(found, "Pharmacie de l’Essai")
    assert referent.site.name not in found.content.decode()
    assertContains(client.get(reverse("rights:sites"), {"nature": "CASTLE"}), referent.site.name)


def test_somebody_who_has_an_account_is_found_then_given_a_role(client, sign_in, referent):
    sign_in(referent)
    nurse = UserFactory(profession=Profession.NURSE, rpps="")
    page = at("add", referent.site)

    assertContains(client.get(page), "Chercher le compte")
    assertContains(client.post(page, {"step": "find", "identifier": ""}), "Chercher le compte")
    found = client.post(page, {"step": "find", "identifier": nurse.email})
    assertContains(found, nurse.full_name)
    chosen = {"step": "give", "user": nurse.public_id, "role": "PREPARER"}
    assertContains(client.post(page, {**chosen, "secret": "000000"}), "accepté")
    assert not nurse.memberships.exists()
    answer = client.post(page, signed(referent, **chosen))

    assertRedirects(answer, at("team", referent.site))
    assert nurse.memberships.get().role == Role.PREPARER
    searched = JournalLine.objects.get(action="account.searched")
    assert searched.detail == {"found": True}


def test_a_refusal_stays_beside_the_role(client, sign_in, referent):
    sign_in(referent)
    doctor = UserFactory()
    sent = {"step": "give", "user": doctor.public_id, "role": "PREPARER"}

    page = client.post(at("add", referent.site), signed(referent, **sent))

    assertContains(page, "cette profession")
    assert not doctor.memberships.exists()


def test_an_account_that_vanished_is_looked_for_again(client, sign_in, referent):
    sign_in(referent)
    sent = {"step": "give", "user": "00000000-0000-0000-0000-000000000000", "role": "PREPARER"}

    for posted in (sent, {"step": "give", "user": "?"}):
        assertContains(client.post(at("add", referent.site), posted), "Chercher le compte")


def test_a_newcomer_is_opened_with_what_was_searched(client, sign_in, referent):
    sign_in(referent)
    page = at("add", referent.site)

    found = client.post(page, {"step": "find", "identifier": "petit@exemple.test"})
    assertContains(found, 'value="petit@exemple.test"')
    newcomer = {
        "step": "open",
        "last_name": "Petit",
        "first_name": "Léa",
        "profession": "NURSE",
        "rpps": "",
        "email": "petit@exemple.test",
        "role": "PREPARER",
    }
    doctor = {**newcomer, "profession": "DOCTOR", "role": "REFERENCE_DOCTOR"}
    assertContains(client.post(page, signed(referent, **doctor)), "Saisissez le numéro RPPS")
    wrong = {**doctor, "rpps": "100 012 34567"}
    assertContains(client.post(page, signed(referent, **wrong)), "n’est pas valide")
    assertRedirects(client.post(page, signed(referent, **newcomer)), at("team", referent.site))
    assert User.objects.get(email="petit@exemple.test").memberships.get().role == Role.PREPARER


def test_the_manager_names_a_referent_where_there_is_none(client, sign_in, manager):
    sign_in(manager)
    pharmacy = SiteFactory(pharmacy=True)
    pharmacist = UserFactory(profession=Profession.PHARMACIST)
    page = at("add", pharmacy)

    found = client.post(page, {"step": "find", "identifier": pharmacist.rpps})
    assertContains(found, "référente de ce lieu")
    client.post(page, signed(manager, step="give", user=pharmacist.public_id, role="PHARMACIST"))

    assert Member.objects.referents_of(pharmacy).get().user == pharmacist


def test_a_member_is_ended_and_the_last_referent_after_a_confirmation(
    client, sign_in, manager, referent
):
    sign_in(manager)

    refused = client.post(at("end", referent))
    assertContains(refused, "dernier référent")
    assertContains(client.post(at("referent", referent)), "dernier référent")
    assertContains(client.get(at("member", referent)), "sans référent")
    answer = client.post(at("end", referent), {"confirmed": "on"})

    assertRedirects(answer, at("team", referent.site))
    referent.refresh_from_db()
    assert referent.ended_on is not None
    assert client.get(at("member", referent)).status_code == 404


def test_the_charge_is_given_and_withdrawn_by_the_same_button(client, sign_in, manager):
    sign_in(manager)
    member = MemberFactory()

    for expected in (True, False):
        client.post(at("referent", member), {"confirmed": "on"})
        member.refresh_from_db()
        assert member.is_referent == expected


def test_nobody_finds_a_button_on_their_own_page(client, sign_in, referent):
    sign_in(referent)

    page = client.get(at("member", referent))

    assertContains(page, "ses propres droits")
    assert "Retirer ce rôle" not in page.content.decode()


def test_a_suspended_account_is_reopened_by_whoever_manages_the_site(client, sign_in, referent):
    sign_in(referent)
    asleep = MemberFactory(site=referent.site, user__suspended_at=timezone.now())

    assertContains(client.get(at("member", asleep)), "Rouvrir le compte")
    client.post(at("reopen_member", asleep))
    client.post(at("reopen_member", asleep))

    asleep.user.refresh_from_db()
    assert asleep.user.suspended_at is None
    assert JournalLine.objects.filter(action="account.reopened").count() == 1


# --- Substitution ----------------------------------------------------------------------------


def test_a_doctor_names_and_stops_a_substitute(client, sign_in):
    programme = ProgrammeFactory(training_required=True)
    doctor = trained(programme, role=Role.RELAY_DOCTOR)
    locum = trained(programme, role=Role.RELAY_DOCTOR)
    sign_in(doctor)
    page, today = reverse("rights:substitutions"), f"{timezone.localdate():%d/%m/%Y}"
    dates = {"starts_on": today, "until": today}

    unknown = client.post(page, signed(doctor, identifier="99999999999", **dates))
    assertContains(unknown, "Aucun compte")
    own = client.post(page, signed(doctor, identifier=doctor.user.rpps, **dates))
    assertContains(own, "vous-même")
    assertContains(own, "Mot de passe ou code de vérification")
    assertRedirects(client.post(page, signed(doctor, identifier=locum.user.rpps, **dates)), page)

    substitute = doctor.substitutions.get()
    shown = client.get(page)
    assertContains(shown, locum.user.full_name)
    assertContains(shown, "En cours")
    other = MemberFactory(role=Role.RELAY_DOCTOR)
    theirs = MemberFactory(
        replaces=other,
        site=other.site,
        role=other.role,
        started_on=substitute.started_on,
        until=substitute.until,
    )
    assert client.post(at("stop", theirs)).status_code == 404
    client.post(at("stop", substitute))
    assertContains(client.get(page), "Arrêté")


def test_the_switch_of_role_shows_whom_one_replaces(client, sign_in):
    doctor = MemberFactory(role=Role.RELAY_DOCTOR, user__last_name="Remplacé")
    today = timezone.localdate()
    substitute = MemberFactory(
        replaces=doctor, site=doctor.site, role=doctor.role, started_on=today, until=today
    )
    MemberFactory(user=substitute.user)
    sign_in(substitute)

    page = client.get(reverse("accounts:choose"))

    assertContains(page, "Remplacement de Dr Camille Remplacé")
    assertContains(page, "remplace Dr Camille Remplacé")
    assertContains(client.get(reverse("rights:substitutions")), "ne se délègue pas")
