import datetime

import pytest

from accounts.enums import Role
from patients.enums import Precision
from patients.forms import DesignationForm, EligibilityForm, ExitForm, IdentityForm, InformationForm
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.patients.factories import EnrolmentFactory
from tests.patients.situations import DAY, a_setting, closed_from, trained, typed
from tests.programmes.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    IndicationFactory,
    IndicationSubtypeFactory,
    ListingFactory,
    ProgrammeLinkFactory,
)


@pytest.fixture
def setting():
    return a_setting()


# --- Information ------------------------------------------------------------------------------


def information(setting, **changes):
    data = typed(setting)["information"] | changes
    return InformationForm(data, programme=setting.programme, member=setting.doctor, today=DAY)


def test_today_and_its_documents_need_no_typing(setting):
    form = information(setting)

    assert form.is_valid(), form.errors
    told = form.cleaned_data["told"]
    assert (told.included_on, told.signed_on, told.late_reason) == (DAY, DAY, "")
    assert (told.document, told.form, told.booklet) == (
        setting.document,
        setting.form,
        setting.booklet,
    )
    assert not told.nir_given


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"day": "EARLIER"}, "included_on", "Indiquez la date"),
        ({"day": "EARLIER", "included_on": "01/03/2026"}, "late_reason", "après coup"),
        ({"day": "EARLIER", "included_on": "31/02/2026"}, "included_on", "n’existe pas"),
        ({"day": "EARLIER", "included_on": "03/03/2026"}, "included_on", "ou avant"),
        ({"signed_on": "03/03/2026"}, "signed_on", "ou avant"),
        ({"participation": ""}, "participation", "obligatoire"),
        ({"nir": ""}, "nir", "obligatoire"),
        ({"research": ""}, "research", "obligatoire"),
        ({"person_kind": "MINOR", "document_MINOR": "0"}, "document_MINOR", "Sélectionnez"),
    ],
)
def test_each_field_says_what_is_wrong(setting, changes, field, words):
    form = information(setting, **changes)

    assert not form.is_valid()
    assert words in form.errors[field].as_text()


def test_a_minor_needs_the_name_of_who_signed(setting):
    minor = {"person_kind": "MINOR", "document_MINOR": setting.document.pk}

    assert "representative" in information(setting, **minor).errors
    named = information(setting, representative="Sa mère", quality="PARENT", **minor)
    assert named.is_valid(), named.errors
    (mother,) = named.cleaned_data["told"].representatives
    assert str(mother) == "Sa mère, titulaire de l’autorité parentale"


def test_a_document_must_be_in_force_that_day(setting):
    old = ProgrammeLinkFactory(
        programme=setting.programme, valid_to=DAY - datetime.timedelta(days=1)
    )

    form = information(setting, document_ADULT=old.pk)

    assert "vigueur" in form.errors["document_ADULT"].as_text()


def test_a_day_outside_the_programme_is_what_is_wrong_whatever_the_document(setting):
    before = setting.programme.opens_on - datetime.timedelta(days=400)
    setting.document.valid_from = setting.programme.opens_on
    setting.document.save()

    form = information(
        setting, day="EARLIER", included_on=f"{before:%d/%m/%Y}", late_reason="SYSTEM_DOWN"
    )

    assert "n’accepte d’inclusion qu’à partir du" in form.errors["included_on"].as_text()
    assert "document_ADULT" not in form.errors


def test_a_document_written_later_does_not_hide_a_closed_programme():
    closed = closed_from(datetime.date(2024, 3, 27))
    closed.document.valid_from = DAY + datetime.timedelta(days=1)
    closed.document.save()

    assert "27 mars 2024" in information(closed).errors["day"].as_text()


def test_the_form_of_the_kind_of_person_comes_first(setting):
    own = ProgrammeLinkFactory(
        programme=setting.programme, consent_form=True, person_kind="PROTECTED_ADULT"
    )

    form = information(
        setting,
        person_kind="PROTECTED_ADULT",
        document_PROTECTED_ADULT=setting.document.pk,
        representative="Sa tutrice",
        quality="TUTOR",
    )

    assert form.is_valid(), form.errors
    assert form.cleaned_data["told"].form == own


def test_without_a_consent_form_in_force_nothing_is_signed(setting):
    setting.form.valid_to = DAY - datetime.timedelta(days=1)
    setting.form.save()

    assert "en vigueur" in information(setting).errors["signed_on"].as_text()


