from django.urls import path

from core import views


app_name = "core"

urlpatterns = [
    path("v/", views.verify, name="verify"),
    path("v/porteur/", views.verify_bearer, name="verify_bearer"),
    path("v/cle.pem", views.published_key, name="published_key"),
    path("v/<str:token>", views.verify_code, name="verify_code"),
    path("brouillons/<str:key>", views.save_draft, name="draft"),
    path("brouillons/<str:key>/abandon/", views.discard_draft, name="discard_draft"),
    path("courriels/", views.caught_mail, name="caught_mail"),
]
