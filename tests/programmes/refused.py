"""What the database refuses of a programme's data: one line per constraint."""

import datetime
from decimal import Decimal

from programmes.enums import DataClass
from tests.accounts.factories import MemberFactory, SiteFactory
from tests.programmes import factories as f


BEFORE = f.OPENING - datetime.timedelta(days=1)


def twice(factory, **fields):
    factory(**fields)
    factory(**fields)


def changed(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)


def twice_in_a_programme(factory, **fields):
    twice(factory, programme=f.ProgrammeFactory(), **fields)


REFUSED = {
    "programmes_state_known": lambda: f.ProgrammeFactory(state="ASLEEP"),
    "programmes_opening_kind_known": lambda: f.OpeningFactory(kind="PARTY", places=None),
    "programmes_opening_state_known": lambda: f.OpeningFactory(state="LOST"),
    "programmes_opening_dates_ordered": lambda: f.OpeningFactory(valid_to=BEFORE),
    "programmes_published_limit_has_places": lambda: f.OpeningFactory(places=None),
    "programmes_opening_indication_of_its_kind": lambda: f.OpeningFactory(
        indication=f.IndicationFactory()
    ),
    "programmes_opening_site_of_its_kind": lambda: f.OpeningFactory(site=SiteFactory()),
    "programmes_published_opening_stays": lambda: changed(f.OpeningFactory(), places=4),
    "programmes_published_opening_no_draft": lambda: changed(f.OpeningFactory(), state="DRAFT"),
    "programmes_published_opening_never_deleted": lambda: f.OpeningFactory().delete(),
    "programmes_ends_after_opening": lambda: f.ProgrammeFactory(ends_on=BEFORE),
    "programmes_indication_code_unique": lambda: twice_in_a_programme(
        f.IndicationFactory, code="DN"
    ),
    "programmes_subtype_code_unique": lambda: twice(
        f.IndicationSubtypeFactory, indication=f.IndicationFactory(), code="A"
    ),
    "programmes_link_kind_known": lambda: f.ProgrammeLinkFactory(kind="SONG"),
    "programmes_retention_once_a_class": lambda: twice_in_a_programme(
        f.RetentionRuleFactory, data_class=DataClass.IDENTITY
    ),
    "programmes_criteria_version_unique": lambda: twice_in_a_programme(
        f.CriteriaSetFactory, version="1"
    ),
    "programmes_criteria_dates_ordered": lambda: f.CriteriaSetFactory(valid_to=BEFORE),
    "programmes_criterion_code_unique": lambda: twice(
        f.CriterionFactory, criteria_set=f.CriteriaSetFactory(), code="a"
    ),
    "programmes_criterion_kind_known": lambda: f.CriterionFactory(kind="GUESS"),
    "programmes_product_code_unique": lambda: twice_in_a_programme(f.ProductFactory, code="A"),
    "programmes_product_form_known": lambda: f.ProductFactory(form="SMOKE"),
    "programmes_product_unit_known": lambda: f.ProductFactory(unit="OZ"),
    "programmes_product_strength_possible": lambda: f.ProductFactory(
        thc_percent=Decimal("100.0001")
    ),
    "programmes_product_flower_by_vaporiser": lambda: f.ProductFactory(form="FLOWER", unit="G"),
    "programmes_regime_known": lambda: f.ProductRegimeFactory(regime="FREE"),
    "programmes_regime_dates_ordered": lambda: f.ProductRegimeFactory(valid_to=BEFORE),
    "programmes_regime_starts_once": lambda: twice(
        f.ProductRegimeFactory, product=f.ProductFactory(regimes=False)
    ),
    "programmes_regime_one_a_day": lambda: f.ProductRegimeFactory(
        product=f.ProductFactory(), valid_from=datetime.date(2026, 1, 1)
    ),
    "programmes_notice_level_known": lambda: f.SupplyNoticeFactory(level="FINE"),
    "programmes_notice_dates_ordered": lambda: f.SupplyNoticeFactory(valid_to=BEFORE),
    "programmes_notice_one_open_a_product": lambda: twice(
        f.SupplyNoticeFactory, product=f.ProductFactory()
    ),
    "programmes_pack_holds_something": lambda: f.PackFactory(quantity=0),
    "programmes_supply_days_positive": lambda: f.SupplyRuleFactory(max_supply_days=0),
    "programmes_visit_code_unique": lambda: twice_in_a_programme(f.VisitDefinitionFactory),
    "programmes_visit_state_known": lambda: f.VisitDefinitionFactory(state="LOST"),
    "programmes_published_visit_stays": lambda: changed(
        f.VisitDefinitionFactory(), offset_months=2
    ),
    "programmes_published_visit_no_draft": lambda: changed(
        f.VisitDefinitionFactory(), state="DRAFT"
    ),
    "programmes_published_visit_never_deleted": lambda: f.VisitDefinitionFactory().delete(),
    "programmes_visit_holders_known": lambda: f.VisitDefinitionFactory(holders=["RELAY_DOCTOR"]),
    "programmes_visit_kind_known": lambda: f.VisitDefinitionFactory(kind="BRIEF"),
    "programmes_visit_dates_ordered": lambda: f.VisitDefinitionFactory(applies_to=BEFORE),
    "programmes_questionnaire_code_unique": lambda: twice_in_a_programme(
        f.QuestionnaireFactory, code="a"
    ),
    "programmes_questionnaire_version_unique": lambda: twice(
        f.QuestionnaireVersionFactory, questionnaire=f.QuestionnaireFactory(), version="1"
    ),
    "programmes_questionnaire_status_known": lambda: f.QuestionnaireVersionFactory(status="LOST"),
    "programmes_questionnaire_dates_ordered": lambda: f.QuestionnaireVersionFactory(
        valid_to=BEFORE
    ),
    "programmes_questionnaire_one_draft": lambda: twice(
        f.QuestionnaireVersionFactory, questionnaire=f.QuestionnaireFactory(), status="DRAFT"
    ),
    "programmes_questionnaire_one_version_a_day": lambda: overlapping_versions(),
    "programmes_published_questions_stay": lambda: changed(
        f.QuestionnaireVersionFactory(), definition=[]
    ),
    "programmes_published_questions_no_way_back": lambda: changed(
        f.QuestionnaireVersionFactory(status="RETIRED"), status="PUBLISHED"
    ),
    "programmes_published_questions_never_deleted": lambda: (
        f.QuestionnaireVersionFactory().delete()
    ),
    "programmes_listing_once_a_day": lambda: twice(
        f.ListingFactory, site=SiteFactory(), indication=f.IndicationFactory()
    ),
    "programmes_listing_no_overlap": lambda: overlapping_listings(),
    "programmes_listing_end_decided_when_ended": lambda: f.ListingFactory(end_decision="Retrait"),
    "programmes_listing_dates_ordered": lambda: f.ListingFactory(delisted_on=f.OPENING),
    "programmes_accreditation_open_once": lambda: twice_in_a_programme(
        f.AccreditationFactory, member=MemberFactory()
    ),
    "programmes_consent_text_version_unique": lambda: twice_in_a_programme(
        f.ConsentTextFactory, version="R-1"
    ),
    "programmes_consent_text_kind_known": lambda: f.ConsentTextFactory(kind="TEA"),
    "programmes_consent_text_dates_ordered": lambda: f.ConsentTextFactory(valid_to=BEFORE),
    "programmes_accreditation_dates_ordered": lambda: f.AccreditationFactory(ended_on=BEFORE),
}


def overlapping_versions():
    """The second begins on the last day of the first."""
    first = f.QuestionnaireVersionFactory(valid_to=datetime.date(2022, 1, 1))
    f.QuestionnaireVersionFactory(
        questionnaire=first.questionnaire, valid_from=datetime.date(2022, 1, 1)
    )


def overlapping_listings():
    """The second begins on the last day of the first."""
    first = f.ListingFactory(delisted_on=datetime.date(2022, 1, 1))
    f.ListingFactory(
        site=first.site, indication=first.indication, listed_on=datetime.date(2021, 12, 31)
    )
