from django.urls import path

from programmes.listings import views


urlpatterns = [
    path("structures/", views.listings, name="listings"),
    path("structures/<uuid:site_id>/", views.structure, name="structure"),
    path("structures/inscriptions/<uuid:listing_id>/retirer/", views.delist, name="delist"),
]
