"""The pages of the catalogue: what a manager types, and what a stranger may not reach."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from programmes.models import Product, SupplyNotice
from tests.accounts.factories import MemberFactory
from tests.programmes.factories import (
    IndicationFactory,
    PackFactory,
    ProductFactory,
    ProgrammeFactory,
    SupplyNoticeFactory,
)


@pytest.fixture
def manager(sign_in):
    programme = ProgrammeFactory()
    client = sign_in(MemberFactory(role="MANAGER", programme=programme))
    client.programme = programme
    return client


def page(name, product):
    return reverse(f"programmes:{name}", args=[product.public_id])


def shown(day):
    return f"{day:%d/%m/%Y}"


def test_the_list_reads_a_fixed_number_of_queries(manager, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    PackFactory(product=ProductFactory(programme=manager.programme))
    with CaptureQueriesContext(connection) as one:
        manager.get(reverse("programmes:products"))
    for _ in range(5):
        SupplyNoticeFactory(product=ProductFactory(programme=manager.programme))

    with django_assert_num_queries(len(one)):
        answer = manager.get(reverse("programmes:products"))

    assertContains(answer, "Rupture", count=5)


def tablet(indication, today):
    return {
        "code": "T5C5",
        "name": "Comprimé 5/5",
        "form": "TABLET",
        "thc_mg": "5,0001",
        "cbd_mg": "5",
        "thc_percent": "2,5",
        "route": "sublinguale",
        "holder": "Exploitant",
        "valid_from": shown(today),
        "indications": [str(indication.pk)],
        "source": "Décision d’essai",
    }


def test_a_medicine_is_added_step_by_step(manager):
    indication, today = IndicationFactory(programme=manager.programme), timezone.localdate()
    typed = tablet(indication, today)

    answer = manager.post(reverse("programmes:add_product", args=[manager.programme.code]), typed)

    product = Product.objects.get()
    assertRedirects(answer, page("product", product))
    assert str(product.thc_mg_per_unit) == "5.0001"
    manager.post(
        page("set_regime", product),
        {"regime": "ORDINARY", "valid_from": shown(today), "source": "essai"},
    )
    manager.post(
        page("add_pack", product),
        {"label": "Boîte de 30", "quantity": "30", "cip13": "", "valid_from": shown(today)},
    )
    seen = manager.get(page("product", product))
    assertContains(seen, "Régime à vérifier")
    assertContains(seen, "Boîte de 30")
    assertContains(manager.get(page("set_regime", product)), "Votre choix s’applique")


def test_what_is_wrong_is_said_at_its_field_and_writes_nothing(manager):
    product = ProductFactory(programme=manager.programme)
    other = ProductFactory(programme=manager.programme, name="Autre huile")
    today = timezone.localdate()
    typed = {"level": "SHORTAGE", "valid_from": shown(today), "source": "ANSM"}

    assertContains(manager.post(page("publish_notice", product), typed), "obligatoire")
    assert not SupplyNotice.objects.exists()

    manager.post(
        page("publish_notice", product),
        typed | {"message": "Plus de stock", "substitutes": [str(other.pk)]},
    )
    notice = SupplyNotice.objects.get()
    assertContains(manager.get(page("product", product)), "Autre huile")
    again = manager.post(page("publish_notice", product), typed | {"message": "Encore"})
    assertContains(again, "commence ce jour")
    lift = reverse("programmes:lift_notice", args=[notice.public_id])
    assertContains(manager.get(lift), "Plus de stock")
    manager.post(lift, {"on": shown(today)})
    notice.refresh_from_db()
    assert notice.valid_to == today


def test_a_pack_is_ended_and_a_medicine_changed(manager):
    pack = PackFactory(product=ProductFactory(programme=manager.programme))
    product, today = pack.product, timezone.localdate()
    indication = IndicationFactory(programme=manager.programme)
    assertContains(manager.get(page("change_product", product)), product.name)

    manager.post(page("end_pack", product), {"pack": str(pack.pk), "on": shown(today)})
    manager.post(
        page("change_product", product),
        {
            "name": "Huile renommée",
            "route": "orale",
            "holder": "Exploitant",
            "valid_from": shown(product.valid_from),
            "valid_to": shown(today),
            "indications": [str(indication.pk)],
            "source": "essai",
        },
    )

    pack.refresh_from_db()
    product.refresh_from_db()
    assert (pack.valid_to, product.valid_to, product.name) == (today, today, "Huile renommée")


@pytest.mark.parametrize("sent", [{"quantity": "0"}, {"quantity": "-1"}, {"cip13": "340"}])
def test_a_pack_that_cannot_be_is_refused(manager, sent):
    product = ProductFactory(programme=manager.programme)
    typed = {"label": "x", "quantity": "10", "cip13": "", "valid_from": "01/01/2026"}

    answer = manager.post(page("add_pack", product), typed | sent)

    assert answer.status_code == 200
    assert not product.packs.exists()


def test_another_programme_s_medicine_does_not_exist(manager):
    stranger = ProductFactory(programme=ProgrammeFactory(code="autre"))
    notice = SupplyNoticeFactory(product=stranger)

    names = ("product", "change_product", "set_regime", "add_pack", "end_pack", "publish_notice")
    for name in names:
        assert manager.get(page(name, stranger)).status_code == 404
    lift = reverse("programmes:lift_notice", args=[notice.public_id])
    assert manager.post(lift, {"on": "01/01/2027"}).status_code == 404
    add = reverse("programmes:add_product", args=["autre"])
    assert manager.get(add).status_code == 404
