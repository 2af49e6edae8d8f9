import uuid
from datetime import date, datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import Member, Site
from core.frozen import NeverDeleted, Refuse
from core.history import tracked
from patients.enums import EndReason, EnrolmentState, LateReason
from patients.models.patient import Patient
from programmes.models import Indication, IndicationSubtype, Programme


LIVE = (EnrolmentState.ACTIVE, EnrolmentState.WEANING)


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, member: Member) -> "EnrolmentQuerySet":
        """Participations whose record this member may open. Other roles see none."""
        match member.role:
            case Role.REFERENCE_DOCTOR | Role.PREPARER:
                mine = Q(site=member.site_id)
            case Role.RELAY_DOCTOR:
                mine = Q(relay_doctor=member.stands_for_id)
            case _:
                return self.none()
        return self.filter(mine, programme__in=Programme.objects.visible_to(member))

    def live(self) -> "EnrolmentQuerySet":
        """Followed today: active, or being weaned. One opened twice counts once."""
        return self.filter(state__in=LIVE, merged_into=None)

    def followed_on(self, on: date) -> "EnrolmentQuerySet":
        """Followed that day: begun by then, and not out before its end. Places are counted so."""
        still = Q(state__in=LIVE) | Q(state=EnrolmentState.ENDED, ended_on__gt=on)
        return self.filter(still, included_on__lte=on, merged_into=None)

    def overlapping(self, since: date, until: date | None) -> "EnrolmentQuerySet":
        """Those that share a day with a participation from `since` to before `until`.

        :param until: the day of the exit, which is out of it; None while it goes on
        """
        still = Q(state__in=LIVE) | Q(state=EnrolmentState.ENDED, ended_on__gt=since)
        found = self.filter(still, merged_into=None)
        return found if until is None else found.filter(included_on__lt=until)

    def known_on(self, on: date) -> "EnrolmentQuerySet":
        """Participations begun on that day or before; cancelled ones and aliases left out."""
        begun = self.filter(included_on__lte=on, merged_into=None)
        return begun.exclude(state=EnrolmentState.CANCELLED)


@tracked
class Enrolment(models.Model):
    """Participation d'un patient à un programme: the hub of every clinical row."""

    never_deleted = True

    # Known in memory only: until when it is read by breaking the glass (`patients.access`).
    opened_until: datetime | None = None

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Pseudonym shown on pages and mails: `RC-` and Crockford base32, not sequential.
    number = models.CharField("numéro", max_length=20, unique=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="enrolments")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="enrolments")
    indication = models.ForeignKey(Indication, on_delete=models.PROTECT, related_name="enrolments")
    subtype = models.ForeignKey(
        IndicationSubtype,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enrolments",
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="enrolments")
    relay_doctor = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="relayed_enrolments"
    )
    pharmacy = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="supplied_enrolments"
    )
    state = models.CharField(
        "état", max_length=10, choices=EnrolmentState, default=EnrolmentState.ACTIVE
    )
    included_on = models.DateField("inclus le")
    included_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="inclusions")
    recorded_at = models.DateTimeField("enregistré le")
    # Empty when typed on the day.
    late_reason = models.CharField(
        "motif de saisie tardive", max_length=30, choices=LateReason, blank=True
    )
    # First prescription signed; the patient is «en cours d'entrée» before.
    first_treated_on = models.DateField("première prescription le", null=True, blank=True)
    ended_on = models.DateField("sorti le", null=True, blank=True)
    end_reason = models.CharField("motif de sortie", max_length=20, choices=EndReason, blank=True)
    end_recorded_at = models.DateTimeField("sortie enregistrée le", null=True, blank=True)
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next_enrolments"
    )
    # Opened twice for one person: read and written there; this number stays its alias (ADR 0026).
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="aliases"
    )
    # The key of documents and free text, in the key cluster.
    key_id = models.UUIDField(unique=True, editable=False)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = "participation"
        verbose_name_plural = "participations"
        constraints = [
            models.CheckConstraint(
                condition=Q(late_reason__in=["", *LateReason.values]),
                name="patients_late_reason_known",
            ),
            models.UniqueConstraint(
                fields=["patient", "programme"],
                condition=Q(state__in=LIVE),
                name="patients_one_live_enrolment",
            ),
            # Lists the four states: no other one is possible.
            models.CheckConstraint(
                condition=Q(
                    state__in=[EnrolmentState.ACTIVE, EnrolmentState.CANCELLED],
                    ended_on=None,
                    end_reason="",
                )
                | Q(
                    state__in=[EnrolmentState.WEANING, EnrolmentState.ENDED],
                    ended_on__isnull=False,
                    end_reason__in=EndReason.values,
                ),
                name="patients_end_has_date_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("included_on")),
                name="patients_ends_after_inclusion",
            ),
            models.CheckConstraint(
                condition=Q(first_treated_on=None) | Q(first_treated_on__gte=F("included_on")),
                name="patients_treated_after_inclusion",
            ),
            models.CheckConstraint(
                condition=~Q(state=EnrolmentState.WEANING, end_reason=EndReason.DEATH),
                name="patients_death_closes_at_once",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("pk")), name="patients_no_alias_of_itself"
            ),
            # What composite foreign keys of the acts above point to.
            models.UniqueConstraint(
                fields=["id", "patient"], name="patients_enrolment_with_patient"
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "state", "included_on"], name="patients_enrolment_of_site"
            ),
            models.Index(
                fields=["relay_doctor"],
                condition=Q(relay_doctor__isnull=False),
                name="patients_enrolment_of_relay",
            ),
            models.Index(fields=["programme", "included_on"], name="patients_enrolment_entered"),
        ]
        triggers = [
            Refuse(
                name="patients_whose_is_fixed",
                operation=pgtrigger.Update,
                sql="(OLD.patient_id, OLD.programme_id, OLD.public_id, OLD.number, OLD.key_id)"
                " IS DISTINCT FROM"
                " (NEW.patient_id, NEW.programme_id, NEW.public_id, NEW.number, NEW.key_id)",
            ),
            # `rules.TRANSITIONS`, those that go back; a `Reopening` undoes one exit.
            Refuse(
                name="patients_who_left_has_left",
                operation=pgtrigger.Update,
                sql="NEW.state <> OLD.state AND OLD.state <> 'ACTIVE'"
                " AND NOT (OLD.state = 'WEANING' AND NEW.state = 'ENDED')"
                " AND NOT (OLD.state IN ('WEANING', 'ENDED') AND NEW.state = 'ACTIVE'"
                " AND EXISTS (SELECT 1 FROM patients_reopening r WHERE r.enrolment_id = OLD.id"
                " AND r.was_recorded_at = OLD.end_recorded_at))",
            ),
            NeverDeleted(name="enrolment_never_deleted"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_live(self) -> bool:
        return self.state in LIVE and self.merged_into_id is None