def test_the_doctor_learns_at_once_that_the_programme_is_closed():
    closed = closed_from(datetime.date(2024, 3, 27))

    assert "27 mars 2024" in information(closed).errors["day"].as_text()


def test_the_doctor_learns_at_once_that_training_is_missing(setting):
    setting.doctor.user.completions.update(completed_on=datetime.date(2030, 1, 1))

    assert "formation" in " ".join(information(setting).non_field_errors())


# --- Eligibility ------------------------------------------------------------------------------


def eligibility(setting, **changes):
    data = typed(setting)["eligibilite"] | changes
    return EligibilityForm(
        data, programme=setting.programme, member=setting.doctor, included_on=DAY, today=DAY
    )


def test_an_eligible_patient(setting):
    form = eligibility(setting, drug_2="Prégabaline", outcome_2="NOT_TOLERATED", plan_2="REDUCED")

    assert form.is_valid(), form.errors
    found = form.cleaned_data["found"]
    assert found.indication == setting.indication
    assert [treatment.drug for treatment in found.treatments] == ["Gabapentine", "Prégabaline"]
    assert [one.criterion for one in found.answers] == [setting.criterion]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"indication": ""}, "indication"),
        ({"drug_1": ""}, "drug_1"),
        ({"drug_2": "Prégabaline"}, "outcome_2"),
        ({"outcome_6": "INSUFFICIENT"}, "drug_6"),
    ],
)
def test_each_answer_is_asked(setting, changes, field):
    assert field in eligibility(setting, **changes).errors


def test_a_criterion_without_answer_is_asked(setting):
    name = f"criterion_{setting.criterion.pk}"

    assert name in eligibility(setting, **{name: ""}).errors


def test_a_refusal_says_which_criterion(setting):
    form = eligibility(setting, **{f"criterion_{setting.criterion.pk}": "YES"})

    assert setting.criterion.text in " ".join(form.non_field_errors())


def test_only_indications_of_the_structure_that_day_are_offered(setting):
    IndicationFactory(programme=setting.programme)
    gone = IndicationFactory(programme=setting.programme)
    ListingFactory(site=setting.doctor.site, indication=gone, delisted_on=DAY)

    assert list(eligibility(setting).indications) == [setting.indication.pk]


def test_the_form_of_an_indication_is_asked(setting):
    subtype = IndicationSubtypeFactory(indication=setting.indication)
    name = f"subtype_{setting.indication.pk}"

    assert name in eligibility(setting).errors
    form = eligibility(setting, **{name: subtype.pk})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["found"].subtype == subtype


def test_criteria_are_those_of_the_day_and_of_the_indication(setting):
    criteria = setting.criterion.criteria_set
    other = CriterionFactory(criteria_set=criteria)
    other.indications.set([IndicationFactory(programme=setting.programme)])
    CriterionFactory(
        criteria_set=CriteriaSetFactory(
            programme=setting.programme, valid_to=DAY - datetime.timedelta(days=1)
        )
    )

    form = eligibility(setting)

    assert form.is_valid(), form.errors
    assert [one.criterion for one in form.cleaned_data["found"].answers] == [setting.criterion]


@pytest.mark.parametrize(
    ("dated_on", "is_valid"), [("", False), ("02/03/2026", True), ("03/03/2026", False)]
)
def test_the_oncologists_agreement_is_dated(setting, dated_on, is_valid):
    agreement = CriterionFactory(
        criteria_set=setting.criterion.criteria_set, kind="PRECAUTION", needs_date=True
    )
    name = f"criterion_{agreement.pk}"

    form = eligibility(setting, **{name: "YES", f"{name}_on": dated_on})

    assert form.is_valid() == is_valid


# --- Identity ---------------------------------------------------------------------------------


def identity(**changes):
    data = {
        "birth_name": "Martin",
        "first_names": "Jeanne, Marie-Ève",
        "sex": "F",
        "birth_date": "12/05/1980",
        **changes,
    }
    return IdentityForm(data, included_on=DAY, person_kind=changes.pop("kind", "ADULT"))


def test_a_person_without_contacts():
    form = identity()

    assert form.is_valid(), form.errors
    person = form.cleaned_data["person"]
    assert person.first_names == ["Jeanne", "Marie-Ève"]
    assert person.birth_place == "99999"


