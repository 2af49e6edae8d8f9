"""Which reviews of rights are due, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max

from accounts.enums import Role
from accounts.models import Member, Site
from rights import rules
from rights.models import RightsRule


@dataclass(frozen=True)
class Due:
    site: Site
    last_on: date | None
    due_on: date
    today: date

    @property
    def is_announced(self) -> bool:
        """Whether it is time to say so."""
        return self.today >= self.due_on - timedelta(days=rules.ANNOUNCED_DAYS)

    @property
    def state(self) -> str:
        if self.today > self.due_on:
            return "late"
        return "due" if self.is_announced else "future"

    @property
    def words(self) -> str:
        day = f"{self.due_on:%d/%m/%Y}"
        return f"En retard depuis le {day}" if self.state == "late" else f"À faire avant le {day}"


def of_sites(sites: Sequence[Site], today: date) -> list[Due]:
    """Three queries. Empty before any rule is in force; nothing is owed from before the first."""
    rule, begun_on = RightsRule.objects.on(today), RightsRule.objects.begun_on()
    if rule is None or begun_on is None:
        return []
    last = dict(
        Site.objects.filter(pk__in=[one.pk for one in sites]).values_list(
            "pk", Max("rights_reviews__reviewed_on")
        )
    )
    months = rule.review_months
    due = {
        one.pk: rules.review_due_on(last.get(one.pk), max(one.opened_on, begun_on), months)
        for one in sites
    }
    return [Due(one, last.get(one.pk), due[one.pk], today) for one in sites]


def of_member(member: Member, today: date) -> list[Due]:
    """Those that this member must do: a referent of their site, the manager of the agency."""
    if not (member.is_referent or member.role == Role.MANAGER):
        return []
    return [one for one in of_sites([member.site], today) if one.is_announced]
