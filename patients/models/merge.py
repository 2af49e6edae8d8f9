import uuid

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import Member
from patients.enums import MergeState
from patients.models.enrolment import Enrolment
from patients.models.likeness import PossibleDuplicate


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, member: Member) -> "MergeQuerySet":
        """Those about a patient of one's own; all, without a name, for the programme manager."""
        if member.role == Role.MANAGER:
            return self.all()
        mine = Enrolment.objects.visible_to(member).values("patient")
        return self.filter(Q(pair__first__in=mine) | Q(pair__second__in=mine))


class Merge(models.Model):
    """Réunion de deux dossiers: asked by one person, approved by another, undone if need be.

    The second patient of the pair becomes an alias of the first; nothing moves, so that it can be
    undone (ADR 0026).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pair = models.ForeignKey(PossibleDuplicate, on_delete=models.PROTECT, related_name="merges")
    state = models.CharField("état", max_length=10, choices=MergeState)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="merges_asked")
    asked_at = models.DateTimeField("demandée le")
    decided_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="merges_decided"
    )
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    undone_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="merges_undone"
    )
    undone_at = models.DateTimeField("défaite le", null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = "réunion de dossiers"
        verbose_name_plural = "réunions de dossiers"
        constraints = [
            models.UniqueConstraint(
                fields=["pair"],
                condition=Q(state__in=[MergeState.ASKED, MergeState.DONE]),
                name="patients_one_merge_at_a_time",
            ),
            # Two persons. Source: `security.md` 2.3.5.
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(state=MergeState.REFUSED)
                | ~Q(decided_by=F("asked_by")),
                name="patients_merge_takes_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state=MergeState.ASKED, decided_at=None, undone_at=None)
                | Q(
                    state__in=[MergeState.DONE, MergeState.REFUSED],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    undone_at=None,
                )
                | Q(
                    state=MergeState.UNDONE,
                    decided_at__isnull=False,
                    undone_at__isnull=False,
                    undone_by__isnull=False,
                ),
                name="patients_merge_state_has_its_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"Réunion {self.public_id}"
