"""What the database refuses of `accounts`: one line per constraint."""

import datetime
from collections.abc import Callable
from uuid import uuid4

from django.db import connection

from accounts.models import FactorReset, TotpDevice
from tests.accounts.factories import (
    AccountLinkFactory,
    ApiTokenFactory,
    FactorResetFactory,
    MemberFactory,
    SiteFactory,
    UserFactory,
)


AT = datetime.datetime(2026, 1, 5, 10, tzinfo=datetime.UTC)


def twice(factory, **fields):
    factory(**fields)
    factory(**fields)


def deleted_reset():
    """By the owner of the tables: the runtime role has no right to try."""
    pk = FactorResetFactory().pk
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("DELETE FROM accounts_factorreset WHERE id = %s", [pk])


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
    "accounts_link_kind_known": lambda: AccountLinkFactory(kind="KING"),
    "accounts_link_opens_once_mailed": lambda: AccountLinkFactory(mailed=True, digest=bytes(20)),
    "accounts_link_to_nobody_is_not_mailed": lambda: AccountLinkFactory(user=None),
    "accounts_link_ends_once": lambda: AccountLinkFactory(used_at=AT, ended_at=AT),
    "accounts_link_open_once": lambda: twice(AccountLinkFactory, user=UserFactory()),
    "accounts_reset_reason_known": lambda: FactorResetFactory(reason="KING"),
    "accounts_reset_identity_checked": lambda: FactorResetFactory(identity_check="NO"),
    "accounts_reset_is_as_it_was_made": lambda: FactorReset.objects.filter(
        pk=FactorResetFactory().pk
    ).update(reason="STOLEN"),
    "accounts_reset_never_deleted": deleted_reset,
    "accounts_totp_one_a_name": lambda: twice(
        TotpDevice.objects.create,
        user=UserFactory(),
        name="application",
        key_id=uuid4(),
        sealed=b"",
        created_at=AT,
    ),
    "accounts_token_digest": lambda: ApiTokenFactory(digest=bytes(20)),
}
