import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import codes
from core.models import DoneOnce
from patients import identity
from patients.identity import Person
from pharmacies.models import Dispensation, DispensedItem, Received
from prescriptions.enums import VoidReason
from prescriptions.models import Prescription, Presentation
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.pharmacies.factories import (
    DispensationFactory,
    DispensedItemFactory,
    ReceivedFactory,
    at_the_counter,
    trained_pharmacist,
)
from tests.prescriptions.factories import PrescriptionFactory


DAY = datetime.timedelta(days=1)
BORN = datetime.date(1980, 5, 12)


def written(days_ago, **changes):
    """A narcotic prescription of 28 days at 1 mL a day, of a known person."""
    on = timezone.localdate() - days_ago * DAY
    prescription = PrescriptionFactory(
        signed=True,
        starts_on=on,
        signed_on=on,
        signed_at=timezone.now() - days_ago * DAY,
        **changes,
    )
    names = ["Jeanne", f"N{prescription.pk}"]
    person = Person(birth_name="Dupont", first_names=names, sex="F", birth_date=BORN)
    identity.write(prescription.patient, person)
    return prescription


def code_of(prescription):
    return codes.issue(
        "prescription", "prescriptions.Prescription", prescription.pk,
        prescription.signed_on, content="essai",
    )  # fmt: skip


def page_of(prescription):
    return reverse("pharmacies:prescription", args=[prescription.public_id])


def fields_of(response):
    """What the page of dispensing would send as it is: every field with its value."""
    form = response.context["form"]
    return {
        bf.html_name: bf.value() if isinstance(bf.value(), str | int) else shown(bf)
        for bf in form
        if bf.value() not in (None, False)
    }


def shown(bf):
    return bf.field.prepare_value(bf.value()) if hasattr(bf.field, "clean") else bf.value()


def typed(response, **changes):
    data = fields_of(response)
    data["dispensed_on"] = timezone.localdate().strftime("%d/%m/%Y")
    named = {name.replace("__", "-"): value for name, value in changes.items()}
    return data | {"batch-1-0": "LOT-A1", "expires-1-0": "06/2031"} | named


# --- Found ---------------------------------------------------------------------------------------


def test_the_counter_waits_for_a_code(client, sign_in):
    member = MemberFactory(role=Role.PHARMACIST)

    page = sign_in(member).get(reverse("pharmacies:counter")).content.decode()

    assert re.findall(r"<input[^>]*autofocus[^>]*>", page) == re.findall(
        r'<input[^>]*name="code"[^>]*>', page
    )


@pytest.mark.parametrize("scanned", ["token", "address", "short", "typed"])
def test_a_code_and_the_birth_date_open_the_prescription(client, sign_in, scanned):
    prescription = written(days_ago=1)
    member = trained_pharmacist(prescription.enrolment.programme)
    issued = code_of(prescription)
    code = {
        "token": issued.token,
        "address": issued.url,
        "short": issued.short,
        "typed": f" {issued.short.lower()} ",
    }[scanned]

    response = sign_in(member).post(
        reverse("pharmacies:counter"), {"code": code, "birth_date": "12/05/1980"}
    )

    assertRedirects(response, page_of(prescription))
    assert Presentation.objects.get().member == member


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"birth_date": "13/05/1980"}, "Aucune ordonnance ne correspond"),
        ({"birth_date": ""}, "obligatoire"),
        ({"birth_date": "31/02/1980"}, "n’existe pas"),
        ({"code": "RC-AAAA"}, "Aucune ordonnance ne correspond"),
    ],
)
def test_a_wrong_code_or_birth_date_opens_nothing(client, sign_in, changes, message):
    prescription = written(days_ago=1)
    member = trained_pharmacist(prescription.enrolment.programme)
    data = {"code": code_of(prescription).short, "birth_date": "12/05/1980"} | changes

    response = sign_in(member).post(reverse("pharmacies:counter"), data)

    assertContains(response, message)
    assertContains(response, f'value="{data["code"]}"')
    assert not Presentation.objects.exists()


def test_a_doctor_has_no_counter(client, sign_in):
    assert sign_in(MemberFactory()).get(reverse("pharmacies:counter")).status_code == 403


def test_a_prescription_not_presented_does_not_exist(client, sign_in):
    prescription = written(days_ago=1)
    at_the_counter(prescription)
    other = trained_pharmacist(prescription.enrolment.programme)
    at_the_counter(written(days_ago=1), site=other.site)

    response = sign_in(other).get(page_of(prescription))

    assert response.status_code == 404


# --- One screen ----------------------------------------------------------------------------------


