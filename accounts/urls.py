from django.urls import path

from accounts import views


app_name = "accounts"

urlpatterns = [
    path("connexion/", views.sign_in, name="sign_in"),
    path("connexion/verification/", views.second_factor, name="second_factor"),
    path("connexion/enrolement/", views.enrol_totp, name="enrol_totp"),
    path("connexion/codes/", views.backup_codes, name="backup_codes"),
    path("connexion/role/", views.choose, name="choose"),
    path("connexion/mot-de-passe-oublie/", views.forgotten, name="forgotten"),
    path("connexion/mot-de-passe-oublie/envoye/", views.link_sent, name="link_sent"),
    path("acces/<str:token>/", views.link, name="link"),
    path("deconnexion/", views.sign_out, name="sign_out"),
    path("session/", views.session, name="session"),
    path("compte/", views.me, name="me"),
    path("compte/codes/", views.new_backup_codes, name="new_backup_codes"),
    path("compte/mot-de-passe/", views.password, name="password"),
    path("compte/facteurs/<uuid:public_id>/", views.reset_factors, name="reset_factors"),
    path("compte/sessions/", views.sessions, name="sessions"),
    path("compte/sessions/autres/", views.close_other_sessions, name="close_other_sessions"),
    path("compte/sessions/<uuid:public_id>/", views.close_session, name="close_session"),
]
