"""A transfer: asked by the structure that follows, answered by the other; no name before."""

from functools import partial

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import SiteKind
from core.models import OutgoingMail
from patients import actions, identity
from patients.enums import EndReason, TransferReason, TransferRefusal, TransferState
from patients.models import Enrolment, Transfer
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, TransferFactory
from tests.patients.situations import DAY, NOON
from tests.programmes.factories import ListingFactory
from tests.together import together


@pytest.fixture
def asked():
    """A patient, who follows, and a doctor of a structure that may."""
    enrolment = EnrolmentFactory(patient__person=True)
    other = MemberFactory(programme=enrolment.programme, site__name="CHU d’accueil")
    ListingFactory(site=other.site, indication=enrolment.indication)
    return enrolment, enrolment.included_by, other


def ask(enrolment, by, to):
    return actions.ask_transfer(enrolment, to.site, reason=TransferReason.MOVED, by=by, at=NOON)


def site_of(enrolment):
    return Enrolment.objects.get(pk=enrolment.pk).site


def test_nothing_changes_before_the_answer_and_mails_name_nobody(asked):
    enrolment, by, other = asked

    transfer = ask(enrolment, by, other)

    assert site_of(enrolment) == by.site
    mail = OutgoingMail.objects.get()
    person = identity.open_one(enrolment.patient)
    assert mail.to == other.user.email
    for secret in (person.birth_name, enrolment.number, enrolment.indication.label, "cannabis"):
        assert secret not in mail.subject + mail.body
    assert "/dossiers/" in mail.body
    assert transfer.state == TransferState.ASKED


def test_accepted_the_other_structure_follows_and_the_first_reads_no_more(asked):
    enrolment, by, other = asked

    actions.accept_transfer(ask(enrolment, by, other), by=other, at=NOON)

    assert site_of(enrolment) == other.site
    assert not Enrolment.objects.visible_to(by).exists()
    assert list(Enrolment.objects.visible_to(other)) == [enrolment]
    assert OutgoingMail.objects.filter(to=by.user.email).count() == 1
    assert Transfer.objects.get().events.count() == 2
    assert enrolment.events.filter(site=by.site).exists()


def test_a_structure_that_is_no_longer_listed_cannot_accept(asked):
    enrolment, by, other = asked
    transfer = ask(enrolment, by, other)
    other.site.listings.update(delisted_on=DAY)

    with pytest.raises(actions.CannotTransfer, match="plus inscrite"):
        actions.accept_transfer(transfer, by=other, at=NOON)

    transfer.refresh_from_db()
    assert (site_of(enrolment), transfer.state) == (by.site, TransferState.ASKED)


def test_refused_with_its_reason_and_cancelled(asked):
    enrolment, by, other = asked
    transfer = ask(enrolment, by, other)

    actions.refuse_transfer(transfer, TransferRefusal.NO_ROOM, by=other, at=NOON)
    again = ask(enrolment, by, other)
    actions.cancel_transfer(again, by=by, at=NOON)

    transfer.refresh_from_db()
    again.refresh_from_db()
    assert (transfer.state, transfer.refusal) == (TransferState.REFUSED, TransferRefusal.NO_ROOM)
    assert again.state == TransferState.CANCELLED
    assert site_of(enrolment) == by.site


@pytest.mark.parametrize("case", ["twice", "another site", "not listed", "left"])
def test_a_transfer_that_may_not_be_asked_writes_nothing(asked, case):
    enrolment, by, other = asked
    before = 0
    if case == "twice":
        ask(enrolment, by, other)
        before = 1
    elif case == "another site":
        by = other
    elif case == "not listed":
        other = MemberFactory(programme=enrolment.programme)
    else:
        actions.end(enrolment, reason=EndReason.OTHER, on=DAY, weaning=False, by=by, at=NOON)

    with pytest.raises(actions.CannotTransfer):
        ask(enrolment, by, other)

    assert Transfer.objects.count() == before


def test_only_the_structure_that_is_asked_answers_and_once(asked):
    enrolment, by, other = asked
    transfer = ask(enrolment, by, other)

    with pytest.raises(actions.CannotTransfer, match="autre structure"):
        actions.accept_transfer(transfer, by=by, at=NOON)
    with pytest.raises(actions.CannotTransfer, match="autre structure"):
        actions.cancel_transfer(transfer, by=other, at=NOON)
    actions.refuse_transfer(transfer, TransferRefusal.OTHER, by=other, at=NOON)
    with pytest.raises(actions.CannotTransfer, match="déjà reçu"):
        actions.accept_transfer(transfer, by=other, at=NOON)


