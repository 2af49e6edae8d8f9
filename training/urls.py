from django.urls import path

from training import views


app_name = "training"

urlpatterns = [path("formation/", views.mine, name="mine")]
