"""Limits of places and closures, as inclusions meet them; the manager's pages; the transition."""

import datetime
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import Role
from core.models import OutgoingMail
from patients import actions, effects, gates, tasks
from patients.enums import LateReason
from patients.models import Enrolment
from programmes.enums import OpeningKind
from programmes.models import Opening
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.patients.situations import DAY, a_setting, an_inclusion, limited, trained
from tests.patients.test_inclusion import include
from tests.patients.test_same_person import at_once
from tests.programmes.factories import (
    CriterionFactory,
    IndicationFactory,
    ListingFactory,
    OpeningFactory,
    ProductFactory,
    ProgrammeFactory,
    VisitDefinitionFactory,
)


EARLIER = DAY - datetime.timedelta(days=30)


def colleague(setting):
    """Another doctor of another structure, listed too."""
    other = trained(setting.programme)
    ListingFactory(site=other.site, indication=setting.indication)
    return other


# --- Places ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "refused"),
    [("CEILING", True), ("INDICATION", True), ("DOCTOR", False), ("SITE", False)],
)
def test_a_patient_of_somebody_else_takes_a_place_of_what_is_shared(kind, refused):
    setting = limited(1, kind=kind)
    include(setting, an_inclusion(setting), by=colleague(setting))

    def second():
        return include(setting, an_inclusion(setting), key="inclusion:2")

    if refused:
        with pytest.raises(actions.CannotInclude, match="maximum"):
            second()
    else:
        second()
    assert Enrolment.objects.count() == (1 if refused else 2)


@pytest.mark.parametrize("kind", ["CEILING", "INDICATION", "DOCTOR", "SITE"])
def test_ones_own_patient_takes_a_place(kind):
    setting = limited(1, kind=kind)
    include(setting, an_inclusion(setting))

    with pytest.raises(actions.CannotInclude, match="maximum"):
        include(setting, an_inclusion(setting), key="inclusion:2")


def test_a_quota_of_another_indication_or_structure_says_nothing():
    setting = a_setting()
    other = IndicationFactory(programme=setting.programme)
    OpeningFactory(programme=setting.programme, kind="INDICATION", indication=other, places=1)
    OpeningFactory(programme=setting.programme, kind="SITE", site=MemberFactory().site, places=1)
    OpeningFactory(programme=setting.programme, kind="CEILING", places=1, draft=True)

    for number in range(2):
        include(setting, an_inclusion(setting), key=f"inclusion:{number}")

    assert Enrolment.objects.count() == 2


def test_who_left_gives_the_place_back():
    setting = limited(1)
    EnrolmentFactory(indication=setting.indication, ended=True, ended_on=DAY)

    include(setting, an_inclusion(setting))


def test_a_quota_that_was_lifted_holds_for_its_days_alone():
    setting = a_setting()
    lifted = EARLIER + datetime.timedelta(days=1)
    OpeningFactory(programme=setting.programme, kind="DOCTOR", places=1, valid_to=EARLIER)
    EnrolmentFactory(indication=setting.indication, included_by=setting.doctor, included_on=EARLIER)

    def at(on, key):
        late = an_inclusion(setting, included_on=on, signed_on=on, late_reason=LateReason.NO_TIME)
        return include(setting, late, key=key)

    with pytest.raises(actions.CannotInclude, match="par médecin"):
        at(EARLIER, "inclusion:1")
    at(lifted, "inclusion:2")


@pytest.mark.parametrize("kind", ["CEILING", "INDICATION"])
def test_todays_limit_counts_for_an_earlier_day_too(kind):
    setting = limited(1, kind=kind, valid_from=DAY)
    EnrolmentFactory(indication=setting.indication, included_on=DAY)
    late = an_inclusion(
        setting, included_on=EARLIER, signed_on=EARLIER, late_reason=LateReason.NO_TIME
    )

    with pytest.raises(actions.CannotInclude, match="maximum"):
        include(setting, late)


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
@pytest.mark.parametrize("kind", ["INDICATION", "SITE"])
def test_the_last_place_of_a_quota_is_taken_once(kind):
    setting = limited(1, kind=kind)
    acts = [
        partial(include, setting, an_inclusion(setting), key=f"inclusion:{number}")
        for number in range(3)
    ]

    results = at_once(*acts)

    assert sum(isinstance(one, Enrolment) for one in results) == 1
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize(
    ("time_zone", "instant", "refused"),
    [
        # 27 March 2024, 00:30 in Paris; still the 26th in Guadeloupe.
        ("Europe/Paris", datetime.datetime(2024, 3, 26, 23, 30, tzinfo=datetime.UTC), True),
        ("America/Guadeloupe", datetime.datetime(2024, 3, 26, 23, 30, tzinfo=datetime.UTC), False),
        # 26 March in Paris; already the 27th in La Réunion.
        ("Europe/Paris", datetime.datetime(2024, 3, 26, 21, 0, tzinfo=datetime.UTC), False),
        ("Indian/Reunion", datetime.datetime(2024, 3, 26, 21, 0, tzinfo=datetime.UTC), True),
    ],
)
def test_a_closure_begins_on_the_sites_own_day(time_zone, instant, refused):
    setting = a_setting()
    OpeningFactory(programme=setting.programme, closure=True, valid_from=datetime.date(2024, 3, 27))
    setting.doctor.site.time_zone = time_zone
    today = setting.doctor.site.local_day(instant)

    assert bool(gates.window(setting.programme, today)) == refused


