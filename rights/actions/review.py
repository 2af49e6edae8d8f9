"""The yearly review: each membership confirmed or ended, the whole signed and kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.models import Member, Site
from core import audit
from rights import rules, team
from rights.actions import members
from rights.enums import Decision
from rights.models import Review, ReviewLine
from rights.team import Row


class CannotReview(Exception):
    """The message is in French and may be shown."""


CHANGED = (
    "L’équipe a changé depuis l’ouverture de cette page\u202f: relisez-la, puis signez de nouveau."
)


def sign(site: Site, decisions: Mapping[str, Decision], *, by: Member, at: datetime) -> Review:
    """Keep the review, and end what it ends, in one act.

    :param decisions: by public id of the membership; every one that stands, and no other
    :raises CannotReview: nothing was written
    """
    today = site.local_day(at)
    with audit.acting("rights.reviewed", by=by):
        Site.objects.select_for_update(of=("self",)).get(pk=site.pk)
        if not Site.objects.managed_by(by).filter(pk=site.pk).exists():
            raise CannotReview(rules.ELSEWHERE)
        rows = team.of(site, today=today)
        _check(rows, decisions, by)
        review = Review.objects.create(site=site, reviewed_on=today, signed_by=by, signed_at=at)
        ReviewLine.objects.bulk_create(_line(review, row, decisions) for row in rows)
        for row in rows:
            if decisions[str(row.member.public_id)] == Decision.END:
                _end(row.member, by=by, at=at)
        ended = sum(one == Decision.END for one in decisions.values())
        audit.record("rights.reviewed", review, by=by, members=len(rows), ended=ended)
    return review


def _check(rows: Sequence[Row], decisions: Mapping[str, Decision], by: Member) -> None:
    if {str(row.member.public_id) for row in rows} != set(decisions):
        raise CannotReview(CHANGED)
    own = [row.member for row in rows if row.member.user_id == by.user_id]
    if any(decisions[str(one.public_id)] == Decision.END for one in own):
        raise CannotReview("Vous ne pouvez pas retirer vos propres droits.")


def _end(member: Member, *, by: Member, at: datetime) -> None:
    try:
        members.end(member, by=by, at=at)
    except members.CannotChangeRights as refusal:
        raise CannotReview(f"{member.user.full_name}\u202f: {refusal}") from refusal


def _line(review: Review, row: Row, decisions: Mapping[str, Decision]) -> ReviewLine:
    return ReviewLine(
        review=review,
        member=row.member,
        role=row.member.role,
        is_referent=row.member.is_referent,
        last_seen_on=row.last_seen_on,
        programmes=row.programme_names[:300],
        untrained_for=row.untrained_names[:300],
        decision=decisions[str(row.member.public_id)],
    )
