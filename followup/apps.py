from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "followup"
    verbose_name = "Suivi"

    def ready(self) -> None:
        from followup import actions
        from patients import actions as acts_before

        acts_before.ON_INCLUDED.append(actions.schedule)
        acts_before.ON_ENDED.append(actions.close)
        acts_before.ON_REOPENED.append(actions.reopen)
