from django.urls import include, path


urlpatterns = [
    path("", include("record.urls")),
    path("", include("accounts.urls")),
    path("", include("core.urls")),
    path("", include("training.urls")),
    path("", include("patients.urls")),
    path("", include("prescriptions.urls")),
    path("", include("pharmacies.urls")),
    path("", include("followup.urls")),
    path("", include("vigilance.urls")),
    path("", include("evaluation.urls")),
    path("", include("retention.urls")),
]
