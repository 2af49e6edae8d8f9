from django.urls import path

from rights.views import account, closures, members, reviews, substitutions, tokens


app_name = "rights"

urlpatterns = [
    path("equipes/", members.sites, name="sites"),
    path("equipes/<uuid:site_id>/", members.team_of, name="team"),
    path("equipes/<uuid:site_id>/ajouter/", members.add, name="add"),
    path("equipes/<uuid:site_id>/fermetures/", closures.closures, name="closures"),
    path("equipes/fermetures/<uuid:closure_id>/retirer/", closures.reopen, name="reopen_days"),
    path("equipes/<uuid:site_id>/revue/", reviews.create, name="review"),
    path("equipes/membres/<uuid:member_id>/", members.member, name="member"),
    path("equipes/membres/<uuid:member_id>/retirer/", members.end, name="end"),
    path("equipes/membres/<uuid:member_id>/referent/", members.referent, name="referent"),
    path("equipes/membres/<uuid:member_id>/rouvrir/", members.reopen, name="reopen_member"),
    path("equipes/revues/<uuid:review_id>/", reviews.detail, name="reviewed"),
    path("remplacements/", substitutions.mine, name="substitutions"),
    path("remplacements/<uuid:member_id>/arreter/", substitutions.stop, name="stop"),
    path("compte/rouvrir/", account.reopen, name="reopen"),
    path("compte/jetons/", tokens.mine, name="tokens"),
    path("compte/jetons/<uuid:token_id>/revoquer/", tokens.revoke, name="revoke"),
]
