from training.views.certificates import certificate, issue_certificate
from training.views.courses import attempt, attest, chapter, course, test
from training.views.mine import mine
from training.views.places import places, places_csv


__all__ = [
    "attempt",
    "attest",
    "certificate",
    "chapter",
    "course",
    "issue_certificate",
    "mine",
    "places",
    "places_csv",
    "test",
]
