from django.urls import path

from followup.definitions import views


_ONE = "calendrier/<uuid:definition_id>/"

urlpatterns = [
    path("calendrier/", views.definitions, name="definitions"),
    path("calendrier/<slug:code>/preparer/", views.draft, name="draft_definition"),
    path(_ONE, views.definition, name="definition"),
    path(f"{_ONE}publier/", views.publish, name="publish_definition"),
    path(f"{_ONE}abandonner/", views.discard, name="discard_definition"),
]
