from django.urls import path

from accounts.directories import views


urlpatterns = [
    path("imports/", views.files, name="imports"),
    path("imports/<uuid:public_id>/", views.file, name="import"),
    path("imports/<uuid:public_id>/confirmer/", views.confirm, name="confirm_import"),
    path("imports/<uuid:public_id>/abandonner/", views.abandon, name="abandon_import"),
    path("imports/<uuid:public_id>/erreurs.csv", views.problems, name="import_problems"),
]
