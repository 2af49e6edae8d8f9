from django.urls import path

from record import views


app_name = "record"

urlpatterns = [
    path("", views.home, name="home"),
    path("patients/", views.patients, name="patients"),
    path("patients/recherche/", views.search, name="search"),
    path("patients/<uuid:enrolment_id>/", views.patient, name="patient"),
]