# --- Pages of the manager --------------------------------------------------------------------


@pytest.fixture
def manager():
    return MemberFactory(role=Role.MANAGER, programme=ProgrammeFactory())


def programme_of(manager):
    return manager.accreditations.get().programme


def test_the_manager_drafts_looks_publishes_and_ends(sign_in, manager):
    client, programme = sign_in(manager), programme_of(manager)
    sent = {"kind": "CEILING", "places": "10", "valid_from": "01/01/2022", "source": "Décision"}

    page = client.post(
        reverse("patients:draft_opening", args=[programme.public_id]), sent, follow=True
    )
    assertContains(page, "Qui est concerné")
    opening = Opening.objects.get()
    decide = [
        reverse("patients:decide_opening", args=[opening.public_id, word])
        for word in ("publier", "terminer", "abandonner")
    ]
    assertContains(client.post(decide[0], follow=True), "En vigueur")
    client.post(decide[1])
    opening.refresh_from_db()
    assert opening.valid_to is not None
    assertContains(client.post(decide[2], follow=True), "déjà publiée")


def test_a_draft_is_given_up_on_its_page(sign_in, manager):
    draft = OpeningFactory(programme=programme_of(manager), draft=True)
    address = reverse("patients:decide_opening", args=[draft.public_id, "abandonner"])

    sign_in(manager).post(address)

    assert not Opening.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "CEILING", "places": ""}, "places"),
        ({"kind": "CLOSURE", "reason": ""}, "reason"),
        ({"kind": "CEILING", "places": "1", "valid_to": "31/12/2021"}, "valid_to"),
    ],
)
def test_what_lacks_is_told_beside_its_field(sign_in, manager, sent, field):
    told = {"valid_from": "01/01/2022", "source": "Décision", **sent}
    address = reverse("patients:draft_opening", args=[programme_of(manager).public_id])

    response = sign_in(manager).post(address, told)

    assert field in response.context["form"].errors
    assert not Opening.objects.exists()


@pytest.mark.parametrize("kind", ["CLOSURE", "OPINION", "SITE", "INDICATION"])
def test_only_what_its_kind_asks_is_kept(sign_in, manager, kind):
    programme = programme_of(manager)
    indication = IndicationFactory(programme=programme)
    site = MemberFactory().site
    sent = {
        "kind": kind, "places": "10", "valid_from": "01/01/2022", "valid_to": "01/02/2022",
        "reason": "Pause", "indication": indication.pk, "site": str(site.public_id),
        "source": "Décision",
    }  # fmt: skip

    client = sign_in(manager)
    client.post(reverse("patients:draft_opening", args=[programme.public_id]), sent)

    opening = Opening.objects.get()
    assert bool(opening.places) == opening.is_limit
    assert bool(opening.indication) == (kind == "INDICATION")
    assert bool(opening.site) == (kind == "SITE")
    assert bool(opening.reason) == (kind == "CLOSURE")
    assert bool(opening.valid_to) == (kind != "OPINION")
    assertContains(client.get(reverse("patients:opening", args=[opening.public_id])), "Publier")


def test_another_programme_and_an_unknown_word_do_not_exist(sign_in, manager):
    client = sign_in(manager)
    theirs = OpeningFactory()
    mine = OpeningFactory(programme=programme_of(manager))

    assert client.get(reverse("patients:opening", args=[theirs.public_id])).status_code == 404
    for opening, word in ((theirs, "publier"), (mine, "effacer")):
        address = reverse("patients:decide_opening", args=[opening.public_id, word])
        assert client.post(address).status_code == 404


@pytest.mark.parametrize(
    ("kind", "over"), [("CEILING", 1), ("INDICATION", 1), ("DOCTOR", 0), ("SITE", 0)]
)
def test_whom_an_opening_concerns_is_counted(kind, over):
    setting = a_setting()
    for by in (setting.doctor, colleague(setting)):
        EnrolmentFactory(indication=setting.indication, included_by=by)
    opening = OpeningFactory(programme=setting.programme, kind=kind, places=2, draft=True)

    effect = effects.of(opening, DAY)

    assert (effect.structures, effect.doctors, effect.followed, effect.over) == (2, 2, 2, over)


