from django.urls import path

from vigilance import views


app_name = "vigilance"

urlpatterns = [
    path("patients/<uuid:enrolment_id>/effets/", views.of_patient, name="of_patient"),
    path("patients/<uuid:enrolment_id>/effets/nouveau/", views.report, name="report"),
    path(
        "dispensation/<uuid:dispensation_id>/effet/",
        views.report_dispensed,
        name="report_dispensed",
    ),
    path("effets/<uuid:event_id>/", views.event, name="event"),
    path("effets/<uuid:event_id>/declaration/", views.declare, name="declare"),
    path("vigilance/", views.queue, name="list"),
]
