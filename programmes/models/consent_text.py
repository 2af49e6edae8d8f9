from datetime import date

from django.db import models
from django.db.models import F, Q

from core.history import tracked
from programmes.enums import ConsentKind, PersonKind
from programmes.models.programme import Programme


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def in_force(self, on: date) -> "ConsentTextQuerySet":
        """Texts that may be signed that day, both bounds included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


@tracked
class ConsentText(models.Model):
    """Texte à signer à l'écran: the words themselves, so that what was signed can be shown."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="consent_texts")
    kind = models.CharField("objet", max_length=15, choices=ConsentKind)
    # Empty when the text is for anybody.
    person_kind = models.CharField("signataire", max_length=20, choices=PersonKind, blank=True)
    version = models.CharField("version", max_length=40)
    valid_from = models.DateField("en vigueur depuis le")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    # Paragraphs, one a line.
    body = models.TextField("texte")
    source = models.CharField("source", max_length=300)

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = "texte de consentement"
        verbose_name_plural = "textes de consentement"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "person_kind", "version"],
                name="programmes_consent_text_version_unique",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ConsentKind.values), name="programmes_consent_text_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="programmes_consent_text_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.version})"

    @property
    def paragraphs(self) -> list[str]:
        return self.body.splitlines()
