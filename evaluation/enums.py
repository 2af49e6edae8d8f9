from django.db import models


class Measure(models.TextChoices):
    """What is counted by month. `detail` and `departement` say by what each is split further."""

    # By département.
    INCLUDED = "INCLUDED", "Inclusions"
    TREATED = "TREATED", "Premières prescriptions"
    # Exits of treated patients: what is taken from TREATED to know who is treated.
    STOPPED = "STOPPED", "Fins de traitement"
    # By reason.
    ENDED = "ENDED", "Sorties"
    WITH_EVENT = "WITH_EVENT", "Patients ayant un premier effet indésirable"
    EVENTS = "EVENTS", "Effets indésirables"
    SERIOUS_EVENTS = "SERIOUS_EVENTS", "Effets indésirables graves"


class DataSet(models.TextChoices):
    """What may be exported, under pseudonym."""

    PARTICIPATIONS = "participations", "Participations"
    VISITS = "consultations", "Consultations et réponses aux questionnaires"
    TREATMENTS = "traitements", "Prescriptions et dispensations"
    EVENTS = "effets", "Effets indésirables"


class Purpose(models.TextChoices):
    """What an export is made for: those who oppose other research are in the first only."""

    EVALUATION = "evaluation", "Suivi et évaluation du programme"
    RESEARCH = "recherche", "Autre recherche (sans ceux qui s’y opposent)"


class Layout(models.TextChoices):
    """How a file is written."""

    EXCEL = "excel", "Tableur français (point-virgule, virgule décimale)"
    STANDARD = "standard", "Standard (virgule, point décimal)"
