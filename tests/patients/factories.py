import datetime
import uuid

import factory

from core import keys
from patients.enums import ConsentKind, Sex
from patients.models import Consent, Enrolment, Patient
from programmes.enums import PersonKind
from tests.accounts.factories import MemberFactory
from tests.programmes.factories import IndicationFactory, ProgrammeLinkFactory


def new_number() -> str:
    return f"RC-{uuid.uuid4().hex[:12].upper()}"


class PatientFactory(factory.django.DjangoModelFactory):
    """A woman born in 1980, with a key and no identity; see `with_identity`."""

    class Meta:
        model = Patient

    birth_year = 1980
    sex = Sex.FEMALE
    key_id = factory.LazyFunction(lambda: keys.create_key("patient"))


class EnrolmentFactory(factory.django.DjangoModelFactory):
    """Included on 2 March 2026 by a reference doctor of the site, accredited; followed today."""

    class Meta:
        model = Enrolment
        skip_postgeneration_save = True

    number = factory.LazyFunction(new_number)
    patient = factory.SubFactory(PatientFactory)
    indication = factory.SubFactory(IndicationFactory)
    programme = factory.SelfAttribute("indication.programme")
    included_by = factory.LazyAttribute(lambda row: MemberFactory(programme=row.programme))
    site = factory.SelfAttribute("included_by.site")
    included_on = datetime.date(2026, 3, 2)
    recorded_at = datetime.datetime(2026, 3, 2, 10, tzinfo=datetime.UTC)
    key_id = factory.LazyFunction(lambda: keys.create_key("enrolment"))

    @factory.post_generation
    def consent(self, create, extracted, **kwargs):
        """The consent to participation, unless `consent=False`."""
        if create and extracted is not False:
            ConsentFactory(enrolment=self, recorded_by=self.included_by)


class ConsentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Consent

    enrolment = factory.SubFactory(EnrolmentFactory, consent=False)
    kind = ConsentKind.PARTICIPATION
    person_kind = PersonKind.ADULT
    is_given = True
    signed_on = factory.SelfAttribute("enrolment.included_on")
    form = factory.SubFactory(
        ProgrammeLinkFactory,
        consent_form=True,
        programme=factory.SelfAttribute("..enrolment.programme"),
    )
    information = factory.SubFactory(
        ProgrammeLinkFactory, programme=factory.SelfAttribute("..enrolment.programme")
    )
    recorded_at = factory.SelfAttribute("enrolment.recorded_at")
    recorded_by = factory.SubFactory(MemberFactory)
