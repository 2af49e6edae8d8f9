"""Each refusal of the pathway, as its page shows it: why, what was typed, and nothing written."""

import datetime
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from core import codes
from core.models import Draft, KeyRecord
from patients import draft
from programmes.models import Accreditation, Listing, Product
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import PresentationFactory
from tests.sessions import open_session
from tests.walk.acts import french
from tests.walk.scene import a_scene, signed
from tests.walk.world import a_world


# What a refusal may write: that it was refused, and what was typed.
MAY_CHANGE = {"core_journalline", "core_draft", "core_throttle", "accounts_opensession"}
BORN = datetime.date(1980, 5, 12)
DAY = datetime.timedelta(days=1)


def contents():
    """A digest of each table but those above: no row is added, changed nor taken away."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            if table in MAY_CHANGE or table.startswith("core_journalline"):
                continue
            cursor.execute(
                f"select md5(string_agg(row::text, '' order by row::text)) from \"{table}\" row"
            )
            found[table] = cursor.fetchone()[0]
        return found


@contextmanager
def nothing_written():
    before = contents()
    yield
    after = contents()
    assert {table for table in before if before[table] != after[table]} == set()


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def scene():
    return a_scene()


def step(draft_id, name):
    return reverse("patients:step", args=[draft_id, name])


# --- Inclusion -------------------------------------------------------------------------------


def information(world, **changes):
    document = world.programme.links.get(
        kind="INFORMATION_DOCUMENT", person_kind="ADULT", valid_to=None
    )
    return {
        "day": "TODAY",
        "person_kind": "ADULT",
        "document_ADULT": document.pk,
        "booklet": "on",
        "participation": "YES",
        "nir": "NO",
        "research": "YES",
    } | changes


def eligibility(world, **changes):
    criteria = world.programme.criteria_sets.get(valid_to=None).criteria.filter(indications=None)
    fit = {f"criterion_{one.pk}": "YES" if one.kind == "INCLUSION" else "NO" for one in criteria}
    return (
        {
            "indication": world.indication("DN").pk,
            "drug_1": "Gabapentine",
            "outcome_1": "INSUFFICIENT",
            "plan_1": "KEPT",
        }
        | fit
        | changes
    )


def begin(client, world, login="claire.moreau"):
    """A doctor signed in, before a new inclusion."""
    member = world.member(login)
    open_session(client, member)
    return draft.start(world.programme, by=member, at=timezone.now())


@pytest.mark.parametrize(("day", "is_refused"), [("26/03/2024", False), ("27/03/2024", True)])
def test_the_experimentation_closed_on_27_march_2024(client, day, is_refused):
    recann = a_world("recann")
    draft_id = begin(client, recann)
    told = information(recann, day="EARLIER", included_on=day, late_reason="PAPER_LATE")

    with nothing_written():
        response = client.post(step(draft_id, "information"), told)

    if is_refused:
        assertContains(response, "n’accepte plus d’inclusion depuis le 27 mars 2024")
        assertContains(response, f'value="{day}"')
    else:
        assertRedirects(response, step(draft_id, "eligibilite"))


def test_a_structure_includes_for_what_it_is_listed_for(client, world):
    doctor = world.member("claire.moreau")
    Listing.objects.filter(site=doctor.site).exclude(indication__code="EPI").update(
        delisted_on=timezone.localdate()
    )
    draft_id = begin(client, world)
    client.post(step(draft_id, "information"), information(world))

    with nothing_written():
        response = client.post(step(draft_id, "eligibilite"), eligibility(world))

    assertContains(response, "Votre structure n’est pas inscrite pour cette indication")
    assertContains(response, 'value="Gabapentine"')


def test_a_structure_listed_for_nothing_reads_why(client, world):
    draft_id = begin(client, world)
    client.post(step(draft_id, "information"), information(world))
    Listing.objects.filter(site=world.member("claire.moreau").site).update(
        delisted_on=timezone.localdate()
    )

    with nothing_written():
        response = client.post(step(draft_id, "eligibilite"), eligibility(world))

    assertContains(response, "Votre structure n’est inscrite pour aucune indication")
    assertContains(response, 'value="Gabapentine"')


def test_a_criterion_of_non_inclusion_is_named(client, world):
    criteria = world.programme.criteria_sets.get(valid_to=None).criteria
    criterion = criteria.get(code="psychose")
    draft_id = begin(client, world)
    client.post(step(draft_id, "information"), information(world))
    told = eligibility(world, **{f"criterion_{criterion.pk}": "YES"})

    with nothing_written():
        response = client.post(step(draft_id, "eligibilite"), told)

    assertContains(response, f"<li>Critère de non-inclusion présent\u202f: {criterion.text}</li>")
    assertContains(response, 'value="Gabapentine"')


def test_a_consent_refused_erases_what_was_typed(client, world, django_capture_on_commit_callbacks):
    draft_id = begin(client, world)

    with nothing_written(), django_capture_on_commit_callbacks(execute=True):
        response = client.post(step(draft_id, "information"), {"participation": "NO"}, follow=True)

    assertContains(response, "la saisie est effacée, rien n’est conservé")
    assert draft.load(draft_id, by=world.member("claire.moreau"), at=timezone.now()) is None
    assert bytes(Draft.objects.get().sealed) == b""
    assert not KeyRecord.objects.filter(purpose="draft").exists()


def test_without_training_nobody_is_included(client, world):
    draft_id = begin(client, world, "camille.vidal")
    day = french(timezone.localdate() - DAY)
    told = information(world, day="EARLIER", included_on=day, late_reason="NO_TIME")

    with nothing_written():
        response = client.post(step(draft_id, "information"), told)

    assertContains(response, "Votre formation obligatoire n’est pas attestée")
    assertContains(response, f'value="{day}"')


# --- Prescription ----------------------------------------------------------------------------


def ordered(world, **changes):
    product = Product.objects.get(programme=world.programme, code="T10C10")
    return {
        "once": str(uuid4()),
        "lines": "1",
        "line-0-product": str(product.public_id),
        "line-0-instructions": "",
        "line-0-steps": "1",
        "line-0-step-0-dose": "0,25",
        "line-0-step-0-intakes": "2",
        "line-0-step-0-days": "28",
        "starts_on": french(timezone.localdate()),
        "supply": "SINGLE",
        "fraction_days": "",
        "note": "Revoir à un mois",
    } | changes


def never_treated(world):
    """A patient of Claire Moreau's structure, followed by Antoine Roussel too."""
    return EnrolmentFactory(
        indication=world.indication("DN"),
        programme=world.programme,
        included_by=world.member("claire.moreau"),
        included_on=timezone.localdate() - DAY,
        recorded_at=timezone.now() - DAY,
        relay_doctor=world.member("antoine.roussel"),
        patient__person=True,
    )


