from django.urls import path

from prescriptions import views


app_name = "prescriptions"

_LIST = "patients/<uuid:enrolment_id>/ordonnances/"
_ONE = f"{_LIST}<uuid:public_id>/"

urlpatterns = [
    path(_LIST, views.prescription_list, name="list"),
    path(f"{_LIST}nouvelle/", views.create, name="create"),
    path(_ONE, views.detail, name="detail"),
    path(f"{_ONE}modifier/", views.edit, name="edit"),
    path(f"{_ONE}signer/", views.sign, name="sign"),
    path(f"{_ONE}mention/", views.mention, name="mention"),
    path(f"{_ONE}annuler/", views.void, name="void"),
    path(f"{_ONE}renouveler/", views.renew, name="renew"),
    path(f"{_ONE}remplacer/", views.replace, name="replace"),
    path(f"{_ONE}document/", views.pdf, name="pdf"),
    path(f"{_ONE}document/produire/", views.print_document, name="print"),
]
