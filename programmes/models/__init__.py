from programmes.models.consent_text import ConsentText
from programmes.models.eligibility import CriteriaSet, Criterion
from programmes.models.opening import Opening
from programmes.models.places import Accreditation, Listing
from programmes.models.product import Pack, Product, ProductRegime, SupplyRule
from programmes.models.programme import (
    Indication,
    IndicationSubtype,
    Programme,
    ProgrammeLink,
    RetentionRule,
)
from programmes.models.questionnaire import Questionnaire, QuestionnaireVersion
from programmes.models.supply import SupplyNotice
from programmes.models.visit_definition import VisitDefinition


__all__ = [
    "Accreditation",
    "ConsentText",
    "CriteriaSet",
    "Criterion",
    "Indication",
    "IndicationSubtype",
    "Listing",
    "Opening",
    "Pack",
    "Product",
    "ProductRegime",
    "Programme",
    "ProgrammeLink",
    "Questionnaire",
    "QuestionnaireVersion",
    "RetentionRule",
    "SupplyNotice",
    "SupplyRule",
    "VisitDefinition",
]
