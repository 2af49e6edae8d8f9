"""What the acts above have to do in the same transaction as an act of this app."""

from collections.abc import Callable
from datetime import datetime

from accounts.models import Member
from patients.models import Enrolment


# Filled in their `AppConfig.ready` (ADR 0020). Called with the enrolment, the member and the
# instant.
Hook = Callable[[Enrolment, Member, datetime], None]
ON_INCLUDED: list[Hook] = []
# After `ON_INCLUDED`, for a participation that began in an older register.
ON_TAKEN_OVER: list[Hook] = []
ON_ENDED: list[Hook] = []
ON_REOPENED: list[Hook] = []
