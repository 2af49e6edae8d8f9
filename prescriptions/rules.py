"""What the regulation says of prescriptions, and nothing else.

No database, no clock, no request: dates and decimals come in, answers go out.
"""

from prescriptions.enums import PrescriptionStatus as Status


# Days. CSP art. R. 5132-30: prescribing a narcotic for longer is forbidden.
MAX_NARCOTIC_DAYS = 28

# Days after the day of writing. CSP art. R. 5132-33.
PRESENTATION_DAYS = 3

# Days. Upper bound of any line; the dated rule of the regime (`programmes.SupplyRule`) is stricter.
MAX_LINE_DAYS = 366

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SIGNED, Status.VOIDED}),
    Status.SIGNED: frozenset({Status.VOIDED}),
    Status.VOIDED: frozenset(),
}


def can_move(current: Status, target: Status) -> bool:
    return target in TRANSITIONS[current]
