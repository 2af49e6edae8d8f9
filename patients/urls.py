from django.urls import include, path

from patients.takeover import urls as takeover
from patients.views import (
    certificate,
    consents,
    correction,
    designations,
    desk,
    glass,
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
    path("acces-exceptionnel/", glass.break_glass, name="glass"),
    path("acces-exceptionnels/", glass.log, name="glass_log"),
    path("acces-exceptionnels/<uuid:glass_id>/vu/", glass.acknowledge, name="acknowledge_glass"),
    path("patients/", include(takeover.urlpatterns)),
    path("patients/inclure/", inclusion.include, name="include"),
    path("patients/inclure/<uuid:draft_id>/", inclusion.resume, name="resume"),
    path("patients/inclure/<uuid:draft_id>/abandon/", inclusion.abandon, name="abandon"),
    path("patients/inclure/<uuid:draft_id>/ressemblances/", inclusion.alike, name="alike"),
    path("patients/inclure/<uuid:draft_id>/<str:step>/", inclusion.step, name="step"),
    path(
        "patients/inclure/<uuid:draft_id>/<str:step>/brouillon", inclusion.autosave, name="autosave"
    ),
    path("patients/<uuid:enrolment_id>/inclusion/", participation.inclusion, name="inclusion"),
    path("patients/<uuid:enrolment_id>/attestation/", certificate.certificate, name="certificate"),
    path(
        "patients/<uuid:enrolment_id>/attestation/etablir/",
        certificate.issue,
        name="issue_certificate",
    ),
    path(
        "patients/<uuid:enrolment_id>/attestation/remplacer/",
        certificate.replace,
        name="replace_certificate",
    ),
    path("patients/<uuid:enrolment_id>/sortie/annuler/", participation.reopen, name="reopen"),
    path("patients/<uuid:enrolment_id>/sortie/", participation.end, name="end"),
    path(
        "patients/<uuid:enrolment_id>/sevrage/fin/",
        participation.finish_weaning,
        name="finish_weaning",
    ),
    path("patients/devenir-relais/", designations.join, name="join"),
    path(
        "patients/<uuid:enrolment_id>/designations/", designations.designations, name="designations"
    ),
    path("patients/<uuid:enrolment_id>/designations/inviter/", designations.invite, name="invite"),
    path(
        "patients/<uuid:enrolment_id>/designations/<str:kind>/abandon/",
        designations.give_up,
        name="give_up_invitation",
    ),
    path("patients/<uuid:enrolment_id>/notes/", designations.notes, name="notes"),
    path("designations/<uuid:designation_id>/", designations.designation, name="designation"),
    path("patients/consentements/", consents.todo, name="consents_todo"),
    path(
        "patients/<uuid:enrolment_id>/consentements/papier/", consents.paper, name="consent_paper"
    ),
    path(
        "patients/<uuid:enrolment_id>/consentements/<str:kind>/recueillir/",
        consents.give,
        name="consent_give",
    ),
    path(
        "patients/<uuid:enrolment_id>/consentements/<str:kind>/retrait/",
        consents.withdraw,
        name="consent_withdraw",
    ),
    path(
        "patients/<uuid:enrolment_id>/pieces/<uuid:document_id>/",
        consents.proof,
        name="consent_proof",
    ),
    path("patients/<uuid:enrolment_id>/informer/", consents.inform, name="inform"),
    path(
        "patients/<uuid:enrolment_id>/informer/moyen/",
        consents.choose_channel,
        name="choose_channel",
    ),
    path("patients/<uuid:enrolment_id>/nir/", nir.nir, name="nir"),
    path("patients/<uuid:enrolment_id>/nir/afficher/", nir.reveal_nir, name="reveal_nir"),
]
