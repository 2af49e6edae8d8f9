from django.urls import include, path

from followup import views


app_name = "followup"

urlpatterns = [
    path("patients/<uuid:enrolment_id>/consultations/", views.visit_list, name="list"),
    path(
        "patients/<uuid:enrolment_id>/consultations/nouvelle/",
        views.unscheduled,
        name="unscheduled",
    ),
    path("consultations/<uuid:visit_id>/", views.visit, name="visit"),
    path("consultations/<uuid:visit_id>/corriger/", views.correct, name="correct"),
    path("consultations/<uuid:visit_id>/non-realisee/", views.not_done, name="not_done"),
    path("", include("followup.before.urls")),
    path("", include("followup.definitions.urls")),
    path("", include("followup.questions.urls")),
]
