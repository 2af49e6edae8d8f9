"""Places multiplied for large bases."""

import random

from django.core.management import call_command

from recann.cohort import places
from tests.recann import loading


def test_places_multiplied_keep_numbers_of_their_own():
    with loading.as_owner():
        call_command("load_programmes", verbosity=0)
        programme = loading.Programme.objects.get(code="recann")
        found = places.make(programme, random.Random(1), times=3)

    assert len(found.departement) == 3 * 275
    assert max(found.numbers.values()) < 80_000
