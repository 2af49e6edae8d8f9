import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.enums import Role
from core import drafts
from prescriptions.enums import PrescriptionStatus as Status
from prescriptions.models import Prescription
from tests.accounts.factories import MemberFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.prescriptions.pages import address, hidden, typed
from tests.programmes.factories import ProductFactory, SupplyRuleFactory


@pytest.mark.parametrize(
    "sent",
    [
        {"once": "a\0b"},
        {"lines": "9" * 5000},
        {"change": "remove-line-" + "9" * 5000},
        {"line-0-steps": "9" * 5000},
    ],
)
def test_what_no_page_sends_breaks_nothing(doctor, medicine, today, sent):
    response = doctor.post(address("create", doctor.enrolment), typed(medicine, today, **sent))

    assert response.status_code in {200, 302}


def test_a_refusal_stands_beside_the_medicine_whose_name_begins_another_s(doctor, medicine, today):
    """«Huile THC» and «Huile THC forte»: the whole name is looked for."""
    strong = ProductFactory(
        narcotic=True,
        programme=doctor.enrolment.programme,
        indications=[doctor.enrolment.indication],
        name=f"{medicine.name} forte",
    )
    second = {
        "lines": "2",
        "line-1-product": str(strong.public_id),
        "line-1-steps": "1",
        "line-1-step-0-dose": "0,5",
        "line-1-step-0-intakes": "2",
        "line-1-step-0-days": "29",
    }

    answer = doctor.post(address("create", doctor.enrolment), typed(medicine, today, **second))

    assert list(answer.context["form"].errors) == ["line-1-step-0-days"]


# --- The list --------------------------------------------------------------------------------


def test_the_list_shows_the_prescriptions_of_this_patient_only(doctor):
    mine = PrescriptionFactory(enrolment=doctor.enrolment, signed=True)
    other = PrescriptionFactory(enrolment__included_by=doctor.member, signed=True)

    page = doctor.get(address("list", doctor.enrolment))

    assertContains(page, mine.public_id)
    assertContains(page, "Terminée" if timezone.localdate() > mine.ends_on else "En cours")
    assertNotContains(page, other.public_id)


def test_the_list_takes_as_many_queries_for_one_row_as_for_a_page(
    doctor, django_assert_num_queries
):
    def read():
        return doctor.get(address("list", doctor.enrolment))

    PrescriptionFactory(enrolment=doctor.enrolment, signed=True)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        read()
    for months in range(1, 25):
        PrescriptionFactory(
            enrolment=doctor.enrolment,
            ordinary=True,
            starts_on=timezone.localdate() + timedelta(days=30 * months),
        )

    with django_assert_num_queries(len(one)):
        first = read()

    assertContains(first, "Page suivante")
    older = re.search(r'href="(\?apres=[^"]+)"', first.content.decode()).group(1)
    second = doctor.get(address("list", doctor.enrolment) + older)
    newer = re.search(r'href="(\?avant=[^"]+)"', second.content.decode()).group(1)
    again = doctor.get(address("list", doctor.enrolment) + newer)
    assert [row[0] for row in again.context["rows"]] == [row[0] for row in first.context["rows"]]
    assert len(second.context["rows"]) == 5


@pytest.mark.parametrize(
    "cursor", ["avant=1", "apres=' OR 1", "apres=d95c6f2d-6a81-4863-8423-63b20786778a"]
)
def test_an_invented_page_is_the_first_one(doctor, cursor):
    PrescriptionFactory(enrolment=doctor.enrolment)

    page = doctor.get(f"{address('list', doctor.enrolment)}?{cursor}")

    assert len(page.context["rows"]) == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.REFERENCE_DOCTOR, 404),
        (Role.RELAY_DOCTOR, 404),
        (Role.PHARMACIST, 403),
        (Role.ANALYST, 403),
        (Role.VIGILANCE_OFFICER, 403),
        (Role.MANAGER, 403),
    ],
)
def test_a_stranger_reads_nothing(sign_in, role, status):
    prescription = PrescriptionFactory(signed=True)
    stranger = MemberFactory(role=role, programme=prescription.enrolment.programme)
    client = sign_in(stranger)

    for name in ("list", "detail", "pdf", "void"):
        one = prescription if name != "list" else None
        answer = client.get(address(name, prescription.enrolment, one))
        assert answer.status_code == status


# --- Writing ---------------------------------------------------------------------------------


def test_writing_makes_a_draft_and_leads_to_the_review(doctor, medicine, today):
    page = doctor.get(address("create", doctor.enrolment))
    assertContains(page, 'data-thc="25.0000"')
    assertContains(page, f"{today:%d/%m/%Y}")

    answer = doctor.post(address("create", doctor.enrolment), typed(medicine, today))

    draft = Prescription.objects.get()
    assertRedirects(answer, address("detail", doctor.enrolment, draft))
    assert (draft.status, draft.narcotic_days, draft.prescriber) == (
        Status.DRAFT,
        28,
        doctor.member.user,
    )
    assert draft.lines.get().packs.get().count == 1


def test_the_same_form_sent_twice_makes_one_draft(doctor, medicine, today):
    fields = typed(medicine, today)

    for _ in range(2):
        doctor.post(address("create", doctor.enrolment), fields)

    assert Prescription.objects.count() == 1


