from celery import shared_task
from django.utils import timezone

from evaluation import actions, counts, releases
from programmes.models import Programme


@shared_task
def count_by_month() -> int:
    """Rebuild the counts of the dashboard; return how many cells. Run twice, the same."""
    now = timezone.now()
    return sum(
        counts.recount(programme, at=now - counts.SETTLED, today=timezone.localdate(now))
        for programme in Programme.objects.order_by("pk")
    )


@shared_task
def release_quarter() -> int:
    """Publish every settled quarter that is not published yet; return how many were."""
    now = timezone.now()
    today = timezone.localdate(now)
    made = 0
    for programme in Programme.objects.order_by("pk"):
        for quarter in releases.waiting(programme, today):
            figures = releases.figures(programme, quarter)
            made += actions.release(programme, quarter, figures, at=now) is not None
    return made
