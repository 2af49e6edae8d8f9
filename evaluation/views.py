from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import allows, require
from core import papers
from core.tables import to_csv
from evaluation import actions, cube, dashboard, dictionary, quarters
from evaluation import published as published_figures
from evaluation.cube import Cube
from evaluation.exports import Export
from evaluation.forms import ExportForm, FilterForm, PublishedForm
from evaluation.models import StatisticsRelease
from programmes import instruments
from programmes.models import Programme


@require_safe
@require(Permission.EVALUATION_VIEW)
def board(request: MemberRequest) -> HttpResponse:
    """Where things stand, as of now; filters are kept in the address."""
    today = timezone.localdate()
    form = _filters(request, today)
    if form is None:
        return render(request, "evaluation/nothing.html")
    found = cube.read(form.chosen, form.filters, today=today)
    return render(request, "evaluation/dashboard.html", _page(request, form, found, today))


@require_safe
@require(Permission.EVALUATION_VIEW)
def chart_data(request: MemberRequest, name: str) -> HttpResponse:
    """The data of one chart of the dashboard, under the same filters."""
    today = timezone.localdate()
    form = _filters(request, today)
    if form is None or name not in dashboard.TABLES:
        raise Http404
    found = cube.read(form.chosen, form.filters, today=today)
    data = dashboard.table(found, name, form.indications)
    return _csv(data, f"recann-{form.chosen.code}-{name}-{today.isoformat()}.csv")


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.DATA_EXPORT)
def export(request: MemberRequest) -> HttpResponseBase:
    """Choose a data set; its file is streamed, and journaled before and after."""
    programmes = Programme.objects.visible_to(request.member).order_by("-opens_on", "pk")
    form = ExportForm(request.POST if request.method == "POST" else None, programmes=programmes)
    if form.is_valid():
        return _file(request, **form.cleaned_data)
    return render(request, "evaluation/export.html", {"form": form})


@require_safe
@require(Permission.EVALUATION_VIEW)
def dictionary_page(request: MemberRequest) -> HttpResponse:
    """The questions of a programme as they are declared, and the instruments of measure."""
    programmes = list(Programme.objects.visible_to(request.member).order_by("opens_on", "pk"))
    if not programmes:
        return render(request, "evaluation/nothing.html")
    wanted = request.GET.get("programme")
    chosen = next((one for one in programmes if one.code == wanted), programmes[0])
    context = {
        "chosen": chosen,
        "programmes": programmes,
        "sheets": dictionary.sheets(chosen),
        "instruments": instruments.by_code().values(),
    }
    return render(request, "evaluation/dictionary.html", context)


@require_safe
@require(Permission.EVALUATION_VIEW)
def dictionary_file(request: MemberRequest) -> HttpResponse:
    """The same in a file: it goes with the exports, and tells of nobody."""
    visible = Programme.objects.visible_to(request.member)
    chosen = get_object_or_404(visible, code=request.GET.get("programme"))
    table = to_csv(dictionary.HEADINGS, dictionary.rows(chosen))
    return papers.csv(table, f"recann-{chosen.code}-dictionnaire.csv")


@require_safe
@require(Permission.STATISTICS_READ)
def api_page(request: MemberRequest) -> HttpResponse:
    """What the API serves and how to ask, for people."""
    programmes = Programme.objects.visible_to(request.member)
    releases = StatisticsRelease.objects.filter(programme__in=programmes)
    newest = releases.select_related("programme").order_by("-quarter", "programme__code")[:50]
    rows = [(one, quarters.name(one.quarter)) for one in newest]
    return render(request, "evaluation/api.html", {"rows": rows, "url": settings.PUBLIC_URL})


@require_safe
@require(Permission.STATISTICS_READ)
def published(request: MemberRequest) -> HttpResponse:
    """The stored releases, masked and rounded as the API serves them: two queries."""
    found = list(published_figures.visible_to(request.member))
    form = PublishedForm(request.GET, releases=found)
    chosen = form.chosen()
    same = [one for one in found if chosen and one.programme_id == chosen.programme_id]
    context = {
        "form": form,
        "sheet": published_figures.sheet(chosen) if chosen else None,
        "past": published_figures.past(same),
        "past_headings": published_figures.PAST_HEADINGS,
    }
    return render(request, "evaluation/published.html", context)


# --- Dashboard -------------------------------------------------------------------------------


def _filters(request: MemberRequest, today: date) -> FilterForm | None:
    """What was chosen among the programmes of the member; None when there is no programme."""
    visible = Programme.objects.visible_to(request.member).order_by("opens_on", "pk")
    programmes = list(visible.prefetch_related("indications__subtypes"))
    return FilterForm(request.GET, programmes=programmes, today=today) if programmes else None


def _page(request: MemberRequest, form: FilterForm, found: Cube, today: date) -> dict[str, Any]:
    return {
        "form": form,
        "kpis": dashboard.kpis(found),
        "figures": dashboard.figures(found, form.indications),
        "map": dashboard.country(found),
        "regions": dashboard.table(found, "regions", form.indications),
        "counted_at": found.counted_at,
        "today": today,
        "may_export": allows(request.member, Permission.DATA_EXPORT),
        "query": request.GET.urlencode(),
    }


def _csv(data: dashboard.Table, name: str) -> HttpResponse:
    return papers.csv(to_csv(data.headings, data.rows), name)


# --- Exports ---------------------------------------------------------------------------------


def _file(
    request: MemberRequest, *, programme: Programme, content: str, layout: str, purpose: str
) -> StreamingHttpResponse:
    actions.ask_export(programme, data=content, layout=layout, purpose=purpose, by=request.member)
    stream = _journaled(Export(programme, content, layout, purpose), request)
    response = StreamingHttpResponse(stream, content_type="text/csv; charset=utf-8")
    name = f"recann-{programme.code}-{content}-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _journaled(made: Export, request: MemberRequest) -> Iterator[bytes]:
    """The file; its line in the journal is written even when the reader goes away."""
    try:
        yield from made
    finally:
        actions.exported(
            made.programme, data=made.data, rows=made.rows, whole=made.whole, by=request.member
        )
