from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "record"
    verbose_name = "Dossier"

    def ready(self) -> None:
        from accounts import context
        from record import guides

        context.GUIDES.update({guide.role.value: guide.slug for guide in guides.GUIDES})
