import datetime

import factory

from accounts.enums import Role
from record.enums import ReviewKind
from record.models import Review, SavedFilter
from tests.accounts.factories import MemberFactory


class ReviewFactory(factory.django.DjangoModelFactory):
    """Late entries of February 2026, without remark."""

    class Meta:
        model = Review

    kind = ReviewKind.LATE_ENTRIES
    since = datetime.date(2026, 2, 1)
    until = datetime.date(2026, 2, 28)
    parameters = factory.LazyFunction(lambda: {"days": 14})
    found = 2
    signed_at = datetime.datetime(2026, 3, 2, 10, tzinfo=datetime.UTC)
    signed_by = factory.SubFactory(MemberFactory, role=Role.MANAGER)


class SavedFilterFactory(factory.django.DjangoModelFactory):
    """Late visits, for oneself."""

    class Meta:
        model = SavedFilter

    owner = factory.SubFactory(MemberFactory)
    name = factory.Sequence(lambda n: f"Liste {n}")
    query = "a_faire=late"
    saved_at = datetime.datetime(2026, 3, 2, 10, tzinfo=datetime.UTC)
