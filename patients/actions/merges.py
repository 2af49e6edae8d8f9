"""Two records of one person: united by alias, so that it can be undone (ADR 0026)."""

from datetime import datetime

from accounts.models import Member
from core import audit
from patients.actions.duplicates import CannotDecide, lock_pair
from patients.enums import DuplicateState, MergeState
from patients.models import Enrolment, Merge, Patient, PossibleDuplicate


def ask_merge(pair: PossibleDuplicate, *, by: Member, at: datetime) -> Merge:
    """Ask that somebody else look, and unite the two records.

    :raises CannotDecide: decided or asked already
    """
    with audit.acting("merge.asked", by=by):
        locked = lock_pair(pair)
        if locked.merges.filter(state=MergeState.ASKED).exists():
            raise CannotDecide("La réunion de ces deux dossiers est déjà demandée.")
        _refuse_chain(locked)
        merge = Merge.objects.create(pair=locked, state=MergeState.ASKED, asked_by=by, asked_at=at)
        audit.record("merge.asked", merge, by=by)
    return merge


def refuse_merge(merge: Merge, *, by: Member, at: datetime) -> None:
    """Leave both records as they are; the pair stays to be examined."""
    with audit.acting("merge.refused", by=by):
        locked = _lock(merge, MergeState.ASKED)
        _decide(locked, MergeState.REFUSED, by=by, at=at)
        audit.record("merge.refused", locked, by=by)


def approve_merge(merge: Merge, *, by: Member, at: datetime) -> None:
    """Make the second patient an alias of the first.

    :raises CannotDecide: asked by the same person, or decided meanwhile
    """
    with audit.acting("merge.approved", by=by):
        locked = _lock(merge, MergeState.ASKED)
        if locked.asked_by.user_id == by.user_id:
            raise CannotDecide("Une autre personne que vous doit approuver cette réunion.")
        pair = locked.pair
        _refuse_chain(pair)
        Patient.objects.filter(pk=pair.second_id).update(merged_into=pair.first_id)
        aliases = _unite_participations(pair)
        _decide(locked, MergeState.DONE, by=by, at=at)
        PossibleDuplicate.objects.filter(pk=pair.pk).update(
            state=DuplicateState.MERGED, decided_at=at, decided_by=by
        )
        audit.record("merge.approved", locked, by=by, aliases=aliases)


def undo_merge(merge: Merge, *, by: Member, at: datetime) -> None:
    """Two persons after all: each record is again what it was; what was written since stays.

    :raises CannotDecide: not united any more
    """
    with audit.acting("merge.undone", by=by):
        locked = _lock(merge, MergeState.DONE)
        pair = locked.pair
        Patient.objects.filter(pk=pair.second_id).update(merged_into=None)
        Enrolment.objects.filter(patient=pair.second_id).update(merged_into=None)
        locked.state, locked.undone_by, locked.undone_at = MergeState.UNDONE, by, at
        locked.save(update_fields=["state", "undone_by", "undone_at"])
        PossibleDuplicate.objects.filter(pk=pair.pk).update(
            state=DuplicateState.OPEN, decided_at=None, decided_by=None
        )
        audit.record("merge.undone", locked, by=by)


def _refuse_chain(pair: PossibleDuplicate) -> None:
    """One step leads from an alias to the record that is kept, never two.

    :raises CannotDecide: one of them is an alias, or the second has aliases of its own
    """
    aliases = Patient.objects.filter(pk__in=[pair.first_id, pair.second_id])
    if aliases.exclude(merged_into=None).exists():
        raise CannotDecide("L’un de ces dossiers est déjà réuni à un autre.")
    if Patient.objects.filter(merged_into=pair.second_id).exists():
        raise CannotDecide(
            "Un autre dossier est déjà réuni au plus récent de ces deux-là\u202f: défaites d’abord "
            "cette réunion, puis réunissez chacun au plus ancien."
        )


def _unite_participations(pair: PossibleDuplicate) -> int:
    """Of two participations that go on in one programme, the second becomes an alias."""
    live = Enrolment.objects.live()
    kept = dict(live.filter(patient=pair.first_id).values_list("programme", "pk"))
    theirs = live.filter(patient=pair.second_id, programme__in=kept)
    aliases = list(theirs.select_for_update(of=("self",)).order_by("pk"))
    for enrolment in aliases:
        enrolment.merged_into_id = kept[enrolment.programme_id]
        enrolment.save(update_fields=["merged_into"])
    return len(aliases)


def _lock(merge: Merge, expected: MergeState) -> Merge:
    patients = Patient.objects.filter(pk__in=[merge.pair.first_id, merge.pair.second_id])
    list(patients.select_for_update(of=("self",)).order_by("pk"))
    rows = Merge.objects.select_for_update(of=("self",)).select_related("pair", "asked_by")
    locked = rows.get(pk=merge.pk)
    if locked.state != expected:
        raise CannotDecide("Cette réunion a changé d’état entre-temps : rouvrez la page.")
    return locked


def _decide(merge: Merge, state: MergeState, *, by: Member, at: datetime) -> None:
    merge.state, merge.decided_by, merge.decided_at = state, by, at
    merge.save(update_fields=["state", "decided_by", "decided_at"])
