import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from accounts.enums import Profession
from core.history import tracked


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def known_as(self, identifier: str) -> "User | None":
        """The account whose RPPS or e-mail address was typed; blanks and case do not matter."""
        typed = "".join(identifier.split()).lower()
        by = {"rpps": typed} if typed.isascii() and typed.isdigit() else {"email": typed}
        return self.filter(**by).first() if typed else None


@tracked(exclude=["password", "last_login", "session_epoch"])
class User(AbstractBaseUser):  # type: ignore[django-manager-missing]  # django-otp has no types
    """Compte: one person (or program), whatever the places where they practise."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Text, 11 digits. Empty for people who are not health professionals.
    rpps = models.CharField("numéro RPPS", max_length=11, blank=True)
    email = models.EmailField("adresse électronique professionnelle", unique=True)
    last_name = models.CharField("nom", max_length=80)
    first_name = models.CharField("prénom", max_length=80, blank=True)
    profession = models.CharField("profession", max_length=10, choices=Profession)
    specialty = models.CharField("spécialité", max_length=80, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    is_active = models.BooleanField("compte ouvert", default=True)
    # Without activity for too long: the person reopens it with both factors (`rights`).
    suspended_at = models.DateTimeField("suspendu le", null=True, blank=True)
    # Raised by one when a factor or a right changes: every open session of the person ends.
    session_epoch = models.PositiveIntegerField("génération de sessions", default=0)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["last_name", "profession"]

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.UniqueConstraint(
                fields=["rpps"], condition=~Q(rpps=""), name="accounts_user_rpps_unique"
            ),
            models.CheckConstraint(
                condition=Q(rpps="") | Q(rpps__regex=r"^[0-9]{11}$"),
                name="accounts_user_rpps_well_formed",
            ),
            models.CheckConstraint(
                condition=Q(profession__in=Profession.values),
                name="accounts_user_profession_known",
            ),
            # Looked up as typed in lower case: two spellings are one person.
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_user_email_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return f"Compte {self.public_id}"

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to stay open: it changes with the password and the epoch."""
        return salted_hmac(
            "accounts.User.session",
            f"{self.session_epoch} {self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def full_name(self) -> str:
        title = {"DOCTOR": "Dr ", "PHARMACIST": ""}.get(self.profession, "")
        return f"{title}{self.first_name} {self.last_name}".strip()
