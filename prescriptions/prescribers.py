"""Who bears an RPPS number: an account of the registry, or a name of the national directory."""

from dataclasses import dataclass
from datetime import date

from accounts.enums import Profession, Role
from accounts.models import DirectoryProfessional, Member, User
from core.text import fold
from patients.models import Enrolment
from training.entitlement import is_entitled


@dataclass(frozen=True)
class Bearer:
    """`user`: None for whoever has no account here."""

    user: User | None
    last_name: str
    profession: str

    def is_called(self, typed: str) -> bool:
        """Whether the name as it is typed holds theirs; accents, case and hyphens do not count."""
        return fold(self.last_name) in fold(typed)


def bearer(rpps: str) -> Bearer | None:
    """None for a number that neither the registry nor the directory knows."""
    user = User.objects.filter(rpps=rpps).first()
    if user is not None:
        return Bearer(user, user.last_name, user.profession)
    listed = DirectoryProfessional.objects.filter(rpps=rpps).first()
    return Bearer(None, listed.last_name, listed.profession) if listed else None


def account(rpps: str) -> User | None:
    """The account of a doctor with this number."""
    return User.objects.filter(rpps=rpps, profession=Profession.DOCTOR).first()


def is_trained(user: User | None, enrolment: Enrolment, on: date) -> bool:
    return user is not None and is_entitled(user, enrolment.programme, on)


def is_of_structure(user: User | None, enrolment: Enrolment) -> bool:
    """Whether a reference doctor of the patient's structure."""
    doctors = Member.objects.filter(role=Role.REFERENCE_DOCTOR, site=enrolment.site_id)
    return user is not None and doctors.filter(user=user).exists()
