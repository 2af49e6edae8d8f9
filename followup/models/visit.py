import uuid
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import IsNull

from accounts.enums import Role
from accounts.models import Member
from core.frozen import NeverDeleted
from core.history import tracked
from followup import rules
from followup.enums import (
    CorrectionReason,
    DateSource,
    Decision,
    Mode,
    NotDoneReason,
    Timing,
    TimingReason,
    VisitStatus,
)
from patients.enums import ConsentKind, EndReason
from patients.models import Consent, Enrolment
from patients.models.enrolment import LIVE
from programmes.enums import VisitKind
from programmes.models import Accreditation, QuestionnaireVersion, VisitDefinition
from programmes.rules import ALWAYS_HOLDS, HOLDERS


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, member: Member) -> "VisitQuerySet":
        """Visits of the enrolments this member may see."""
        return self.filter(enrolment__in=Enrolment.objects.visible_to(member))

    def open_to(self, role: Role | str) -> "VisitQuerySet":
        """Visits that a role may hold: as their definition says, or their kind without one.

        The reference structure holds every visit: a constraint of the definitions says so.
        """
        if role == ALWAYS_HOLDS:
            return self
        kinds = rules.kinds_held_by(role)
        if not kinds:
            return self.none()
        planned = VisitDefinition.objects.open_to(role)
        return self.filter(Q(definition__in=planned) | Q(definition=None, kind__in=kinds))

    def entered_by(self, role: Role | str) -> "VisitQuerySet":
        """Visits that a role may fill in: to hold them, or for a doctor who will."""
        return self if rules.may_prepare(role) else self.open_to(role)

    def holdable_by(self, member: Member) -> "VisitQuerySet":
        """Planned visits this member may hold, of patients they follow."""
        return self.visible_to(member).open_to(member.role).filter(status=VisitStatus.PLANNED)

    def correctable_by(self, member: Member) -> "VisitQuerySet":
        """Held visits that this member might have held, of patients they follow."""
        return self.visible_to(member).open_to(member.role).filter(status=VisitStatus.DONE)

    def expected(self, on: date) -> "VisitQuerySet":
        """Planned visits of patients followed, whose window has opened: due or overdue.

        When several wait, only the latest counts: the ones before will not be held any more. A
        visit of the calendar gives way to a later one of the calendar only.
        """
        later = Visit.objects.filter(
            Q(definition__isnull=False) | Q(IsNull(OuterRef("definition"), True)),
            enrolment=OuterRef("enrolment"),
            due_on__gt=OuterRef("due_on"),
        )
        superseded = Q(opens_on__lte=on, status=VisitStatus.PLANNED) | Q(status=VisitStatus.DONE)
        return self.filter(
            ~Exists(later.filter(superseded)),
            status=VisitStatus.PLANNED,
            opens_on__lte=on,
            enrolment__state__in=LIVE,
            enrolment__merged_into=None,
        )

    def due(self, on: date) -> "VisitQuerySet":
        """Expected visits whose window is still open on that day, both bounds included."""
        return self.expected(on).filter(closes_on__gte=on)

    def overdue(self, on: date) -> "VisitQuerySet":
        """Expected visits whose window is over on that day."""
        return self.expected(on).filter(closes_on__lt=on)

    def relayed_to(self, relay_doctors: Iterable[Member], on: date) -> "VisitQuerySet":
        """Visits that these relay doctors may hold, of the patients who designated them, of the
        programmes for which each is accredited that day."""
        accredited = Accreditation.objects.in_force(on).filter(
            member=OuterRef("enrolment__relay_doctor"), programme=OuterRef("enrolment__programme")
        )
        theirs = self.open_to(Role.RELAY_DOCTOR)
        return theirs.filter(Exists(accredited), enrolment__relay_doctor__in=relay_doctors)

    def consenting(self, on: date) -> "VisitQuerySet":
        """Of patients whose consent to the registry was not withdrawn by that day."""
        participation = Consent.objects.filter(
            enrolment=OuterRef("enrolment"), kind=ConsentKind.PARTICIPATION
        )
        withdrawn = participation.filter(withdrawn_on__lte=on)
        return self.filter(~Exists(withdrawn) | Exists(participation.standing(on)))


