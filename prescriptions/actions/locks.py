from patients.models import Enrolment, Patient
from prescriptions.models import Prescription


def lock_enrolment(pk: int) -> Enrolment:
    """Lock patient then enrolment: whoever writes for this person waits here."""
    patient_id = Enrolment.objects.values_list("patient_id", flat=True).get(pk=pk)
    Patient.objects.select_for_update(of=("self",)).get(pk=patient_id)
    return (
        Enrolment.objects.select_related("patient", "programme", "indication", "site")
        .select_for_update(of=("self",))
        .get(pk=pk)
    )


def lock_prescription(prescription: Prescription) -> Prescription:
    """Lock patient, enrolment, prescription, in this order; read them again."""
    enrolment = lock_enrolment(prescription.enrolment_id)
    locked = (
        Prescription.objects.select_related("replaces")
        .select_for_update(of=("self",))
        .get(pk=prescription.pk)
    )
    locked.enrolment = enrolment
    return locked
