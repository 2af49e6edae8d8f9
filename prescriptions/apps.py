from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    name = "prescriptions"
    verbose_name = "Ordonnances"

    def ready(self) -> None:
        """Tell the public page what a prescription's code answers."""
        from core import codes
        from patients import interactions
        from prescriptions import documents, known

        codes.LABELS[documents.KIND] = "Ordonnance"
        codes.STATES[documents.KIND] = documents.public_state
        interactions.SOURCES.append(known.classes_on)
