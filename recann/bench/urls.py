"""What pages are compared with. `recann/urls.py` opens these to `start.py bench` alone."""

from django.urls import path

from recann.bench import off, views


app_name = "bench"

off.install()

urlpatterns = [
    path("mesure/rien/", views.nothing, name="nothing"),
    path("mesure/lecture/<uuid:enrolment_id>/", views.one_read, name="one_read"),
    path("mesure/ecriture/", views.one_save, name="one_save"),
]
