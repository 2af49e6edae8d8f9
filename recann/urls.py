import os

from django.conf import settings
from django.urls import include, path


urlpatterns = [
    path("", include("record.urls")),
    path("", include("accounts.urls")),
    path("", include("core.urls")),
    path("", include("programmes.urls")),
    path("", include("training.urls")),
    path("", include("patients.urls")),
    path("", include("rights.urls")),
    path("", include("prescriptions.urls")),
    path("", include("pharmacies.urls")),
    path("", include("followup.urls")),
    path("", include("vigilance.urls")),
    path("", include("evaluation.urls")),
    path("", include("retention.urls")),
]

handler400 = "core.errors.bad_request"
handler500 = "core.errors.server_error"

# A demonstration runs on one person's machine: production never opens what `bench` compares with.
if settings.DEMO and os.environ.get("RECANN_BENCH") == "1":
    urlpatterns.append(path("", include("recann.bench.urls")))
