from django.urls import path

from prescriptions.views import acts, plans, reading, writing


app_name = "prescriptions"

_LIST = "patients/<uuid:enrolment_id>/ordonnances/"
_ONE = f"{_LIST}<uuid:public_id>/"

_PLANS = "patients/<uuid:enrolment_id>/plans/"

urlpatterns = [
    path(f"{_PLANS}nouveau/", plans.create, name="create_plan"),
    path(f"{_PLANS}<uuid:public_id>/", plans.detail, name="plan"),
    path(f"{_PLANS}<uuid:public_id>/document/", plans.paper, name="plan_paper"),
    path(f"{_PLANS}<uuid:public_id>/abandonner/", plans.give_up, name="give_up_plan"),
    path(_LIST, reading.prescription_list, name="list"),
    path(f"{_LIST}historique/", reading.history_page, name="history"),
    path(f"{_LIST}nouvelle/", writing.create, name="create"),
    path(_ONE, reading.detail, name="detail"),
    path(f"{_ONE}modifier/", writing.edit, name="edit"),
    path(f"{_ONE}signer/", acts.sign, name="sign"),
    path(f"{_ONE}mention/", acts.mention, name="mention"),
    path(f"{_ONE}annuler/", acts.void, name="void"),
    path(f"{_ONE}renouveler/", acts.renew, name="renew"),
    path(f"{_ONE}adapter/", acts.adapt, name="adapt"),
    path(f"{_ONE}remplacement/", reading.switch, name="switch"),
    path(f"{_ONE}remplacer/", acts.replace, name="replace"),
    path(f"{_ONE}document/", reading.pdf, name="pdf"),
    path(f"{_ONE}document/produire/", reading.print_document, name="print"),
]