def prescribe(client, enrolment, fields):
    return client.post(reverse("prescriptions:create", args=[enrolment.public_id]), fields)


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        ("camille.vidal", "formation obligatoire"),
        ("antoine.roussel", "première prescription"),
    ],
)
def test_who_may_not_begin_a_treatment(client, world, login, reason):
    """What they write waits, unsigned, with the reason in place of the button."""
    enrolment = never_treated(world)
    open_session(client, world.member(login))
    written = prescribe(client, enrolment, ordered(world))

    with nothing_written():
        page = client.get(written.url)
        response = client.post(f"{written.url}signer/", {"secret": "000000"})

    for shown in (page, response):
        assertContains(shown, reason, status_code=shown.status_code)
        assertContains(shown, "Revoir à un mois", status_code=shown.status_code)
        assertContains(shown, "ne peut pas être signée en l’état", status_code=shown.status_code)
    assert not enrolment.prescriptions.exclude(status="DRAFT").exists()


@pytest.mark.parametrize(("days", "is_refused"), [("28", False), ("29", True)])
def test_a_narcotic_is_prescribed_for_28_days_at_most(client, world, days, is_refused):
    enrolment = never_treated(world)
    open_session(client, world.member("claire.moreau"))
    fields = ordered(world, **{"line-0-step-0-days": days})
    if not is_refused:
        assert prescribe(client, enrolment, fields).status_code == 302
        return

    with nothing_written():
        response = prescribe(client, enrolment, fields)

    assertContains(response, "limitée à 28 jours")
    assertContains(response, 'value="29"')
    assertContains(response, "Revoir à un mois")


