"""What the database refuses of reviews and saved lists."""

import datetime

from django.db import connection

from record.models import Review, ReviewRule
from tests.record.factories import ReviewFactory, SavedFilterFactory


def delete_as_owner(review):
    """The runtime role has no right to delete: the trigger speaks to the others."""
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute("delete from record_review where id = %s", [review.pk])


def named_twice():
    saved = SavedFilterFactory()
    SavedFilterFactory(owner=saved.owner, name=saved.name)


REFUSED = {
    "record_filter_named_once": named_twice,
    "record_review_rule_known": lambda: ReviewRule.objects.create(kind="MOOD"),
    "record_review_comes_again": lambda: ReviewRule.objects.filter(kind="LATE_ENTRIES").update(
        every_months=0
    ),
    "record_review_known": lambda: ReviewFactory(kind="MOOD"),
    "record_review_period_ordered": lambda: ReviewFactory(until=datetime.date(2026, 1, 31)),
    "record_review_remark_has_key": lambda: ReviewFactory(remark_sealed=b"sealed"),
    "record_review_is_frozen": lambda: Review.objects.filter(pk=ReviewFactory().pk).update(found=0),
    "record_review_never_deleted": lambda: delete_as_owner(ReviewFactory()),
}
