from django.urls import path

from patients.views import inclusion, nir, participation


app_name = "patients"

urlpatterns = [
    path("patients/inclure/", inclusion.include, name="include"),
    path("patients/inclure/<uuid:draft_id>/", inclusion.resume, name="resume"),
    path("patients/inclure/<uuid:draft_id>/abandon/", inclusion.abandon, name="abandon"),
    path("patients/inclure/<uuid:draft_id>/<str:step>/", inclusion.step, name="step"),
    path(
        "patients/inclure/<uuid:draft_id>/<str:step>/brouillon", inclusion.autosave, name="autosave"
    ),
    path("patients/<uuid:enrolment_id>/inclusion/", participation.inclusion, name="inclusion"),
    path(
        "patients/<uuid:enrolment_id>/attestation/", participation.certificate, name="certificate"
    ),
    path(
        "patients/<uuid:enrolment_id>/attestation/etablir/",
        participation.issue_certificate,
        name="issue_certificate",
    ),
    path("patients/<uuid:enrolment_id>/sortie/", participation.end, name="end"),
    path(
        "patients/<uuid:enrolment_id>/sevrage/fin/",
        participation.finish_weaning,
        name="finish_weaning",
    ),
    path(
        "patients/<uuid:enrolment_id>/nir/retrait/", participation.withdraw_nir, name="withdraw_nir"
    ),
    path("patients/<uuid:enrolment_id>/nir/", nir.nir, name="nir"),
    path("patients/<uuid:enrolment_id>/nir/afficher/", nir.reveal_nir, name="reveal_nir"),
]
