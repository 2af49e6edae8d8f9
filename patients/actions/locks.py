from patients.models import Enrolment, Patient


def lock_enrolment(enrolment: Enrolment) -> Enrolment:
    """Lock in the order of every act: patient, then enrolment."""
    Patient.objects.select_for_update().get(pk=enrolment.patient_id)
    locked = Enrolment.objects.select_for_update(of=("self",))
    return locked.select_related("patient__identity", "programme", "site").get(pk=enrolment.pk)
