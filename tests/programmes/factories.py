import datetime
from decimal import Decimal

import factory

from programmes import models
from programmes.enums import (
    AuthorisationLevel,
    CriterionKind,
    DispensingPlaces,
    Form,
    IdentityMode,
    LinkKind,
    OpeningKind,
    OpeningState,
    ParticipationBasis,
    ProgrammeState,
    QuestionnaireStatus,
    Regime,
    SupplyLevel,
    Unit,
    VisitKind,
)
from programmes.rules import HOLDERS
from tests.accounts.factories import MemberFactory, SiteFactory


OPENING = datetime.date(2021, 3, 26)


class ProgrammeFactory(factory.django.DjangoModelFactory):
    """A programme open since 26 March 2021, without a closing date."""

    class Meta:
        model = models.Programme

    code = factory.Sequence(lambda n: f"programme-{n}")
    name = factory.Sequence(lambda n: f"Programme d’essai {n}")
    short_name = factory.Sequence(lambda n: f"Essai {n}")
    regime = "EXPERIMENTATION"
    state = ProgrammeState.OPEN
    legal_basis = "Texte d’essai"
    controller = "ANSM"
    opens_on = OPENING
    authorisation_level = AuthorisationLevel.PROGRAMME
    participation_basis = ParticipationBasis.CONSENT
    identity_mode = IdentityMode.REQUIRED
    dispensing_places = DispensingPlaces.PUI_AND_OFFICINE
    training_required = True
    issues_certificate = True


class IndicationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Indication

    programme = factory.SubFactory(ProgrammeFactory)
    code = factory.Sequence(lambda n: f"IND{n}")
    label = "Douleurs neuropathiques réfractaires"
    legal_wording = "Douleurs neuropathiques réfractaires aux thérapies accessibles"
    valid_from = OPENING


class IndicationSubtypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.IndicationSubtype

    indication = factory.SubFactory(IndicationFactory)
    code = factory.Sequence(lambda n: f"SUB{n}")
    label = "Sous-catégorie"


class ProgrammeLinkFactory(factory.django.DjangoModelFactory):
    """An information document for anybody."""

    class Meta:
        model = models.ProgrammeLink

    class Params:
        consent_form = factory.Trait(kind=LinkKind.CONSENT_FORM)
        booklet = factory.Trait(kind=LinkKind.BOOKLET)

    programme = factory.SubFactory(ProgrammeFactory)
    kind = LinkKind.INFORMATION_DOCUMENT
    title = "Document d’information"
    version = "1"
    dated_on = OPENING
    valid_from = OPENING


class CriteriaSetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CriteriaSet

    programme = factory.SubFactory(ProgrammeFactory)
    version = factory.Sequence(lambda n: f"v{n}")
    valid_from = OPENING
    source = "essai"


class CriterionFactory(factory.django.DjangoModelFactory):
    """A non-inclusion criterion asked for every indication."""

    class Meta:
        model = models.Criterion

    criteria_set = factory.SubFactory(CriteriaSetFactory)
    position = factory.Sequence(int)
    code = factory.Sequence(lambda n: f"critere-{n}")
    kind = CriterionKind.NON_INCLUSION
    text = "Grossesse ou allaitement"
    source = "essai"


class ProductFactory(factory.django.DjangoModelFactory):
    """A pure-CBD oil, ordinary since 27 March 2023; `narcotic=True` for a balanced oil."""

    class Meta:
        model = models.Product
        skip_postgeneration_save = True

    class Params:
        narcotic = factory.Trait(
            thc_mg_per_unit=Decimal("25.0000"),
            cbd_mg_per_unit=Decimal("25.0000"),
            thc_percent=Decimal("2.5000"),
            name="Huile THC 25 / CBD 25",
        )

    programme = factory.SubFactory(ProgrammeFactory)
    code = factory.Sequence(lambda n: f"PROD{n}")
    name = "Huile CBD 50"
    form = Form.OIL
    unit = Unit.ML
    route = "orale"
    holder = "Exploitant d’essai"
    thc_mg_per_unit = Decimal("0.0000")
    cbd_mg_per_unit = Decimal("50.0000")
    thc_percent = Decimal("0.0000")
    valid_from = OPENING
    source = "essai"

    @factory.post_generation
    def indications(self, create, extracted, **kwargs):
        if create and extracted:
            self.indications.set(extracted)

    @factory.post_generation
    def regimes(self, create, extracted, **kwargs):
        """Narcotic for all before 27 March 2023; by THC from that day on."""
        if not create or extracted is False:
            return
        split = datetime.date(2023, 3, 27)
        ProductRegimeFactory(
            product=self,
            regime=Regime.NARCOTIC,
            valid_from=OPENING,
            valid_to=split - datetime.timedelta(days=1),
        )
        narcotic = self.thc_percent > Decimal("0.30")
        ProductRegimeFactory(
            product=self,
            regime=Regime.NARCOTIC if narcotic else Regime.ORDINARY,
            valid_from=split,
        )


class ProductRegimeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.ProductRegime

    product = factory.SubFactory(ProductFactory, regimes=False)
    regime = Regime.NARCOTIC
    valid_from = OPENING
    source = "essai"


class PackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Pack

    product = factory.SubFactory(ProductFactory)
    label = "Flacon de 50 mL"
    quantity = Decimal("50.0000")
    valid_from = OPENING


class SupplyNoticeFactory(factory.django.DjangoModelFactory):
    """A shortage without end."""

    class Meta:
        model = models.SupplyNotice
        skip_postgeneration_save = True

    product = factory.SubFactory(ProductFactory)
    level = SupplyLevel.SHORTAGE
    valid_from = datetime.date(2026, 1, 5)
    message = "Stocks épuisés chez l’exploitant."
    source = "essai"

    @factory.post_generation
    def substitutes(self, create, extracted, **kwargs):
        if create and extracted:
            self.substitutes.set(extracted)


class SupplyRuleFactory(factory.django.DjangoModelFactory):
    """The ordinary regime: 12 months, first supply within 3 months, 30 days at a time."""

    class Meta:
        model = models.SupplyRule

    regime = Regime.ORDINARY
    valid_from = datetime.date(2023, 3, 27)
    max_treatment_days = 365
    first_presentation_months = 3
    max_supply_days = 30
    source = "essai"


class VisitDefinitionFactory(factory.django.DjangoModelFactory):
    """M1, complex, one week around."""

    class Meta:
        model = models.VisitDefinition

    programme = factory.SubFactory(ProgrammeFactory)
    code = "M1"
    offset_months = 1
    window_before_days = 7
    window_after_days = 7
    kind = VisitKind.COMPLEX
    # Of an unknown kind, to be refused: as of a complex one.
    holders = factory.LazyAttribute(lambda one: list(HOLDERS.get(one.kind, HOLDERS["COMPLEX"])))
    applies_from = OPENING
    source = "essai"
    state = OpeningState.PUBLISHED


class QuestionnaireFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Questionnaire

    programme = factory.SubFactory(ProgrammeFactory)
    code = factory.Sequence(lambda n: f"questionnaire-{n}")
    title = "État du patient"
    position = factory.Sequence(int)


class QuestionnaireVersionFactory(factory.django.DjangoModelFactory):
    """One required number from 0 to 10, drawn on the curve."""

    class Meta:
        model = models.QuestionnaireVersion

    questionnaire = factory.SubFactory(QuestionnaireFactory)
    version = factory.Sequence(lambda n: f"{n}")
    status = QuestionnaireStatus.PUBLISHED
    valid_from = OPENING
    definition = factory.LazyFunction(
        lambda: [
            {
                "code": "pain",
                "label": "Intensité de la douleur",
                "kind": "number",
                "min": "0",
                "max": "10",
                "decimals": 0,
                "required": True,
                "score": True,
            }
        ]
    )
    source = "essai"


class RetentionRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.RetentionRule

    programme = factory.SubFactory(ProgrammeFactory)
    data_class = "IDENTITY"
    anchor = "PROGRAMME_END"
    years = 2
    source = "essai"


class ListingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Listing

    site = factory.SubFactory(SiteFactory)
    indication = factory.SubFactory(IndicationFactory)
    listed_on = OPENING
    decision = "Décision d’essai"


class AccreditationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Accreditation

    member = factory.SubFactory(MemberFactory)
    programme = factory.SubFactory(ProgrammeFactory)
    started_on = OPENING


class OpeningFactory(factory.django.DjangoModelFactory):
    """A ceiling of three patients, published, without an end; `closure=True` closes inclusions."""

    class Meta:
        model = models.Opening

    class Params:
        closure = factory.Trait(kind=OpeningKind.CLOSURE, places=None)
        draft = factory.Trait(state=OpeningState.DRAFT)

    programme = factory.SubFactory(ProgrammeFactory)
    kind = OpeningKind.CEILING
    state = OpeningState.PUBLISHED
    places = 3
    valid_from = OPENING


class ConsentTextFactory(factory.django.DjangoModelFactory):
    """The words of the participation, for anybody."""

    class Meta:
        model = models.ConsentText

    programme = factory.SubFactory(ProgrammeFactory)
    kind = "PARTICIPATION"
    version = factory.Sequence(lambda n: f"R-{n}")
    valid_from = OPENING
    body = "Je participe.\nJe peux me retirer."
    source = "essai"
