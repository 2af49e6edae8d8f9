from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    name = "prescriptions"
    verbose_name = "Ordonnances"

    def ready(self) -> None:
        """Tell the public page what a prescription's code answers."""
        from core import codes
        from prescriptions import documents

        codes.LABELS[documents.KIND] = "Ordonnance"
        codes.STATES[documents.KIND] = documents.public_state
