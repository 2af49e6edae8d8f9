"""Pages of a pharmacy: the counter, then what it keeps."""

from pharmacies.views import answers, bulletins, register, statement
from pharmacies.views.desk import counter, done, history, prescription, receive


__all__ = [
    "answers",
    "bulletins",
    "counter",
    "done",
    "history",
    "prescription",
    "receive",
    "register",
    "statement",
]
