"""How long a form takes, as measured on the last ones that were typed: one query."""

from statistics import median

from followup.models import Visit


# Forms that are looked at: enough for a median, few enough for every page.
LAST = 400


def median_seconds() -> dict[str, float]:
    """Kind of visit → seconds; a kind that was never timed is left out."""
    timed = Visit.objects.filter(entry_seconds__isnull=False).order_by("-recorded_at")
    taken: dict[str, list[int]] = {}
    for kind, seconds in timed.values_list("kind", "entry_seconds")[:LAST]:
        if seconds is not None:
            taken.setdefault(kind, []).append(seconds)
    return {kind: median(found) for kind, found in taken.items()}
