"""Is this person trained for this programme, on this day? Asked again at every signature."""

from datetime import date

from accounts.models import Member, User
from programmes.models import Programme
from training import rules
from training.models import Completion


def is_entitled(user: User, programme: Programme, on: date) -> bool:
    """Whether the person may include, prescribe or dispense, as far as training goes.

    :param on: the local day of the person's site
    """
    if not programme.training_required:
        return True
    proofs = Completion.objects.of(user, programme)
    return rules.entitled([completion.proof for completion in proofs], on)


def missing(member: Member, on: date) -> list[Programme]:
    """Programmes the member is accredited for without a proof that counts. Two queries at most."""
    asked = list(
        Programme.objects.visible_to(member).filter(training_required=True).order_by("name", "pk")
    )
    if not asked:
        return []
    proofs: dict[int, list[rules.Proof]] = {}
    for completion in Completion.objects.of_user(member.user):
        proofs.setdefault(completion.course.programme_id, []).append(completion.proof)
    return [one for one in asked if not rules.entitled(proofs.get(one.pk, []), on)]
