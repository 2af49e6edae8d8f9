from django.urls import path

from training import views


app_name = "training"

urlpatterns = [
    path("formation/", views.mine, name="mine"),
    path("formation/<uuid:course_id>/", views.course, name="course"),
    path("formation/<uuid:course_id>/chapitres/<slug:code>/", views.chapter, name="chapter"),
    path("formation/<uuid:course_id>/questionnaire/", views.test, name="test"),
    path("formation/<uuid:course_id>/attester/", views.attest, name="attest"),
    path("formation/essais/<uuid:attempt_id>/", views.attempt, name="attempt"),
    path(
        "formation/attestations/<uuid:completion_id>/etablir/",
        views.issue_certificate,
        name="issue_certificate",
    ),
    path("formation/attestations/<uuid:completion_id>/", views.certificate, name="certificate"),
    path("annuaire/", views.places, name="places"),
    path("annuaire/lieux.csv", views.places_csv, name="places_csv"),
]
