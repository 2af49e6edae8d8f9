from django.urls import path

from patients.takeover import views


urlpatterns = [
    path("reprise/", views.files, name="takeovers"),
    path("reprise/modele.csv", views.template, name="takeover_template"),
    path("reprise/colonnes.csv", views.notice, name="takeover_notice"),
    path("reprise/<uuid:takeover_id>/", views.file, name="takeover"),
    path("reprise/<uuid:takeover_id>/confirmer/", views.confirm, name="confirm_takeover"),
    path("reprise/<uuid:takeover_id>/abandonner/", views.abandon, name="abandon_takeover"),
    path("reprise/<uuid:takeover_id>/erreurs.csv", views.problems, name="takeover_problems"),
]
