from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from programmes.enums import DataClass
from programmes.models import Programme
from retention import holds, plan, rules
from retention.models import PurgeRun


@require_safe
@require(Permission.RETENTION_VIEW)
def plan_page(request: MemberRequest) -> HttpResponse:
    """The rules of each programme and their dates; `?simuler=` counts what would be erased."""
    visible = Programme.objects.visible_to(request.member).order_by("opens_on", "pk")
    programmes = list(visible.prefetch_related("retention_rules"))
    today = timezone.localdate()
    runs = PurgeRun.objects.filter(programme__in=programmes).select_related("programme")
    context = {
        "plans": [
            (one, plan.of_programme(one), _held(one, today) if one.ends_on else [])
            for one in programmes
        ],
        "runs": runs.order_by("-started_at", "-pk"),
        "today": today,
        "simulated": _simulated(programmes, request.GET.get("simuler", "")),
    }
    return render(request, "retention/plan.html", context)


def _held(programme: Programme, today: date) -> list[str]:
    return [hold.reason for hold in holds.of_programme(programme, today)]


def _simulated(programmes: list[Programme], code: str) -> dict[str, object] | None:
    """What would be erased if the programme were over long ago; nothing is written."""
    programme = next((one for one in programmes if one.code == code), None)
    if programme is None:
        return None
    others = Programme.objects.exclude(pk=programme.pk).prefetch_related("retention_rules")
    today = timezone.localdate()
    kept = [one for one in others if not rules.is_due(plan.due_on(one, DataClass.IDENTITY), today)]
    tables = []
    for planned in plan.of_programme(programme):
        data_class = DataClass(planned.rule.data_class)
        found = plan.dry_run(programme, data_class, kept=kept)
        tables.append((data_class.label, [[one.name, one.rows] for one in found]))
    return {
        "programme": programme,
        "headings": ["Données", "Lignes"],
        "tables": tables,
        "held": _held(programme, today),
    }
