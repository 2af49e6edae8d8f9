"""Accounts that sleep: told first, suspended after the whole notice, reopened by both factors."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, QuerySet

from accounts import actions as accounts
from accounts.enums import Profession
from accounts.models import Member, User
from core import audit
from patients.models import Enrolment
from rights import mail, rules
from rights.models import RightsRule, SuspensionNotice


# Accounts belong to no site: their days are those of the national figures.
PARIS = ZoneInfo("Europe/Paris")


def sleep_of(rule: RightsRule) -> rules.Sleep:
    return rules.Sleep(rule.inactive_days, rule.notice_days)


def sleeping(rule: RightsRule, today: date) -> QuerySet[User]:
    """People, with a role, unseen for so long that they are to be told; not told yet.

    `seen_at` is their last sign-in; before the first one, the day their last role began counts.
    """
    limit = today - timedelta(days=rule.inactive_days - rule.notice_days)
    midnight = datetime.combine(limit + timedelta(days=1), time(), tzinfo=PARIS)
    unseen = Q(last_login__lt=midnight) | Q(last_login=None)
    told = SuspensionNotice.objects.filter(closed_at=None).values("user")
    people = User.objects.filter(unseen, is_active=True, suspended_at=None)
    with_role = people.exclude(profession=Profession.PROGRAM).annotate(
        role_began_on=Max("memberships__started_on", filter=Q(memberships__ended_on=None))
    )
    return with_role.filter(role_began_on__lte=limit).exclude(pk__in=told)


def seen_on(user: User, role_began_on: date) -> date:
    """The last day on which the person was there, or was given a role."""
    if user.last_login is None:
        return role_began_on
    return max(user.last_login.astimezone(PARIS).date(), role_began_on)


def announce(user: User, *, role_began_on: date, rule: RightsRule, at: datetime) -> bool:
    """Tell the person, and the referents when patients depend on them. Once until it is closed."""
    today = at.astimezone(PARIS).date()
    last = seen_on(user, role_began_on)
    day = rules.suspends_on(last, today, sleep_of(rule))
    with audit.acting("account.suspension_announced", by=audit.SYSTEM):
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        notice, is_new = SuspensionNotice.objects.get_or_create(
            user=user, closed_at=None, defaults={"told_on": today, "suspends_on": day}
        )
        if not is_new:
            return False
        audit.record("account.suspension_announced", user, by=audit.SYSTEM, on=day)
        mail.suspension_announced(
            user, notice=notice.pk, suspends_on=day, days=rule.inactive_days, at=at
        )
        _tell_referents(user, notice, at=at)
    return True


def _tell_referents(user: User, notice: SuspensionNotice, *, at: datetime) -> None:
    """Only where they follow patients today: nobody may fall between two doctors."""
    members = Member.objects.standing().filter(user=user).select_related("user", "site")
    for member in members.order_by("pk"):
        if not Enrolment.objects.visible_to(member).live().exists():
            continue
        referents = Member.objects.referents_of(member.site).exclude(user=user)
        for referent in referents.select_related("user"):
            mail.suspension_of_a_member_announced(
                referent, member, notice=notice.pk, suspends_on=notice.suspends_on, at=at
            )


def due(today: date) -> QuerySet[SuspensionNotice]:
    """Notices whose day has come."""
    return SuspensionNotice.objects.filter(closed_at=None, suspends_on__lte=today)


def settle(notice: SuspensionNotice, *, at: datetime) -> bool:
    """Suspend the account, unless the person came back or was given a role since they were told;
    True when it was suspended."""
    with audit.acting("account.suspended", by=audit.SYSTEM):
        user = User.objects.select_for_update(of=("self",)).get(pk=notice.user_id)
        open_one = SuspensionNotice.objects.filter(pk=notice.pk, closed_at=None)
        if not open_one.update(closed_at=at):
            return False
        if _is_back(user, notice.told_on) or user.suspended_at is not None or not user.is_active:
            return False
        user.suspended_at = at
        user.save(update_fields=["suspended_at"])
        accounts.end_sessions(user)
        audit.record("account.suspended", user, by=audit.SYSTEM)
        mail.suspended(user, notice=notice.pk, at=at)
    return True


def _is_back(user: User, told_on: date) -> bool:
    """What `seen_on` counts, since that day."""
    if user.last_login and user.last_login.astimezone(PARIS).date() >= told_on:
        return True
    return Member.objects.filter(user=user, ended_on=None, started_on__gte=told_on).exists()


def reopen(user: User, *, by: audit.Actor, at: datetime) -> bool:
    """The person, who gave both factors, or who manages their site: twice is once."""
    with audit.acting("account.reopened", by=by):
        locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if locked.suspended_at is None:
            return False
        locked.suspended_at = None
        locked.save(update_fields=["suspended_at"])
        SuspensionNotice.objects.filter(user=locked, closed_at=None).update(closed_at=at)
        audit.record("account.reopened", locked, by=by)
        mail.reopened(locked, at=at)
    return True
