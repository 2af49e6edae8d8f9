"""What a closed quarter publishes, computed from the base once (ADR 0071)."""

from collections import defaultdict
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from evaluation import disclosure, indicators, quarters
from evaluation.models import StatisticsRelease
from programmes.models import Programme


# National figures: design.md 4.
PARIS = ZoneInfo("Europe/Paris")


def figures(programme: Programme, quarter: date) -> dict[str, object]:
    """The body that the API serves: counts of the quarter, and sums of what was published.

    It depends on the quarter alone, not on when it is computed: what is recorded once the quarter
    is settled counts in the next one.
    """
    indications = list(programme.indications.order_by("code").values_list("code", "label"))
    before = _known_at_the_end(programme, quarters.previous(quarter))
    then = _known_at_the_end(programme, quarter)
    cells = disclosure.cells(
        {code: then.get(code, 0) - before.get(code, 0) for code, _ in indications}
    )
    past = _published_before(programme, quarter)
    sums = {code: disclosure.total([*past[code], cells[code]]) for code, _ in indications}
    rows = [
        {"code": code, "libelle": label, "trimestre": cells[code], "cumul": sums[code]}
        for code, label in indications
    ]
    total = {
        "trimestre": disclosure.total(cells.values()),
        "cumul": disclosure.together(sums.values()),
    }
    return {
        "programme": programme.code,
        "trimestre": quarters.name(quarter),
        "du": quarter.isoformat(),
        "au": quarters.last_day(quarter).isoformat(),
        "indications": rows,
        "total": total,
    }


def _published_before(programme: Programme, quarter: date) -> dict[str, list[disclosure.Cell]]:
    """By indication, the cells of the quarters before: what was published, never the base.

    A sum computed apart from them would tell the masked cells.
    """
    earlier = StatisticsRelease.objects.filter(programme=programme, quarter__lt=quarter)
    found: dict[str, list[disclosure.Cell]] = defaultdict(list)
    for one in earlier.values_list("figures", flat=True):
        for row in one["indications"]:
            found[row["code"]].append(row["trimestre"])
    return found


def _known_at_the_end(programme: Programme, quarter: date) -> dict[str, int]:
    """Inclusions by indication up to the quarter's end, recorded before it settled."""
    settled = datetime.combine(quarters.settled_on(quarter), time(), tzinfo=PARIS)
    last = quarters.last_day(quarter)
    return indicators.included_by_indication(programme, last, recorded_by=settled)


def waiting(programme: Programme, today: date) -> list[date]:
    """Settled quarters without publication, the oldest first: each leans on those before."""
    done = set(
        StatisticsRelease.objects.filter(programme=programme).values_list("quarter", flat=True)
    )
    return [one for one in quarters.settled(programme.opens_on, today) if one not in done]
