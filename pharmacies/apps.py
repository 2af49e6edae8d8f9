from django.apps import AppConfig


class PharmaciesConfig(AppConfig):
    name = "pharmacies"
    verbose_name = "Pharmacies"

    def ready(self) -> None:
        """Tell the public page how much of a prescription was handed over."""
        from pharmacies import supplied
        from prescriptions import documents

        documents.SUPPLIED.append(supplied.state)
