"""What the database refuses of `accounts`: one line per constraint."""

import datetime
from collections.abc import Callable
from uuid import uuid4

from django.db import connection

from accounts.models import FactorReset, ProviderIdentity, TotpDevice
from tests.accounts.factories import (
    AccountLinkFactory,
    ApiTokenFactory,
    ClosureFactory,
    FactorResetFactory,
    MemberFactory,
    SiteFactory,
    UserFactory,
)
from tests.accounts.imports import (
    NOON,
    DirectoryPlaceFactory,
    DirectoryProfessionalFactory,
    ImportedFileFactory,
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


def replaced_twice():
    """On 10 January, by two substitutions that share one day."""
    doctor, user = MemberFactory(), UserFactory()
    day = datetime.date(2026, 1, 10)
    MemberFactory(user=user, site=doctor.site, replaces=doctor, started_on=day, until=day)
    MemberFactory(
        user=user,
        site=doctor.site,
        replaces=doctor,
        started_on=day,
        until=day + datetime.timedelta(days=5),
    )


def linked(**fields):
    """A person known at Pro Santé Connect by a subject."""
    return ProviderIdentity.objects.create(
        **{
            "user": UserFactory(),
            "issuer": "https://psc.test",
            "subject": "f:1",
            "rpps": "",
            "linked_at": AT,
            **fields,
        }
    )


def linked_twice():
    linked(user=linked().user, subject="f:2")


REFUSED: dict[str, Callable[[], object]] = {
    "accounts_import_kind_known": lambda: ImportedFileFactory(kind="RUMOURS"),
    "accounts_import_has_fingerprint": lambda: ImportedFileFactory(sha256=b"0"),
    "accounts_import_confirmed_or_left": lambda: ImportedFileFactory(
        confirmed=True, abandoned_at=NOON
    ),
    "accounts_import_settled_is_empty": lambda: ImportedFileFactory(confirmed_at=NOON),
    "accounts_import_settled_stays": lambda: reopened(ImportedFileFactory(confirmed=True)),
    "accounts_import_never_deleted": lambda: deleted(ImportedFileFactory()),
    "accounts_directory_rpps_well_formed": lambda: DirectoryProfessionalFactory(rpps="12"),
    "accounts_directory_profession_read": lambda: DirectoryProfessionalFactory(profession="AGENT"),
    "accounts_directory_finess_well_formed": lambda: DirectoryPlaceFactory(finess="7501"),
    "accounts_user_rpps_unique": lambda: twice(UserFactory, rpps="10001234567"),
    "accounts_user_rpps_well_formed": lambda: UserFactory(rpps="1000123456A"),
    "accounts_user_profession_known": lambda: UserFactory(profession="KING"),
    "accounts_user_email_lower_case": lambda: UserFactory(email="Moreau@exemple.test"),
    "accounts_site_kind_known": lambda: SiteFactory(kind="CASTLE"),
    "accounts_site_finess_unique": lambda: twice(SiteFactory, finess="750000018"),
    "accounts_site_closes_after_opening": lambda: SiteFactory(
        opened_on=datetime.date(2021, 3, 1), closed_on=datetime.date(2021, 3, 1)
    ),
    "accounts_site_week_in_order": lambda: SiteFactory(open_weekdays="21"),
    "accounts_closure_days_ordered": lambda: ClosureFactory(starts_on=datetime.date(2026, 8, 22)),
    "accounts_closure_written_once": lambda: twice(ClosureFactory, site=SiteFactory()),
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
    "accounts_substitution_is_dated": lambda: MemberFactory(replaces=MemberFactory()),
    "accounts_substitutes_once_at_a_time": replaced_twice,
    "accounts_identity_is_one_account": lambda: (linked(), linked()),
    "accounts_identity_once_a_provider": linked_twice,
    "accounts_identity_named": lambda: linked(subject=""),
    "accounts_token_digest": lambda: ApiTokenFactory(digest=bytes(20)),
}


def reopened(file):
    file.confirmed_at = None
    file.save()


def deleted(row):
    """By the owner of the tables: the runtime role has no right to try."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])
