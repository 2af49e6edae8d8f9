from django.urls import path

from pharmacies import views


app_name = "pharmacies"

urlpatterns = [
    path("dispensation/", views.counter, name="counter"),
    path("dispensation/historique/", views.history, name="history"),
    path("dispensation/enregistree/<uuid:dispensation_id>/", views.done, name="done"),
    path("dispensation/<uuid:prescription_id>/", views.prescription, name="prescription"),
    path("dispensation/<uuid:prescription_id>/presentation/", views.receive, name="receive"),
]
