"""What the acts above have to do in the same transaction as a signature or a voiding."""

from patients.actions.hooks import Hook


# Filled in their `AppConfig.ready` (ADR 0020). Called with the enrolment, the member and the
# instant, once what is prescribed has changed.
ON_CHANGED: list[Hook] = []
