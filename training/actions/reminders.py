from datetime import datetime

from django.db import transaction

from training import mail, rules
from training.models import Completion


def remind(pk: int, *, at: datetime) -> bool:
    """Tell a person that a proof is about to end, once; False when there is nothing to tell.

    Whoever has another proof that lasts longer is told nothing, and the proof is stamped too.
    """
    with transaction.atomic():
        waiting = Completion.objects.filter(pk=pk, reminded_at=None)
        completion = (
            waiting.select_related("course__programme", "user")
            .select_for_update(of=("self",), skip_locked=True)
            .first()
        )
        if completion is None:
            return False
        completion.reminded_at = at
        completion.save(update_fields=["reminded_at"])
        if _lasts_otherwise(completion):
            return False
        mail.queue_reminder(completion, at=at)
    return True


def _lasts_otherwise(completion: Completion) -> bool:
    """Whether another proof of the same person, for the same programme, ends later or never."""
    end = rules.last_day(completion.proof)
    others = Completion.objects.of(completion.user, completion.course.programme)
    proofs = [one.proof for one in others if one.pk != completion.pk]
    return any(
        end is not None and rules.counts(proof, end) and rules.last_day(proof) != end
        for proof in proofs
    )
