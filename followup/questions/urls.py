from django.urls import path

from followup.questions.views import editing, reading


_ONE = "questionnaires/<uuid:version_id>/"
_QUESTION = f"{_ONE}questions/<slug:code>/"

urlpatterns = [
    path("questionnaires/", reading.questionnaires, name="questionnaires"),
    path(_ONE, reading.questions, name="questions"),
    path(f"{_ONE}apercu/", reading.preview, name="preview_questions"),
    path(f"{_ONE}preparer/", editing.begin, name="draft_questions"),
    path(f"{_ONE}version/", editing.facts, name="questions_facts"),
    path(f"{_ONE}ajouter/", editing.add, name="add_question"),
    path(_QUESTION, editing.question, name="question"),
    path(f"{_QUESTION}deplacer/", editing.move, name="move_question"),
    path(f"{_QUESTION}retirer/", editing.withdraw, name="withdraw_question"),
    path(f"{_ONE}publier/", editing.publish, name="publish_questions"),
    path(f"{_ONE}abandonner/", editing.discard, name="discard_questions"),
    path(f"{_ONE}retirer/", editing.retire, name="retire_questions"),
]
