import uuid
from datetime import datetime

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q

from accounts.models import Member, User
from core.db import same
from core.frozen import FrozenWhen, NeverDeleted, Refuse
from core.history import tracked
from core.models import Document
from patients.models import Enrolment, Patient
from prescriptions import rules
from prescriptions.enums import PaperFlag, VoidReason
from prescriptions.enums import PrescriptionStatus as Status
from programmes.models import Programme


class PrescriptionQuerySet(models.QuerySet["Prescription"]):
    def visible_to(self, member: Member) -> "PrescriptionQuerySet":
        """Prescriptions of the enrolments this member may see."""
        return self.filter(enrolment__in=Enrolment.objects.visible_to(member))

    def editable_by(self, member: Member) -> "PrescriptionQuerySet":
        """Drafts this person is to sign, or prepared. Only the prescriber signs."""
        theirs = Q(prescriber=member.user_id) | Q(prepared_by=member.pk)
        return self.visible_to(member).filter(theirs, status=Status.DRAFT)

    def to_sign_by(self, member: Member) -> "PrescriptionQuerySet":
        """Drafts that somebody prepared for this doctor."""
        drafts = self.visible_to(member).filter(prescriber=member.user_id, status=Status.DRAFT)
        return drafts.filter(prepared_by__isnull=False)

    def presented_to(self, member: Member, at: datetime) -> "PrescriptionQuerySet":
        """Prescriptions that a pharmacist opened by code and birth date, still at hand."""
        opened = Presentation.objects.filter(
            prescription=OuterRef("pk"), member=member.pk, at__lte=at, until__gt=at
        )
        # A right withdrawn is effective at once, whatever was opened before.
        theirs = Programme.objects.visible_to(member)
        return self.filter(Exists(opened), enrolment__programme__in=theirs)

    def signed(self) -> "PrescriptionQuerySet":
        """Signed and not voided since."""
        return self.filter(status=Status.SIGNED)

    def covering(self) -> "PrescriptionQuerySet":
        """Those whose narcotic period counts for an overlap."""
        return self.signed().filter(narcotic_days__isnull=False)

    def voidable_by(self, member: Member) -> "PrescriptionQuerySet":
        """Drafts and signed prescriptions of this person from which nothing was supplied."""
        return self.visible_to(member).filter(
            prescriber=member.user_id,
            status__in=[Status.DRAFT, Status.SIGNED],
            first_dispensed_at=None,
        )


