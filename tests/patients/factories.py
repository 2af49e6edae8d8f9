import datetime
import secrets

import factory
from django.utils import timezone

from accounts.enums import Role
from core import keys
from core.identifiers import ALPHABET, code_with_check
from patients import identity, representatives, texts
from patients.enums import (
    AgeBand,
    Answer,
    ConsentKind,
    DuplicateState,
    EndReason,
    EnrolmentState,
    MergeState,
    NirKind,
    ScreeningReason,
    Sex,
    TransferReason,
    TransferState,
    TreatmentOutcome,
    TreatmentPlan,
)
from patients.identity import Person
from patients.models import (
    BrokenGlass,
    Consent,
    Derogation,
    EligibilityAnswer,
    Enrolment,
    Merge,
    Nir,
    NotIncluded,
    Patient,
    PossibleDuplicate,
    PriorTreatment,
    Transfer,
)
from patients.representatives import Representative
from programmes.enums import PersonKind
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.programmes.factories import CriterionFactory, IndicationFactory, ProgrammeLinkFactory


def new_number() -> str:
    return code_with_check("".join(secrets.choice(ALPHABET) for _ in range(12)))


class PersonFactory(factory.Factory):
    """Jeanne Marie Martin, called Dupont, born on 12 May 1980; each has her own birth name."""

    class Meta:
        model = Person

    birth_name = factory.Sequence(lambda n: f"Martin{'abcdefghij'[n % 10]}{n}")
    used_name = "Dupont"
    first_names = factory.LazyFunction(lambda: ["Jeanne", "Marie"])
    sex = Sex.FEMALE
    birth_date = datetime.date(1980, 5, 12)
    birth_place = "69123"
    phone = "06 00 00 00 00"
    email = "jeanne@exemple.test"
    address = "1 rue de l’Essai, 69001 Lyon"


class PatientFactory(factory.django.DjangoModelFactory):
    """A woman born in 1980, with a key and no identity; `person=PersonFactory()` gives her one."""

    class Meta:
        model = Patient
        skip_postgeneration_save = True

    birth_year = 1980
    sex = Sex.FEMALE
    key_id = factory.LazyFunction(lambda: keys.create_key("patient"))

    @factory.post_generation
    def person(self, create, extracted, **kwargs):
        """`person=True` for somebody, or the person themselves."""
        if create and extracted:
            identity.write(self, PersonFactory() if extracted is True else extracted)


class EnrolmentFactory(factory.django.DjangoModelFactory):
    """Included on 2 March 2026 by a reference doctor of the site, accredited; followed today."""

    class Meta:
        model = Enrolment
        skip_postgeneration_save = True

    class Params:
        ended = factory.Trait(
            state=EnrolmentState.ENDED,
            ended_on=datetime.date(2026, 4, 2),
            end_reason=EndReason.INEFFICACY,
            end_recorded_at=datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC),
        )
        weaning = factory.Trait(
            state=EnrolmentState.WEANING,
            ended_on=datetime.date(2026, 4, 2),
            end_reason=EndReason.INEFFICACY,
            end_recorded_at=datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC),
        )

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

    @factory.post_generation
    def relay(self, create, extracted, **kwargs):
        """`relay=True`: followed by a relay doctor too, accredited."""
        if create and extracted:
            self.relay_doctor = MemberFactory(role=Role.RELAY_DOCTOR, programme=self.programme)
            self.save(update_fields=["relay_doctor"])


class ConsentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Consent
        skip_postgeneration_save = True

    class Params:
        # Who signed for the patient.
        representative = None

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

    @factory.lazy_attribute
    def representative_sealed(self):
        """Under the enrolment's key."""
        if not self.representative:
            return None
        return representatives.seal(self.enrolment, [Representative(self.representative)])


class EligibilityAnswerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EligibilityAnswer

    enrolment = factory.SubFactory(EnrolmentFactory)
    criterion = factory.SubFactory(CriterionFactory)
    answer = Answer.NO


class PriorTreatmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PriorTreatment

    class Params:
        drug = "Gabapentine"

    enrolment = factory.SubFactory(EnrolmentFactory)
    drug_sealed = factory.LazyAttribute(lambda row: texts.seal(row.enrolment, texts.DRUG, row.drug))
    outcome = TreatmentOutcome.INSUFFICIENT
    plan = TreatmentPlan.KEPT


