"""What the database refuses of the rights: one line per constraint and per trigger."""

import datetime

from django.db import connection

from tests.rights import factories as f


def twice(factory, **fields):
    factory(**fields)
    factory(**fields)


def deleted(row):
    """The runtime role has no right to delete: the trigger speaks to the others."""
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute(f"delete from {row._meta.db_table} where id = %s", [row.pk])


def changed(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def told_twice():
    notice = f.NoticeFactory()
    f.NoticeFactory(user=notice.user)


def reviewed_twice():
    line = f.ReviewLineFactory()
    f.ReviewLineFactory(review=line.review, member=line.member)


REFUSED = {
    "rights_notice_within_inactivity": lambda: f.RightsRuleFactory(notice_days=90),
    "rights_review_comes_back": lambda: f.RightsRuleFactory(review_months=0),
    "rights_one_open_notice": told_twice,
    "rights_notice_comes_before": lambda: f.NoticeFactory(suspends_on=datetime.date(2026, 3, 1)),
    "rights_decision_known": lambda: f.ReviewLineFactory(decision="HUM"),
    "rights_member_reviewed_once": reviewed_twice,
    "rights_review_is_signed": lambda: changed(
        f.ReviewFactory(), reviewed_on=datetime.date(2026, 3, 3)
    ),
    "rights_review_never_deleted": lambda: deleted(f.ReviewFactory()),
    "rights_review_line_is_signed": lambda: changed(f.ReviewLineFactory(), decision="END"),
    "rights_review_line_never_deleted": lambda: deleted(f.ReviewLineFactory()),
}
