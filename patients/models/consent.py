from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.models import Member
from core.frozen import FrozenWhen, NeverDeleted, Refuse
from core.history import tracked
from patients.enums import Answer, ConsentKind, TreatmentOutcome, TreatmentPlan
from patients.models.enrolment import Enrolment
from programmes.enums import PersonKind
from programmes.models import ConsentText, Criterion, ProgrammeLink


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self, on: date) -> "ConsentQuerySet":
        """Given by that day and not withdrawn on it."""
        return self.filter(
            Q(withdrawn_on=None) | Q(withdrawn_on__gt=on),
            Q(replaced_on=None) | Q(replaced_on__gt=on),
            is_given=True,
            signed_on__lte=on,
        )

    def current(self) -> "ConsentQuerySet":
        """Answers that nothing replaced: one a kind, withdrawn or not."""
        return self.filter(replaced_on=None)

    def in_hand(self) -> "ConsentQuerySet":
        """Given, and neither replaced nor withdrawn."""
        return self.current().filter(is_given=True, withdrawn_on=None)


@tracked
class Consent(models.Model):
    """Consentement écrit: given or refused, on which text, after which information."""

    never_deleted = True

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField("objet", max_length=15, choices=ConsentKind)
    person_kind = models.CharField("personne", max_length=20, choices=PersonKind)
    is_given = models.BooleanField("donné")
    signed_on = models.DateField("signé le")
    form = models.ForeignKey(ProgrammeLink, on_delete=models.PROTECT, related_name="consents")
    information = models.ForeignKey(
        ProgrammeLink, on_delete=models.PROTECT, related_name="informed_consents"
    )
    booklet = models.ForeignKey(
        ProgrammeLink,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="booklet_consents",
    )
    # The words that were shown, when it was signed on screen.
    text = models.ForeignKey(
        ConsentText, on_delete=models.PROTECT, null=True, blank=True, related_name="consents"
    )
    # Who signed for a minor or a protected adult, under the enrolment's key.
    representative_sealed = models.BinaryField(null=True, blank=True)
    withdrawn_on = models.DateField("retiré le", null=True, blank=True)
    # Never asked for: only what the person wished to say.
    withdrawal_reason_sealed = models.BinaryField(null=True, blank=True)
    # Another answer of the kind took over that day: at majority, or because minds change.
    replaced_on = models.DateField("remplacé le", null=True, blank=True)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="consents_recorded"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "consentement"
        verbose_name_plural = "consentements"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ConsentKind.values), name="patients_consent_kind_known"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "kind"],
                condition=Q(withdrawn_on=None, replaced_on=None),
                name="patients_one_standing_consent_a_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ConsentKind.PARTICIPATION) | Q(is_given=True),
                name="patients_participation_is_given",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("signed_on"), is_given=True),
                name="patients_withdrawal_follows_consent",
            ),
            models.CheckConstraint(
                condition=Q(replaced_on=None) | Q(replaced_on__gte=F("signed_on")),
                name="patients_replaced_after_it_was_signed",
            ),
        ]
        triggers = [
            # Arrêté du 29/10/2020 art. 3: the first participation is signed by the day of
            # inclusion; what is signed again comes after.
            Refuse(
                name="patients_consent_comes_first",
                operation=pgtrigger.Insert,
                sql="NEW.kind = 'PARTICIPATION' AND NEW.signed_on >"
                " (SELECT included_on FROM patients_enrolment WHERE id = NEW.enrolment_id)"
                " AND NOT EXISTS (SELECT 1 FROM patients_consent c JOIN patients_enrolment e"
                " ON e.id = c.enrolment_id WHERE c.enrolment_id = NEW.enrolment_id"
                " AND c.kind = 'PARTICIPATION' AND c.signed_on <= e.included_on)",
            ),
            FrozenWhen(
                name="patients_consent_is_frozen",
                may_change=["withdrawn_on", "withdrawal_reason_sealed", "replaced_on"],
            ),
            Refuse(
                name="patients_withdrawal_stands",
                operation=pgtrigger.Update,
                sql="(OLD.withdrawn_on, OLD.withdrawal_reason_sealed, OLD.replaced_on)"
                " IS DISTINCT FROM"
                " (NEW.withdrawn_on, NEW.withdrawal_reason_sealed, NEW.replaced_on)"
                " AND (OLD.replaced_on IS NOT NULL OR (OLD.withdrawn_on IS NOT NULL"
                " AND (NEW.withdrawn_on IS DISTINCT FROM OLD.withdrawn_on OR"
                " NEW.withdrawal_reason_sealed IS DISTINCT FROM OLD.withdrawal_reason_sealed)))",
            ),
            # Withdrawn or refused, the number is erased first, in the same act.
            Refuse(
                name="patients_nir_goes_first",
                operation=pgtrigger.Update,
                sql="NEW.kind = 'NIR' AND NEW.withdrawn_on IS NOT NULL AND EXISTS"
                " (SELECT 1 FROM patients_nir WHERE enrolment_id = NEW.enrolment_id)",
            ),
            Refuse(
                name="patients_nir_goes_before_a_refusal",
                operation=pgtrigger.Insert,
                sql="NEW.kind = 'NIR' AND NOT NEW.is_given AND EXISTS"
                " (SELECT 1 FROM patients_nir WHERE enrolment_id = NEW.enrolment_id)",
            ),
            NeverDeleted(name="consent_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Consentement {self.pk}"


@tracked
class EligibilityAnswer(models.Model):
    """Réponse à un critère, kept as it was asked."""

    never_deleted = True

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="answers")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField("réponse", max_length=3, choices=Answer)
    dated_on = models.DateField("date", null=True, blank=True)
    comment_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name = "réponse à un critère"
        verbose_name_plural = "réponses aux critères"
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=Answer.values), name="patients_answer_known"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "criterion"], name="patients_criterion_answered_once"
            ),
        ]
        triggers = [
            FrozenWhen(name="patients_answer_is_frozen"),
            NeverDeleted(name="answer_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Réponse {self.pk}"


@tracked
class PriorTreatment(models.Model):
    """Traitement antérieur: what was tried, why it was not enough, what becomes of it."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="prior_treatments"
    )
    # Under the enrolment's key: what is typed may name anybody. Empty once the key is destroyed.
    drug_sealed = models.BinaryField(null=True)
    outcome = models.CharField("résultat", max_length=15, choices=TreatmentOutcome)
    plan = models.CharField("devenir", max_length=15, choices=TreatmentPlan)

    class Meta:
        verbose_name = "traitement antérieur"
        verbose_name_plural = "traitements antérieurs"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=TreatmentOutcome.values), name="patients_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(plan__in=TreatmentPlan.values), name="patients_plan_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Traitement {self.pk}"
