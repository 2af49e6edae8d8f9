from datetime import date
from unittest import mock

from core.models import JournalLine
from evaluation import actions, tasks
from evaluation.models import CountRun, MonthCount
from tests.evaluation.situations import NIGHT, some_patients
from tests.programmes.factories import ProgrammeFactory


def test_every_programme_is_counted_and_twice_is_once():
    some_patients()
    ProgrammeFactory()

    with mock.patch("evaluation.tasks.timezone.now", return_value=NIGHT):
        made = tasks.count_by_month()
        again = tasks.count_by_month()

    assert made == again == MonthCount.objects.count() > 0
    assert CountRun.objects.count() == 2
    assert (NIGHT - CountRun.objects.first().counted_at).total_seconds() == 300


def test_a_quarter_stored_meanwhile_is_not_stored_again():
    programme = ProgrammeFactory()
    quarter = date(2023, 1, 1)

    first = actions.release(programme, quarter, {"rows": []}, at=NIGHT)

    assert actions.release(programme, quarter, {"rows": [1]}, at=NIGHT) is None
    assert first.figures == {"rows": []}
    assert JournalLine.objects.filter(action="statistics.released").count() == 1
