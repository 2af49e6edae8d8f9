from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "record"
    verbose_name = "Dossier"

    def ready(self) -> None:
        from accounts import context
        from core import codes
        from prescriptions.documents import public_state
        from record import documents, guides

        context.GUIDES.update({guide.role.value: guide.slug for guide in guides.GUIDES})
        codes.LABELS[documents.RELIEF] = documents.RELIEF_LABEL
        codes.STATES[documents.RELIEF] = public_state
