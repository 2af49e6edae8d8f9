import datetime

import factory

from programmes.enums import DataClass
from retention.enums import PurgeState
from retention.models import PurgeRun
from tests.programmes.factories import ProgrammeFactory, RetentionRuleFactory


class PurgeRunFactory(factory.django.DjangoModelFactory):
    """Identities of a programme that ended on 29 February 2024, being erased."""

    class Meta:
        model = PurgeRun

    programme = factory.SubFactory(ProgrammeFactory, ends_on=datetime.date(2024, 2, 29))
    data_class = DataClass.IDENTITY
    due_on = datetime.date(2026, 2, 28)
    started_at = datetime.datetime(2026, 3, 1, 1, tzinfo=datetime.UTC)
    state = PurgeState.RUNNING


def programme_with_rules(**fields):
    """A programme with the two rules of the experimentation."""
    programme = ProgrammeFactory(**fields)
    identity = RetentionRuleFactory(programme=programme)
    RetentionRuleFactory(
        programme=programme, data_class=DataClass.CLINICAL, years=10, after=identity
    )
    return programme