@pytest.mark.parametrize(
    ("typed_date", "first_day", "precision"),
    [
        ("12/05/1980", datetime.date(1980, 5, 12), Precision.DAY),
        ("12051980", datetime.date(1980, 5, 12), Precision.DAY),
        ("05/1980", datetime.date(1980, 5, 1), Precision.MONTH),
        ("1980", datetime.date(1980, 1, 1), Precision.YEAR),
    ],
)
def test_a_birth_date_as_far_as_it_is_known(typed_date, first_day, precision):
    form = identity(birth_date=typed_date)

    assert form.is_valid(), form.errors
    person = form.cleaned_data["person"]
    assert (person.birth_date, person.birth_precision) == (first_day, precision)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"birth_date": "13/1980"}, "birth_date"),
        ({"birth_date": "31/02/1980"}, "birth_date"),
        ({"birth_date": "1889"}, "birth_date"),
        ({"birth_date": "0000"}, "birth_date"),
        ({"birth_date": "12/05/2026"}, "birth_date"),
        ({"birth_date": "12/05/2010"}, "birth_date"),
        ({"birth_date": ""}, "birth_date"),
        ({"kind": "MINOR"}, "birth_date"),
        ({"birth_name": "Du\u202epont"}, "birth_name"),
        ({"birth_name": "42"}, "birth_name"),
        ({"first_names": ""}, "first_names"),
        ({"birth_place": "Lyon"}, "birth_place"),
        ({"phone": "sonnez fort"}, "phone"),
        ({"email": "jeanne"}, "email"),
    ],
)
def test_what_no_identity_holds(changes, field):
    assert field in identity(**changes).errors


@pytest.mark.parametrize("place", ["75056", "2a004", "99100", ""])
def test_birth_places(place):
    assert identity(birth_place=place).is_valid()


# --- Relay and pharmacy, exit -----------------------------------------------------------------


def designation(setting, data=None, near="75"):
    return DesignationForm(data, programme=setting.programme, today=DAY, departement=near)


def offered(form, name):
    return [value for value, _ in form.fields[name].widget.choices if value]


def test_relay_doctors_of_the_departement_trained_and_accredited(setting):
    relay = trained(setting.programme, role=Role.RELAY_DOCTOR)
    trained(setting.programme, role=Role.RELAY_DOCTOR, site__departement="69")
    trained(a_setting().programme, role=Role.RELAY_DOCTOR)
    MemberFactory(role=Role.RELAY_DOCTOR, programme=setting.programme)

    assert offered(designation(setting), "relay_doctor") == [str(relay.public_id)]


def test_pharmacies_of_the_departement_that_take_part(setting):
    pharmacy = SiteFactory(pharmacy=True)
    SiteFactory(pharmacy=True, departement="69")
    SiteFactory(pharmacy=True, closed_on=DAY)
    SiteFactory(pharmacy=True, opened_on=DAY + datetime.timedelta(days=1))

    assert offered(designation(setting), "pharmacy") == [str(pharmacy.public_id)]


def test_what_was_chosen_elsewhere_stays_offered_and_accepted(setting):
    far = SiteFactory(pharmacy=True, departement="69")

    form = designation(setting, {"pharmacy": str(far.public_id)})

    assert str(far.public_id) in offered(form, "pharmacy")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["pharmacy"] == far


@pytest.mark.parametrize("value", ["x", "00000000-0000-0000-0000-000000000000"])
def test_nobody_is_designated_by_guessing(setting, value):
    assert not designation(setting, {"relay_doctor": value}).is_valid()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"reason": "", "on": "02/04/2026"}, "reason"),
        ({"reason": "INEFFICACY", "on": "02/04/2026"}, "weaning"),
        ({"reason": "DEATH", "on": "01/03/2026"}, "on"),
        ({"reason": "DEATH", "on": "03/04/2026"}, "on"),
        ({"reason": "DEATH", "on": "02/04/2026"}, None),
        ({"reason": "INEFFICACY", "on": "02/04/2026", "weaning": "NO"}, None),
    ],
)
def test_an_exit(data, field):
    form = ExitForm(data, enrolment=EnrolmentFactory(), today=datetime.date(2026, 4, 2))

    assert list(form.errors) == ([field] if field else [])