def test_who_left_meanwhile_is_not_accepted(asked):
    enrolment, by, other = asked
    transfer = ask(enrolment, by, other)
    actions.end(enrolment, reason=EndReason.OTHER, on=DAY, weaning=False, by=by, at=NOON)

    with pytest.raises(actions.CannotTransfer, match="n’est plus suivi"):
        actions.accept_transfer(transfer, by=other, at=NOON)

    assert site_of(enrolment) == by.site


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_accepted_and_cancelled_at_the_same_instant_is_one_of_them():
    enrolment = EnrolmentFactory(patient__person=True)
    by = enrolment.included_by
    other = MemberFactory(programme=enrolment.programme)
    ListingFactory(site=other.site, indication=enrolment.indication)
    transfer = ask(enrolment, by, other)

    answers = together(
        [
            partial(actions.accept_transfer, transfer, by=other, at=NOON),
            partial(actions.cancel_transfer, transfer, by=by, at=NOON),
        ]
    )

    assert sum(isinstance(one, actions.CannotTransfer) for one in answers) == 1
    accepted = Transfer.objects.get().state == TransferState.ACCEPTED
    assert (site_of(enrolment) == other.site) == accepted


# --- Pages -----------------------------------------------------------------------------------


def test_the_pages_ask_and_accept(sign_in, asked):
    enrolment, by, other = asked
    address = reverse("patients:transfer", args=[enrolment.public_id])
    client = sign_in(by)

    assertContains(client.get(address), "CHU d’accueil")
    client.post(address, {"to_site": str(other.site.public_id), "reason": "MOVED"})
    assertContains(client.get(reverse("patients:desk")), "En attente de réponse")

    receiver = sign_in(other)
    desk = receiver.get(reverse("patients:desk"))
    assertContains(desk, enrolment.number)
    assertNotContains(desk, identity.open_one(enrolment.patient).birth_name)
    transfer = Transfer.objects.get()
    receiver.post(reverse("patients:answer_transfer", args=[transfer.public_id, "accepter"]))
    assert site_of(enrolment) == other.site


@pytest.mark.parametrize(
    ("answer", "sent", "state"),
    [
        ("refuser", {"refusal": "NO_ROOM"}, TransferState.REFUSED),
        ("refuser", {"refusal": ""}, TransferState.ASKED),
        ("annuler", {}, TransferState.ASKED),
    ],
)
def test_the_receiver_answers(sign_in, asked, answer, sent, state):
    enrolment, by, other = asked
    transfer = ask(enrolment, by, other)

    sign_in(other).post(
        reverse("patients:answer_transfer", args=[transfer.public_id, answer]), sent
    )

    assert Transfer.objects.get().state == state


def test_who_asked_may_take_it_back(sign_in, asked):
    enrolment, by, other = asked
    transfer = ask(enrolment, by, other)

    sign_in(by).post(reverse("patients:answer_transfer", args=[transfer.public_id, "annuler"]))

    assert Transfer.objects.get().state == TransferState.CANCELLED


def test_a_second_request_is_told_in_the_form(sign_in, asked):
    enrolment, by, other = asked
    ask(enrolment, by, other)
    sent = {"to_site": str(other.site.public_id), "reason": "MOVED"}

    page = sign_in(by).post(reverse("patients:transfer", args=[enrolment.public_id]), sent)

    assertContains(page, "déjà demandé")


def test_a_stranger_and_an_unknown_answer_find_nothing(sign_in, asked):
    enrolment, by, other = asked
    transfer = ask(enrolment, by, other)
    stranger = TransferFactory().asked_by

    for member, answer in ((stranger, "accepter"), (other, "effacer")):
        address = reverse("patients:answer_transfer", args=[transfer.public_id, answer])
        assert sign_in(member).post(address).status_code == 404


def test_nobody_but_reference_doctors_sees_transfers():
    transfer = TransferFactory()

    assert list(Transfer.objects.visible_to(transfer.asked_by)) == [transfer]
    relay = MemberFactory(role="RELAY_DOCTOR", site=transfer.from_site)
    assert not Transfer.objects.visible_to(relay).exists()
    assert transfer.to_site.kind == SiteKind.REFERENCE_CENTRE
