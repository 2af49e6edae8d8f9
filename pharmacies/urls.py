from django.urls import URLPattern


app_name = "pharmacies"

urlpatterns: list[URLPattern] = []
