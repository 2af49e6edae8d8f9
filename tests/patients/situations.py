"""A programme ready for inclusions, a doctor who may include, and what they type."""

import datetime
from dataclasses import dataclass, replace

from accounts.models import Member
from patients.enums import Answer, TreatmentOutcome, TreatmentPlan
from patients.inclusion import Answered, Eligibility, Inclusion, Information, Treatment
from programmes.enums import PersonKind
from programmes.models import Criterion, Indication, Programme, ProgrammeLink
from tests.accounts.factories import MemberFactory
from tests.patients.factories import PersonFactory
from tests.programmes.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    IndicationFactory,
    ListingFactory,
    OpeningFactory,
    ProgrammeFactory,
    ProgrammeLinkFactory,
)
from tests.training.factories import CompletionFactory, CourseFactory


NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
DAY = NOON.date()


@dataclass(frozen=True)
class Setting:
    programme: Programme
    indication: Indication
    criterion: Criterion
    doctor: Member
    form: ProgrammeLink
    document: ProgrammeLink
    booklet: ProgrammeLink


def trained(programme, **fields):
    """A member of the programme with a proof of training."""
    member = MemberFactory(programme=programme, **fields)
    course = programme.courses.first() or CourseFactory(programme=programme)
    CompletionFactory(user=member.user, course=course, recorded_by=member)
    return member


def limited(places, **fields) -> Setting:
    """A setting whose programme has so many places."""
    setting = a_setting()
    OpeningFactory(programme=setting.programme, places=places, **fields)
    return setting


def closed_from(on, reason="") -> Setting:
    """A setting whose programme refuses inclusions from that day on."""
    setting = a_setting()
    OpeningFactory(programme=setting.programme, closure=True, valid_from=on, reason=reason)
    return setting


def a_setting(**programme) -> Setting:
    programme = ProgrammeFactory(**programme)
    indication = IndicationFactory(programme=programme)
    doctor = trained(programme)
    ListingFactory(site=doctor.site, indication=indication)
    criteria = CriteriaSetFactory(programme=programme)
    return Setting(
        programme=programme,
        indication=indication,
        criterion=CriterionFactory(criteria_set=criteria),
        doctor=doctor,
        form=ProgrammeLinkFactory(programme=programme, consent_form=True),
        document=ProgrammeLinkFactory(programme=programme),
        booklet=ProgrammeLinkFactory(programme=programme, booklet=True),
    )


def an_inclusion(setting, person=None, **told) -> Inclusion:
    """Of today (2 March 2026); `told` changes the first step."""
    information = Information(
        person_kind=PersonKind.ADULT,
        included_on=DAY,
        signed_on=DAY,
        document=setting.document,
        form=setting.form,
        nir_given=False,
        booklet=setting.booklet,
    )
    return Inclusion(
        programme=setting.programme,
        information=replace(information, **told),
        eligibility=Eligibility(
            indication=setting.indication,
            subtype=None,
            answers=(Answered(setting.criterion, Answer.NO),),
            treatments=(
                Treatment("Gabapentine", TreatmentOutcome.INSUFFICIENT, TreatmentPlan.KEPT),
            ),
        ),
        person=person or PersonFactory(),
    )


def typed(setting) -> dict[str, dict[str, object]]:
    """What a doctor sends at each step."""
    return {
        "information": {
            "day": "TODAY",
            "person_kind": "ADULT",
            "document_ADULT": setting.document.pk,
            "booklet": "on",
            "participation": "YES",
            "nir": "NO",
            "research": "YES",
        },
        "eligibilite": {
            "indication": setting.indication.pk,
            "drug_1": "Gabapentine",
            "outcome_1": "INSUFFICIENT",
            "plan_1": "KEPT",
            f"criterion_{setting.criterion.pk}": "NO",
        },
        "identite": {
            "birth_name": "Martin",
            "used_name": "Dupont",
            "first_names": "Jeanne Marie",
            "sex": "F",
            "birth_date": "12/05/1980",
        },
        "relais": {"relay_doctor": "", "pharmacy": ""},
        "confirmation": {"confirmed": "on"},
    }
