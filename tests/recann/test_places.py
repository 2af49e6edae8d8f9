"""Places multiplied for large bases."""

import random

from django.core.management import call_command
from django.db.models import Count, Q

from accounts.models import Member
from recann.cohort import places
from tests.recann import loading


def test_places_multiplied_keep_numbers_of_their_own():
    with loading.as_owner():
        call_command("load_programmes", verbosity=0)
        programme = loading.Programme.objects.get(code="recann")
        found = places.make(programme, random.Random(1), times=3)

    assert len(found.departement) == 3 * 275
    assert max(found.numbers.values()) < 80_000


def test_each_place_has_one_referent():
    with loading.as_owner():
        call_command("load_programmes", verbosity=0)
        programme = loading.Programme.objects.get(code="recann")
        found = places.make(programme, random.Random(1))

    counted = Member.objects.values("site").annotate(
        referents=Count("pk", filter=Q(is_referent=True))
    )
    assert len(counted) >= len(found.departement)
    assert set(counted.values_list("referents", flat=True)) == {1}
