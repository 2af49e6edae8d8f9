from unittest import mock

from evaluation import tasks
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
