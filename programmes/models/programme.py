import uuid
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, TruncDate

from accounts.models import Member
from core.history import tracked
from programmes.enums import (
    AuthorisationLevel,
    DataClass,
    DispensingPlaces,
    IdentityMode,
    LinkKind,
    ParticipationBasis,
    ProgrammeState,
    Recipient,
    RetentionAnchor,
)


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, member: Member) -> "ProgrammeQuerySet":
        """Programmes the member is accredited for today, at the place where they work.

        A substitute has the accreditations of whom they replace.
        """
        from programmes.models.places import Accreditation  # it imports this module

        if not member.pk:
            return self.none()
        today = TruncDate(Now(), tzinfo=ZoneInfo(member.site.time_zone))
        accreditations = Accreditation.objects.filter(
            Q(ended_on=None) | Q(ended_on__gt=today),
            started_on__lte=today,
            member=member.stands_for_id,
        )
        return self.filter(pk__in=accreditations.values("programme"))


@tracked
class Programme(models.Model):
    """Programme d'accès: a text that authorises, its dates and its policy. Code tests the policy
    fields, never the regime."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField("code", max_length=30, unique=True)
    name = models.CharField("nom", max_length=160)
    short_name = models.CharField("nom court", max_length=60)
    # A label for people (EXPERIMENTATION, AAC, AAP, CPC…), tested nowhere.
    regime = models.CharField("régime", max_length=20)
    state = models.CharField("état", max_length=20, choices=ProgrammeState)
    legal_basis = models.TextField("fondement")
    controller = models.CharField("responsable de traitement", max_length=160)
    opens_on = models.DateField("ouvre le")
    ends_on = models.DateField("se termine le", null=True, blank=True)
    end_rule = models.CharField("règle de fin", max_length=200, blank=True)
    # Stamped by the publication of an `Opening`: three months later the transition is over. The end
    # of the programme, from which retention counts, never follows it by itself.
    opinion_published_on = models.DateField("avis de la HAS publié le", null=True, blank=True)
    authorisation_level = models.CharField(max_length=10, choices=AuthorisationLevel)
    participation_basis = models.CharField(max_length=30, choices=ParticipationBasis)
    identity_mode = models.CharField(max_length=15, choices=IdentityMode)
    dispensing_places = models.CharField(max_length=20, choices=DispensingPlaces)
    training_required = models.BooleanField("formation obligatoire")
    issues_certificate = models.BooleanField("délivre une attestation d’inclusion")
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors"
    )

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = "programme"
        verbose_name_plural = "programmes"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ProgrammeState.values), name="programmes_state_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("opens_on")),
                name="programmes_ends_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name


@tracked
class Indication(models.Model):
    """Indication ouverte par le programme."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="indications")
    code = models.CharField("code", max_length=10)
    label = models.CharField("libellé", max_length=160)
    legal_wording = models.TextField("libellé réglementaire")
    # THC is blocked unless justified (epilepsy).
    thc_discouraged = models.BooleanField("THC déconseillé", default=False)
    valid_from = models.DateField("depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "indication"
        verbose_name_plural = "indications"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "code"], name="programmes_indication_code_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class IndicationSubtype(models.Model):
    """Sous-catégorie d'une indication, as published figures count it."""

    indication = models.ForeignKey(Indication, on_delete=models.PROTECT, related_name="subtypes")
    code = models.CharField("code", max_length=10)
    label = models.CharField("libellé", max_length=160)

    class Meta:
        verbose_name = "sous-catégorie d’indication"
        verbose_name_plural = "sous-catégories d’indication"
        constraints = [
            models.UniqueConstraint(
                fields=["indication", "code"], name="programmes_subtype_code_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.label


@tracked
class ProgrammeLink(models.Model):
    """Document du programme, with its version: what was shown or handed over is recorded."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField("nature", max_length=25, choices=LinkKind)
    # Empty when the document is for anybody.
    person_kind = models.CharField("destinataire", max_length=20, choices=Recipient, blank=True)
    title = models.CharField("titre", max_length=200)
    version = models.CharField("version", max_length=60)
    dated_on = models.DateField("daté du")
    url = models.URLField("adresse", blank=True)
    valid_from = models.DateField("en vigueur depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "document du programme"
        verbose_name_plural = "documents du programme"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=LinkKind.values), name="programmes_link_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


@tracked
class RetentionRule(models.Model):
    """Durée de conservation: data class × anchor × years. No anchor date, no purge."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="retention_rules"
    )
    data_class = models.CharField("données", max_length=10, choices=DataClass)
    anchor = models.CharField("point de départ", max_length=20, choices=RetentionAnchor)
    years = models.PositiveSmallIntegerField("durée (années)")
    # Counted from the due date of that rule instead of the anchor (+10 after the first).
    after = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers"
    )
    source = models.CharField("source", max_length=200)

    class Meta:
        verbose_name = "règle de conservation"
        verbose_name_plural = "règles de conservation"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "data_class"], name="programmes_retention_once_a_class"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_data_class_display()} – {self.years} ans"
