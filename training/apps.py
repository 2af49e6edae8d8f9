from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = "Formation"

    def ready(self) -> None:
        from accounts.directories.enums import ImportKind
        from accounts.directories.plan import READERS
        from core import codes
        from training import documents, platform

        codes.LABELS[documents.KIND] = documents.LABEL
        codes.STATES[documents.KIND] = documents.certificate_state
        # Offered first: the one a manager imports most.
        others = dict(READERS)
        READERS.clear()
        READERS[ImportKind.COMPLETIONS] = platform.READER
        READERS.update(others)
