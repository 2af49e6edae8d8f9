import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.enums import Role
from accounts.models import Member
from core.frozen import NeverDeleted
from core.history import tracked
from followup.models import Visit
from patients.models import Enrolment
from pharmacies.models import Dispensation
from programmes.models import Product, Programme
from vigilance.enums import ActionTaken, Network, Outcome, Seriousness, Severity, Situation


class AdverseEventQuerySet(models.QuerySet["AdverseEvent"]):
    def visible_to(self, member: Member) -> "AdverseEventQuerySet":
        """Events of one's own patients; those one reported; for vigilance, of one's programmes."""
        theirs = self.filter(enrolment__programme__in=Programme.objects.visible_to(member))
        if member.role in {Role.VIGILANCE_OFFICER, Role.ANALYST}:
            return theirs
        if member.role == Role.PHARMACIST:
            return theirs.filter(reported_by__site=member.site_id)
        return self.filter(enrolment__in=Enrolment.objects.visible_to(member))

    def declarable_by(self, member: Member) -> "AdverseEventQuerySet":
        """Events whose declarations this member may record: the reporter, or vigilance."""
        if member.role == Role.VIGILANCE_OFFICER:
            return self.visible_to(member)
        return self.visible_to(member).filter(reported_by=member.pk)

    def undeclared(self) -> "AdverseEventQuerySet":
        """Events that a network still has to be told of: see `rules.networks`."""
        told = Declaration.objects.filter(event=OuterRef("pk"))
        abuse = Q(situations__contains=[Situation.ABUSE])
        return self.filter(
            ~Exists(told.filter(network=Network.CRPV))
            | abuse & ~Exists(told.filter(network=Network.CEIP_A))
        )


@tracked
class AdverseEvent(models.Model):
    """Effet indésirable signalé: what happened, how grave, how intense, what became of it."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="adverse_events"
    )
    reported_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="adverse_events")
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="adverse_events"
    )
    dispensation = models.ForeignKey(
        Dispensation, on_delete=models.PROTECT, null=True, blank=True, related_name="adverse_events"
    )
    occurred_on = models.DateField("survenu le")
    ended_on = models.DateField("terminé le", null=True, blank=True)
    # Day the reporter knew of it: the legal clocks run from it.
    known_on = models.DateField("connu le")
    seriousness = ArrayField(
        models.CharField(max_length=16, choices=Seriousness),
        verbose_name="critères de gravité",
        default=list,
        blank=True,
    )
    is_serious = models.BooleanField("grave")
    severity = models.CharField("intensité", max_length=8, choices=Severity)
    outcome = models.CharField("évolution", max_length=15, choices=Outcome)
    situations = ArrayField(
        models.CharField(max_length=16, choices=Situation),
        verbose_name="situations particulières",
        default=list,
        blank=True,
    )
    # Free text, under the enrolment's key.
    narrative_sealed = models.BinaryField(null=True, blank=True)
    recorded_at = models.DateTimeField("enregistré le")

    objects = AdverseEventQuerySet.as_manager()

    class Meta:
        verbose_name = "effet indésirable"
        verbose_name_plural = "effets indésirables"
        constraints = [
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="vigilance_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="vigilance_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(is_serious=False, seriousness=[])
                | Q(is_serious=True) & ~Q(seriousness=[]),
                name="vigilance_serious_has_criteria",
            ),
            models.CheckConstraint(
                condition=Q(seriousness__contained_by=Seriousness.values),
                name="vigilance_criteria_known",
            ),
            models.CheckConstraint(
                condition=Q(situations__contained_by=Situation.values),
                name="vigilance_situations_known",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("occurred_on")),
                name="vigilance_ends_after_onset",
            ),
            models.CheckConstraint(
                condition=Q(known_on__gte=F("occurred_on")),
                name="vigilance_known_after_onset",
            ),
        ]
        indexes = [
            models.Index(fields=["enrolment", "-occurred_on"], name="vigilance_of_enrolment"),
            # The order of the queue, and of its pages.
            models.Index(fields=["-is_serious", "-recorded_at", "-id"], name="vigilance_queue"),
        ]
        triggers = [NeverDeleted(name="event_never_deleted")]

    def __str__(self) -> str:
        return f"Effet indésirable {self.public_id}"


@tracked
class Reaction(models.Model):
    """Terme d'un effet: own short list (`vigilance.terms`), or words typed by the reporter."""

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="reactions")
    # Code of `vigilance.terms.TERMS`.
    term = models.CharField("terme", max_length=30)
    # Only when the term is «autre»; encrypted like any free text.
    words_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name = "terme"
        verbose_name_plural = "termes"
        constraints = [
            models.UniqueConstraint(fields=["event", "term"], name="vigilance_term_once"),
        ]

    def __str__(self) -> str:
        return f"Terme {self.pk}"


@tracked
class Suspect(models.Model):
    """Médicament suspect: product, dose at onset, batch, what was done with it."""

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="suspects")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="suspected")
    # Mg a day when the event began, from the running prescription.
    thc_mg_per_day = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    cbd_mg_per_day = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    batch = models.CharField("numéro de lot", max_length=30, blank=True)
    started_on = models.DateField("début", null=True, blank=True)
    action_taken = models.CharField("mesure prise", max_length=15, choices=ActionTaken)

    class Meta:
        verbose_name = "médicament suspect"
        verbose_name_plural = "médicaments suspects"
        constraints = [
            models.UniqueConstraint(fields=["event", "product"], name="vigilance_suspect_once"),
            models.CheckConstraint(
                condition=Q(action_taken__in=ActionTaken.values), name="vigilance_action_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Médicament suspect {self.pk}"


@tracked
class Declaration(models.Model):
    """Déclaration au CRPV ou au CEIP-A: made by a person on the national portal, tracked here."""

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="declarations")
    network = models.CharField("réseau", max_length=8, choices=Network)
    declared_on = models.DateField("déclaré le")
    reference = models.CharField("numéro", max_length=40, blank=True)
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="declarations")
    recorded_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "déclaration"
        verbose_name_plural = "déclarations"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "network"], name="vigilance_declared_once_a_network"
            ),
            models.CheckConstraint(
                condition=Q(network__in=Network.values), name="vigilance_network_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Déclaration {self.pk}"
