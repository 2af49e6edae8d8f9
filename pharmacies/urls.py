from django.urls import path

from pharmacies import views
from pharmacies.views import (
    answers,
    bulletins,
    gaps,
    notices,
    register,
    statement,
    transcribing,
)


app_name = "pharmacies"

urlpatterns = [
    path("dispensation/", views.counter, name="counter"),
    path("dispensation/historique/", views.history, name="history"),
    path("dispensation/enregistree/<uuid:dispensation_id>/", views.done, name="done"),
    path("dispensation/sans-code/", transcribing.certificate, name="certificate"),
    path("dispensation/sans-code/<uuid:enrolment_id>/", transcribing.transcribe, name="transcribe"),
    path(
        "dispensation/sans-code/<uuid:enrolment_id>/<uuid:prescription_id>/",
        transcribing.reopen,
        name="reopen_paper",
    ),
    path("dispensation/<uuid:prescription_id>/papier/", transcribing.scan, name="scan"),
    path(
        "dispensation/<uuid:prescription_id>/papier/annulation/",
        transcribing.void,
        name="void_paper",
    ),
    path("dispensation/<uuid:prescription_id>/", views.prescription, name="prescription"),
    path("dispensation/<uuid:prescription_id>/presentation/", views.receive, name="receive"),
    path(
        "dispensation/<uuid:prescription_id>/presentation/<int:fraction_no>/correction/",
        answers.correct_presentation,
        name="correct_presentation",
    ),
    path("dispensation/<uuid:prescription_id>/deja-remise/", answers.late, name="late"),
    path("dispensation/<uuid:prescription_id>/intervention/", answers.intervene, name="intervene"),
    path("interventions/<uuid:intervention_id>/lue/", answers.read_word, name="read_word"),
    path("dispensation/<uuid:dispensation_id>/annulation/", answers.undo, name="undo"),
    path("a-preparer/", notices.notices, name="notices"),
    path("a-preparer/<uuid:notice_id>/reponse/", notices.answer, name="answer"),
    path("ordonnances/<uuid:prescription_id>/annonce/", notices.announce, name="announce"),
    path("ruptures/", gaps.gaps, name="gaps"),
    path("alertes/", bulletins.bulletins, name="bulletins"),
    path("alertes/nouvelle/", bulletins.issue, name="issue"),
    path("alertes/<uuid:bulletin_id>/", bulletins.bulletin, name="bulletin"),
    path("alertes/<uuid:bulletin_id>/lue/", bulletins.acknowledge, name="acknowledge"),
    path("indemnisation/", statement.statement, name="statement"),
    path(
        "indemnisation/<str:month>/<slug:medium>/", statement.statement_file, name="statement_file"
    ),
    path("registre/", register.register, name="register"),
    path("registre/mouvement/<slug:kind>/", register.movement, name="movement"),
    path("registre/ligne/<uuid:line_id>/correction/", register.correct, name="correct_line"),
    path("registre/inventaire/", register.inventory, name="inventory"),
    path(
        "registre/inventaire/<uuid:inventory_id>/", register.inventory_done, name="inventory_done"
    ),
    path("registre/balances/", register.months, name="months"),
    path("registre/balances/<uuid:month_id>/", register.month_pdf, name="month_pdf"),
    path("registre/bons/", register.slips, name="slips"),
    path("registre/copies/", register.copies, name="copies"),
    path("registre/copies/<slug:subject>/<slug:medium>/", register.copy, name="copy"),
]
