from django.apps import AppConfig
from django.core.checks import Tags, register


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.checks import pro_sante_connect_is_whole

        register(Tags.security)(pro_sante_connect_is_whole)
