"""Public: where one is included and served, as a map, a list and an open file."""

import math
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.geography import DEPARTEMENTS
from core import maps, papers
from core.tables import to_csv
from training import directory
from training.directory import Place
from training.forms import PlacesForm


# Upper bound of each class of the map, included, and its words.
CLASSES = (
    (0, "Aucun"),
    (2, "1 ou 2"),
    (5, "3 à 5"),
    (10, "6 à 10"),
    (20, "11 à 20"),
    (math.inf, "Plus de 20"),
)
# Places shown when no département is chosen: beyond, one chooses.
SHORT = 60


@login_not_required
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The map and the list, under filters that stay in the address."""
    form, found = _chosen(request)
    if form is None:
        return render(request, "training/no_place.html")
    shown = directory.chosen(found, form.asked)
    everywhere = directory.chosen(found, form.asked_everywhere)
    context = {
        "form": form,
        "chart": _map(everywhere, form),
        "classes": [words for _, words in CLASSES],
        "kpis": _kpis(shown),
        "rows": _rows(everywhere, form),
        "places": shown if form.asked.departement or len(shown) <= SHORT else [],
        "total": len(shown),
        "columns": directory.COLUMNS,
        "csv": f"{reverse('training:places_csv')}?{form.query()}",
        "here": DEPARTEMENTS[form.asked.departement].name if form.asked.departement else "",
        "licence": settings.OPEN_DATA_LICENCE,
    }
    return _kept(request, render(request, "training/places.html", context))


@login_not_required
@require_safe
def places_csv(request: HttpRequest) -> HttpResponse:
    """The same places as an open file."""
    form, found = _chosen(request)
    shown = directory.chosen(found, form.asked) if form else []
    lines = [one.cells() for one in shown]
    content = to_csv([name for name, _ in directory.COLUMNS], lines)
    name = f"recann-lieux-{timezone.localdate().isoformat()}.csv"
    return _kept(request, papers.csv(content, name))


def _chosen(request: HttpRequest) -> tuple[PlacesForm | None, list[Place]]:
    """The filters and every place of the programme; no form while no structure is listed."""
    today = timezone.localdate()
    programmes = directory.programmes(today)
    if not programmes:
        return None, []
    form = PlacesForm(request.GET, programmes=programmes)
    return form, directory.places(form.chosen, today)


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Nothing personal stands on the page of whoever is not signed in: proxies may keep it."""
    if not request.user.is_authenticated:
        response["Cache-Control"] = f"public, max-age={directory.KEPT_SECONDS}"
        response["Vary"] = "Cookie"
    return response


def _kpis(found: list[Place]) -> list[dict[str, Any]]:
    words = ("structures de référence", "pharmacies à usage intérieur", "officines")
    return [
        {"number": sum(one.kind == kind for one in found), "label": label}
        for kind, label in zip(directory.KINDS, words, strict=True)
    ]


def _rows(found: list[Place], form: PlacesForm) -> list[dict[str, Any]]:
    """One line a département, with its address."""
    return [
        {
            "code": code,
            "name": name,
            "url": _address(form, code),
            "is_chosen": code == form.asked.departement,
            "counts": [counted[kind] for kind in directory.KINDS],
        }
        for code, name, counted in directory.by_departement(found)
    ]


def _map(found: list[Place], form: PlacesForm) -> str:
    counts = {code: sum(c.values()) for code, _, c in directory.by_departement(found)}
    links = {code: _address(form, code) for code in counts}
    title = "Lieux participants par département"
    return maps.linked_map(title, counts, links, unit="lieux", classes=CLASSES)


def _address(form: PlacesForm, code: str) -> str:
    query = form.query(departement=code)
    return f"{reverse('training:places')}?{query}#liste"
