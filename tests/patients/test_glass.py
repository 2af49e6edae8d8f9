"""Breaking the glass: a written reason, three hours, reading alone, told to the lead doctor."""

import datetime
import re
from unittest import mock

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from accounts.enums import Role
from accounts.models import User
from core import keys
from core.models import JournalLine, OutgoingMail
from patients import exceptional, rules, tasks
from patients.exceptional import CannotBreak, Sought
from patients.models import BrokenGlass, Enrolment
from tests.accounts.factories import MemberFactory
from tests.followup.factories import VisitFactory
from tests.patients.factories import BrokenGlassFactory, EnrolmentFactory, PersonFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.vigilance.factories import AdverseEventFactory


REASON = "Patient adressé en urgence, interactions à vérifier"
GLASS = reverse("patients:glass")


@pytest.fixture
def enrolment():
    """Jeanne Martin…, followed elsewhere."""
    return EnrolmentFactory(patient__person=PersonFactory(birth_name="Delacroix"))


@pytest.fixture
def doctor(enrolment):
    """Accredited for the same programme, with a patient of their own at another structure."""
    member = MemberFactory(programme=enrolment.programme)
    EnrolmentFactory(patient__person=True, included_by=member, indication=enrolment.indication)
    return member


def record_of(enrolment):
    return reverse("record:patient", args=[enrolment.public_id])


def broken(client, **typed):
    sent = {"number": "", "name": "", "birth_date": "", "reason": REASON, **typed}
    return client.post(GLASS, sent)


def test_a_record_found_by_its_number_opens_to_read_for_three_hours(sign_in, doctor, enrolment):
    client = sign_in(doctor)
    assert client.get(record_of(enrolment)).status_code == 404

    assertRedirects(broken(client, number=enrolment.number.lower()), record_of(enrolment))

    glass = BrokenGlass.objects.get()
    assert glass.until - glass.at == datetime.timedelta(hours=3)
    assertContains(client.get(record_of(enrolment)), "Accès exceptionnel jusqu’à")
    lines = JournalLine.objects.filter(subject=str(enrolment.public_id))
    assert set(lines.values_list("action", flat=True)) == {"glass.broken", "patient.viewed"}
    viewed = lines.filter(action="patient.viewed").first()
    assert viewed.detail == {"glass": glass.pk}
    assertContains(client.get(GLASS), enrolment.number)


def test_the_reason_is_sealed_under_the_key_of_the_participation(doctor, enrolment):
    glass = exceptional.open_record(enrolment, reason=REASON, by=doctor, at=timezone.now())

    assert REASON.encode() not in bytes(glass.reason_sealed)
    assert exceptional.reasons([glass]) == {glass.pk: REASON}
    keys.destroy_keys([enrolment.key_id])
    assert exceptional.reasons([glass]) == {}


def test_by_name_and_whole_birth_date_accents_aside(sign_in, doctor, enrolment):
    client = sign_in(doctor)

    answer = broken(client, name="DELACROIX", birth_date="12/05/1980")

    assertRedirects(answer, record_of(enrolment))


@pytest.mark.parametrize(
    "typed",
    [
        {"number": "RC-0000-0000-0000-0"},
        {"name": "Delacroix", "birth_date": "13/05/1980"},
        {"name": "Delacr", "birth_date": "12/05/1980"},
    ],
)
def test_what_does_not_match_exactly_opens_nothing(sign_in, doctor, typed):
    page = broken(sign_in(doctor), **typed)

    assertContains(page, "Aucun patient ne correspond exactement")
    assert not BrokenGlass.objects.exists()
    assert JournalLine.objects.filter(action="glass.searched", detail__found=0).exists()


@pytest.mark.parametrize("typed", [{}, {"name": "Delacroix"}, {"birth_date": "12/05/1980"}])
def test_half_a_name_is_refused_before_any_search(sign_in, doctor, typed):
    page = broken(sign_in(doctor), **typed)

    assertContains(page, "Saisissez le numéro, ou le nom et la date")
    assert not JournalLine.objects.filter(action="glass.searched").exists()


def test_a_name_without_a_date_finds_nobody_even_below_the_page(doctor, enrolment):
    with pytest.raises(CannotBreak):
        exceptional.find(Sought(name="Delacroix"), by=doctor, at=timezone.now())


def test_two_patients_of_one_name_and_date_are_told_apart_by_the_number(doctor, enrolment):
    EnrolmentFactory(
        patient__person=PersonFactory(birth_name="Delacroix", first_names=["Anne"]),
        indication=enrolment.indication,
    )
    sought = Sought(name="Delacroix", birth_date=datetime.date(1980, 5, 12))

    with pytest.raises(CannotBreak, match="numéro du dossier"):
        exceptional.find(sought, by=doctor, at=timezone.now())


