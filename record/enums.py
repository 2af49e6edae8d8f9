from django.db import models


class Todo(models.IntegerChoices):
    """What a patient waits for, in the order of the list."""

    RENEWAL = 0, "Renouvellement à faire"
    VISIT = 1, "Consultation attendue"
    LATER = 2, "Rien à faire aujourd’hui"
    NOTHING = 3, "Sorti"


class Shown(models.TextChoices):
    FOLLOWED = "suivis", "Suivis"
    LEFT = "sortis", "Sortis"
    ALL = "tous", "Tous"
