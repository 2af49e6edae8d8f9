import pytest
from django.urls import reverse

from accounts import context, menus
from accounts.enums import Role
from tests.accounts.factories import MemberFactory
from tests.sessions import open_session


@pytest.mark.parametrize("role", Role.values)
def test_every_entry_of_a_menu_leads_somewhere(role):
    for _, name in menus.entries(role):
        assert reverse(name)


@pytest.mark.parametrize("role", Role.values)
def test_a_menu_is_read_at_a_glance(role):
    assert len(menus.MENUS[role]) <= 7


def frame_of(client, address):
    return client.get(address).context["page"]


def test_the_menu_marks_where_one_is(client):
    open_session(client, MemberFactory())

    nav = frame_of(client, reverse("training:mine"))["nav"]

    assert [(link.label, link.active) for link in nav] == [
        ("Mes patients", False),
        ("À signer", False),
        ("Ruptures", False),
        ("Inclusions", False),
        ("Formation", True),
    ]


def test_a_group_is_marked_with_the_entry_that_one_is_on(client):
    open_session(client, MemberFactory(role=Role.MANAGER))

    nav = frame_of(client, reverse("retention:plan"))["nav"]

    (programme,) = [link for link in nav if link.active]
    assert [child.label for child in programme.children if child.active] == ["Conservation"]


@pytest.mark.parametrize(
    ("path", "active"),
    [
        ("/dispensation/", "Dispenser"),
        ("/dispensation/historique/", "Mes dispensations"),
        ("/dispensation/00000000-0000-0000-0000-000000000000/", "Dispenser"),
        ("/compte/", None),
    ],
)
def test_the_most_precise_entry_is_the_active_one(rf, path, active):
    request = rf.get(path)
    request.member, request.session = MemberFactory(role=Role.PHARMACIST), {}

    nav = context.page(request)["page"]["nav"]

    assert [link.label for link in nav if link.active] == ([active] if active else [])


@pytest.mark.parametrize(
    ("path", "active"),
    [
        ("/patients/", True),
        ("/patients/x/", True),
        ("/consultations/x/", True),
        ("/compte/", False),
    ],
)
def test_pages_of_a_patient_belong_to_my_patients(rf, path, active):
    request = rf.get(path)
    request.member, request.session = MemberFactory(), {}

    assert context.page(request)["page"]["nav"][0].active is active


def test_an_error_page_needs_nobody(rf):
    frame = context.page(rf.get("/"))["page"]

    assert (frame["nav"], frame["sign_out_url"], frame["switch_url"]) == ([], "", "")


def test_a_request_costs_its_session_its_person_and_its_role(client, django_assert_num_queries):
    open_session(client, MemberFactory())

    with django_assert_num_queries(4):  # session, user, device, member with site
        client.get(reverse("core:verify"))
