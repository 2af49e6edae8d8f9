from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from evaluation import api, views


app_name = "evaluation"

urlpatterns = [
    path("evaluation/", views.board, name="dashboard"),
    path("evaluation/donnees/<slug:name>.csv", views.chart_data, name="chart_data"),
    path("evaluation/export/", views.export, name="export"),
    path("evaluation/dictionnaire/", views.dictionary_page, name="dictionary"),
    path("evaluation/dictionnaire.csv", views.dictionary_file, name="dictionary_file"),
    path("statistiques/", views.published, name="published"),
    path("api/v1/", views.api_page, name="api"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/v1/releases/", api.releases, name="api_releases"),
    path("api/v1/programmes/<slug:code>/inclusions/", api.inclusions, name="api_inclusions"),
]