def test_a_period_already_covered_asks_for_the_mention(client, scene):
    open_session(client, scene.doctor)

    with nothing_written():
        response = prescribe(client, scene.enrolment, ordered(scene.world))

    assertContains(response, "la mention expresse de chevauchement est nécessaire")
    assertContains(response, 'value="0,25"')


# --- Counter ---------------------------------------------------------------------------------


def printed(prescription):
    """The code on the paper."""
    return codes.issue(
        "prescription", "prescriptions.Prescription", prescription.pk,
        prescription.signed_on, content="essai",
    ).short  # fmt: skip


def test_another_birth_date_opens_nothing(client, scene):
    code = printed(scene.waiting)
    open_session(client, scene.pharmacist)

    with nothing_written():
        response = client.post(
            reverse("pharmacies:counter"), {"code": code, "birth_date": "13/05/1980"}
        )

    assertContains(response, "Aucune ordonnance ne correspond")
    assertContains(response, f'value="{code}"')
    assertContains(response, 'value="13/05/1980"')


def test_a_prescription_of_another_programme_opens_nothing(client, scene):
    code = printed(scene.waiting)
    Accreditation.objects.filter(member=scene.pharmacist).update(ended_on=timezone.localdate())
    open_session(client, scene.pharmacist)

    with nothing_written():
        response = client.post(
            reverse("pharmacies:counter"), {"code": code, "birth_date": french(BORN)}
        )

    assertContains(response, "Aucune ordonnance ne correspond")
    assertContains(response, f'value="{code}"')


# One day in one pack, of a batch that lasts.
BATCH = {
    "days-1": "1",
    "packs-1-0": "1",
    "batch-1-0": "LOT-A1",
    "expires-1-0": "06/2099",
    "bearer": "PATIENT",
}


def test_an_expired_batch_does_not_leave(client, scene):
    address = reverse("pharmacies:prescription", args=[scene.waiting.public_id])
    open_session(client, scene.pharmacist)
    form = client.get(address).context["form"]
    data = BATCH | {
        "key": form["key"].value(),
        "dispensed_on": french(timezone.localdate()),
        "days-1": form["days-1"].value(),
        "packs-1-0": form["packs-1-0"].value(),
        "expires-1-0": "01/2020",
    }

    with nothing_written():
        response = client.post(address, data)

    assertContains(response, "périmé depuis 01/2020")
    assertContains(response, 'value="LOT-A1"')
    assertContains(response, 'value="01/2020"')


@pytest.mark.parametrize(("days_ago", "is_refused"), [(27, False), (28, True)])
def test_nothing_is_left_to_hand_over_on_day_29(client, scene, days_ago, is_refused):
    """28 days prescribed: the 28th day after the writing has none left."""
    today = timezone.localdate()
    late = signed(scene.world, scene.enrolment, today - days_ago * DAY, has_overlap_mention=True)
    PresentationFactory(member=scene.pharmacist, prescription=late, at=timezone.now())
    address = reverse("pharmacies:prescription", args=[late.public_id])
    open_session(client, scene.pharmacist)
    page = client.get(address)
    if not is_refused:
        assertContains(page, "1 jour à délivrer")
        return
    assertContains(page, "Présentée 28 jours après sa date")

    with nothing_written():
        response = client.post(
            address, {**BATCH, "key": uuid4().hex, "dispensed_on": french(today)}
        )

    assertContains(response, "Présentée 28 jours après sa date")