def test_a_patient_of_ones_own_opens_as_ever_without_breaking_anything(sign_in, enrolment):
    client = sign_in(enrolment.included_by)

    assertRedirects(broken(client, number=enrolment.number), record_of(enrolment))

    assert not BrokenGlass.objects.exists()


def test_another_programme_stays_closed(sign_in, enrolment):
    page = broken(sign_in(MemberFactory()), number=enrolment.number)

    assertContains(page, "Aucun patient ne correspond exactement")


@pytest.mark.parametrize(("reason", "refused"), [("x" * 19, True), ("x" * 20, False)])
def test_a_reason_says_something(sign_in, doctor, enrolment, reason, refused):
    broken(sign_in(doctor), number=enrolment.number, reason=f" {reason} ")

    assert BrokenGlass.objects.exists() != refused
    assert bool(rules.glass_refusal(reason)) == refused


def test_an_empty_reason_is_refused_below_the_page_too(doctor, enrolment):
    with pytest.raises(CannotBreak):
        exceptional.open_record(enrolment, reason=" ", by=doctor, at=timezone.now())

    assert not BrokenGlass.objects.exists()


def test_five_searches_an_hour_then_no_more(doctor, enrolment):
    now = timezone.now()
    for _ in range(5):
        exceptional.find(Sought(number=enrolment.number), by=doctor, at=now)

    with pytest.raises(CannotBreak, match="attendez une heure"):
        exceptional.find(Sought(number=enrolment.number), by=doctor, at=now)

    assert JournalLine.objects.filter(action="glass.throttled").count() == 1


# --- Reading, and nothing else ---------------------------------------------------------------


@pytest.fixture
def opened(sign_in, doctor, enrolment):
    """The doctor's browser, the record open to them."""
    BrokenGlassFactory(enrolment=enrolment, member=doctor)
    return sign_in(doctor)


@pytest.mark.parametrize(
    "name",
    [
        "record:patient", "patients:inclusion", "prescriptions:list", "prescriptions:history",
        "followup:list", "vigilance:of_patient",
    ],
)  # fmt: skip
def test_pages_that_read_open_and_offer_no_act(opened, enrolment, name):
    page = opened.get(reverse(name, args=[enrolment.public_id]))

    assertContains(page, "lecture seule")
    body = page.content.decode().split('<main id="contenu"')[1]
    assert 'method="post"' not in body
    for act in ("Prescrire", "Saisir", "Signaler", "Enregistrer une sortie", "non programmée"):
        assert act not in body


def test_no_page_that_reads_leads_to_a_closed_one(opened, enrolment):
    signed = PrescriptionFactory(enrolment=enrolment, signed=True)
    visit = VisitFactory(enrolment=enrolment)
    AdverseEventFactory(enrolment=enrolment)
    read, closed = set(), set()
    waiting = {reverse("record:patient", args=[enrolment.public_id])}

    while waiting - read:
        address = (waiting - read).pop()
        page = opened.get(address)
        read.add(address)
        if page.status_code != 200:
            closed.add(address)
            continue
        main = page.content.decode().split('<main id="contenu"')[1].split("</main>")[0]
        found = re.findall(r'<a [^>]*href="(/[^"#?]+)', main)
        waiting |= {one for one in found if str(enrolment.public_id) in one or "/consult" in one}

    assert closed == set()
    assert reverse("prescriptions:detail", args=[enrolment.public_id, signed.public_id]) in read
    assert reverse("followup:visit", args=[visit.public_id]) in read


def test_a_prescription_and_a_visit_are_read_not_signed_nor_held(opened, enrolment):
    signed = PrescriptionFactory(enrolment=enrolment, signed=True)
    visit = VisitFactory(enrolment=enrolment)
    address = [enrolment.public_id, signed.public_id]

    detail = opened.get(reverse("prescriptions:detail", args=address))
    page = opened.get(reverse("followup:visit", args=[visit.public_id]))

    for shown in (detail, page):
        assertContains(shown, "lecture seule")
        assert 'method="post"' not in shown.content.decode().split('<main id="contenu"')[1]


@pytest.mark.parametrize(
    "name",
    [
        "prescriptions:create", "followup:unscheduled", "patients:end", "vigilance:report",
        "patients:choose_channel", "patients:issue_certificate", "patients:finish_weaning",
    ],
)  # fmt: skip
def test_nothing_is_written_through_the_glass(opened, enrolment, name):
    before = Enrolment.objects.get(pk=enrolment.pk)

    assert opened.post(reverse(name, args=[enrolment.public_id])).status_code == 404

    after = Enrolment.objects.get(pk=enrolment.pk)
    assert (after.state, after.events.count()) == (before.state, before.events.count())


def test_pages_that_read_refuse_a_form(opened, enrolment):
    visit = VisitFactory(enrolment=enrolment)

    assert opened.post(reverse("followup:visit", args=[visit.public_id])).status_code == 404


