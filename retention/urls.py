from django.urls import path

from retention import views


app_name = "retention"

urlpatterns = [
    path("conservation/", views.plan_page, name="plan"),
]
