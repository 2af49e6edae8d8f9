"""The members of a site at a glance: last activity, programmes, training. Five queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import Member, Site
from programmes.models import Accreditation, Programme
from training.models import Completion
from training.rules import Proof, entitled


@dataclass(frozen=True)
class Row:
    """One membership, and what is asked of whoever holds it."""

    member: Member
    last_seen_on: date | None
    programmes: list[Programme]
    untrained_for: list[Programme]

    @property
    def programme_names(self) -> str:
        return ", ".join(one.short_name for one in self.programmes)

    @property
    def untrained_names(self) -> str:
        return ", ".join(one.short_name for one in self.untrained_for)


def of(site: Site, *, today: date) -> list[Row]:
    """Who may act at the site, referents first; those whose account sleeps are listed too."""
    members = (
        Member.objects.standing()
        .filter(site=site, user__is_active=True)
        .exclude(role="API_CLIENT")
        .select_related("user", "site", "replaces__user")
        .order_by("-is_referent", "user__last_name", "user__first_name", "pk")
    )
    return rows(list(members), today=today)


def rows(members: Sequence[Member], *, today: date) -> list[Row]:
    accredited = _programmes(members, today)
    proofs = _proofs(members)
    return [_row(one, accredited, proofs, today) for one in members]


def _row(
    member: Member,
    accredited: dict[int, list[Programme]],
    proofs: dict[tuple[int, int], list[Proof]],
    today: date,
) -> Row:
    programmes = accredited.get(member.replaces_id or member.pk, [])
    trains = member.user.profession in {"DOCTOR", "PHARMACIST"}
    untrained = [
        one
        for one in programmes
        if trains
        and one.training_required
        and not entitled(proofs.get((member.user_id, one.pk), []), today)
    ]
    seen = member.user.last_login
    return Row(member, member.site.local_day(seen) if seen else None, programmes, untrained)


def _programmes(members: Iterable[Member], today: date) -> dict[int, list[Programme]]:
    """Programmes in force, by membership; a substitute's are those of whom they replace."""
    standing = (
        Accreditation.objects.in_force(today)
        .filter(member__in=[one.stands_for_id for one in members])
        .select_related("programme")
        .order_by("programme__name", "pk")
    )
    found: dict[int, list[Programme]] = {}
    for row in standing:
        found.setdefault(row.member_id, []).append(row.programme)
    return found


def _proofs(members: Iterable[Member]) -> dict[tuple[int, int], list[Proof]]:
    """Proofs of the courses for their profession, by person and programme."""
    professions = {one.user_id: one.user.profession for one in members}
    found: dict[tuple[int, int], list[Proof]] = {}
    for row in Completion.objects.filter(user__in=list(professions)).select_related("course"):
        if row.course.profession == professions[row.user_id]:
            found.setdefault((row.user_id, row.course.programme_id), []).append(row.proof)
    return found
