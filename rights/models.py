import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import Member, Site, User
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from rights.enums import Decision


class RightsRuleQuerySet(models.QuerySet["RightsRule"]):
    def on(self, day: date) -> "RightsRule | None":
        """The rule in force that day: the last one begun; None before the first."""
        return self.filter(valid_from__lte=day).order_by("-valid_from").first()

    def begun_on(self) -> date | None:
        """The first day of the first rule."""
        return self.order_by("valid_from").values_list("valid_from", flat=True).first()


@tracked
class RightsRule(models.Model):
    """Règle des droits: sleeping accounts and reviews. Data with a source, dated, not law."""

    valid_from = models.DateField("depuis le", unique=True)
    # Days without activity after which an account is suspended, and how many before it is told.
    inactive_days = models.PositiveSmallIntegerField("inactivité (jours)")
    notice_days = models.PositiveSmallIntegerField("préavis (jours)")
    review_months = models.PositiveSmallIntegerField("revue des droits (mois)")
    source = models.CharField("source", max_length=200)

    objects = RightsRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "règle des droits"
        verbose_name_plural = "règles des droits"
        constraints = [
            models.CheckConstraint(
                condition=Q(notice_days__gte=1, notice_days__lt=F("inactive_days")),
                name="rights_notice_within_inactivity",
            ),
            models.CheckConstraint(
                condition=Q(review_months__gte=1), name="rights_review_comes_back"
            ),
        ]

    def __str__(self) -> str:
        return f"Règle du {self.valid_from}"


class SuspensionNotice(models.Model):
    """Préavis de suspension: told to the person on a day, for another."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="suspension_notices")
    told_on = models.DateField("annoncé le")
    suspends_on = models.DateField("suspension le")
    # The person came back, or the account was suspended.
    closed_at = models.DateTimeField("clos le", null=True, blank=True)

    class Meta:
        verbose_name = "préavis de suspension"
        verbose_name_plural = "préavis de suspension"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(closed_at=None), name="rights_one_open_notice"
            ),
            models.CheckConstraint(
                condition=Q(suspends_on__gt=F("told_on")), name="rights_notice_comes_before"
            ),
        ]

    def __str__(self) -> str:
        return f"Préavis {self.pk}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, member: Member) -> "ReviewQuerySet":
        """Those of the sites whose members they manage."""
        return self.filter(site__in=Site.objects.managed_by(member))


@tracked
class Review(models.Model):
    """Revue des droits d'un lieu: who could act there that day, confirmed or ended; signed."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rights_reviews")
    reviewed_on = models.DateField("revue du")
    signed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="rights_reviews")
    signed_at = models.DateTimeField("signée le")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "revue des droits"
        verbose_name_plural = "revues des droits"
        indexes = [models.Index(fields=["site", "-reviewed_on"], name="rights_review_of_site")]
        triggers = [
            FrozenWhen(name="rights_review_is_signed"),
            NeverDeleted(name="rights_review_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Revue {self.public_id}"


@tracked
class ReviewLine(models.Model):
    """Ligne d'une revue: one membership as it stood, and what was decided of it."""

    never_deleted = True

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="lines")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="review_lines")
    role = models.CharField("rôle", max_length=20, choices=Role)
    is_referent = models.BooleanField("référent")
    last_seen_on = models.DateField("dernière activité", null=True, blank=True)
    programmes = models.CharField("habilitations", max_length=300, blank=True)
    untrained_for = models.CharField("sans formation pour", max_length=300, blank=True)
    decision = models.CharField("décision", max_length=4, choices=Decision)

    class Meta:
        verbose_name = "ligne d’une revue"
        verbose_name_plural = "lignes des revues"
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=Decision.values), name="rights_decision_known"
            ),
            models.UniqueConstraint(
                fields=["review", "member"], name="rights_member_reviewed_once"
            ),
        ]
        triggers = [
            FrozenWhen(name="rights_review_line_is_signed"),
            NeverDeleted(name="rights_review_line_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Ligne {self.pk}"
