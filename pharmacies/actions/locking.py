"""What every act on a prescription at a pharmacy locks first."""

from patients.models import Enrolment, Patient
from pharmacies.sheet import LOADED
from prescriptions.models import Prescription


def lock(prescription: Prescription) -> Prescription:
    """Lock patient, enrolment, prescription, in this order; read what the sheet needs with it."""
    Patient.objects.select_for_update().values_list("pk").get(pk=prescription.patient_id)
    Enrolment.objects.select_for_update().values_list("pk").get(pk=prescription.enrolment_id)
    loaded = Prescription.objects.select_related(*LOADED).select_for_update(of=("self",))
    return loaded.get(pk=prescription.pk)
