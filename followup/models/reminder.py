import uuid

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from followup import rules
from followup.enums import ReminderChannel, ReminderMoment, ReminderState, Rhythm
from followup.models.visit import Visit
from patients.models import Enrolment


# Nothing more happens to these.
SETTLED = (
    ReminderState.SENT,
    ReminderState.DROPPED,
    ReminderState.GIVEN_UP,
    ReminderState.UNSURE,
)


@tracked
class DigestChoice(models.Model):
    """Préférence de récapitulatif: how often a member gets the digest. Without a row, the usual."""

    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="digest_choice")
    rhythm = models.CharField("fréquence", max_length=6, choices=Rhythm)

    class Meta:
        verbose_name = "préférence de récapitulatif"
        verbose_name_plural = "préférences de récapitulatif"
        constraints = [
            models.CheckConstraint(
                condition=Q(rhythm__in=Rhythm.values), name="followup_rhythm_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Préférence {self.pk}"


class ReminderChoice(models.Model):
    """Accord du patient pour être rappelé, or his refusal. The last one stands."""

    never_deleted = True

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="reminder_choices"
    )
    channel = models.CharField("moyen", max_length=5, choices=ReminderChannel)
    days_before = models.PositiveSmallIntegerField("jours avant", default=2)
    # 0: not written to after an appointment that was missed, as before it was asked.
    days_after = models.PositiveSmallIntegerField("jours après", default=0, db_default=0)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="reminder_choices_recorded"
    )

    class Meta:
        verbose_name = "accord de rappel"
        verbose_name_plural = "accords de rappel"
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=ReminderChannel.values),
                name="followup_reminder_channel_known",
            ),
            models.CheckConstraint(
                condition=Q(days_before__in=rules.REMINDER_DAYS),
                name="followup_reminder_days_offered",
            ),
            models.CheckConstraint(
                condition=Q(days_after__in=rules.REMINDER_AFTER_DAYS),
                name="followup_reminder_days_after_offered",
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "-id"], name="followup_reminder_standing")]
        triggers = [
            FrozenWhen(name="followup_reminder_choice_is_frozen"),
            NeverDeleted(name="followup_reminder_choice_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Accord {self.pk}"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def pending(self) -> "ReminderQuerySet":
        # As the index `followup_reminder_due` says it.
        return self.filter(settled_at=None)

    def standing(self) -> "ReminderQuerySet":
        """Whose patient still agrees to that channel, on that side of the appointment."""
        last = ReminderChoice.objects.filter(enrolment=OuterRef("visit__enrolment")).order_by("-pk")
        chosen = self.alias(
            agreed=Subquery(last.values("channel")[:1]),
            after=Subquery(last.values("days_after")[:1]),
        )
        return chosen.filter(Q(moment=ReminderMoment.BEFORE) | Q(after__gt=0), agreed=F("channel"))


class Reminder(models.Model):
    """Rappel à un patient d'un rendez-vous: the row is the queue. It holds no address."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="reminders")
    # Of the appointment: another day is another reminder.
    due_on = models.DateField("rendez-vous du")
    moment = models.CharField(
        "moment",
        max_length=6,
        choices=ReminderMoment,
        default=ReminderMoment.BEFORE,
        db_default=ReminderMoment.BEFORE,
    )
    channel = models.CharField("moyen", max_length=5, choices=ReminderChannel)
    state = models.CharField(
        "état", max_length=8, choices=ReminderState, default=ReminderState.WAITING
    )
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    planned_at = models.DateTimeField("prévu le")
    # The next attempt, or the end of the one under way.
    next_at = models.DateTimeField("prochain essai")
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = "rappel de rendez-vous"
        verbose_name_plural = "rappels de rendez-vous"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "due_on", "moment"], name="followup_reminded_once"
            ),
            models.CheckConstraint(
                condition=Q(moment__in=ReminderMoment.values),
                name="followup_reminder_moment_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReminderState.values), name="followup_reminder_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[ReminderChannel.EMAIL, ReminderChannel.SMS]),
                name="followup_reminder_has_channel",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) ^ Q(state__in=SETTLED),
                name="followup_reminder_settled_has_instant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(settled_at=None), name="followup_reminder_due"
            )
        ]

    def __str__(self) -> str:
        return f"Rappel {self.pk}"


class Feed(models.Model):
    """Agenda d'un médecin, by a secret address: only its digest is kept, it is shown once."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="feeds")
    digest = models.BinaryField("empreinte", max_length=32, unique=True)
    created_at = models.DateTimeField("créé le")
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)
    last_read_on = models.DateField("dernière lecture", null=True, blank=True)

    class Meta:
        verbose_name = "agenda partagé"
        verbose_name_plural = "agendas partagés"
        constraints = [
            models.CheckConstraint(condition=Q(digest__octets=32), name="followup_feed_digest"),
            models.UniqueConstraint(
                fields=["member"], condition=Q(revoked_at=None), name="followup_one_feed_open"
            ),
        ]

    def __str__(self) -> str:
        return f"Agenda {self.pk}"
