"""The NIR: every number of `interop.md` 3.3 and 3.10, and only while the patient authorises it."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from core.db import violated_constraint
from core.models import JournalLine, KeyRecord
from patients import actions, nir, tasks
from patients.consents import Withdrawal
from patients.enums import ConsentKind, EndReason, NirKind
from patients.models import Nir
from tests.patients.factories import ConsentFactory, EnrolmentFactory, PersonFactory
from tests.patients.situations import DAY, NOON
from tests.patients.test_consents import give
from tests.together import together


def with_key(body):
    from core.identifiers import nir_key

    return f"{body}{nir_key(body):02d}"


NUMBER, OTHER = with_key("2800578006084"), with_key("2800578006085")


def authorised(**fields):
    """A patient who authorises the number; her doctor is the author of her inclusion."""
    fields.setdefault("patient__person", True)
    enrolment = EnrolmentFactory(**fields)
    ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR, recorded_by=enrolment.included_by)
    return enrolment


def withdraw(enrolment):
    said = Withdrawal(ConsentKind.NIR, DAY)
    actions.withdraw(enrolment, said, by=enrolment.included_by, at=NOON)


def record(enrolment, number=NUMBER):
    return actions.record_nir(enrolment, number, by=enrolment.included_by, at=NOON)


def nir_keys():
    return KeyRecord.objects.filter(purpose="nir").count()


# --- Shape -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        "185057800608491",
        "253072A07300443",
        "253072B07300470",
        "160012000401240",
        "190019710512343",
        "285069720904589",
        "177089730201039",
        "201029741107786",
        "195059750200105",
        "212049760803318",
        "188069873500239",
        "295109912611193",
        "180019935200178",
        "145207505600182",
        "230997505600290",
        "285067800604497",
        "285067800603509",
    ],
)
def test_a_right_number_is_a_nir(number):
    assert nir.refusal(number) == ""
    assert nir.kind_of(number) == NirKind.NIR


@pytest.mark.parametrize("number", ["385057800608488", "785057800608482", "885057800608432"])
def test_a_waiting_number_is_never_called_a_nir(number):
    assert nir.refusal(number) == ""
    assert nir.kind_of(number) == NirKind.PROVISIONAL


@pytest.mark.parametrize(
    "typed", ["1 85 05 78 006 084 91", "1\u202f85\u00a00578006084 91", "253072a07300443"]
)
def test_spaces_of_any_kind_and_small_letters_are_read(typed):
    assert nir.refusal(typed) == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("185057800608492", "clé"),
        ("1850578006084", "Il manque la clé"),
        ("18505780060849", "15 caractères"),
        ("1850578006084910", "15 caractères"),
        ("253072C07300443", "inattendu"),
        ("1-85-05-78-006-084-91", "inattendu"),
        ("1.85.05.78.006.084.91", "inattendu"),
        ("18505780O608491", "inattendu"),
        ("\u066185057800608491", "inattendu"),
        ("\uff1185057800608491", "inattendu"),
        ("185057800608491\0", "inattendu"),
        ("\u202e185057800608491", "inattendu"),
        ("585057800608491", "forme"),
        ("18505A800608491", "forme"),
    ],
)
def test_a_wrong_number_is_refused_without_being_repeated(typed, said):
    refusal = nir.refusal(typed)

    assert said in refusal
    assert typed[:8] not in refusal


@pytest.mark.parametrize(
    ("number", "born", "sex", "said"),
    [
        ("185057800608491", 1985, "M", []),
        ("185057800608491", 1985, "I", []),
        ("185057800608491", 2015, "M", ["parent"]),
        ("185057800608491", 1985, "F", ["premier chiffre"]),
        ("285067800604497", 1985, "M", ["premier chiffre"]),
        ("185137800608425", 1985, "M", ["mois"]),
        ("385057800608488", 1985, "M", ["provisoire"]),
    ],
)
def test_what_is_unusual_is_told(number, born, sex, said):
    told = nir.warnings(number, born_on=datetime.date(born, 5, 1), sex=sex)

    assert len(told) == len(said)
    assert all(word in text for word, text in zip(said, told, strict=True))


# --- Recorded, shown, erased -----------------------------------------------------------------


def test_a_number_is_kept_sealed_under_a_key_of_its_own():
    enrolment = authorised()

    kept = record(enrolment, "2 80 05 78 006 084 " + NUMBER[-2:])

    assert NUMBER.encode() not in bytes(kept.sealed)
    assert nir_keys() == 1
    assert actions.reveal_nir(enrolment, by=enrolment.included_by) == NUMBER
    lines = JournalLine.objects.filter(action__startswith="nir.").order_by("pk")
    assert [line.action for line in lines] == ["nir.recorded", "nir.revealed"]
    assert not any(NUMBER in str(line.detail) for line in lines)


def test_another_number_replaces_the_first_and_its_key(django_capture_on_commit_callbacks):
    enrolment = authorised()
    first = record(enrolment)

    with django_capture_on_commit_callbacks(execute=True):
        record(enrolment, OTHER)

    assert actions.reveal_nir(enrolment, by=enrolment.included_by) == OTHER
    assert nir_keys() == 1
    assert not KeyRecord.objects.filter(pk=first.key_id).exists()


def test_a_number_refused_leaves_the_one_before(django_capture_on_commit_callbacks):
    enrolment = authorised()
    record(enrolment)
    record(authorised(), OTHER)

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(actions.CannotRecordNir):
        record(enrolment, OTHER)

    assert actions.reveal_nir(enrolment, by=enrolment.included_by) == NUMBER


@pytest.mark.parametrize("given", [None, False])
def test_without_the_consent_nothing_is_kept(given):
    enrolment = EnrolmentFactory()
    if given is not None:
        ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR, is_given=given)

    with pytest.raises(actions.CannotRecordNir, match="n’autorise pas"):
        record(enrolment)

    assert not Nir.objects.exists()
    assert nir_keys() == 0


def test_a_wrong_number_writes_nothing():
    with pytest.raises(actions.CannotRecordNir, match="clé"):
        record(authorised(), "185057800608492")

    assert nir_keys() == 0


def test_one_number_is_of_one_person():
    record(authorised())

    with pytest.raises(actions.CannotRecordNir, match="autre personne"):
        record(authorised())

    assert Nir.objects.count() == nir_keys() == 1


def test_the_number_follows_the_person_into_another_programme(django_capture_on_commit_callbacks):
    first = authorised()
    second = authorised(patient=first.patient, patient__person=False)
    record(first)

    with django_capture_on_commit_callbacks(execute=True):
        record(second)

    assert Nir.objects.get().enrolment == second
    assert nir_keys() == 1


def leave(enrolment):
    reason, by = EndReason.CONSENT_WITHDRAWN, enrolment.included_by
    actions.end(enrolment, reason=reason, on=DAY, weaning=False, by=by, at=NOON)


def say_no(enrolment):
    give(enrolment, ConsentKind.NIR, is_given=False)


@pytest.mark.parametrize("act", [withdraw, leave, say_no])
def test_the_number_is_erased_at_once_with_its_consent(act, django_capture_on_commit_callbacks):
    enrolment = authorised()
    record(enrolment)

    with django_capture_on_commit_callbacks(execute=True):
        act(enrolment)

    assert not Nir.objects.exists()
    assert nir_keys() == 0
    assert JournalLine.objects.filter(action="nir.erased").count() == 1
    with pytest.raises(actions.CannotRecordNir):
        record(enrolment)


def test_an_exit_for_another_reason_leaves_the_number():
    enrolment = authorised()
    record(enrolment)

    by = enrolment.included_by
    actions.end(enrolment, reason=EndReason.INEFFICACY, on=DAY, weaning=True, by=by, at=NOON)

    assert Nir.objects.exists()


def test_a_number_whose_key_is_gone_says_nothing():
    enrolment = authorised()
    kept = record(enrolment)
    KeyRecord.objects.filter(pk=kept.key_id).delete()

    assert actions.reveal_nir(enrolment, by=enrolment.included_by) == ""
    assert actions.reveal_nir(EnrolmentFactory(), by=enrolment.included_by) == ""


def test_another_failure_leaves_no_key(monkeypatch):
    def fails(*_given, **_more):
        raise ZeroDivisionError

    enrolment = authorised()
    monkeypatch.setattr("patients.actions.nir.blind.index", fails)

    with pytest.raises(ZeroDivisionError):
        record(enrolment)

    assert nir_keys() == 0


def test_the_key_of_a_number_that_stands_is_no_orphan():
    record(authorised())
    KeyRecord.objects.update(made_at=NOON - datetime.timedelta(days=400))

    tasks.destroy_orphan_keys()

    assert nir_keys() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_recorded_and_withdrawn_at_the_same_instant_leaves_no_number():
    enrolment = authorised()

    together([lambda: record(enrolment), lambda: withdraw(enrolment)])

    assert not Nir.objects.exists()
    assert nir_keys() == 0


# --- What the database refuses ---------------------------------------------------------------


def test_the_consent_is_not_withdrawn_over_a_number():
    enrolment = authorised()
    record(enrolment)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        enrolment.consents.filter(kind=ConsentKind.NIR).update(withdrawn_on=DAY)

    assert violated_constraint(refused.value) == "patients_nir_goes_first"


# --- Pages -----------------------------------------------------------------------------------


def page(enrolment, name="nir"):
    return reverse(f"patients:{name}", args=[enrolment.public_id])


def test_the_number_is_masked_until_it_is_asked_for(sign_in):
    enrolment = authorised()
    client = sign_in(enrolment.included_by)

    response = client.post(page(enrolment), {"number": NUMBER}, follow=True)

    assertContains(response, "Numéro masqué")
    assertNotContains(response, nir.grouped(NUMBER))
    shown = client.post(page(enrolment, "reveal_nir"))
    assertContains(shown, nir.grouped(NUMBER))
    assert "no-store" in shown["Cache-Control"]
    assert JournalLine.objects.filter(action="nir.revealed").count() == 1


def test_what_is_unusual_is_asked_once(sign_in):
    enrolment = authorised(patient__person=PersonFactory(sex="M"))
    client = sign_in(enrolment.included_by)

    response = client.post(page(enrolment), {"number": NUMBER})

    assertContains(response, "ne va pas avec le sexe")
    assert not Nir.objects.exists()
    client.post(page(enrolment), {"number": NUMBER, "checked": "on"})
    assert Nir.objects.exists()


def test_a_number_of_another_person_is_told_beside_the_field(sign_in):
    record(authorised())
    enrolment = authorised()

    response = sign_in(enrolment.included_by).post(page(enrolment), {"number": NUMBER})

    assertContains(response, "autre personne")


def test_a_wrong_number_stays_in_the_page_and_is_not_repeated_by_the_message(sign_in):
    enrolment = authorised()

    response = sign_in(enrolment.included_by).post(page(enrolment), {"number": "185057800608492"})

    assertContains(response, "La clé de ce numéro est incorrecte")
    assertContains(response, 'value="185057800608492"')
    assertContains(response, "185057800608492", count=1)


@pytest.mark.parametrize("name", ["nir", "reveal_nir"])
def test_there_is_no_page_without_the_consent_nor_for_another_structure(sign_in, name):
    mine, theirs = EnrolmentFactory(patient__person=True), authorised()
    client = sign_in(mine.included_by)

    assert client.post(page(mine, name)).status_code == 404
    assert client.post(page(theirs, name)).status_code == 404


def test_the_page_of_the_inclusion_leads_to_the_number(sign_in):
    enrolment = authorised()

    response = sign_in(enrolment.included_by).get(page(enrolment, "inclusion"))

    assertContains(response, page(enrolment))
