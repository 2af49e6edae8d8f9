"""People seen and not included are counted without an identity; derogations; interactions."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from core.models import Draft, JournalLine
from patients import actions, draft, texts
from patients.enums import AgeBand, ScreeningReason
from patients.interactions import Known, interactions, known_on
from patients.models import Derogation, Enrolment, NotIncluded
from programmes.models import Criterion
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory, NotIncludedFactory
from tests.patients.situations import NOON, a_setting, typed
from tests.patients.test_duplicates import begun
from tests.programmes.factories import ProgrammeFactory


@pytest.fixture
def setting():
    return a_setting()


# --- Counted ---------------------------------------------------------------------------------


def test_nothing_that_says_who_is_kept(setting):
    seen = actions.Seen(setting.programme, AgeBand.OLDER, ScreeningReason.REFUSED)

    kept = actions.record_not_included(seen, by=setting.doctor, at=NOON)

    assert kept.month == datetime.date(2026, 3, 1)
    columns = {field.name for field in NotIncluded._meta.get_fields()}
    assert columns == {
        "id", "programme", "site", "indication", "age_band", "reason", "criterion", "month"
    }  # fmt: skip
    assert JournalLine.objects.get().detail == {"reason": "REFUSED"}


def test_the_draft_is_erased_with_it(sign_in, setting):
    client = sign_in(setting.doctor)
    draft_id = begun(client, setting)
    refused = typed(setting)["eligibilite"] | {f"criterion_{setting.criterion.pk}": "YES"}
    page = client.post(reverse("patients:step", args=[draft_id, "eligibilite"]), refused)
    address = f"{reverse('patients:not_included')}?saisie={draft_id}"

    assertContains(page, address)
    form = client.get(address).context["form"]
    assert form.initial["criterion"] == setting.criterion.pk
    assert form.initial["reason"] == ScreeningReason.CRITERION
    assert str(form.initial["indication"]) == str(setting.indication.pk)
    sent = {
        "programme": str(setting.programme.public_id), "indication": setting.indication.pk,
        "age_band": "40-64", "reason": "CRITERION", "criterion": setting.criterion.pk,
    }  # fmt: skip
    client.post(address, sent)

    kept = NotIncluded.objects.get()
    assert (kept.criterion, kept.site) == (setting.criterion, setting.doctor.site)
    assert Draft.objects.get().key_id is None
    assert draft.mine(by=setting.doctor, at=timezone.now()) == []


@pytest.mark.parametrize("asked", ["nothing", "00000000-0000-0000-0000-000000000000"])
def test_a_draft_that_is_not_ones_own_does_not_exist(sign_in, setting, asked):
    response = sign_in(setting.doctor).get(reverse("patients:not_included"), {"saisie": asked})

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"criterion": ""}, "criterion"),
        ({"age_band": ""}, "age_band"),
        ({"programme": "other"}, "indication"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(sign_in, setting, changes, field):
    other = ProgrammeFactory()
    setting.doctor.accreditations.create(programme=other, started_on=other.opens_on)
    sent = {
        "programme": str(setting.programme.public_id), "indication": setting.indication.pk,
        "age_band": "40-64", "reason": "CRITERION", "criterion": setting.criterion.pk, **changes,
    }  # fmt: skip
    if sent["programme"] == "other":
        sent["programme"] = str(other.public_id)

    response = sign_in(setting.doctor).post(reverse("patients:not_included"), sent)

    assert field in response.context["form"].errors
    assert not NotIncluded.objects.exists()


def test_a_criterion_of_another_reason_is_left_out(sign_in, setting):
    sent = {
        "programme": str(setting.programme.public_id), "age_band": "0-17", "reason": "OTHER",
        "criterion": setting.criterion.pk,
    }  # fmt: skip

    client = sign_in(setting.doctor)
    client.post(reverse("patients:not_included"), sent)

    assert NotIncluded.objects.get().criterion is None
    started = client.get(reverse("patients:not_included"), {"motif": "REFUSED"})
    assert started.context["form"].initial == {"reason": "REFUSED"}


def test_a_structure_reads_its_own_and_the_agency_all(sign_in, setting):
    mine = NotIncludedFactory(site=setting.doctor.site, indication=setting.indication)
    theirs = NotIncludedFactory(indication=setting.indication)
    elsewhere = NotIncludedFactory()
    agent = MemberFactory(role=Role.ANALYST, programme=setting.programme)
    address = reverse("patients:screening")

    page = sign_in(setting.doctor).get(address)
    assertContains(page, mine.site.name)
    assertContains(page, "Consigner une non-inclusion")
    assertNotContains(page, theirs.site.name)
    page = sign_in(agent).get(address)
    assertContains(page, theirs.site.name)
    assertNotContains(page, elsewhere.site.name)
    assertNotContains(page, "Consigner une non-inclusion")
    assert not NotIncluded.objects.visible_to(MemberFactory(role=Role.PHARMACIST)).exists()


def test_the_file_counts_people_by_combination(sign_in, setting):
    for _ in range(2):
        NotIncludedFactory(
            site=setting.doctor.site,
            indication=setting.indication,
            reason=ScreeningReason.CRITERION,
            criterion=setting.criterion,
        )

    response = sign_in(setting.doctor).get(reverse("patients:screening_csv"))

    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("mois;structure;")
    assert lines[1].startswith("03/2026;")
    assert lines[1].endswith(f"{setting.criterion.text};2")
    assert len(lines) == 2
    assert JournalLine.objects.get(action="screening.exported").detail == {"lines": 1}


# --- Derogations -----------------------------------------------------------------------------


def confirm(client, setting, eligibility):
    draft_id = begun(client, setting)
    step = reverse("patients:step", args=[draft_id, "eligibilite"])
    answered = client.post(step, typed(setting)["eligibilite"] | eligibility)
    if answered.status_code == 200:
        return answered
    for name in ("identite", "relais"):
        client.post(reverse("patients:step", args=[draft_id, name]), typed(setting)[name])
    last = reverse("patients:step", args=[draft_id, "confirmation"])
    page = client.get(last)
    client.post(last, {"confirmed": "on"})
    return page


def test_a_derogation_passes_with_a_reason_and_is_listed_for_the_agency(sign_in, setting):
    Criterion.objects.update(is_derogable=True)
    name = f"criterion_{setting.criterion.pk}"
    against = {name: "YES", f"{name}_derogation": "Avis collégial"}

    page = confirm(sign_in(setting.doctor), setting, against)

    assertContains(page, "Inclusion par dérogation")
    row = Derogation.objects.get()
    assert b"coll" not in bytes(row.reason_sealed)
    assert texts.read(row.enrolment, texts.DEROGATION, row.reason_sealed) == "Avis collégial"
    agent = MemberFactory(role=Role.ANALYST, programme=setting.programme)
    listed = sign_in(agent).get(reverse("patients:oversight"))
    assertContains(listed, "Avis collégial")
    assertContains(listed, row.enrolment.number)


def test_reasons_of_several_participations_are_opened_together(django_assert_num_queries):
    found = [EnrolmentFactory(), EnrolmentFactory()]
    sealed = [(one, texts.seal(one, texts.DEROGATION, one.number)) for one in found]

    with django_assert_num_queries(1, using="keys"):
        told = texts.read_each(texts.DEROGATION, [*sealed, (found[0], None)])

    assert told == [found[0].number, found[1].number, ""]


def test_without_a_reason_it_does_not_pass(sign_in, setting):
    Criterion.objects.update(is_derogable=True)

    page = confirm(sign_in(setting.doctor), setting, {f"criterion_{setting.criterion.pk}": "YES"})

    assertContains(page, "non-inclusion présent")
    assert not Enrolment.objects.exists()


def test_a_criterion_that_allows_none_is_not_passed_over(sign_in, setting):
    name = f"criterion_{setting.criterion.pk}"
    forged = {name: "YES", f"{name}_derogation": "Avis collégial"}

    page = confirm(sign_in(setting.doctor), setting, forged)

    assertContains(page, "non-inclusion présent")
    assert not Derogation.objects.exists()


def test_a_reason_typed_for_an_answer_that_is_fine_is_no_derogation(sign_in, setting):
    Criterion.objects.update(is_derogable=True)
    name = f"criterion_{setting.criterion.pk}"

    confirm(sign_in(setting.doctor), setting, {name: "NO", f"{name}_derogation": "Reste"})

    assert Enrolment.objects.count() == 1
    assert not Derogation.objects.exists()


# --- Interactions ----------------------------------------------------------------------------


VALPROATE = Known("Antiépileptiques", ["valproate", "Dépakine"], "Surveillez.", "essai")


@pytest.fixture
def valproate(monkeypatch):
    monkeypatch.setattr("patients.interactions.SOURCES", [lambda _on: [VALPROATE]])


@pytest.mark.parametrize(
    ("drug", "found"),
    [
        ("Valproate", True),
        ("VALPROATE DE SODIUM 500 mg", True),
        ("depakine chrono", True),
        ("Divalproate", False),
        ("acide valproïque", False),
        ("Gabapentine", False),
        ("", False),
    ],
)
def test_a_medicine_is_recognised_as_people_write_it(drug, found):
    told = interactions([drug], [VALPROATE])

    assert bool(told) == found
    assert all("Surveillez" in one.message for one in told)


@pytest.mark.parametrize(("plan", "told"), [("KEPT", True), ("REDUCED", True), ("REPLACED", False)])
def test_what_goes_on_is_told_before_the_inclusion(sign_in, setting, valproate, plan, told):
    taken = {"drug_1": "Valproate", "plan_1": plan}

    page = confirm(sign_in(setting.doctor), setting, taken)

    assert ("Surveillez" in page.content.decode()) == told
    assert Enrolment.objects.count() == 1  # a precaution forbids nothing


def test_the_table_of_the_prescriptions_is_told():
    labels = {known.label for known in known_on(datetime.date(2026, 3, 2))}

    assert {"Antiépileptiques", "Anticoagulants", "Opioïdes"} <= labels


def test_the_page_carries_the_classes_for_its_script(sign_in, setting, valproate):
    client = sign_in(setting.doctor)
    draft_id = begun(client, setting)

    page = client.get(reverse("patients:step", args=[draft_id, "eligibilite"]))

    assertContains(page, 'data-members="valproate|depakine"')
