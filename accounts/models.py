import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from accounts.enums import Profession, Role, SiteKind
from accounts.geography import DEPARTEMENTS
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
class User(AbstractBaseUser):
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


@tracked
class Site(models.Model):
    """Lieu d'exercice: reference structure, practice, pharmacy or agency."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=20, choices=SiteKind)
    name = models.CharField("nom", max_length=160)
    # Geographic establishment (ET), 9 characters; empty for practices without one.
    finess = models.CharField("numéro FINESS", max_length=9, blank=True)
    departement = models.CharField(
        "département", max_length=3, choices=[(code, d.name) for code, d in DEPARTEMENTS.items()]
    )
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    town = models.CharField("commune", max_length=80)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    time_zone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris")
    opened_on = models.DateField("participe depuis le")
    closed_on = models.DateField("ne participe plus depuis le", null=True, blank=True)

    class Meta:
        verbose_name = "lieu d’exercice"
        verbose_name_plural = "lieux d’exercice"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SiteKind.values), name="accounts_site_kind_known"
            ),
            models.UniqueConstraint(
                fields=["finess"], condition=~Q(finess=""), name="accounts_site_finess_unique"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gt=F("opened_on")),
                name="accounts_site_closes_after_opening",
            ),
        ]
        indexes = [models.Index(fields=["kind", "departement"], name="accounts_site_place")]

    def __str__(self) -> str:
        return self.name

    def local_day(self, at: datetime) -> date:
        """The calendar day there at that instant."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()


class MemberQuerySet(models.QuerySet["Member"]):
    def open(self) -> "MemberQuerySet":
        """Memberships not ended, of accounts not closed."""
        return self.filter(ended_on=None, user__is_active=True)


@tracked
class Member(models.Model):
    """Personne agissant sous un rôle, à un lieu: the `by` of every action."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="members")
    role = models.CharField("rôle", max_length=20, choices=Role)
    started_on = models.DateField("depuis le")
    ended_on = models.DateField("jusqu’au", null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "membre"
        verbose_name_plural = "membres"
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_member_role_known"
            ),
            models.UniqueConstraint(
                fields=["user", "site", "role"],
                condition=Q(ended_on=None),
                name="accounts_member_open_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="accounts_member_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"Membre {self.public_id}"


# Signed out, or without any role. It has no permission and sees no row.
NOBODY = Member(role="")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self) -> "ApiTokenQuerySet":
        """Tokens not revoked, of memberships still open."""
        return self.filter(revoked_at=None, member__in=Member.objects.open())


class ApiToken(models.Model):
    """Jeton d'un client de l'API: only its digest is kept, the token is shown once."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="api_tokens")
    digest = models.BinaryField("empreinte", max_length=32, unique=True)
    created_at = models.DateTimeField("créé le")
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "jeton d’API"
        verbose_name_plural = "jetons d’API"
        constraints = [
            # Bytes of a SHA-256.
            models.CheckConstraint(condition=Q(digest__octets=32), name="accounts_token_digest"),
        ]

    def __str__(self) -> str:
        return f"Jeton {self.pk}"
