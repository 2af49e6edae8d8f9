"""Pages of a pharmacy: the counter, then what it keeps."""

from pharmacies.views import register
from pharmacies.views.desk import counter, done, history, prescription, receive


__all__ = ["counter", "done", "history", "prescription", "receive", "register"]
