from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = "Patients"

    def ready(self) -> None:
        from core import checks, codes, drafts
        from patients import documents, identity, rules

        codes.LABELS[documents.KIND] = documents.LABEL
        codes.STATES[documents.KIND] = documents.certificate_state
        codes.BEARERS[documents.KIND] = documents.is_bearer
        drafts.LIFETIME_DAYS["inclusion"] = rules.DRAFT_DAYS_BEFORE_CONSENT
        # Its step says whether the consent is signed, which decides how long it stays.
        drafts.OWN_PAGE.add("inclusion")
        checks.BEFORE_SERVING.append(identity.index_problems)
