"""What the acts above have to do in the same transaction as an act of this app."""

from collections.abc import Callable, Sequence
from datetime import datetime

from accounts.models import Member
from patients.models import Enrolment


# Filled in their `AppConfig.ready` (ADR 0020). Called with the enrolments of the act, one or the
# hundreds of an older register, the member and the instant (ADR 0152).
HookOfMany = Callable[[Sequence[Enrolment], Member, datetime], None]
ON_INCLUDED: list[HookOfMany] = []
# After `ON_INCLUDED`, for participations that began in an older register.
ON_TAKEN_OVER: list[HookOfMany] = []
ON_ENDED: list[HookOfMany] = []
# Always of one.
Hook = Callable[[Enrolment, Member, datetime], None]
ON_REOPENED: list[Hook] = []
