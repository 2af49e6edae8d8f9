"""Pages of a pharmacy: the counter, then what it keeps."""

from pharmacies.views import answers, register, statement
from pharmacies.views.desk import counter, done, history, prescription, receive


__all__ = [
    "answers",
    "counter",
    "done",
    "history",
    "prescription",
    "receive",
    "register",
    "statement",
]
