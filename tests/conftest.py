"""What holds for every test: strict templates, closed network, the runtime role of the database."""

import pytest
from django.conf import settings


pytest_plugins = ["tests.databases", "tests.browser"]

WITHOUT_DATABASE = {
    "test_rules.py", "test_deployment.py", "test_repository.py", "test_decisions.py",
    "test_templatetags.py", "test_identifiers.py", "test_words.py", "test_tables.py",
    "test_fields.py", "test_classes.py", "test_items.py", "test_missing.py", "test_scales.py",
    "test_doubts.py", "test_offline.py", "test_icalendar.py", "test_lanes.py",
}  # fmt: skip
# `start.py check` leaves them out, to stay under two minutes: whole pages, walks of several acts,
# bases that are filled, servers that are started. Tests whose transactions are real join them.
SLOW_FOLDERS = {"walk", "recann", "devstack"}
SLOW_NAMES = (
    "views.py", "pages.py", "_access.py", "_loading.py", "_sign_in.py", "_psc_again.py",
    "_matrix.py", "_trail.py", "_published.py", "_purge.py", "_documents.py", "_leaflets.py",
    "_screening.py", "_duplicates.py", "_openings.py", "_definitions.py", "_renewals.py",
    "_switching.py", "_signature.py", "_plans.py", "_told.py", "_transcribing.py",
    "_inclusion.py", "_life.py", "_scans.py", "_relief.py", "_history.py", "_saved.py",
    "_lines.py", "_overlap.py", "_preparing.py", "_closing.py", "_oracle.py", "_letters.py",
    "_glass.py", "_transfers.py", "_takeover.py", "_exits.py", "_faults.py",
    "_reminders.py", "_appointments.py", "_nir.py", "_links.py", "_psc.py", "_narrowed.py",
    "_transcription.py", "_answers.py", "_escalation.py", "_notices.py", "_register.py",
    "_copies.py", "_consents.py", "_designations.py", "_merges.py", "_searches.py",
    "_drafting.py", "_beside.py", "_sheet.py", "_compensation.py", "_exports.py",
    "_journal.py", "_sessions.py", "_passwords.py", "_identity.py", "_holds.py", "_waiting.py",
    "_dictionary.py", "_courses.py", "_before.py", "_correction.py", "_entry.py", "_agenda.py",
)  # fmt: skip

# Minutes each. First, or one process would still run them when the other has nothing left.
LONGEST = {"test_axe.py", "test_scale.py", "test_access.py", "test_matrix.py", "test_canary.py"}


class Unknown(str):
    """What a template shows for a variable that does not exist: a failed test."""

    __slots__ = ()

    def __mod__(self, name):
        raise AssertionError(f"a template names an unknown variable: {name}")


def pytest_configure():
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Unknown("%s")
    # A slow hash protects nobody here.
    settings.PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")


def pytest_collection_modifyitems(items):
    """Every test may use both databases, except those that read code alone."""
    for item in items:
        without = item.path.name in WITHOUT_DATABASE or item.path.parent.name == "devstack"
        if not without and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(databases=["default", "keys"]))
        if _is_slow(item):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.path.name not in LONGEST)


def _is_slow(item):
    marker = item.get_closest_marker("django_db")
    return (
        item.path.parent.name in SLOW_FOLDERS
        or item.path.name.endswith(SLOW_NAMES)
        or (marker is not None and marker.kwargs.get("transaction", False))
    )


@pytest.fixture
def sign_in(client):
    """`sign_in(member)` signs them in, second factor included, and returns the client."""
    from tests.sessions import open_session

    return lambda member: open_session(client, member)
