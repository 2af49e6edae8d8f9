"""Pages of a pharmacy: the counter, then what it keeps."""

from pharmacies.views import answers, bulletins, gaps, notices, register, statement
from pharmacies.views.desk import counter, done, history, prescription, receive


__all__ = [
    "answers",
    "bulletins",
    "counter",
    "done",
    "gaps",
    "history",
    "notices",
    "prescription",
    "receive",
    "register",
    "statement",
]
