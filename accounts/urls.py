from django.urls import include, path

from accounts import views


app_name = "accounts"

urlpatterns = [
    path("connexion/", views.sign_in, name="sign_in"),
    path("connexion/verification/", views.second_factor, name="second_factor"),
    path("connexion/enrolement/", views.enrol_totp, name="enrol_totp"),
    path("connexion/codes/", views.backup_codes, name="backup_codes"),
    path("connexion/role/", views.choose, name="choose"),
    path("connexion/reprise/", views.back, name="back"),
    path("connexion/mot-de-passe-oublie/", views.forgotten, name="forgotten"),
    path("connexion/mot-de-passe-oublie/envoye/", views.link_sent, name="link_sent"),
    path("connexion/pro-sante-connect/", views.psc_start, name="psc_start"),
    path("connexion/pro-sante-connect/retour/", views.psc_return, name="psc_return"),
    path("connexion/situation/", views.situation, name="situation"),
    path("connexion/cle/", views.passkey_begin, name="passkey_begin"),
    path("connexion/cle/ouvrir/", views.passkey_sign_in, name="passkey_sign_in"),
    path("connexion/cle/creer/", views.passkey_register, name="passkey_register"),
    path("connexion/cle/creee/", views.passkey_registered, name="passkey_registered"),
    path("acces/", views.opened_link, name="opened_link"),
    path("acces/<str:token>/", views.link, name="link"),
    path("deconnexion/", views.sign_out, name="sign_out"),
    path("deconnexion/faite/", views.signed_out, name="signed_out"),
    path("deconnexion/pro-sante-connect/", views.psc_logout, name="psc_logout"),
    path("signature/pro-sante-connect/", views.psc_again, name="psc_again"),
    path("signature/cle/", views.passkey_prove, name="passkey_prove"),
    path("session/", views.session, name="session"),
    path("compte/", views.me, name="me"),
    path("compte/codes/", views.new_backup_codes, name="new_backup_codes"),
    path("compte/mot-de-passe/", views.password, name="password"),
    path("compte/invitations/<uuid:public_id>/", views.invite_again, name="invite_again"),
    path("compte/facteurs/<uuid:public_id>/", views.reset_factors, name="reset_factors"),
    path("compte/cles/", views.add_passkey, name="add_passkey"),
    path("compte/cles/<int:pk>/", views.remove_passkey, name="remove_passkey"),
    path("compte/sessions/", views.sessions, name="sessions"),
    path("compte/sessions/autres/", views.close_other_sessions, name="close_other_sessions"),
    path("compte/sessions/<uuid:public_id>/", views.close_session, name="close_session"),
    path("", include("accounts.directories.urls")),
]
