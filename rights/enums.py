from django.db import models


class Decision(models.TextChoices):
    """What a review of rights decides of a membership."""

    KEEP = "KEEP", "Confirmé"
    END = "END", "Retiré"
