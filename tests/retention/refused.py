"""What the database refuses of erasures."""

from datetime import UTC, datetime

from retention.enums import PurgeState
from tests.retention.factories import PurgeRunFactory


def twice():
    run = PurgeRunFactory()
    PurgeRunFactory(programme=run.programme)


REFUSED = {
    "retention_class_purged_once": twice,
    "retention_state_known": lambda: PurgeRunFactory(
        state="MAYBE", finished_at=datetime(2026, 3, 1, 2, tzinfo=UTC)
    ),
    "retention_done_has_date": lambda: PurgeRunFactory(state=PurgeState.DONE),
}