def test_going_back_and_changing_is_told_and_then_makes_another_draft(doctor, medicine, today):
    fields = typed(medicine, today)
    doctor.post(address("create", doctor.enrolment), fields)
    changed = fields | {"line-0-step-0-days": "14"}

    page = doctor.post(address("create", doctor.enrolment), changed)
    assertContains(page, "déjà été enregistré avec un autre contenu")
    assert Prescription.objects.count() == 1

    doctor.post(address("create", doctor.enrolment), changed | {"once": hidden(page, "once")})
    assert Prescription.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"line-0-step-0-days": "29"}, "limitée à 28\u202fjours"),
        ({"line-0-step-0-dose": "0"}, "supérieure à zéro"),
        ({"line-0-step-0-dose": "0,12345"}, "Pas plus de 3 chiffres"),
        ({"line-0-step-0-dose": "3E-1"}, "Écrivez un nombre"),
        ({"line-0-step-0-dose": "NaN"}, "Écrivez un nombre"),
        ({"line-0-step-0-intakes": "25"}, "La valeur maximale est 24"),
        ({"line-0-product": "d95c6f2d-6a81-4863-8423-63b20786778a"}, "choix valide"),
        ({"line-0-product": ""}, "obligatoire"),
        ({"starts_on": "31/02/2026"}, "n’existe pas"),
        ({"starts_on": "01/01/2020"}, "ou après"),
        ({"supply": "FRACTIONS"}, "nombre de jours de chaque fraction"),
        ({"supply": "FRACTIONS", "fraction_days": "28"}, "maximale est 27"),
        (
            {"supply": "FRACTIONS", "fraction_days": "14", "line-0-step-0-days": "14"},
            "plus courte que le traitement",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_writes_nothing(
    doctor, medicine, today, changes, said
):
    fields = typed(medicine, today, note="Revoir à un mois", **changes)

    page = doctor.post(address("create", doctor.enrolment), fields)

    text = page.content.decode().replace("28 jours", "28\u202fjours")
    assert said in text
    assertContains(page, "Revoir à un mois")
    assert not Prescription.objects.exists()


def test_an_ordinary_medicine_may_last_longer(doctor, today):
    SupplyRuleFactory()
    product = ProductFactory(
        programme=doctor.enrolment.programme, indications=[doctor.enrolment.indication]
    )

    doctor.post(
        address("create", doctor.enrolment),
        typed(product, today, **{"line-0-step-0-days": "90"}),
    )

    draft = Prescription.objects.get()
    assert (draft.duration_days, draft.narcotic_days) == (90, None)
    assertContains(doctor.get(address("detail", doctor.enrolment, draft)), "À renouveler 2 fois")


def test_an_overlap_asks_the_mention_at_its_field(doctor, medicine, today):
    running = PrescriptionFactory(enrolment=doctor.enrolment, author=doctor.member, starts_on=today)
    Prescription.objects.filter(pk=running.pk).update(
        status=Status.SIGNED, signed_on=today, signed_at=timezone.now()
    )
    fields = typed(medicine, today)

    refused = doctor.post(address("create", doctor.enrolment), fields)
    assertContains(refused, "la mention expresse de chevauchement est nécessaire")
    assert Prescription.objects.count() == 1

    doctor.post(address("create", doctor.enrolment), fields | {"has_mention": "on"})
    assert Prescription.objects.filter(has_overlap_mention=True).count() == 1


def test_rows_are_added_and_removed_without_script(doctor, medicine, today):
    fields = typed(medicine, today)

    page = doctor.post(address("create", doctor.enrolment), fields | {"change": "add-step-0"})
    assertContains(page, 'name="line-0-step-1-dose"', count=1)
    assertContains(page, 'value="0,5"')
    page = doctor.post(address("create", doctor.enrolment), fields | {"change": "add-line"})
    assertContains(page, 'name="line-1-product"', count=1)

    assert not Prescription.objects.exists()


def test_what_was_typed_comes_back_from_the_draft(doctor, medicine, today):
    key = f"prescription:{doctor.enrolment.public_id}"
    kept = typed(medicine, today, **{"line-0-step-0-dose": "0,2x"})
    drafts.save(doctor.member.user_id, key, kept, 0, at=timezone.now())

    page = doctor.get(address("create", doctor.enrolment))

    assertContains(page, 'value="0,2x"')
    assertContains(page, 'data-version="1"')
    doctor.post(address("create", doctor.enrolment), typed(medicine, today))
    assert drafts.load(doctor.member.user_id, key) is None


def test_only_its_prescriber_changes_a_draft(doctor, medicine, today, sign_in):
    draft = PrescriptionFactory(enrolment=doctor.enrolment, author=doctor.member, starts_on=today)
    colleague = MemberFactory(site=doctor.enrolment.site, programme=doctor.enrolment.programme)
    page = doctor.get(address("edit", doctor.enrolment, draft))
    assertContains(page, 'value="0,5"')

    changed = doctor.post(
        address("edit", doctor.enrolment, draft),
        typed(medicine, today, **{"line-0-step-0-days": "14"}),
    )
    assertRedirects(changed, address("detail", doctor.enrolment, draft))
    draft.refresh_from_db()
    assert draft.duration_days == 14

    client = sign_in(colleague)
    assert client.get(address("edit", doctor.enrolment, draft)).status_code == 404
    assert client.post(address("sign", doctor.enrolment, draft)).status_code == 404
