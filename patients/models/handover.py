from django.db import models
from django.db.models import Q

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted
from core.history import tracked
from patients.enums import Channel
from patients.models.enrolment import Enrolment
from programmes.models import ProgrammeLink


# The channels by which a document reaches somebody.
WAYS = [channel for channel in Channel.values if channel != Channel.NONE]


@tracked
class Handover(models.Model):
    """Document remis: which version, when, and by what channel; former patients included."""

    never_deleted = True

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="handovers")
    link = models.ForeignKey(ProgrammeLink, on_delete=models.PROTECT, related_name="handovers")
    handed_on = models.DateField("remis le")
    channel = models.CharField("moyen", max_length=10, choices=Channel)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="handovers_recorded"
    )

    class Meta:
        verbose_name = "document remis"
        verbose_name_plural = "documents remis"
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=WAYS), name="patients_handover_channel_known"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "link", "handed_on"], name="patients_handed_over_once_a_day"
            ),
        ]
        triggers = [
            FrozenWhen(name="patients_handover_is_frozen"),
            NeverDeleted(name="handover_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Remise {self.pk}"


@tracked
class ContactChoice(models.Model):
    """Moyen choisi pour être informé, once out of the programme too. The last one stands."""

    never_deleted = True

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="contact_choices"
    )
    channel = models.CharField("moyen", max_length=10, choices=Channel)
    chosen_on = models.DateField("choisi le")
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="contact_choices_recorded"
    )

    class Meta:
        verbose_name = "moyen d’information choisi"
        verbose_name_plural = "moyens d’information choisis"
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="patients_contact_channel_known"
            ),
        ]
        triggers = [
            FrozenWhen(name="patients_contact_choice_is_frozen"),
            NeverDeleted(name="contact_choice_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Moyen {self.pk}"
