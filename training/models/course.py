import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.enums import Profession
from accounts.models import Member
from core.history import tracked
from programmes.models import Programme
from training.enums import ProofKind
from training.rules import Question


class CourseQuerySet(models.QuerySet["Course"]):
    def completed_on(self, on: date) -> "CourseQuerySet":
        """Courses that could be completed that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)

    def visible_to(self, member: Member) -> "CourseQuerySet":
        """Courses for the member's profession, of the programmes they are accredited for."""
        return self.filter(
            programme__in=Programme.objects.visible_to(member), profession=member.user.profession
        )


@tracked
class Course(models.Model):
    """Formation obligatoire, in one version: the kind of proof changes by date."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="courses")
    version = models.CharField("version", max_length=20)
    profession = models.CharField("public", max_length=10, choices=Profession)
    title = models.CharField("titre", max_length=160)
    proof_kind = models.CharField("preuve demandée", max_length=20, choices=ProofKind)
    valid_from = models.DateField("suivie depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    # Months a proof lasts; empty: it does not end (proofs of 2021 stay valid).
    proof_lasts_months = models.PositiveSmallIntegerField("validité (mois)", null=True, blank=True)
    # People of one officine who could complete it; empty: several (since November 2021).
    people_a_pharmacy = models.PositiveSmallIntegerField(
        "pharmaciens par officine", null=True, blank=True
    )
    # What is attested on one's honour, word for word, and the version of these words.
    statement = models.TextField("attestation sur l’honneur", blank=True)
    statement_version = models.CharField("version du texte", max_length=20, blank=True)
    # Who wrote the chapters and the questions, shown beside them.
    content_notice = models.CharField("origine du contenu", max_length=300, blank=True)
    source = models.CharField("source", max_length=200)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = "formation"
        verbose_name_plural = "formations"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "version", "profession"],
                name="training_course_version_unique",
            ),
            models.CheckConstraint(
                condition=Q(proof_kind__in=ProofKind.values), name="training_course_proof_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="training_course_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def asks_test(self) -> bool:
        return self.proof_kind == ProofKind.TEST


@tracked
class Chapter(models.Model):
    """Chapitre d'une formation, compulsory or not in that version."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="chapters")
    code = models.SlugField("code", max_length=40)
    position = models.PositiveSmallIntegerField("rang")
    title = models.CharField("titre", max_length=160)
    is_mandatory = models.BooleanField("obligatoire")
    # List of {"heading", "paragraphs"}.
    body = models.JSONField("texte")
    source = models.CharField("source", max_length=300, blank=True)

    class Meta:
        verbose_name = "chapitre"
        verbose_name_plural = "chapitres"
        constraints = [
            models.UniqueConstraint(fields=["course", "code"], name="training_chapter_code_unique"),
        ]

    def __str__(self) -> str:
        return self.title


@tracked
class Assessment(models.Model):
    """Questionnaire d'une formation: compulsory where the version asks a test, else for oneself."""

    course = models.OneToOneField(Course, on_delete=models.PROTECT, related_name="test")
    # Share of right answers asked, whole percent.
    threshold_percent = models.PositiveSmallIntegerField("seuil de réussite (%)")
    # List of {"code", "text", "choices": [{"code", "text"}], "right": [codes], "explanation"}.
    questions = models.JSONField("questions")
    source = models.CharField("source", max_length=300)

    class Meta:
        verbose_name = "questionnaire de formation"
        verbose_name_plural = "questionnaires de formation"
        constraints = [
            models.CheckConstraint(
                condition=Q(threshold_percent__range=(1, 100)),
                name="training_test_threshold_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"Questionnaire {self.pk}"

    def asked(self) -> list[Question]:
        return [Question.of(one) for one in self.questions]
