import datetime

import factory

from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import ProductFactory
from vigilance.enums import ActionTaken, Network, Outcome, Seriousness, Severity
from vigilance.models import AdverseEvent, Declaration, Reaction, Suspect


class ReactionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Reaction

    event = factory.SubFactory("tests.vigilance.factories.AdverseEventFactory", reactions=False)
    term = "SOMNOLENCE"


class AdverseEventFactory(factory.django.DjangoModelFactory):
    """A drowsiness of 10 March 2026, not serious, reported by who included the patient."""

    class Meta:
        model = AdverseEvent
        skip_postgeneration_save = True

    class Params:
        serious = factory.Trait(seriousness=[Seriousness.HOSPITALISATION], is_serious=True)

    enrolment = factory.SubFactory(EnrolmentFactory)
    reported_by = factory.SelfAttribute("enrolment.included_by")
    occurred_on = datetime.date(2026, 3, 10)
    known_on = datetime.date(2026, 3, 12)
    is_serious = False
    severity = Severity.MODERATE
    outcome = Outcome.RECOVERED
    recorded_at = datetime.datetime(2026, 3, 12, 10, tzinfo=datetime.UTC)

    @factory.post_generation
    def reactions(self, create, extracted, **kwargs):
        """One reaction, unless `reactions=False`."""
        if create and extracted is not False:
            ReactionFactory(event=self)


class SuspectFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Suspect

    event = factory.SubFactory(AdverseEventFactory)
    product = factory.SubFactory(
        ProductFactory, programme=factory.SelfAttribute("..event.enrolment.programme")
    )
    action_taken = ActionTaken.NONE


class DeclarationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Declaration

    event = factory.SubFactory(AdverseEventFactory)
    network = Network.CRPV
    declared_on = factory.SelfAttribute("event.known_on")
    recorded_by = factory.SelfAttribute("event.reported_by")
    recorded_at = factory.SelfAttribute("event.recorded_at")
