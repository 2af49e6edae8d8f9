"""What the evaluation writes: releases of closed quarters, and the journal of exports."""

from datetime import date, datetime
from typing import Any

from accounts.models import Member
from core import audit
from evaluation import quarters
from evaluation.models import StatisticsRelease
from programmes.models import Programme


def release(
    programme: Programme, quarter: date, figures: dict[str, Any], *, at: datetime
) -> StatisticsRelease | None:
    """Store the publication of a settled quarter for ever; None if another one stands already."""
    made, is_new = StatisticsRelease.objects.get_or_create(
        programme=programme,
        quarter=quarter,
        defaults={"released_at": at, "figures": figures},
    )
    if not is_new:
        return None
    audit.record("statistics.released", made, by=audit.SYSTEM, quarter=quarters.name(quarter))
    return made


def ask_export(programme: Programme, *, data: str, layout: str, purpose: str, by: Member) -> None:
    """Journal the asking before the first byte leaves: a cut transfer leaves a trace too."""
    audit.record("data.export_asked", programme, by=by, data=data, layout=layout, purpose=purpose)


def exported(programme: Programme, *, data: str, rows: int, whole: bool, by: Member) -> None:
    """Journal what left: how many rows, and whether the file was whole."""
    audit.record(
        "data.exported",
        programme,
        by=by,
        programme=programme.code,
        data=data,
        rows=rows,
        whole=whole,
    )