def test_the_screen_says_for_whom_what_and_why(client, sign_in):
    prescription = written(days_ago=4)

    response = sign_in(at_the_counter(prescription)).get(page_of(prescription))

    assertContains(response, "DUPONT Jeanne")
    assertContains(response, "12/05/1980")
    assertContains(response, "4 jours perdus, 24 jours à délivrer")
    assertContains(response, "24 jours à 1\u00a0mL par jour\u202f: 24\u00a0mL.")
    assertContains(response, "Remis en plus, un conditionnement ne s’ouvre pas")
    assertContains(response, 'name="packs-1-0" value="3"')


def test_the_screen_has_a_fixed_number_of_queries(
    client, sign_in, django_assert_max_num_queries, django_assert_num_queries
):
    little, much = written(days_ago=20), written(days_ago=20)
    presented_on = little.signed_on
    for prescription, count in ((little, 1), (much, 9)):
        received = ReceivedFactory(prescription=prescription, presented_on=presented_on)
        for _ in range(count):
            DispensedItemFactory(
                dispensation=DispensationFactory(received=received), days=2, quantity_due=2
            )
    by_little, by_much = at_the_counter(little), at_the_counter(much)
    sign_in(by_little).get(page_of(little))
    with django_assert_max_num_queries(24) as first:
        client.get(page_of(little))
    count = len(first)
    sign_in(by_much).get(page_of(much))

    with django_assert_num_queries(count):
        client.get(page_of(much))


def test_the_batch_of_the_day_is_proposed_and_the_button_has_the_focus(client, sign_in):
    prescription = written(days_ago=1)
    member = at_the_counter(prescription)
    client = sign_in(member)
    first = client.get(page_of(prescription))
    assertContains(first, "autofocus", count=1)
    client.post(page_of(prescription), typed(first, **{"days__1": 10, "packs__1__0": 1}))

    again = client.get(page_of(prescription))

    assertContains(again, 'value="LOT-A1"')
    assertContains(again, 'value="06/2031"')
    assert re.search(r'<button[^>]*type="submit" autofocus', again.content.decode())


def test_a_batch_of_another_pharmacy_is_not_proposed(client, sign_in):
    prescription = written(days_ago=1)
    received = ReceivedFactory(prescription=prescription, presented_on=timezone.localdate())
    dispensation = DispensationFactory(received=received, recorded_at=timezone.now())
    DispensedItemFactory(dispensation=dispensation, days=10, quantity_due=10, batch="LOT-SECRET")

    response = sign_in(at_the_counter(prescription)).get(page_of(prescription))

    assert response.context["form"]["batch-1-0"].value() is None


# --- Handed over ---------------------------------------------------------------------------------


def test_dispense(client, sign_in):
    prescription = written(days_ago=4)
    client = sign_in(at_the_counter(prescription))
    data = typed(client.get(page_of(prescription)))

    response = client.post(page_of(prescription), data, follow=True)

    done = Dispensation.objects.get()
    assertRedirects(response, reverse("pharmacies:done", args=[done.public_id]))
    assert done.items.get().days == 24
    assert done.items.get().expires_on == datetime.date(2031, 6, 30)
    assertContains(response, "Dispensation enregistrée")
    assertContains(response, "Tout est délivré")
    assertContains(response, "Signaler un effet indésirable")
    assertContains(response, "autofocus", count=1)


def test_sent_twice_it_is_recorded_once_and_leads_to_the_same_page(client, sign_in):
    prescription = written(days_ago=0)
    client = sign_in(at_the_counter(prescription))
    data = typed(client.get(page_of(prescription)))

    first, second = (client.post(page_of(prescription), data) for _ in range(2))

    assert first.url == second.url
    assert DispensedItem.objects.count() == DoneOnce.objects.count() == 1


def test_presented_on_day_2_handed_over_on_day_6(client, sign_in):
    prescription = written(days_ago=6)
    client = sign_in(at_the_counter(prescription))
    assertContains(client.get(page_of(prescription)), "22 jours à délivrer")
    presented_on = (prescription.signed_on + 2 * DAY).strftime("%d/%m/%Y")
    receive = reverse("pharmacies:receive", args=[prescription.public_id])

    response = client.post(
        receive, {"presentation-presented_on": presented_on, "presentation-key": "k"}, follow=True
    )
    assertContains(response, "28 jours à délivrer")
    client.post(page_of(prescription), typed(response))

    assert DispensedItem.objects.get().days == 28


