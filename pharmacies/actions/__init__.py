"""What changes at the counter and in the register of a pharmacy."""

from pharmacies.actions.counter import (
    CannotDispense,
    CannotReceive,
    Given,
    Handover,
    dispense,
    receive,
)


__all__ = ["CannotDispense", "CannotReceive", "Given", "Handover", "dispense", "receive"]