@tracked
class Prescription(models.Model):
    """Ordonnance: one or more lines written for one patient by one doctor."""

    never_deleted = True

    # Known in memory only, by whoever has just signed: the database keeps an HMAC of it.
    printed_code = ""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="prescriptions")
    # Copied for the constraint on periods; a composite key ties it to the enrolment.
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="prescriptions")
    # The person the law knows, and the membership under which the text was written. Of a paper
    # that a pharmacist transcribed, the prescriber may have no account: ADR 0047.
    prescriber = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="prescriptions"
    )
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="prescriptions")
    # Who filled it in for the prescriber to read and sign; empty when they wrote it themselves.
    prepared_by = models.ForeignKey(
        Member,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="prescriptions_prepared",
    )
    is_transcribed = models.BooleanField("transcrite d’un papier", default=False, db_default=False)
    # As written on the paper, when no account has this number.
    paper_prescriber = models.CharField(
        "prescripteur du papier", max_length=120, blank=True, default="", db_default=""
    )
    paper_rpps = models.CharField(
        "RPPS du prescripteur du papier", max_length=11, blank=True, default="", db_default=""
    )
    # Values of PaperFlag.
    paper_flags = models.JSONField(
        "signalements du papier", default=list, blank=True, db_default=[]
    )
    status = models.CharField("état", max_length=8, choices=Status, default=Status.DRAFT)
    is_initiation = models.BooleanField("première prescription", default=False)
    starts_on = models.DateField("début du traitement")
    # Days of the longest line, the first one counted.
    duration_days = models.PositiveSmallIntegerField("durée (jours)")
    ends_on = models.GeneratedField(
        expression=F("starts_on") + F("duration_days") - 1,
        output_field=models.DateField("fin du traitement"),
        db_persist=True,
    )
    # Days of the longest narcotic line; empty when no line is narcotic.
    narcotic_days = models.PositiveSmallIntegerField(
        "durée stupéfiant (jours)", null=True, blank=True
    )
    narcotic_ends_on = models.GeneratedField(
        expression=F("starts_on") + F("narcotic_days") - 1,
        output_field=models.DateField("fin de la période couverte", null=True),
        db_persist=True,
    )
    # CSP R. 5132-33: the express mention by which a period already covered is overlapped.
    has_overlap_mention = models.BooleanField("mention expresse de chevauchement", default=False)
    # CSP R. 5132-30: «délivrance en une seule fois», or the days of each fraction.
    is_single_supply = models.BooleanField("délivrance en une seule fois", default=True)
    fraction_days = models.PositiveSmallIntegerField(
        "durée d’une fraction (jours)", null=True, blank=True
    )
    # Date of writing: the local date of the site when it was signed; of a paper, the one it bears,
    # `signed_at` being the instant of its transcription.
    signed_on = models.DateField("datée du", null=True, blank=True)
    signed_at = models.DateTimeField("signée le", null=True, blank=True)
    voided_at = models.DateTimeField("annulée le", null=True, blank=True)
    void_reason = models.CharField(
        "motif d’annulation", max_length=20, choices=VoidReason, blank=True
    )
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    first_dispensed_at = models.DateTimeField("première délivrance le", null=True, blank=True)
    created_at = models.DateTimeField("commencée le")
    # Free text for the patient and the pharmacist, under the enrolment's key.
    note_sealed = models.BinaryField(null=True, blank=True)
    # Why the alerts of `PassedAlert` were passed, under the same key.
    reason_sealed = models.BinaryField(null=True, blank=True)
    # The delivered bytes; empty until they are made (`actions.print_document`). Of a paper:
    # its scan.
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="prescriptions"
    )

    objects = PrescriptionQuerySet.as_manager()

    class Meta:
        verbose_name = "ordonnance"
        verbose_name_plural = "ordonnances"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="prescriptions_status_known"
            ),
            models.CheckConstraint(
                condition=Q(duration_days__range=(1, rules.MAX_LINE_DAYS)),
                name="prescriptions_duration_possible",
            ),
            models.CheckConstraint(
                condition=Q(narcotic_days=None)
                | Q(
                    narcotic_days__range=(1, rules.MAX_NARCOTIC_DAYS),
                    narcotic_days__lte=F("duration_days"),
                ),
                name="prescriptions_narcotic_within_limit",
                violation_error_message="Un stupéfiant est prescrit pour 28 jours au plus.",
            ),
            models.CheckConstraint(
                condition=Q(is_single_supply=True, fraction_days=None)
                | Q(is_single_supply=False, fraction_days__isnull=False, fraction_days__gte=1),
                name="prescriptions_supply_said",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT, signed_at=None, signed_on=None)
                | Q(status=Status.SIGNED, signed_at__isnull=False, signed_on__isnull=False)
                | ~Q(status__in=[Status.DRAFT, Status.SIGNED]),
                name="prescriptions_signed_has_date",
            ),
            models.CheckConstraint(
                condition=Q(signed_on=None) | Q(starts_on__gte=F("signed_on")),
                name="prescriptions_starts_when_written_or_later",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.VOIDED)
                | Q(
                    voided_at__isnull=False,
                    first_dispensed_at=None,
                    void_reason__in=VoidReason.values,
                ),
                name="prescriptions_voided_before_dispensing",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.VOIDED) | Q(voided_at=None, void_reason=""),
                name="prescriptions_voided_says_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(fraction_days=None)
                | Q(narcotic_days__isnull=False, fraction_days__lt=F("narcotic_days")),
                name="prescriptions_fraction_within_duration",
            ),
            models.CheckConstraint(
                condition=Q(prescriber__isnull=False, paper_rpps="", paper_prescriber="")
                | Q(is_transcribed=True, prescriber=None, paper_rpps__regex=r"^[0-9]{11}$")
                & ~Q(paper_prescriber=""),
                name="prescriptions_somebody_prescribed",
            ),
            models.CheckConstraint(
                condition=Q(paper_flags=[]) | Q(is_transcribed=True),
                name="prescriptions_only_papers_are_flagged",
            ),
            ExclusionConstraint(
                name="prescriptions_no_silent_overlap",
                expressions=[
                    (same("patient"), RangeOperators.OVERLAPS),
                    (same("prescriber"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            "starts_on",
                            "narcotic_ends_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                # A paper is as it was written: its overlap is told, not refused.
                condition=Q(
                    status=Status.SIGNED,
                    has_overlap_mention=False,
                    narcotic_days__isnull=False,
                    is_transcribed=False,
                ),
                violation_error_message="Une ordonnance signée couvre déjà cette période.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["enrolment", "-ends_on"],
                condition=Q(status=Status.SIGNED),
                name="prescriptions_running",
            ),
            models.Index(
                fields=["prescriber"],
                condition=Q(status=Status.DRAFT),
                name="prescriptions_to_sign",
            ),
        ]
        triggers = [
            Refuse(
                name="prescriptions_who_is_fixed",
                operation=pgtrigger.Update,
                sql="(OLD.enrolment_id, OLD.patient_id, OLD.prescriber_id)"
                " IS DISTINCT FROM (NEW.enrolment_id, NEW.patient_id, NEW.prescriber_id)",
            ),
            FrozenWhen(
                name="prescriptions_signed_is_frozen",
                sql="OLD.status <> 'DRAFT'",
                may_change=["status", "voided_at", "void_reason", "first_dispensed_at", "document"],
            ),
            # SIGNED → VOIDED only, nothing out of VOIDED, no stamp taken back.
            Refuse(
                name="prescriptions_signed_only_voids",
                operation=pgtrigger.Update,
                sql="OLD.status = 'VOIDED'"
                " OR (OLD.status = 'SIGNED' AND NEW.status = 'DRAFT')"
                " OR (OLD.first_dispensed_at IS NOT NULL"
                " AND NEW.first_dispensed_at IS DISTINCT FROM OLD.first_dispensed_at)"
                " OR (OLD.document_id IS NOT NULL"
                " AND NEW.document_id IS DISTINCT FROM OLD.document_id)",
            ),
            NeverDeleted(name="prescription_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Ordonnance {self.public_id}"

    @property
    def is_narcotic(self) -> bool:
        return self.narcotic_days is not None

    @property
    def prescriber_key(self) -> int | str:
        """Who prescribed, for whoever compares: the account, else the number on the paper."""
        return self.prescriber_id or self.paper_rpps

    @property
    def prescriber_name(self) -> str:
        return self.prescriber.full_name if self.prescriber else self.paper_prescriber

    @property
    def answering(self) -> User:
        """Who is written to about it: the prescriber, else the doctor who included the patient."""
        return self.prescriber or self.enrolment.included_by.user

    @property
    def prescriber_rpps(self) -> str:
        return self.prescriber.rpps if self.prescriber else self.paper_rpps

    @property
    def flags(self) -> list[str]:
        """What its transcription showed, in French."""
        return [PaperFlag(code).label for code in self.paper_flags]


class Presentation(models.Model):
    """Accès d'un pharmacien à une ordonnance: opened by its code and the birth date, for a time."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="presentations")
    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="presentations"
    )
    at = models.DateTimeField("à")
    until = models.DateTimeField("jusqu’à")

    class Meta:
        verbose_name = "présentation d’une ordonnance"
        verbose_name_plural = "présentations d’ordonnances"
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("at")), name="prescriptions_presentation_lasts"
            ),
        ]
        indexes = [models.Index(fields=["member", "until"], name="prescriptions_presented")]

    def __str__(self) -> str:
        return f"Présentation {self.pk}"


class CertificateOpeningQuerySet(models.QuerySet["CertificateOpening"]):
    def at_hand(self, member: Member, at: datetime) -> "CertificateOpeningQuerySet":
        """Those this pharmacist opened lately, in a programme that is still theirs."""
        opened = self.filter(member=member.pk, at__lte=at, until__gt=at)
        return opened.filter(enrolment__programme__in=Programme.objects.visible_to(member))


class CertificateOpening(models.Model):
    """Accès d'un pharmacien à un patient sans ordonnance codée: opened by the code of the
    certificate and the birth date, for a shift, to transcribe a paper."""

    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="certificate_openings"
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="certificate_openings"
    )
    at = models.DateTimeField("à")
    until = models.DateTimeField("jusqu’à")

    objects = CertificateOpeningQuerySet.as_manager()

    class Meta:
        verbose_name = "présentation d’une attestation"
        verbose_name_plural = "présentations d’attestations"
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("at")), name="prescriptions_certificate_lasts"
            ),
        ]
        indexes = [models.Index(fields=["member", "until"], name="prescriptions_certificates")]

    def __str__(self) -> str:
        return f"Attestation présentée {self.pk}"
