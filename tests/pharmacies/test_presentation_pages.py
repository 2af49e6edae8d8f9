"""The page where a wrong day of presentation is put right."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from pharmacies import actions, sheet
from pharmacies.actions import Correction
from pharmacies.enums import WithdrawalReason
from pharmacies.models import Dispensation, Received
from tests.pharmacies.factories import DispensationFactory, ReceivedFactory, at_the_counter
from tests.pharmacies.test_presentations import stands
from tests.pharmacies.test_views import DAY, page_of, typed, written


def page_to_correct(prescription, fraction_no=1):
    return reverse("pharmacies:correct_presentation", args=[prescription.public_id, fraction_no])


def on_day(after, prescription):
    return (prescription.signed_on + after).strftime("%d/%m/%Y")


def at_the_page(client_of):
    """Written twelve days ago, presented two days ago by mistake; the page to correct."""
    prescription = written(days_ago=12)
    by = at_the_counter(prescription)
    ReceivedFactory(
        prescription=prescription,
        recorded_by=by,
        presented_on=timezone.localdate() - 2 * DAY,
        recorded_at=timezone.now(),
    )
    return prescription, client_of(by), page_to_correct(prescription)


def test_the_right_day_is_typed_and_both_are_shown(client, sign_in):
    prescription, client, page = at_the_page(sign_in)
    by = Received.objects.get().recorded_by
    assertContains(client.get(page_of(prescription)), page)
    shown = client.get(page)
    body = {"key": shown.context["form"]["key"].value(), "reason": "WRONG_DAY"}

    done = client.post(page, body | {"presented_on": on_day(DAY, prescription)}, follow=True)

    assertContains(shown, "enregistrée comme")
    assertRedirects(done, page_of(prescription))
    assertContains(done, "Jour corrigé")
    assertContains(done, "28 jours à délivrer")
    assertContains(done, f"jour mal saisi, par {by.user.full_name}")
    again = client.post(page_of(prescription), typed(client.get(page_of(prescription))))
    assert again.status_code == 302
    assert Dispensation.objects.get().items.get().days == 28


def test_a_prescription_that_was_not_presented_can_be_presented(client, sign_in):
    _, client, page = at_the_page(sign_in)
    body = {"key": client.get(page).context["form"]["key"].value(), "reason": "NOT_ORDERED"}

    done = client.post(page, body, follow=True)

    assertContains(done, "n’est plus enregistrée comme présentée")
    assertContains(done, "Présentée, commandée")
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": ""}, "obligatoire"),
        ({"presented_on": ""}, "Écrivez le bon jour"),
        ({"presented_on": "31/02/2026"}, "n’existe pas"),
        ({"presented_on": "01/01/2020"}, "ou après"),
        ({"reason": "OTHER_PAPER"}, "laissez le jour vide"),
    ],
)
def test_what_is_typed_wrong_is_said_beside_the_field(client, sign_in, changes, message):
    prescription, client, page = at_the_page(sign_in)
    right = on_day(DAY, prescription)
    body = {"key": "one", "reason": "WRONG_DAY", "presented_on": right} | changes

    response = client.post(page, body)

    assertContains(response, message)
    assertContains(
        response, f'value="{body["presented_on"]}"' if body["presented_on"] else "Raison"
    )
    assert stands(Received.objects.get())


def test_a_form_sent_again_with_another_day_is_refused(client, sign_in):
    prescription, client, page = at_the_page(sign_in)
    body = {"key": "one", "reason": "WRONG_DAY", "presented_on": on_day(DAY, prescription)}
    client.post(page, body)

    again = client.post(page, body | {"presented_on": on_day(2 * DAY, prescription)})

    assertContains(again, "déjà été enregistré avec un autre contenu")
    assert Received.objects.count() == 2


def test_a_day_in_use_says_what_to_undo(client, sign_in):
    prescription, client, page = at_the_page(sign_in)
    done = DispensationFactory(received=Received.objects.get(), items=True, items__days=10)
    undo = reverse("pharmacies:undo", args=[done.public_id])

    shown = client.get(page)
    sent = client.post(
        page, {"key": "one", "reason": "WRONG_DAY", "presented_on": on_day(DAY, prescription)}
    )

    for response in (shown, sent):
        assertContains(response, "annulez-la d’abord")
        assertContains(response, undo)
        assertNotContains(response, 'name="reason"')
    assertContains(client.get(undo), "se corrige ensuite")
    assert stands(Received.objects.get())


def test_another_pharmacy_reads_who_may_correct(client, sign_in):
    prescription, *_, page = at_the_page(sign_in)
    client = sign_in(at_the_counter(prescription))

    assertContains(client.get(page_of(prescription)), "qui seule peut le corriger")
    assert client.get(page).status_code == 404
    assert stands(Received.objects.get())


def test_a_day_that_leaves_nothing_to_hand_over_is_corrected_too(client, sign_in):
    """Fractions: the first is lost by the wrong day, the second is at hand."""
    prescription = written(days_ago=9, fraction_days=7, is_single_supply=False)
    by = at_the_counter(prescription)
    wrong = ReceivedFactory(
        prescription=prescription, recorded_by=by, presented_on=timezone.localdate()
    )
    client = sign_in(by)

    page = client.get(page_of(prescription))

    assert page.context["sheet"].presented is None
    assertContains(page, page_to_correct(prescription))
    assertContains(page, "Fraction 1, présentée")
    assert correct_today(wrong, by, prescription) == 7


def correct_today(wrong, by, prescription):
    actions.correct_presentation(
        wrong,
        correction=Correction(WithdrawalReason.WRONG_DAY, prescription.signed_on),
        key="one",
        by=by,
        at=timezone.now(),
    )
    read = sheet.read(prescription, member=by, on=timezone.localdate())
    return read.rows[0].due.days
