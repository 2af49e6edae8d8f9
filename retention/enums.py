from django.db import models


class PurgeState(models.TextChoices):
    RUNNING = "RUNNING", "En cours"
    DONE = "DONE", "Terminée"
