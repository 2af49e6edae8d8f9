"""`/api/v1/`: stored releases, read-only, the same answer for every caller (security.md 7.3)."""

import hashlib
from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation import quarters
from evaluation.models import StatisticsRelease
from programmes.models import Programme


class CellSerializer(serializers.Serializer[object]):
    """Un effectif : arrondi à 5, ou masqué (`null`) de 0 à 10."""

    valeur = serializers.IntegerField(allow_null=True)
    masque = serializers.BooleanField()


class TotalSerializer(serializers.Serializer[object]):
    """Somme des effectifs publiés ; `au_moins` quand l’un d’eux est masqué."""

    valeur = serializers.IntegerField()
    au_moins = serializers.BooleanField()


class IndicationSerializer(serializers.Serializer[object]):
    code = serializers.CharField()
    libelle = serializers.CharField()
    trimestre = CellSerializer()
    cumul = TotalSerializer()


class TotalsSerializer(serializers.Serializer[object]):
    trimestre = TotalSerializer()
    cumul = TotalSerializer()


class InclusionsSerializer(serializers.Serializer[object]):
    """Inclusions d’un trimestre clos, par indication."""

    publication = serializers.UUIDField()
    programme = serializers.CharField()
    trimestre = serializers.CharField()
    du = serializers.DateField()
    au = serializers.DateField()
    publie_le = serializers.DateTimeField()
    indications = IndicationSerializer(many=True)
    total = TotalsSerializer()


class ReleaseSerializer(serializers.Serializer[object]):
    publication = serializers.UUIDField()
    programme = serializers.CharField()
    trimestre = serializers.CharField()
    publie_le = serializers.DateTimeField()
    url = serializers.URLField()


class ProblemSerializer(serializers.Serializer[object]):
    detail = serializers.CharField()


QUARTER = OpenApiParameter(
    "quarter",
    str,
    required=True,
    description="Trimestre clos, publié 30 jours après sa fin.",
    examples=[OpenApiExample("4e trimestre 2023", value="2023Q4")],
)
UNKNOWN = OpenApiResponse(ProblemSerializer, description="Programme ou trimestre non publié.")
UNCHANGED = OpenApiResponse(description="Inchangé depuis l’`ETag` envoyé.")


@extend_schema(summary="Publications disponibles", responses={200: ReleaseSerializer(many=True)})
@api_view(["GET"])
def releases(request: Request) -> HttpResponse:
    """Trimestres clos publiés, les plus récents d’abord, des programmes ouverts à ce jeton."""
    found = list(_visible(request).order_by("-quarter", "programme__code"))
    rows = [
        {
            "publication": str(one.public_id),
            "programme": one.programme.code,
            "trimestre": quarters.name(one.quarter),
            "publie_le": one.released_at.isoformat(),
            "url": request.build_absolute_uri(
                f"/api/v1/programmes/{one.programme.code}/inclusions/"
                f"?quarter={quarters.name(one.quarter)}"
            ),
        }
        for one in found
    ]
    return _unless_known(request, [str(one.public_id) for one in found], rows)


@extend_schema(
    summary="Inclusions d’un trimestre",
    parameters=[QUARTER],
    responses={200: InclusionsSerializer, 304: UNCHANGED, 404: UNKNOWN},
)
@api_view(["GET"])
def inclusions(request: Request, code: str) -> HttpResponse:
    """Inclusions par indication. Un effectif de 0 à 10 est masqué, les autres sont arrondis à 5.

    Les totaux sont la somme des effectifs publiés, jamais un décompte à part. Une publication ne
    change jamais : son identifiant est son `ETag`.
    """
    quarter = quarters.read(str(request.query_params.get("quarter", "")))
    known = _visible(request).filter(programme__code=code)
    release = known.filter(quarter=quarter).first() if quarter else None
    if release is None:
        detail = "Ce programme ou ce trimestre n’est pas publié."
        return Response({"detail": detail}, status=404)
    body = {
        "publication": str(release.public_id),
        "publie_le": release.released_at.isoformat(),
        **release.figures,
    }
    return _unless_known(request, [str(release.public_id)], body)


def _visible(request: Request) -> "QuerySet[StatisticsRelease]":
    member = request.member  # type: ignore[attr-defined]
    programmes = Programme.objects.visible_to(member)
    return StatisticsRelease.objects.filter(programme__in=programmes).select_related("programme")


def _unless_known(request: Request, ids: Sequence[str], body: object) -> HttpResponse:
    """The body under a strong ETag, or 304. Never kept by a shared cache: a token opens it."""
    etag = f'"{ids[0] if len(ids) == 1 else _digest(ids)}"'
    response = Response(body)
    answer = get_conditional_response(request._request, etag=etag, response=response)  # noqa: SLF001
    given: HttpResponse = answer if answer is not None else response
    given["ETag"] = etag
    given["Cache-Control"] = "private, no-cache"
    return given


def _digest(ids: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(ids).encode()).hexdigest()[:32]
