import pytest
from django.db import IntegrityError

from tests.prescriptions.refused import REFUSED


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError, match=name):
        REFUSED[name]()
