"""What a member follows, answered or sent, for the walk of every page."""

import io

from django.utils import timezone

from accounts.directories import actions as imports
from accounts.directories.actions import Sent
from accounts.directories.enums import ImportKind
from accounts.models import ImportedFile
from tests.training.factories import AttemptFactory
from training.models import Attempt, Course


FAULTY = "rpps;nom;programme;terminee_le;numero\n123;Durand;recann;31/02/2022;A1\n"
GOOD = (
    "Identifiant PP|Nom d'exercice|Prénom d'exercice|Code profession\n10000000009|EXEMPLE|ALEX|10\n"
)


def course_of(member):
    today = timezone.localdate()
    return Course.objects.visible_to(member).completed_on(today).order_by("programme", "pk")[0]


def attempt_of(member):
    found = Attempt.objects.filter(user=member.user).first()
    return found or AttemptFactory(
        user=member.user, submitted_by=member, test=course_of(member).test
    )


def imports_of(member):
    """One file with faults, one with changes, and one that was left."""
    if not ImportedFile.objects.exists():
        now = timezone.now()
        for kind, text in (
            (ImportKind.COMPLETIONS, FAULTY),
            (ImportKind.PROFESSIONALS, GOOD),
            (ImportKind.PLACES, "rien"),
        ):
            sent = Sent(kind, "essai.csv", io.BytesIO(text.encode()))
            imports.stage(sent, by=member, at=now)
        last = ImportedFile.objects.order_by("-pk")[0]
        imports.abandon(last, by=member, at=now)
    return list(ImportedFile.objects.order_by("pk"))
