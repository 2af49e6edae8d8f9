"""What the rows of a programme's cohort point to, read once."""

import math
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from programmes.enums import LinkKind, Regime
from programmes.models import (
    CriteriaSet,
    Indication,
    Product,
    Programme,
    ProgrammeLink,
    QuestionnaireVersion,
    VisitDefinition,
)


@dataclass(frozen=True)
class Medicine:
    """A product with its packs (id, quantity), largest first, and its regimes by date."""

    row: Product
    packs: list[tuple[int, Decimal]]
    regimes: list[tuple[date, Regime]]

    def is_narcotic(self, on: date) -> bool:
        return [regime for start, regime in self.regimes if start <= on][-1] == Regime.NARCOTIC

    def pack_for(self, quantity: Decimal) -> tuple[int, int, Decimal]:
        """Pack, how many, and what they hold: the largest that is not mostly surplus."""
        for pack, size in self.packs:
            if quantity >= size / 2 or pack == self.packs[-1][0]:
                count = math.ceil(quantity / size)
                return pack, count, count * size
        raise ValueError("A product without pack.")


@dataclass
class Reference:
    """Everything of one programme that the writer needs, by code."""

    programme: Programme
    indications: dict[str, Indication]
    # Group («SPAS-SEP») → indication id, subtype id or None.
    groups: dict[str, tuple[int, int | None]]
    medicines: dict[str, Medicine]
    visits: list[VisitDefinition]
    criteria: list[tuple[date, date | None, dict[str, list[tuple[int, str]]]]]
    links: list[ProgrammeLink]
    versions: list["Version"] = field(default_factory=list)

    def link(self, kind: LinkKind, on: date) -> int:
        """The document of that kind in force that day, for an adult or anybody."""
        return next(
            link.pk
            for link in self.links
            if link.kind == kind
            and link.person_kind in {"", "ADULT"}
            and link.valid_from <= on
            and (link.valid_to is None or link.valid_to >= on)
        )

    def questionnaires(self, indication: str, on: date, *, is_complex: bool) -> list["Version"]:
        """What is asked that day."""
        return [
            one
            for one in self.versions
            if one.valid_from <= on <= one.valid_to
            and (is_complex or one.at_simple_visits)
            and indication in one.indications
        ]


@dataclass(frozen=True)
class Version:
    """A questionnaire as it was asked between two days, of some indications."""

    pk: int
    code: str
    valid_from: date
    valid_to: date
    at_simple_visits: bool
    indications: frozenset[str]
    # Codes of its questions.
    items: frozenset[str]


def read(programme: Programme) -> Reference:
    indications = {one.code: one for one in programme.indications.prefetch_related("subtypes")}
    groups: dict[str, tuple[int, int | None]] = {}
    for code, one in indications.items():
        subtypes = list(one.subtypes.all())
        groups |= {subtype.code: (one.pk, subtype.pk) for subtype in subtypes}
        if not subtypes:
            groups[code] = (one.pk, None)
    return Reference(
        programme=programme,
        indications=indications,
        groups=groups,
        medicines=_medicines(programme),
        visits=list(VisitDefinition.objects.filter(programme=programme).order_by("offset_months")),
        criteria=_criteria(programme, list(indications)),
        links=list(ProgrammeLink.objects.filter(programme=programme).order_by("-dated_on")),
        versions=_versions(programme, frozenset(indications)),
    )


def _versions(programme: Programme, every: frozenset[str]) -> list[Version]:
    rows = QuestionnaireVersion.objects.filter(questionnaire__programme=programme)
    return [
        Version(
            row.pk,
            row.questionnaire.code,
            row.valid_from,
            row.valid_to or date.max,
            row.questionnaire.at_simple_visits,
            frozenset(one.code for one in row.questionnaire.indications.all()) or every,
            frozenset(item["code"] for item in row.definition),
        )
        for row in rows.select_related("questionnaire").prefetch_related(
            "questionnaire__indications"
        )
    ]


def _medicines(programme: Programme) -> dict[str, Medicine]:
    products = Product.objects.filter(programme=programme).prefetch_related("packs", "regimes")
    return {
        product.code: Medicine(
            product,
            sorted(((p.pk, p.quantity) for p in product.packs.all()), key=lambda pack: -pack[1]),
            sorted((r.valid_from, Regime(r.regime)) for r in product.regimes.all()),
        )
        for product in products
    }


def _criteria(
    programme: Programme, codes: list[str]
) -> list[tuple[date, date | None, dict[str, list[tuple[int, str]]]]]:
    """Each set: its dates, and by indication the criteria asked with the answer that includes."""
    found = []
    sets = CriteriaSet.objects.filter(programme=programme)
    for one in sets.prefetch_related("criteria__indications"):
        asked: dict[str, list[tuple[int, str]]] = {code: [] for code in codes}
        for criterion in one.criteria.all():
            for code in [i.code for i in criterion.indications.all()] or codes:
                asked[code].append((criterion.pk, "YES" if criterion.kind == "INCLUSION" else "NO"))
        found.append((one.valid_from, one.valid_to, asked))
    return found
