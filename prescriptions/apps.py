from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    name = "prescriptions"
    verbose_name = "Ordonnances"

    def ready(self) -> None:
        """Tell the public page what a prescription's code answers, and how long one is treated."""
        from core import codes
        from patients import documents as acts_before
        from patients import interactions
        from prescriptions import documents, known

        codes.LABELS[documents.KIND] = "Ordonnance"
        codes.STATES[documents.KIND] = documents.public_state
        interactions.SOURCES.append(known.classes_on)
        acts_before.COVERED_UNTIL.append(documents.covered_until)
