"""Pages of the register: what a pharmacist sees, types, and takes away."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core.pdf import PdfUnavailable
from pharmacies.models import Inventory, OrderSlip, RegisterCopy, RegisterLine, RegisterMonth
from tests.accounts.factories import MemberFactory
from tests.pharmacies.factories import (
    InventoryFactory,
    OrderSlipFactory,
    RegisterLineFactory,
    RegisterMonthFactory,
    narcotic_pack,
    register_keeper,
)
from tests.programmes.factories import AccreditationFactory, PackFactory, ProductFactory


DAY = datetime.timedelta(days=1)


def today():
    return timezone.localdate().strftime("%d/%m/%Y")


def typed(pack, **changes):
    said = {
        "key": "key",
        "pack": pack.pk,
        "packs": "4",
        "batch": "LOT-A1",
        "expires_on": "06/2031",
        "happened_on": today(),
        "reference": "BL 12",
    }
    return said | changes


def address(name, *args):
    return reverse(f"pharmacies:{name}", args=args)


def test_the_register_shows_its_own_lines_only(client, sign_in, django_assert_num_queries):
    by = register_keeper()
    pack = narcotic_pack(by)
    RegisterLineFactory(recorded_by=by, pack=pack, batch="LOT-MINE")
    RegisterLineFactory(batch="LOT-SECRET")
    sign_in(by)

    # session, user, device, member; balances, packs; last month, first line, inventory; lines
    with django_assert_num_queries(10):
        response = client.get(address("register"))

    assertContains(response, "LOT-MINE")
    assertNotContains(response, "LOT-SECRET")
    assertContains(response, "Inventaire annuel à faire", count=0)


def test_a_pharmacist_alone_keeps_a_register():
    line = RegisterLineFactory()
    doctor = MemberFactory(role=Role.REFERENCE_DOCTOR, site=line.pharmacy)

    assert not RegisterLine.objects.visible_to(doctor).exists()


def test_the_same_pack_of_two_programmes_is_told_apart(client, sign_in):
    by = register_keeper()
    mine = narcotic_pack(by)
    other = AccreditationFactory(member=by, programme__short_name="Accès compassionnel").programme
    twin = ProductFactory(narcotic=True, programme=other, name=mine.product.name)
    packs = [mine, PackFactory(product=twin, label=mine.label, quantity=mine.quantity)]
    alone = narcotic_pack(by, label="Flacon de 10 mL")
    for pack in [*packs, alone]:
        RegisterLineFactory(recorded_by=by, pack=pack)
    client = sign_in(by)

    for page in (address("movement", "RECEIPT"), address("slips"), address("inventory")):
        shown = client.get(page)
        for pack in packs:
            named = f"{pack.product.name} – {pack.label} ({pack.product.programme.short_name})"
            assertContains(shown, named)
        assertNotContains(shown, f"{alone.product.name} – {alone.label} (")
    held = client.get(address("register")).context["held"]
    assert {one.pack: one.programme for one in held} == {
        **{pack: pack.product.programme.short_name for pack in packs},
        alone: "",
    }


def test_the_balance_of_another_day(client, sign_in):
    by = register_keeper()
    RegisterLineFactory(recorded_by=by, happened_on=datetime.date(2026, 5, 12))
    sign_in(by)

    before = client.get(address("register"), {"au": "11/05/2026"})
    wrong = client.get(address("register"), {"au": "31/02/2026"})

    assertContains(before, "Rien n’est compté à cette date")
    assertContains(wrong, "n’existe pas")


def test_what_the_law_asks_now_is_told(client, sign_in):
    by = register_keeper()
    long_ago = timezone.now() - 400 * DAY
    RegisterLineFactory(recorded_by=by, recorded_at=long_ago, happened_on=long_ago.date())
    sign_in(by)

    assertContains(client.get(address("register")), "Inventaire annuel à faire")
    assertContains(client.get(address("register")), "Arrêter la balance")
    InventoryFactory(recorded_by=by, counted_on=timezone.localdate() - 365 * DAY)
    assertContains(client.get(address("register")), "Le dernier date du")
    InventoryFactory(recorded_by=by, counted_on=timezone.localdate() - 364 * DAY)
    assertNotContains(client.get(address("register")), "Inventaire annuel à faire")


def test_enter_a_receipt(client, sign_in):
    by = register_keeper()
    pack = narcotic_pack(by)
    slip = OrderSlipFactory(recorded_by=by, pack=pack)
    sign_in(by)
    assertContains(client.get(address("movement", "RECEIPT")), "0001234")

    response = client.post(address("movement", "RECEIPT"), typed(pack, slip=slip.pk), follow=True)

    assertRedirects(response, address("register"))
    line = RegisterLine.objects.get()
    assert (line.change, line.slip, line.reference) == (200, slip, "BL 12")
    assertNotContains(client.get(address("slips")), "Bon 0001234")


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("RECEIPT", {"packs": "", "quantity": ""}, "Indiquez un nombre"),
        ("RECEIPT", {"quantity": "3"}, "Indiquez un nombre"),
        ("RECEIPT", {"reference": ""}, "obligatoire"),
        ("LOSS", {"reason": "Flacon cassé"}, "ne compte que 0"),
        ("DESTRUCTION", {}, "obligatoire"),
    ],
)
def test_a_movement_typed_wrong_stays_on_the_page(client, sign_in, kind, changes, message):
    by = register_keeper()
    pack = narcotic_pack(by)
    sign_in(by)

    response = client.post(address("movement", kind), typed(pack, **changes))

    assertContains(response, message)
    assertContains(response, 'value="LOT-A1"')
    assert not RegisterLine.objects.exists()


def test_a_movement_in_units_of_dosage(client, sign_in):
    by = register_keeper()
    sign_in(by)

    client.post(
        address("movement", "PATIENT_RETURN"),
        typed(narcotic_pack(by), packs="", quantity="3,5"),
    )

    assert str(RegisterLine.objects.get().change) == "3.5000"


def test_an_unknown_movement_or_medium_does_not_exist(client, sign_in):
    sign_in(register_keeper())

    assert client.get(address("movement", "GIFT")).status_code == 404
    assert client.get(address("movement", "DISPENSATION")).status_code == 404
    assert client.post(address("copy", "REGISTER", "FAX")).status_code == 404


def test_correct_a_line_of_one_s_own_register(client, sign_in):
    by = register_keeper()
    mine = RegisterLineFactory(recorded_by=by)
    theirs = RegisterLineFactory()
    sign_in(by)

    page = address("correct_line", mine.public_id)
    assertContains(client.get(page), "LOT-A1")
    empty = client.post(page, {"key": "k", "reason": ""})
    done = client.post(page, {"key": "k", "reason": "Saisie en double"}, follow=True)
    again = client.post(page, {"key": "other", "reason": "Encore"})

    assertContains(empty, "obligatoire")
    assertContains(done, "Corrigée, ligne 2")
    assertContains(again, "déjà corrigée")
    assert client.get(address("correct_line", theirs.public_id)).status_code == 404


def test_take_an_inventory(client, sign_in):
    by = register_keeper()
    pack = narcotic_pack(by)
    RegisterLineFactory(recorded_by=by, pack=pack)
    sign_in(by)
    assertNotContains(client.get(address("inventory")), "200")

    nothing = client.post(address("inventory"), {"key": "k"})
    response = client.post(
        address("inventory"), {"key": "k", f"counted-{pack.pk}-STOCK": "190"}, follow=True
    )

    assertContains(nothing, "Comptez au moins")
    assertContains(response, "190")
    assertContains(response, "−10")
    theirs = InventoryFactory()
    assert client.get(address("inventory_done", theirs.public_id)).status_code == 404
    assert Inventory.objects.visible_to(by).count() == 1


def test_close_a_month_and_print_it(client, sign_in):
    by = register_keeper()
    last_day = timezone.localdate().replace(day=1) - DAY
    noon = datetime.datetime.combine(last_day, datetime.time(12), tzinfo=datetime.UTC)
    RegisterLineFactory(recorded_by=by, recorded_at=noon, happened_on=last_day)
    sign_in(by)
    first = last_day.replace(day=1)

    refused = client.post(
        address("months"), {"month": timezone.localdate().replace(day=1).isoformat()}, follow=True
    )
    done = client.post(address("months"), {"month": first.isoformat()}, follow=True)
    closed = RegisterMonth.objects.get()
    printed = client.get(address("month_pdf", closed.public_id))

    assertContains(refused, "La prochaine balance")
    assertContains(done, "1 à 1")
    assert printed.content.startswith(b"%PDF")
    theirs = RegisterMonthFactory()
    assert client.get(address("month_pdf", theirs.public_id)).status_code == 404


def test_note_an_order_slip(client, sign_in):
    by = register_keeper()
    pack = narcotic_pack(by)
    sign_in(by)
    data = {
        "slip_number": "77",
        "supplier": "OCP",
        "ordered_on": today(),
        "pack": pack.pk,
        "packs": "2",
    }

    response = client.post(address("slips"), data, follow=True)
    other = client.post(address("slips"), data | {"packs": "3"})

    assertContains(response, "deux flacons de cinquante millilitres")
    assertContains(other, "autre contenu")
    assert OrderSlip.objects.count() == 1


@pytest.mark.parametrize(("medium", "start"), [("PDF", b"%PDF"), ("CSV", b"\xef\xbb\xbfN")])
def test_take_a_copy_away(client, sign_in, medium, start):
    by = register_keeper()
    RegisterLineFactory(recorded_by=by)
    sign_in(by)
    assertContains(client.get(address("copies")), "Jamais remis", count=4)

    response = client.post(address("copy", "REGISTER", medium))

    assert response.content.startswith(start)
    assert RegisterCopy.objects.get().last_number == 1
    assertContains(client.get(address("copies")), "À jour")
    RegisterLineFactory(recorded_by=by)
    assertContains(client.get(address("copies")), "il y a du nouveau depuis")


def test_a_copy_of_nothing_is_up_to_date(client, sign_in):
    sign_in(register_keeper())

    client.post(address("copy", "REGISTER", "CSV"))

    assertContains(client.get(address("copies")), "À jour")


def test_without_the_library_of_pdfs_it_is_said(client, sign_in, monkeypatch):
    by = register_keeper()
    closed = RegisterMonthFactory(closed_by=by)
    sign_in(by)

    def fail(*args, **kwargs):
        raise PdfUnavailable

    monkeypatch.setattr("pharmacies.documents.pdf.render", fail)

    for response in [
        client.post(address("copy", "REGISTER", "PDF"), follow=True),
        client.get(address("month_pdf", closed.public_id), follow=True),
    ]:
        assertContains(response, "libpango")
    assert not RegisterCopy.objects.exists()
