from datetime import date

from programmes.models import SupplyRule
from tests.programmes.factories import SupplyRuleFactory


def test_of_two_rules_the_one_that_began_last_applies_everywhere():
    later = SupplyRuleFactory(valid_from=date(2026, 1, 1), max_supply_days=28)
    earlier = SupplyRuleFactory()
    SupplyRuleFactory(valid_from=date(2026, 2, 1), regime="NARCOTIC")

    assert SupplyRule.objects.ordinary(date(2026, 3, 2)) == later
    assert SupplyRule.objects.ordinary(date(2025, 12, 31)) == earlier
    assert SupplyRule.objects.ordinary(date(2023, 3, 26)) is None
