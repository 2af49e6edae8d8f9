"""A questionnaire that is asked, and the draft of its next version."""

import pytest
from django.utils import timezone

from accounts.enums import Role
from programmes.actions import questions as actions
from tests.accounts.factories import MemberFactory
from tests.followup.factories import VisitFactory
from tests.followup.questions import WORD
from tests.programmes.factories import QuestionnaireFactory, QuestionnaireVersionFactory


@pytest.fixture
def visit():
    """M1 on 2 April 2026."""
    return VisitFactory()


@pytest.fixture
def published(visit):
    """Pain from 0 to 10, since the opening."""
    questionnaire = QuestionnaireFactory(
        programme=visit.enrolment.programme, code="douleur", title="Douleur"
    )
    return QuestionnaireVersionFactory(questionnaire=questionnaire, version="1")


@pytest.fixture
def manager(visit):
    return MemberFactory(role=Role.MANAGER, programme=visit.enrolment.programme)


@pytest.fixture
def draft(published, manager):
    """Begun today; with a question on a word."""
    drafted = actions.draft_questions(published, by=manager, on=timezone.localdate())
    actions.write_question(drafted, WORD, by=manager)
    drafted.refresh_from_db()
    return drafted