def test_it_closes_by_itself_after_its_hours(sign_in, doctor, enrolment):
    now = timezone.now()
    BrokenGlassFactory(
        enrolment=enrolment, member=doctor, at=now - datetime.timedelta(hours=3), until=now
    )

    assert sign_in(doctor).get(record_of(enrolment)).status_code == 404


def test_nobody_else_reads_through_it(sign_in, enrolment):
    BrokenGlassFactory(enrolment=enrolment)
    other = MemberFactory(programme=enrolment.programme)

    assert sign_in(other).get(record_of(enrolment)).status_code == 404


# --- The lead doctor -------------------------------------------------------------------------


TOMORROW = datetime.timedelta(days=1)


def night(at):
    with mock.patch("patients.tasks.timezone.now", return_value=at):
        return tasks.tell_broken_glass()


def test_the_referent_is_told_the_next_day_once_with_numbers_alone(enrolment, doctor):
    referent = MemberFactory(site=enrolment.site, is_referent=True)
    glass = BrokenGlassFactory(enrolment=enrolment, member=doctor)
    now = timezone.now()

    day = enrolment.site.local_day(glass.at)
    midnight = datetime.datetime.combine(
        day + TOMORROW, datetime.time(), tzinfo=timezone.get_default_timezone()
    )
    assert night(midnight - datetime.timedelta(minutes=1)) == 0
    assert (night(midnight + TOMORROW), night(midnight + TOMORROW)) == (1, 0)

    mail = OutgoingMail.objects.get()
    assert mail.to == referent.user.email
    assert enrolment.number in mail.body
    assert doctor.user.full_name in mail.body
    assert "Delacroix" not in mail.body
    glass.refresh_from_db()
    assert glass.told_at > now


def test_without_a_referent_every_reference_doctor_of_the_site_is_told(enrolment):
    BrokenGlassFactory(enrolment=enrolment)
    colleague = MemberFactory(site=enrolment.site)
    MemberFactory(site=enrolment.site, role=Role.PREPARER)

    assert night(timezone.now() + 2 * TOMORROW) == 1

    told = set(OutgoingMail.objects.values_list("to", flat=True))
    assert told == {colleague.user.email, enrolment.included_by.user.email}


def test_a_site_without_any_doctor_today_is_told_once_it_has_one(enrolment):
    BrokenGlassFactory(enrolment=enrolment)
    User.objects.filter(pk=enrolment.included_by.user_id).update(suspended_at=timezone.now())

    assert night(timezone.now() + 2 * TOMORROW) == 0

    assert not OutgoingMail.objects.exists()
    newcomer = MemberFactory(site=enrolment.site)
    assert night(timezone.now() + 3 * TOMORROW) == 1
    assert OutgoingMail.objects.get().to == newcomer.user.email


def test_one_site_that_fails_stops_no_other(enrolment, caplog):
    BrokenGlassFactory(enrolment=enrolment)
    BrokenGlassFactory()

    with mock.patch.object(exceptional, "tell", side_effect=[DatabaseError("full"), 1]):
        assert night(timezone.now() + 2 * TOMORROW) == 1

    assert "were not told" in caplog.text


def test_the_referent_reads_the_reasons_and_says_so_once(sign_in, doctor, enrolment):
    referent = MemberFactory(site=enrolment.site, is_referent=True, programme=enrolment.programme)
    glass = exceptional.open_record(enrolment, reason=REASON, by=doctor, at=timezone.now())
    stranger = BrokenGlassFactory()
    client = sign_in(referent)
    log = reverse("patients:glass_log")

    assertContains(client.get(reverse("record:patients")), "En prendre connaissance")
    page = client.get(log)
    assertContains(page, REASON)
    assertContains(page, doctor.user.full_name)
    assert stranger.enrolment.number not in page.content.decode()
    seen = reverse("patients:acknowledge_glass", args=[glass.public_id])
    assert (
        client.post(reverse("patients:acknowledge_glass", args=[stranger.public_id])).status_code
        == 404
    )
    client.post(seen)
    glass.refresh_from_db()
    first = glass.acknowledged_at
    client.post(seen)

    glass.refresh_from_db()
    assert (glass.acknowledged_by, glass.acknowledged_at) == (referent, first)
    assert JournalLine.objects.filter(action="glass.acknowledged").count() == 1
    assertContains(client.get(log), "Vu par")


def test_whoever_is_no_referent_reads_no_reason(doctor):
    BrokenGlassFactory()

    assert not BrokenGlass.objects.told_to(doctor).exists()


def test_the_list_takes_as_many_queries_whatever_its_length(
    sign_in, enrolment, django_assert_num_queries
):
    referent = MemberFactory(site=enrolment.site, is_referent=True)
    for _ in range(3):
        BrokenGlassFactory(enrolment=enrolment)
    client = sign_in(referent)

    # session, account, factor, member, rows
    with django_assert_num_queries(5):
        page = client.get(reverse("patients:glass_log"))

    assert page.content.decode().count("J’en ai pris connaissance") == 3
