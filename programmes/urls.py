from django.urls import include, path

from programmes import views


app_name = "programmes"

_ONE = "medicaments/<uuid:public_id>/"

urlpatterns = [
    path("", include("programmes.listings.urls")),
    path("medicaments/", views.products, name="products"),
    path("medicaments/ajouter/<slug:code>/", views.add_product, name="add_product"),
    path(_ONE, views.product, name="product"),
    path(f"{_ONE}modifier/", views.change_product, name="change_product"),
    path(f"{_ONE}regime/", views.set_regime, name="set_regime"),
    path(f"{_ONE}conditionnement/", views.add_pack, name="add_pack"),
    path(f"{_ONE}conditionnement/arret/", views.end_pack, name="end_pack"),
    path(f"{_ONE}avis/", views.publish_notice, name="publish_notice"),
    path("medicaments/avis/<uuid:public_id>/lever/", views.lift_notice, name="lift_notice"),
]
