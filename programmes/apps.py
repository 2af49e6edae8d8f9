from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = "Programmes"

    def ready(self) -> None:
        from accounts import context, middleware
        from programmes import banner

        # Read with the member, so that no page pays a query for it.
        middleware.MEMBER_FACTS["ending"] = banner.ending()
        context.NOTICES.append(banner.notice)
