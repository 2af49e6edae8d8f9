from django.urls import path

from record.views import agenda, closing, history, journal, leaflets, lost, pages, reviews, saved


app_name = "record"

urlpatterns = [
    path("", pages.home, name="home"),
    path("patients/", pages.patients, name="patients"),
    path("patients/tableau/", pages.patient_grid, name="grid"),
    path("a-signer/", pages.to_sign, name="to_sign"),
    path("patients/listes/", saved.save, name="save_filter"),
    path("patients/listes/<uuid:filter_id>/supprimer/", saved.remove, name="remove_filter"),
    path("patients/<uuid:enrolment_id>/sans-nouvelles/", lost.lost, name="lost"),
    path("patients/<uuid:enrolment_id>/rappels/", agenda.reminders, name="reminders"),
    path("compte/rappels/", agenda.preferences, name="preferences"),
    path("compte/agenda/creer/", agenda.open_feed, name="open_feed"),
    path("compte/agenda/revoquer/", agenda.revoke_feed, name="revoke_feed"),
    path("agenda/<str:secret>.ics", agenda.feed, name="feed"),
    path("patients/<uuid:enrolment_id>/retrouve/", lost.found, name="found"),
    path("patients/recherche/", pages.search, name="search"),
    path("accessibilite/", pages.information, {"name": "accessibility"}, name="accessibility"),
    path("mentions-legales/", pages.information, {"name": "legal"}, name="legal"),
    path("donnees-personnelles/", pages.information, {"name": "privacy"}, name="privacy"),
    path("aide/", pages.guides, name="help"),
    path("aide/<slug:slug>/", pages.guide, name="guide"),
    path("patients/<uuid:enrolment_id>/", pages.patient, name="patient"),
    path("patients/<uuid:enrolment_id>/carnet.pdf", leaflets.booklet, name="booklet"),
    path(
        "patients/<uuid:enrolment_id>/ordonnances/<uuid:prescription_id>/voyage/",
        leaflets.travel,
        name="travel",
    ),
    path("patients/<uuid:enrolment_id>/historique/", history.history, name="history"),
    path("patients/<uuid:enrolment_id>/historique.csv", history.export, name="history_csv"),
    path("patients/<uuid:enrolment_id>/acces/", journal.accesses, name="accesses"),
    path("patients/<uuid:enrolment_id>/acces.pdf", journal.accesses_pdf, name="accesses_pdf"),
    path("consultations/<uuid:visit_id>/suites/", closing.page, name="closing"),
    path("consultations/<uuid:visit_id>/suites/ecarter/", closing.dismiss, name="dismiss"),
    path("consultations/<uuid:visit_id>/lettre/", closing.write_letter, name="write_letter"),
    path("consultations/<uuid:visit_id>/copie/<slug:medium>/", closing.copy, name="visit_copy"),
    path("lettres/<uuid:letter_id>.pdf", closing.letter, name="letter"),
    path("journal/", journal.journal, name="journal"),
    path("journal/recherche/", journal.find, name="find_in_journal"),
    path("journal/comptes/<uuid:user_id>/", journal.account, name="account_journal"),
    path("journal/journal.csv", journal.export, name="journal_csv"),
    path("journal/integrite/", journal.integrity, name="integrity"),
    path("revues/", reviews.reviews, name="reviews"),
    path("revues/<slug:kind>/", reviews.review, name="review"),
]
