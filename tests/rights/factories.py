import datetime

import factory

from accounts.enums import Role
from rights.enums import Decision
from rights.models import Review, ReviewLine, RightsRule, SuspensionNotice
from tests.accounts.factories import MemberFactory, UserFactory


class RightsRuleFactory(factory.django.DjangoModelFactory):
    """Of 2020: before the one that the migration wrote."""

    class Meta:
        model = RightsRule

    valid_from = datetime.date(2020, 1, 1)
    inactive_days = 90
    notice_days = 14
    review_months = 12
    source = "Essai"


class NoticeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SuspensionNotice

    user = factory.SubFactory(UserFactory)
    told_on = datetime.date(2026, 3, 1)
    suspends_on = datetime.date(2026, 3, 15)


class ReviewFactory(factory.django.DjangoModelFactory):
    """Signed by the referent of a reference structure."""

    class Meta:
        model = Review

    signed_by = factory.SubFactory(MemberFactory, is_referent=True)
    site = factory.SelfAttribute("signed_by.site")
    reviewed_on = datetime.date(2026, 3, 2)
    signed_at = datetime.datetime(2026, 3, 2, 10, tzinfo=datetime.UTC)


class ReviewLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReviewLine

    review = factory.SubFactory(ReviewFactory)
    member = factory.LazyAttribute(lambda row: MemberFactory(site=row.review.site))
    role = Role.REFERENCE_DOCTOR
    is_referent = False
    decision = Decision.KEEP
