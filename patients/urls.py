from django.urls import path

from patients.views import (
    correction,
    desk,
    inclusion,
    nir,
    openings,
    oversight,
    participation,
    screening,
    transition,
)


app_name = "patients"

urlpatterns = [
    path("ouvertures/", openings.openings, name="openings"),
    path("ouvertures/comme-si/", openings.preview, name="preview"),
    path("ouvertures/<uuid:programme_id>/preparer/", openings.draft_opening, name="draft_opening"),
    path("ouvertures/<uuid:opening_id>/", openings.opening, name="opening"),
    path(
        "ouvertures/<uuid:opening_id>/<str:decision>/",
        openings.decide_opening,
        name="decide_opening",
    ),
    path("derogations/", oversight.oversight, name="oversight"),
    path("transition/", transition.transition, name="transition"),
    path("non-inclusions/", screening.screening, name="screening"),
    path("non-inclusions/consigner/", screening.not_included, name="not_included"),
    path("non-inclusions/export.csv", screening.screening_csv, name="screening_csv"),
    path("dossiers/", desk.desk, name="desk"),
    path("dossiers/doublons/<uuid:pair_id>/", desk.pair, name="pair"),
    path("dossiers/doublons/<uuid:pair_id>/reunir/", desk.ask_merge, name="ask_merge"),
    path(
        "dossiers/reunions/<uuid:merge_id>/<str:decision>/", desk.decide_merge, name="decide_merge"
    ),
    path(
        "dossiers/transferts/<uuid:transfer_id>/<str:answer>/",
        desk.answer_transfer,
        name="answer_transfer",
    ),
    path(
        "patients/<uuid:enrolment_id>/identite/",
        correction.correct_identity,
        name="correct_identity",
    ),
    path("patients/<uuid:enrolment_id>/transfert/", desk.transfer, name="transfer"),
    path("patients/inclure/", inclusion.include, name="include"),
    path("patients/inclure/<uuid:draft_id>/", inclusion.resume, name="resume"),
    path("patients/inclure/<uuid:draft_id>/abandon/", inclusion.abandon, name="abandon"),
    path("patients/inclure/<uuid:draft_id>/ressemblances/", inclusion.alike, name="alike"),
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