class NirFactory(factory.django.DjangoModelFactory):
    """A number that nobody has, and the consent that allows it, unless `consent=False`."""

    class Meta:
        model = Nir

    enrolment = factory.SubFactory(EnrolmentFactory)
    patient = factory.SelfAttribute("enrolment.patient")
    kind = NirKind.NIR
    key_id = factory.LazyFunction(lambda: keys.create_key("nir"))
    sealed = factory.LazyAttribute(lambda row: keys.seal(row.key_id, b"number", aad="test"))
    index = factory.Sequence(lambda n: n.to_bytes(16))
    recorded_at = factory.SelfAttribute("enrolment.recorded_at")
    recorded_by = factory.SelfAttribute("enrolment.included_by")

    @classmethod
    def _create(cls, model_class, *args, consent=True, **kwargs):
        if consent:
            ConsentFactory(
                enrolment=kwargs["enrolment"],
                kind=ConsentKind.NIR,
                recorded_by=kwargs["recorded_by"],
            )
        return super()._create(model_class, *args, **kwargs)


class PairFactory(factory.django.DjangoModelFactory):
    """Two patients who look alike, to be examined."""

    class Meta:
        model = PossibleDuplicate

    first = factory.SubFactory(PatientFactory, person=True)
    second = factory.SubFactory(PatientFactory, person=True)
    score = 92
    reasons = factory.LazyFunction(lambda: ["SAME_NAME", "SAME_DATE"])
    state = DuplicateState.OPEN
    noted_at = datetime.datetime(2026, 3, 2, 10, tzinfo=datetime.UTC)
    noted_by = factory.SubFactory(MemberFactory)


class MergeFactory(factory.django.DjangoModelFactory):
    """Asked, not decided."""

    class Meta:
        model = Merge

    pair = factory.SubFactory(PairFactory)
    state = MergeState.ASKED
    asked_by = factory.SubFactory(MemberFactory)
    asked_at = datetime.datetime(2026, 3, 2, 10, tzinfo=datetime.UTC)


class TransferFactory(factory.django.DjangoModelFactory):
    """Asked of another structure, without an answer."""

    class Meta:
        model = Transfer

    enrolment = factory.SubFactory(EnrolmentFactory)
    from_site = factory.SelfAttribute("enrolment.site")
    to_site = factory.SubFactory(SiteFactory)
    reason = TransferReason.MOVED
    state = TransferState.ASKED
    asked_by = factory.SelfAttribute("enrolment.included_by")
    asked_at = datetime.datetime(2026, 3, 2, 10, tzinfo=datetime.UTC)


class NotIncludedFactory(factory.django.DjangoModelFactory):
    """Somebody of 40 to 64 who refused, in March 2026."""

    class Meta:
        model = NotIncluded

    indication = factory.SubFactory(IndicationFactory)
    programme = factory.SelfAttribute("indication.programme")
    site = factory.SubFactory(SiteFactory)
    age_band = AgeBand.MIDDLE
    reason = ScreeningReason.REFUSED
    month = datetime.date(2026, 3, 1)


class DerogationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Derogation

    enrolment = factory.SubFactory(EnrolmentFactory)
    criterion = factory.SubFactory(CriterionFactory)
    reason_sealed = factory.LazyAttribute(
        lambda row: texts.seal(row.enrolment, texts.DEROGATION, "Avis collégial")
    )
    granted_by = factory.SelfAttribute("enrolment.included_by")
    granted_at = factory.SelfAttribute("enrolment.recorded_at")


class BrokenGlassFactory(factory.django.DjangoModelFactory):
    """Opened three hours ago less one minute, by a doctor of another structure."""

    class Meta:
        model = BrokenGlass

    enrolment = factory.SubFactory(EnrolmentFactory)
    member = factory.LazyAttribute(lambda row: MemberFactory(programme=row.enrolment.programme))
    at = factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(hours=2, minutes=59))
    until = factory.LazyAttribute(lambda row: row.at + datetime.timedelta(hours=3))