@pytest.mark.parametrize(("days_ago", "message"), [(-1, "avant"), (7, "après")])
def test_a_presentation_outside_its_bounds_is_refused(client, sign_in, days_ago, message):
    prescription = written(days_ago=6)
    client = sign_in(at_the_counter(prescription))
    on = (timezone.localdate() - days_ago * DAY).strftime("%d/%m/%Y")
    receive = reverse("pharmacies:receive", args=[prescription.public_id])

    response = client.post(receive, {"presentation-presented_on": on, "presentation-key": "k"})

    assertContains(response, message)
    assertContains(response, f'value="{on}"')
    assert not Received.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch__1__0": ""}, "Le numéro de lot est obligatoire."),
        ({"expires__1__0": ""}, "La péremption est obligatoire."),
        ({"expires__1__0": "13/2031"}, "06/2028"),
        ({"expires__1__0": "01/2020"}, "périmé depuis 01/2020"),
        ({"packs__1__0": "4"}, "un conditionnement de moins suffit"),
        ({"packs__1__0": "1"}, "couvre 10 jours sur 28"),
        ({"packs__1__0": "-1"}, "La valeur minimale est 0."),
        ({"days__1": "27,5"}, "nombre entier"),
        ({"dispensed_on": "01/01/2120"}, "ou avant"),
        ({"bearer": "CARER"}, "pièce d’identité"),
        ({"override_reason": "OTHER"}, "Précisez le motif"),
    ],
)
def test_what_is_refused_stays_typed_and_writes_nothing(client, sign_in, changes, message):
    prescription = written(days_ago=0)
    client = sign_in(at_the_counter(prescription))
    data = typed(client.get(page_of(prescription)), **changes)

    response = client.post(page_of(prescription), data)

    assertContains(response, message)
    if data["batch-1-0"]:
        assertContains(response, 'value="LOT-A1"')
    written_rows = Received.objects.count(), Dispensation.objects.count(), DoneOnce.objects.count()
    assert written_rows == (0, 0, 0)


def test_another_pharmacy_than_the_one_chosen_asks_for_a_reason(client, sign_in):
    prescription = written(days_ago=0)
    prescription.enrolment.pharmacy = SiteFactory(pharmacy=True, name="Pharmacie du Marché")
    prescription.enrolment.save()
    client = sign_in(at_the_counter(prescription))
    page = client.get(page_of(prescription))

    refused = client.post(page_of(prescription), typed(page))
    accepted = client.post(page_of(prescription), typed(page, override_reason="OTHER_PHARMACY"))

    assertContains(page, "Pharmacie du Marché")
    assertContains(refused, "indiquez un motif")
    assert accepted.status_code == 302
    assert Dispensation.objects.get().override_reason == "OTHER_PHARMACY"


def test_nothing_is_asked_when_nothing_may_leave(client, sign_in):
    prescription = written(days_ago=28)

    response = sign_in(at_the_counter(prescription)).get(page_of(prescription))

    assertContains(response, "Présentée 28 jours après sa date")
    assertNotContains(response, "Enregistrer la dispensation")


def test_an_untrained_pharmacist_reads_why(client, sign_in, as_owner):
    prescription = written(days_ago=0)
    member = at_the_counter(prescription)
    with as_owner():
        member.user.completions.all().delete()

    response = sign_in(member).get(page_of(prescription))

    assertContains(response, "formation obligatoire")
    assertNotContains(response, "Enregistrer la dispensation")


def test_a_voided_prescription_is_shown_as_such(client, sign_in):
    prescription = written(days_ago=1)
    member = at_the_counter(prescription)
    Prescription.objects.filter(pk=prescription.pk).update(
        status="VOIDED", voided_at=timezone.now(), void_reason=VoidReason.TYPING_ERROR
    )

    response = sign_in(member).get(page_of(prescription))

    assertContains(response, "annulée")
    assertNotContains(response, "Enregistrer la dispensation")


def test_the_same_form_with_other_content_is_refused(client, sign_in):
    prescription = written(days_ago=0)
    client = sign_in(at_the_counter(prescription))
    data = typed(client.get(page_of(prescription)), days__1=10, packs__1__0=1)
    client.post(page_of(prescription), data)

    response = client.post(page_of(prescription), data | {"days-1": 9})

    assertContains(response, "déjà été enregistré avec un autre contenu")
    assert DispensedItem.objects.get().days == 10


def test_a_second_batch_needs_its_number(client, sign_in):
    prescription = written(days_ago=0)
    client = sign_in(at_the_counter(prescription))
    page = client.get(page_of(prescription))
    two = {"packs-1-0": 2, "packs-1-0b": 1, "expires-1-0b": "07/2031"}

    refused = client.post(page_of(prescription), typed(page) | two)
    client.post(page_of(prescription), typed(page) | two | {"batch-1-0b": "LOT-B2"})

    assertContains(refused, "Le numéro de lot est obligatoire.")
    assert list(DispensedItem.objects.order_by("pk").values_list("batch", "packs", "days")) == [
        ("LOT-A1", 2, 28),
        ("LOT-B2", 1, 0),
    ]


def test_an_early_or_late_reception_is_refused_by_the_action_too(client, sign_in):
    prescription = written(days_ago=30)
    client = sign_in(at_the_counter(prescription))
    today = timezone.localdate().strftime("%d/%m/%Y")

    response = client.post(
        reverse("pharmacies:receive", args=[prescription.public_id]),
        {"presentation-presented_on": today, "presentation-key": "k"},
    )

    assertContains(response, "aucun jour à délivrer")
    assert not Received.objects.exists()
