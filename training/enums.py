from django.db import models


class ProofKind(models.TextChoices):
    # Final test passed on the training platform.
    TEST = "TEST", "Attestation après test"
    # Signed on the platform since 27 March 2023 (décret 2023-202): no test any more.
    SELF_ATTESTATION = "SELF_ATTESTATION", "Attestation sur l’honneur"


class Way(models.TextChoices):
    """How a proof came into the registry."""

    PASSED = "PASSED", "Questionnaire réussi dans le registre"
    ATTESTED = "ATTESTED", "Attestée dans le registre"
    DECLARED = "DECLARED", "Déclarée par la personne"
    IMPORTED = "IMPORTED", "Importée de la plateforme de formation"
