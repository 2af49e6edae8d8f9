from django.urls import path

from followup.before import views


urlpatterns = [
    path("consultations/<uuid:visit_id>/patient/", views.invite, name="invite_patient"),
    path("consultations/<uuid:visit_id>/patient/retirer/", views.revoke, name="revoke_patient"),
    path("reponses/", views.answer, name="patient_answers"),
    path("reponses/saisie/", views.keep, name="patient_typed"),
    path("reponses/<str:token>/", views.link, name="patient_link"),
]
