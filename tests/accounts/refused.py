"""What the database refuses of `accounts`: one line per constraint."""

import datetime
from collections.abc import Callable

from tests.accounts.factories import ApiTokenFactory, MemberFactory, SiteFactory, UserFactory


def twice(factory, **fields):
    factory(**fields)
    factory(**fields)


REFUSED: dict[str, Callable[[], object]] = {
    "accounts_user_rpps_unique": lambda: twice(UserFactory, rpps="10001234567"),
    "accounts_user_rpps_well_formed": lambda: UserFactory(rpps="1000123456A"),
    "accounts_user_profession_known": lambda: UserFactory(profession="KING"),
    "accounts_user_email_lower_case": lambda: UserFactory(email="Moreau@exemple.test"),
    "accounts_site_kind_known": lambda: SiteFactory(kind="CASTLE"),
    "accounts_site_finess_unique": lambda: twice(SiteFactory, finess="750000018"),
    "accounts_site_closes_after_opening": lambda: SiteFactory(
        opened_on=datetime.date(2021, 3, 1), closed_on=datetime.date(2021, 3, 1)
    ),
    "accounts_member_role_known": lambda: MemberFactory(role="KING"),
    "accounts_member_open_once": lambda: twice(
        MemberFactory, user=UserFactory(), site=SiteFactory()
    ),
    "accounts_member_dates_ordered": lambda: MemberFactory(
        started_on=datetime.date(2021, 3, 2), ended_on=datetime.date(2021, 3, 1)
    ),
    "accounts_token_digest": lambda: ApiTokenFactory(digest=bytes(20)),
}
