from django.apps import AppConfig
from django.core.checks import Tags, register


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.checks import pro_sante_connect_is_whole
        from accounts.directories import participants, places, professionals
        from accounts.directories.enums import ImportKind
        from accounts.directories.plan import READERS

        register(Tags.security)(pro_sante_connect_is_whole)
        READERS[ImportKind.PROFESSIONALS] = professionals.READER
        READERS[ImportKind.PLACES] = places.READER
        READERS[ImportKind.PARTICIPANTS] = participants.READER
