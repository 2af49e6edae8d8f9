from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "followup"
    verbose_name = "Suivi"

    def ready(self) -> None:
        from core import codes
        from followup import actions, documents
        from patients import actions as acts_before
        from prescriptions import actions as prescribing

        codes.LABELS[documents.KIND] = documents.LABEL
        codes.STATES[documents.KIND] = documents.letter_state
        acts_before.ON_INCLUDED.append(actions.schedule)
        acts_before.ON_TAKEN_OVER.append(actions.close_before)
        acts_before.ON_ENDED += [actions.close, actions.end_with_exit]
        acts_before.ON_REOPENED.append(actions.reopen)
        prescribing.ON_CHANGED.append(actions.follow_prescriptions)