def test_a_narrow_opening_concerns_its_own_alone():
    setting = a_setting()
    other = colleague(setting)
    EnrolmentFactory(indication=setting.indication, included_by=other)
    of_site = OpeningFactory(programme=setting.programme, kind="SITE", site=other.site, places=1)
    of_indication = OpeningFactory(
        programme=setting.programme,
        kind="INDICATION",
        indication=IndicationFactory(programme=setting.programme),
        places=1,
    )

    effect = effects.of(of_site, DAY)
    assert (effect.structures, effect.doctors, effect.followed, effect.over) == (1, 1, 1, 1)
    effect = effects.of(of_indication, DAY)
    assert (effect.structures, effect.followed, effect.over) == (0, 0, 0)
    limits = effects.day(setting.programme, DAY).limits
    assert {limit.kind: most for limit, most in limits} == {"SITE": 1, "INDICATION": 0}


def test_as_if_today_were_another_day(sign_in, manager):
    programme = programme_of(manager)
    closure = OpeningFactory(
        programme=programme,
        closure=True,
        valid_from=datetime.date(2024, 3, 27),
        reason="Plus d’inclusion",
    )
    OpeningFactory(programme=programme, kind=OpeningKind.CEILING, places=3000)
    criterion = CriterionFactory(criteria_set__programme=programme, text="Cœur fragile")
    visit = VisitDefinitionFactory(programme=programme)
    product = ProductFactory(programme=programme)
    before = Opening.objects.count()
    client = sign_in(manager)

    earlier = client.get(reverse("patients:preview"), {"jour": "26/03/2024"})
    later = client.get(reverse("patients:preview"), {"jour": "27/03/2024"})
    first = client.get(reverse("patients:preview"), {"jour": "01/01/2000"})

    assertContains(earlier, "Ouvert aux inclusions")
    assertContains(later, "Fermé aux inclusions")
    assertContains(later, closure.reason)
    assertContains(first, "n’a pas commencé")
    for shown in (criterion.text, visit.code, product.name, "3\u202f000"):
        assertContains(earlier, shown)
    assert Opening.objects.count() == before
    assert client.get(reverse("patients:preview"), {"jour": "31/02/2024"}).status_code == 200


# --- Transition ------------------------------------------------------------------------------


def ending_soon(days):
    """A programme whose transition ends in so many days, and a doctor who follows a patient."""
    published = timezone.localdate() - datetime.timedelta(days=92 - days)
    setting = a_setting(opinion_published_on=published)
    enrolment = EnrolmentFactory(
        indication=setting.indication, included_by=setting.doctor, patient__person=True
    )
    return setting, enrolment


def test_everybody_accredited_reads_it_above_every_page(sign_in):
    setting, _ = ending_soon(60)
    stranger = EnrolmentFactory().included_by
    address = reverse("record:patients")

    assertContains(sign_in(setting.doctor).get(address), "avis de la HAS est publié")
    assertNotContains(sign_in(stranger).get(address), "avis de la HAS")


def test_once_over_it_says_so(sign_in):
    setting, _ = ending_soon(-30)

    page = sign_in(setting.doctor).get(reverse("record:patients"))

    assertContains(page, "la transition est terminée")


def test_whom_to_wean_or_hand_over_is_listed(sign_in, django_assert_max_num_queries):
    setting, enrolment = ending_soon(20)
    EnrolmentFactory(indication=setting.indication, included_by=setting.doctor, weaning=True)
    client = sign_in(setting.doctor)

    page = client.get(reverse("patients:transition"))

    assertContains(page, "Sevrer, ou sortir", count=1)
    assertContains(page, reverse("patients:end", args=[enrolment.public_id]))
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=setting.programme)
    assertContains(sign_in(relay).get(reverse("patients:transition")), "Aucun de vos patients")


def test_a_relay_doctor_is_sent_to_the_structure_and_an_end_is_told(sign_in):
    setting, enrolment = ending_soon(-30)
    relay = MemberFactory(role=Role.RELAY_DOCTOR, programme=setting.programme)
    enrolment.relay_doctor = relay
    enrolment.save()

    page = sign_in(relay).get(reverse("patients:transition"))

    assertContains(page, "Voir avec la structure")
    assertContains(page, "terminée depuis le")


@pytest.mark.parametrize("days", [90, 60, 30])
def test_a_notice_is_written_once(days):
    setting, enrolment = ending_soon(days - 3)  # a task that slept some days
    idle = colleague(setting)

    first, again = tasks.announce_end_of_transition(), tasks.announce_end_of_transition()

    assert (first, again) == (1, 0)
    mail = OutgoingMail.objects.get()
    assert mail.to == setting.doctor.user.email != idle.user.email
    assert f"{days} jours" in mail.body
    assert enrolment.number not in mail.body


@pytest.mark.parametrize("days", [92, -1])
def test_there_is_no_notice_before_nor_after(days):
    ending_soon(days)
    a_setting()

    assert tasks.announce_end_of_transition() == 0
