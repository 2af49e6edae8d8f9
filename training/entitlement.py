"""Is this person trained for this programme, on this day? Asked again at every signature."""

from datetime import date

from accounts.models import User
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
