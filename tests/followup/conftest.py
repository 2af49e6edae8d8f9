from unittest import mock

import pytest

from tests.followup.pages import NOW


@pytest.fixture
def at_noon():
    """The day and the hour of `tests.followup.pages`."""
    with mock.patch("followup.views.timezone.now", return_value=NOW):
        yield