@tracked
class Visit(models.Model):
    """Consultation: planned by the programme, given at the previous one, or unscheduled."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="visits")
    definition = models.ForeignKey(
        VisitDefinition, on_delete=models.PROTECT, null=True, blank=True, related_name="held"
    )
    code = models.CharField("code", max_length=6, blank=True)
    kind = models.CharField("nature", max_length=8, choices=VisitKind)
    due_on = models.DateField("prévue le")
    opens_on = models.DateField("fenêtre ouverte le")
    closes_on = models.DateField("fenêtre fermée le")
    date_source = models.CharField("origine de la date", max_length=12, choices=DateSource)
    status = models.CharField(
        "état", max_length=8, choices=VisitStatus, default=VisitStatus.PLANNED
    )
    timing = models.CharField("moment", max_length=12, choices=Timing, blank=True)
    timing_reason = models.CharField("motif", max_length=25, choices=TimingReason, blank=True)
    held_on = models.DateField("réalisée le", null=True, blank=True)
    held_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="visits"
    )
    # Who filled it in for the doctor who held it; empty when nobody did.
    prepared_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="visits_prepared"
    )
    mode = models.CharField("mode", max_length=8, choices=Mode, blank=True)
    recorded_at = models.DateTimeField("enregistrée le", null=True, blank=True)
    decision = models.CharField("décision", max_length=10, choices=Decision, blank=True)
    stop_reason = models.CharField("motif d’arrêt", max_length=20, choices=EndReason, blank=True)
    next_on = models.DateField("prochaine date donnée", null=True, blank=True)
    not_done_reason = models.CharField(
        "motif de non-réalisation", max_length=20, choices=NotDoneReason, blank=True
    )
    # From the opening of the form to its recording; empty when that says nothing.
    entry_seconds = models.PositiveSmallIntegerField(
        "durée de saisie (secondes)", null=True, blank=True
    )
    # Free text, under the enrolment's key.
    comment_sealed = models.BinaryField(null=True, blank=True)
    # The last correction; the versions before it are in history.
    corrected_at = models.DateTimeField("corrigée le", null=True, blank=True)
    correction_reason = models.CharField(
        "motif de correction", max_length=20, choices=CorrectionReason, blank=True
    )
    correction_note_sealed = models.BinaryField(null=True, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "consultation"
        verbose_name_plural = "consultations"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=VisitStatus.values), name="followup_visit_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=VisitKind.values), name="followup_visit_kind_known"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "definition"],
                condition=Q(definition__isnull=False),
                name="followup_visit_planned_once",
            ),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on"), closes_on__gte=F("due_on")),
                name="followup_window_holds_the_date",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=VisitStatus.DONE,
                    held_on__isnull=False,
                    held_by__isnull=False,
                    recorded_at__isnull=False,
                )
                & ~Q(decision="")
                | ~Q(status=VisitStatus.DONE) & Q(held_on=None),
                name="followup_done_says_when_and_what",
            ),
            models.CheckConstraint(
                condition=Q(entry_seconds=None)
                | Q(entry_seconds__range=(1, rules.MAX_ENTRY_SECONDS)),
                name="followup_entry_time_plausible",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.STOP) | ~Q(stop_reason=""),
                name="followup_stop_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(timing__in=["", Timing.IN_WINDOW, Timing.UNSCHEDULED])
                | ~Q(timing_reason=""),
                name="followup_outside_window_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(corrected_at=None, correction_reason="")
                | Q(
                    status=VisitStatus.DONE,
                    corrected_at__isnull=False,
                    correction_reason__in=CorrectionReason.values,
                ),
                name="followup_correction_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["enrolment", "due_on"],
                condition=Q(status=VisitStatus.PLANNED),
                name="followup_planned",
            ),
            models.Index(fields=["enrolment", "-held_on"], name="followup_held"),
            # Appointments to remind patients of: looked for every few minutes, everywhere.
            models.Index(
                fields=["due_on"],
                condition=Q(status=VisitStatus.PLANNED, date_source=DateSource.NEXT_DATE),
                name="followup_given",
            ),
            models.Index(
                fields=["-recorded_at"],
                condition=Q(entry_seconds__isnull=False),
                name="followup_timed",
            ),
        ]
        triggers = [NeverDeleted(name="visit_never_deleted")]

    def __str__(self) -> str:
        return f"Consultation {self.public_id}"

    @property
    def label(self) -> str:
        """«M6», or the kind of a visit that the calendar does not name."""
        return self.code or "Simple"

    @property
    def title(self) -> str:
        return f"Consultation {self.code}" if self.code else "Consultation simple"

    @property
    def holders(self) -> Sequence[str]:
        """Roles that may hold it. Lists read the definition with the visit."""
        definition = self.definition
        return HOLDERS[VisitKind(self.kind)] if definition is None else definition.holders

    @property
    def draft_key(self) -> str:
        return f"visit:{self.public_id}"

    @property
    def correction_key(self) -> str:
        return f"visit_fix:{self.public_id}"

    @property
    def stamp(self) -> str:
        """Changes at each correction: a page that shows an older version is told so."""
        written = self.corrected_at or self.recorded_at
        return written.isoformat() if written else ""


class PreparationQuerySet(models.QuerySet["Preparation"]):
    def to_hold_by(self, member: Member) -> "PreparationQuerySet":
        """What waits for this doctor: visits they may hold, and unplanned ones of theirs."""
        holdable = Q(visit__in=Visit.objects.holdable_by(member))
        unplanned = Q(visit=None, enrolment__in=Enrolment.objects.visible_to(member))
        may_hold = VisitKind.SIMPLE in rules.kinds_held_by(member.role)
        return self.filter(holdable | unplanned) if may_hold else self.none()


class Preparation(models.Model):
    """Consultation préparée: what somebody typed for a doctor to read, complete and hold.

    A draft that is handed over, never a record: it goes when the visit is held.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="preparations")
    # Empty for a visit that nothing planned.
    visit = models.OneToOneField(
        Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="preparation"
    )
    prepared_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="preparations")
    prepared_at = models.DateTimeField("préparée le")
    # JSON of the fields as they were typed, under the enrolment's key.
    typed_sealed = models.BinaryField(null=True)

    objects = PreparationQuerySet.as_manager()

    class Meta:
        verbose_name = "consultation préparée"
        verbose_name_plural = "consultations préparées"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(visit=None),
                name="followup_one_unplanned_preparation",
            ),
        ]

    def __str__(self) -> str:
        return f"Préparation {self.pk}"


@tracked
class Answers(models.Model):
    """Réponses d'une consultation à une version de questionnaire."""

    never_deleted = True

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="answers")
    version = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.PROTECT, related_name="answers"
    )
    # Item code → value, in the types of `programmes.QuestionnaireVersion.definition`.
    data = models.JSONField("réponses")
    # JSON of the answers in free words (items of kind «text»), under the enrolment's key.
    texts_sealed = models.BinaryField(null=True, blank=True)
    # Item code → why an unusual answer stands, a code of `DoubtReason`.
    reasons = models.JSONField("motifs des réponses inhabituelles", default=dict, blank=True)

    class Meta:
        verbose_name = "réponses"
        verbose_name_plural = "réponses"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "version"], name="followup_answered_once_a_version"
            ),
        ]
        triggers = [NeverDeleted(name="answers_never_deleted")]

    def __str__(self) -> str:
        return f"Réponses {self.pk}"
