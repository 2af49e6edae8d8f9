from django.urls import path

from record import views


app_name = "record"

urlpatterns = [
    path("", views.home, name="home"),
    path("patients/", views.patients, name="patients"),
    path("patients/tableau/", views.patient_grid, name="grid"),
    path("patients/recherche/", views.search, name="search"),
    path("accessibilite/", views.information, {"name": "accessibility"}, name="accessibility"),
    path("mentions-legales/", views.information, {"name": "legal"}, name="legal"),
    path("donnees-personnelles/", views.information, {"name": "privacy"}, name="privacy"),
    path("aide/", views.information, {"name": "help"}, name="help"),
    path("patients/<uuid:enrolment_id>/", views.patient, name="patient"),
]
